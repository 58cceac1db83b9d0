"""Where a session comes from, and where it is kept."""
