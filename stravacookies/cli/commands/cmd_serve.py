"""`stravacookies serve`: serves tiles to every program on this computer."""

import gc
import os
from contextlib import suppress
from dataclasses import replace
from importlib.util import find_spec

import click

from stravacookies.cli import options, printing, prompt, server_messages, user
from stravacookies.cli.config import VARIABLES
from stravacookies.computer import own_command, this_computer
from stravacookies.credentials import sources
from stravacookies.credentials.acquire import acquire
from stravacookies.credentials.candidates import Sources
from stravacookies.credentials.store import CredentialStore
from stravacookies.errors import (
    RUN_LOGIN,
    NotLoggedInError,
    StravacookiesError,
    StravaError,
    UsageError,
)
from stravacookies.heatmap import CURRENT
from stravacookies.installation import THIS
from stravacookies.server import at_login, service_file
from stravacookies.server.service_file import Service
from stravacookies.strava.cookies import HeatmapCookies
from stravacookies.wording import listed


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
    "serve",
    epilog=options.examples(
        "serve", "serve --from firefox", "serve --port 8766", "serve --at-login"
    ),
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
@click.option(
    "--at-login",
    "wanted",
    is_flag=True,
    help="Run this in the background, now and at each login.",
)
@click.option(
    "--not-at-login",
    "unwanted",
    is_flag=True,
    help="Undo --at-login: stop the server, and remove the file that starts it.",
)
@options.verbose
def command(port: int, source: str | None, wanted: bool, unwanted: bool) -> None:
    """Serve the heatmap's tiles to JOSM, iD, Rapid and QGIS on this computer.

    The cookies are renewed automatically, so layers do not expire while this runs. Press Ctrl+C to
    stop it. The page at its address shows what to enter in each program; for JOSM, run 'josm-prefs
    --local' once.

    With --at-login, systemd runs it on Linux, and launchd on macOS. On Windows, a script in the
    Startup folder starts it at the next login.
    """
    if wanted and unwanted:
        raise click.UsageError("--at-login and --not-at-login cannot be combined.")
    if unwanted:
        printing.say(server_messages.removed_from_login(at_login.remove(this_computer())))
        return
    if not all(map(find_spec, ("PIL", "httptools", "pycurl", "uvicorn"))):
        how = THIS.how_to_add("serve")
        raise StravacookiesError(f"'serve' needs packages that are not installed: run '{how}'.")
    (_install if wanted else _serve)(port, source)


def _install(port: int, source: str | None) -> None:
    """Let the system run the server, if it has what it needs to begin with."""
    environ, words = {**os.environ}, ["serve", "--port", str(port)]
    variable = VARIABLES["source"]
    if environ.get(variable):
        environ[variable] = _without_person(variable, environ[variable])
    if source is not None:
        words += ["--from", _without_person("--from", source)]
    cookies = _first_cookies(source)  # a person can be asked now, but not later
    kept, left_out = service_file.kept_environment(environ)
    service = Service(own_command(*words), kept, port)
    installed = at_login.install(this_computer(), service)
    printing.say(server_messages.started_at_login(port, cookies, installed))
    if left_out:
        printing.warn(
            f"The server does not get {listed(left_out)}, since passwords are not written into"
            " files. If it cannot reach Strava, set that in your desktop's environment."
        )
    if not CredentialStore().session():
        printing.warn(f"No session is kept, so renewing the cookies may fail: {RUN_LOGIN}.")


def _without_person(name: str, source: str) -> str:
    """Return a source in a form that works from any folder; refuse one that needs a person."""
    if sources.needs_person(source):
        raise UsageError(
            f"{name} must be a browser or a file: the server cannot ask anyone. To log in"
            f" another way, first {RUN_LOGIN}."
        )
    return sources.normalize(source)


def _serve(port: int, source: str | None) -> None:
    # Imported here: --help needs neither uvicorn nor requests.
    from stravacookies.credentials import browser_process
    from stravacookies.server import serving

    with serving.listen(port) as listener:
        try:
            cookies = _first_cookies(source)
        except NotLoggedInError:
            if prompt.is_possible():
                raise
            cookies = None  # the system has started this; the user may log in later
        # No person is asked when cookies are renewed.
        usual = replace(user.credential_sources(None), ask=None)
        gc.enable()  # the program disables it, for commands that end soon
        try:
            printing.say(server_messages.serving(port, cookies))
            serving.serve(listener, lambda: _renewed_cookies(usual), _warn, cookies)
        except KeyboardInterrupt:
            printing.say("Stopped.")
        finally:
            browser_process.end_all()  # one may run to renew the session


def _first_cookies(source: str | None) -> HeatmapCookies | None:
    """Return the cookies to begin with; None if Strava fails, which the server will try again."""
    from stravacookies.server.renewal import AHEAD

    kept = CredentialStore().cookies()
    if source is None and kept and kept.is_fresh(AHEAD):
        return kept
    try:
        return user.cookies(CURRENT, source, refresh=False)
    except StravaError:
        return None


def _renewed_cookies(usual: Sources) -> HeatmapCookies:
    acquired = acquire(usual.candidates(), usual.store)
    if acquired.not_kept:
        _warn(str(acquired.not_kept))
    return acquired.cookies


def _warn(text: str) -> None:
    """Tell the user something, if anyone still listens: tiles do not depend on it."""
    with suppress(OSError):
        printing.warn(text)
