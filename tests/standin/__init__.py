"""A stand-in for Strava: its hosts, logins, cookies and tiles, behind a proxy on this computer."""
