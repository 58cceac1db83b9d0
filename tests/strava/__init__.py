"""Tests of all that talks to Strava."""
