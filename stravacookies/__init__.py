"""Bring the Strava heatmap into JOSM: a session becomes cookies, cookies become imagery layers."""

from typing import TYPE_CHECKING

from stravacookies.version import __version__

if TYPE_CHECKING:
    from stravacookies.credentials.acquire import current_cookies
    from stravacookies.errors import (
        LoginRefusedError,
        NetworkError,
        NotLoggedInError,
        StravacookiesError,
        StravaError,
    )
    from stravacookies.heatmap import CLASSIC, CURRENT, Layer
    from stravacookies.strava.cookies import HeatmapCookies
    from stravacookies.strava.fetcher import CookieFetcher
    from stravacookies.strava.session import Login, Session

__all__ = [
    "CLASSIC",
    "CURRENT",
    "CookieFetcher",
    "HeatmapCookies",
    "Layer",
    "Login",
    "LoginRefusedError",
    "NetworkError",
    "NotLoggedInError",
    "Session",
    "StravaError",
    "StravacookiesError",
    "__version__",
    "current_cookies",
]

_MODULES = {
    "CLASSIC": "heatmap",
    "CURRENT": "heatmap",
    "CookieFetcher": "strava.fetcher",
    "HeatmapCookies": "strava.cookies",
    "Layer": "heatmap",
    "Login": "strava.session",
    "LoginRefusedError": "errors",
    "NetworkError": "errors",
    "NotLoggedInError": "errors",
    "Session": "strava.session",
    "StravaError": "errors",
    "StravacookiesError": "errors",
    "current_cookies": "credentials.acquire",
}
"""Where the names are that are imported on first use. Of these, `requests` takes 65 ms."""


def __dir__() -> list[str]:
    """List the names that are imported on first use, too."""
    return sorted(globals().keys() | _MODULES.keys())


def __getattr__(name: str) -> object:
    """Import a name of the public API when it is first used."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
