"""The user's computer, and what is shown of it."""

from pathlib import Path

from stravacookies.computer import Computer


def test_computer_hides_the_environment() -> None:
    """The environment may hold a session."""
    assert "secret" not in repr(Computer("linux", {"STRAVA_SESSION": "secret"}, Path("/")))
