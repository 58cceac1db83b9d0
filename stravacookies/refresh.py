"""Cookies with time left: the kept ones, else new ones for the first session that Strava takes."""

import logging
import time
from collections.abc import Callable, Mapping

from stravacookies import sources
from stravacookies.cookies import HeatmapCookies
from stravacookies.errors import (
    LockedKeyringError,
    NoSessionError,
    NotKeptError,
    NotLoggedInError,
    SessionRefusedError,
)
from stravacookies.heatmap import TileHost
from stravacookies.session import (
    SESSION_VARIABLE,
    Login,
    Session,
    login_from_environment,
)
from stravacookies.vault import KEYRING, Kept, Vault

_log = logging.getLogger(__name__)

Given = Session | Login | HeatmapCookies
"""What can be exchanged for heatmap cookies, or is such already."""

Ask = Callable[[], tuple[Given, str]]
"""Asks a person for what logs in to Strava; the text names it as a source."""


def current_cookies(
    host: TileHost,
    vault: Vault,
    environ: Mapping[str, str],
    ask: Ask | None = None,
    *,
    refresh: bool = False,
    source: str | None = None,
) -> HeatmapCookies:
    """Return the kept cookies while they are fresh, else ask Strava for new ones and keep them.

    Args:
        host: The tile host that the cookies are for.
        vault: Where session and cookies are kept.
        environ: The environment variables, which may hold a session, or an email and password.
        ask: Called when nothing else logs in; left out where there is nobody to ask.
        refresh: Ask Strava even if the kept cookies are fresh.
        source: Where to take a session from if none is kept, or Strava refuses that.

    Raises:
        NotLoggedInError: No session, or Strava does not take it.
        StravaError: Strava or the network did not do what they should.
    """
    kept = vault.cookies(host)
    if kept and kept.is_fresh() and not refresh:
        return kept
    begun = time.monotonic()
    if text := environ.get(SESSION_VARIABLE):
        given = sources.from_text(text, SESSION_VARIABLE, host)
        return exchange(given, SESSION_VARIABLE, host, vault, keep_session=False, begun=begun)
    refusal: NotLoggedInError = NoSessionError()
    if session := vault.session():
        try:
            return _exchange_kept(session, host, vault, begun)
        except NotLoggedInError as error:
            refusal = error
        if sources.is_browser(session.source):
            try:
                return _from_source(session.source, session, host, vault, begun)
            except NotLoggedInError as error:
                refusal = error
    if login := login_from_environment(environ):
        return exchange(login, sources.PASSWORD, host, vault, begun=begun)
    if source:
        try:
            return _from_source(source, session, host, vault, begun)
        except NotLoggedInError as error:
            refusal = error
    if ask:
        return exchange(*ask(), host, vault)
    raise refusal


def exchange(
    given: Given,
    source: str,
    host: TileHost,
    vault: Vault,
    *,
    keep_session: bool = True,
    must_keep: bool = False,
    begun: float | None = None,
) -> HeatmapCookies:
    """Get cookies from Strava for what is given, and keep them, with the session they came from.

    Args:
        given: A session, or a login that gets one; cookies are taken as they are, with no request.
        source: Where it came from, as the user named it.
        host: The tile host that the cookies are for.
        vault: Where session and cookies are kept.
        keep_session: Keep the session, too.
        must_keep: Let it be an error if something cannot be kept, not a warning.
        begun: Since when somebody waits, by the clock `time.monotonic`; since now if left out.

    Raises:
        NotKeptError: Something could not be kept, but must be.
        NotLoggedInError: Strava does not take it.
        StravaError: Strava or the network did not do what they should.
    """

    def keep(what: str, how: Callable[[], None]) -> None:
        try:
            how()
        except OSError as error:
            if must_keep:
                raise NotKeptError(what, error) from None
            _log.warning("%s", NotKeptError(what, error))

    if isinstance(given, HeatmapCookies):
        cookies = given
    else:
        # Imported here, since requests takes longer to import than all the rest of a run.
        from stravacookies.strava import CookieFetcher
        from stravacookies.transport import PATIENCE

        fetcher = CookieFetcher()
        until = (begun or time.monotonic()) + PATIENCE
        if isinstance(given, Login):
            given = fetcher.log_in(given, patience=until - time.monotonic())
            # Kept before it is used: a login is too precious to be lost to a fault of the network.
            keep("The session", lambda: vault.keep_session(given, source))
        try:
            cookies = fetcher.fetch(given, host, patience=until - time.monotonic())
        except SessionRefusedError:
            in_variable = source == SESSION_VARIABLE
            raise SessionRefusedError(sources.spoken(source), in_variable=in_variable) from None
        if keep_session:
            renewed = fetcher.session() or given
            keep("The session", lambda: vault.keep_session(renewed, source))
    keep("The cookies", lambda: vault.keep_cookies(cookies, host))
    return cookies


def _exchange_kept(kept: Kept, host: TileHost, vault: Vault, begun: float) -> HeatmapCookies:
    """Exchange the kept session, if it can be had."""
    if kept.session:
        return exchange(kept.session, kept.source, host, vault, begun=begun)
    raise LockedKeyringError if kept.place == KEYRING else NoSessionError


def _from_source(
    source: str, refused: Kept | None, host: TileHost, vault: Vault, begun: float
) -> HeatmapCookies:
    """Read a source anew, unless it has only what Strava has just refused."""
    source = sources.canonical(source)
    before = time.monotonic()
    given = sources.read(source, host)
    begun += time.monotonic() - before  # a keyring may have asked its owner
    if refused and given == refused.session:
        raise SessionRefusedError(source)
    return exchange(given, source, host, vault, begun=begun)
