"""Serves the heatmap's tiles to the programs on this computer."""
