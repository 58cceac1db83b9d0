"""Bring the Strava heatmap into JOSM: a session becomes cookies, cookies become imagery entries."""

from typing import TYPE_CHECKING

from stravacookies.cookies import HeatmapCookies
from stravacookies.errors import (
    BadCookieError,
    BadExportError,
    BadLoginError,
    BadSessionError,
    BrowserError,
    BrowserExtraError,
    CaptchaError,
    ConnectionLostError,
    ExpiredCookiesError,
    ExpiredTokenError,
    FileAccessError,
    FirewallError,
    JosmFilesError,
    JosmRunningError,
    LockedKeyringError,
    LoginFormError,
    LoginRefusedError,
    MissingCookieError,
    NetworkError,
    NoBrowserError,
    NoBrowserHasSessionError,
    NoBrowserSessionError,
    NoJosmDirectoryError,
    NoLoginError,
    NoSessionError,
    NoSourceSessionError,
    NotKeptError,
    NotLoggedInError,
    NotRemovedError,
    OneTimeCodeError,
    PreferencesError,
    SessionRefusedError,
    StravacookiesError,
    StravaError,
    UnexpectedAnswerError,
    UnknownSourceError,
    UnreadableSourceError,
    UnusablePathError,
    WrongPasswordError,
)
from stravacookies.heatmap import (
    CLASSIC,
    MAX_ZOOM,
    MIN_ZOOM,
    TODAY,
    Activity,
    Color,
    Layer,
    TileHost,
)
from stravacookies.session import Login, Session

if TYPE_CHECKING:
    from stravacookies.strava import CookieFetcher

__all__ = [
    "CLASSIC",
    "MAX_ZOOM",
    "MIN_ZOOM",
    "TODAY",
    "Activity",
    "BadCookieError",
    "BadExportError",
    "BadLoginError",
    "BadSessionError",
    "BrowserError",
    "BrowserExtraError",
    "CaptchaError",
    "Color",
    "ConnectionLostError",
    "CookieFetcher",
    "ExpiredCookiesError",
    "ExpiredTokenError",
    "FileAccessError",
    "FirewallError",
    "HeatmapCookies",
    "JosmFilesError",
    "JosmRunningError",
    "Layer",
    "LockedKeyringError",
    "Login",
    "LoginFormError",
    "LoginRefusedError",
    "MissingCookieError",
    "NetworkError",
    "NoBrowserError",
    "NoBrowserHasSessionError",
    "NoBrowserSessionError",
    "NoJosmDirectoryError",
    "NoLoginError",
    "NoSessionError",
    "NoSourceSessionError",
    "NotKeptError",
    "NotLoggedInError",
    "NotRemovedError",
    "OneTimeCodeError",
    "PreferencesError",
    "Session",
    "SessionRefusedError",
    "StravaError",
    "StravacookiesError",
    "TileHost",
    "UnexpectedAnswerError",
    "UnknownSourceError",
    "UnreadableSourceError",
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
