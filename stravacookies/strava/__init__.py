"""Everything that talks to Strava: a session goes in, cookies and tiles come out."""
