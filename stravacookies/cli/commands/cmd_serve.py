"""`stravacookies serve`: serves tiles to every program on this computer."""

import gc
import sys
from dataclasses import replace
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import click

from stravacookies import paths
from stravacookies.cli import messages, options, user
from stravacookies.credentials.acquire import acquire
from stravacookies.credentials.candidates import Sources
from stravacookies.credentials.store import CredentialStore
from stravacookies.errors import StravacookiesError, StravaError
from stravacookies.heatmap import CURRENT
from stravacookies.installation import how_to_add
from stravacookies.strava.cookies import HeatmapCookies


def _refuse_other_interfaces(
    context: click.Context, option: click.Parameter, host: str | None
) -> None:
    """Refuse to listen where other computers could connect."""
    if host not in (None, "127.0.0.1", "localhost"):
        raise click.BadParameter(
            "only 127.0.0.1 is possible: on another interface, other computers could use your"
            " cookies, which are yours alone."
        )


@click.command(
    "serve", epilog=options.examples("serve", "serve --from firefox", "serve --port 8766")
)
@options.port
@click.option(
    "--host",
    metavar="HOST",
    expose_value=False,
    hidden=True,
    callback=_refuse_other_interfaces,
)
@options.source
@options.verbose
def command(port: int, source: str | None) -> None:
    """Serve the heatmap's tiles to JOSM, iD, Rapid and QGIS on this computer.

    The cookies are renewed by themselves, so layers do not expire while this runs. Ctrl+C ends it.
    The page at its address shows what to enter into which program; for JOSM, 'josm-prefs --local'
    does it all.
    """
    if not (find_spec("aiohttp") and find_spec("PIL")):
        package = paths.templates().parent / "stravacookies"
        how = how_to_add("serve", package, Path(sys.prefix), sys.executable)
        raise StravacookiesError(f"'serve' needs packages that are not installed: run '{how}'.")
    # Imported here: --help needs neither aiohttp nor requests.
    from stravacookies.server import renewal, serving

    with serving.listen(port) as listener:
        cookies = _first_cookies(source, renewal.AHEAD)
        # No person is asked when cookies are renewed.
        sources = replace(user.credential_sources(None), ask=None)
        gc.enable()  # `main` disables it, for commands that end soon
        try:
            click.echo(messages.serving(port, cookies))
            serving.serve(listener, lambda: _renewed_cookies(sources), _say, cookies)
        except KeyboardInterrupt:
            click.echo("Stopped.")


def _first_cookies(source: str | None, left: timedelta) -> HeatmapCookies | None:
    """Return the cookies to begin with; None if Strava fails, which the server will try again."""
    kept = CredentialStore().cookies()
    if source is None and kept and kept.is_fresh(left):
        return kept
    try:
        return user.cookies(CURRENT, source, refresh=False)
    except StravaError:
        return None


def _renewed_cookies(sources: Sources) -> HeatmapCookies:
    acquired = acquire(sources.candidates(), sources.store)
    if acquired.not_kept:
        _say(str(acquired.not_kept))
    return acquired.cookies


def _say(text: str) -> None:
    click.echo(f"stravacookies: {text}", err=True)
