"""Cookies with time left: the kept ones, else new ones for the first session that Strava takes."""

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from stravacookies.cookies import HeatmapCookies
from stravacookies.errors import NoSessionError, SessionRefusedError
from stravacookies.heatmap import TileHost
from stravacookies.session import (
    Login,
    Session,
    login_from_environment,
    session_from_environment,
)
from stravacookies.vault import Vault

if TYPE_CHECKING:
    from stravacookies.strava import CookieFetcher

_log = logging.getLogger(__name__)

Ask = Callable[[], Session | Login]
"""Asks a person for what logs in to Strava."""


def current_cookies(
    host: TileHost,
    vault: Vault,
    environ: Mapping[str, str],
    ask: Ask | None = None,
    *,
    refresh: bool = False,
) -> HeatmapCookies:
    """Return the kept cookies while they are fresh, else ask Strava for new ones and keep them.

    Args:
        host: The tile host that the cookies are for.
        vault: Where session and cookies are kept.
        environ: The environment variables, which may hold a session, or an email and password.
        ask: Called when nothing else logs in; left out where there is nobody to ask.
        refresh: Ask Strava even if the kept cookies are fresh.

    Raises:
        NotLoggedInError: No session, or Strava does not take it.
        StravaError: Strava or the network did not do what they should.
    """
    kept = vault.cookies(host)
    if kept and kept.is_fresh() and not refresh:
        return kept
    # Imported here, since requests takes longer to import than all the rest of a run.
    from stravacookies.strava import CookieFetcher

    cookies = _new_cookies(CookieFetcher(), host, vault, environ, ask)
    _keep("The cookies", lambda: vault.keep_cookies(cookies, host))
    return cookies


def _new_cookies(
    fetcher: "CookieFetcher",
    host: TileHost,
    vault: Vault,
    environ: Mapping[str, str],
    ask: Ask | None,
) -> HeatmapCookies:
    if given := session_from_environment(environ):
        return fetcher.fetch(given, host)
    refusal = None
    if kept := vault.session():
        try:
            return fetcher.fetch(kept, host)
        except SessionRefusedError as error:
            refusal = error
    answer = login_from_environment(environ) or (ask() if ask else None)
    if not answer:
        raise refusal or NoSessionError
    if isinstance(answer, Session):
        cookies = fetcher.fetch(answer, host)
        _keep("The session", lambda: vault.keep_session(answer))
        return cookies
    # Kept before it is used: a login is too precious to be lost to a fault of the network.
    session = fetcher.log_in(answer)
    _keep("The session", lambda: vault.keep_session(session))
    return fetcher.fetch(session, host)


def _keep(what: str, keep: Callable[[], None]) -> None:
    """Keep something for the next run, but let this run go on if that fails."""
    try:
        keep()
    except OSError as error:
        _log.warning("%s could not be kept for the next run: %s", what, error)
