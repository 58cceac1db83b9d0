"""Tests with real programs: JOSM, Chromium and Firefox, which meet the stand-in for Strava."""
