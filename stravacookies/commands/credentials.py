"""Cookies for a command: from a source that is named, from what is kept, or from the person."""

import os
import time

import click

from stravacookies import prompt, sources
from stravacookies.commands import environment
from stravacookies.cookies import HeatmapCookies
from stravacookies.errors import BrowserExtraError, NoBrowserHasSessionError, NotLoggedInError
from stravacookies.heatmap import TODAY, TileHost
from stravacookies.refresh import Given, current_cookies, exchange
from stravacookies.session import login_from_environment
from stravacookies.vault import Vault


def cookies(host: TileHost, source: str | None, *, refresh: bool) -> HeatmapCookies:
    """Return cookies for a host: from a source that is named, else from where there are some.

    Args:
        host: The tile host that they are for.
        source: What was named; None if nothing was.
        refresh: Ask Strava even if the kept cookies are fresh.

    Raises:
        NotLoggedInError: No session, or Strava does not take it.
        StravaError: Strava or the network did not do what they should.
    """
    if source is not None:
        return exchange(*take(source, host), host, environment.vault())
    ask = prompt.for_anything if prompt.is_there() else None
    usual, vault = environment.source(), environment.vault()
    return current_cookies(host, vault, os.environ, ask, refresh=refresh, source=usual)


def take(source: str, host: TileHost) -> tuple[Given, str]:
    """Take from a source what logs in, and ask for it if it is a password."""
    source = sources.canonical(source)
    if source == sources.STANDARD_INPUT and prompt.is_there():
        return prompt.for_session()
    if source == sources.PASSWORD:
        return login_from_environment(os.environ) or prompt.for_login(), source
    return sources.read(source, host), source


def search(vault: Vault) -> tuple[str, Given, HeatmapCookies]:
    """Look through the browsers for a session that Strava takes."""
    asked = 0.0
    try:
        for name, found in sources.search(TODAY):
            if isinstance(found, NotLoggedInError):
                click.echo(f"stravacookies: {found}", err=True)
                continue
            click.echo(f"There is a Strava session in {name}.", err=True)
            # To read a browser is not to ask Strava: a keyring may have asked its owner.
            begun = time.monotonic() - asked
            try:
                cookies = exchange(found, name, TODAY, vault, must_keep=True, begun=begun)
            except NotLoggedInError as error:
                click.echo(f"stravacookies: {error}", err=True)
            else:
                return name, found, cookies
            asked = time.monotonic() - begun
    except BrowserExtraError as error:
        click.echo(f"stravacookies: {error}", err=True)
    raise NoBrowserHasSessionError
