"""Tests of where a session comes from, and where it is kept."""
