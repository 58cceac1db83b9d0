"""Tests of the server of tiles."""
