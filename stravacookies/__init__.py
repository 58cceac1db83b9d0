"""Bring the Strava heatmap into JOSM: a session becomes cookies, cookies become imagery entries."""

from typing import TYPE_CHECKING

from stravacookies.cookies import HeatmapCookies
from stravacookies.errors import (
    BadCookieError,
    BadSessionError,
    CaptchaError,
    ExpiredCookiesError,
    FileAccessError,
    FirewallError,
    JosmFilesError,
    LoginFormError,
    LoginRefusedError,
    MissingCookieError,
    NetworkError,
    NoJosmDirectoryError,
    NoSessionError,
    NotLoggedInError,
    OneTimeCodeError,
    PreferencesError,
    SessionRefusedError,
    StravacookiesError,
    StravaError,
    UnexpectedAnswerError,
    UnusablePathError,
    WrongPasswordError,
)
from stravacookies.heatmap import CLASSIC, TODAY, Activity, Color, Layer, TileHost
from stravacookies.session import Login, Session

if TYPE_CHECKING:
    from stravacookies.strava import CookieFetcher

__all__ = [
    "CLASSIC",
    "TODAY",
    "Activity",
    "BadCookieError",
    "BadSessionError",
    "CaptchaError",
    "Color",
    "CookieFetcher",
    "ExpiredCookiesError",
    "FileAccessError",
    "FirewallError",
    "HeatmapCookies",
    "JosmFilesError",
    "Layer",
    "Login",
    "LoginFormError",
    "LoginRefusedError",
    "MissingCookieError",
    "NetworkError",
    "NoJosmDirectoryError",
    "NoSessionError",
    "NotLoggedInError",
    "OneTimeCodeError",
    "PreferencesError",
    "Session",
    "SessionRefusedError",
    "StravaError",
    "StravacookiesError",
    "TileHost",
    "UnexpectedAnswerError",
    "UnusablePathError",
    "WrongPasswordError",
]

__version__ = "2.0.0"


def __getattr__(name: str) -> object:
    """Import the fetcher when it is first asked for: `requests` takes long to import."""
    if name == "CookieFetcher":
        from stravacookies.strava import CookieFetcher

        return CookieFetcher
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
