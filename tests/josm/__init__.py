"""Tests of what knows JOSM."""
