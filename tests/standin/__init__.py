"""A stand-in for Strava on this machine: its hosts, logins, cookies and tiles, behind a proxy."""
