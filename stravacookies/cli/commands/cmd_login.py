"""`stravacookies login`: takes a session from a browser or a file, and keeps it."""

import click

from stravacookies.cli import messages, options, user
from stravacookies.credentials import sources
from stravacookies.credentials.acquire import Acquired, Candidate, Credential, Origin, acquire
from stravacookies.credentials.browser_folders import BROWSERS
from stravacookies.credentials.store import CredentialStore
from stravacookies.errors import BrowserNotFoundError, NotLoggedInError, StravacookiesError
from stravacookies.heatmap import CURRENT


@click.command(
    "login",
    epilog=options.examples(
        "login",
        "login --from firefox",
        "login --from 'chrome:Profile 1'",
        "login --from cookies.json",
    ),
)
@options.source
@options.verbose
def command(source: str | None) -> None:
    """Take a Strava session from a browser or a file, check it with one request, and keep it.

    Without --from, this uses your default source (STRAVACOOKIES_SOURCE, or the one in config.toml).
    If there is none, it looks through the installed browsers for one that is logged in.
    """
    store = CredentialStore()
    source = user.default_source() if source is None else source
    acquired = _search(store) if source is None else acquire([user.candidate(source)], store)
    if acquired.not_kept:
        raise acquired.not_kept
    click.echo(messages.login_summary(acquired, store.session()))


def _search(store: CredentialStore) -> Acquired:
    """Look through the browsers for a session that Strava accepts."""
    try:
        return acquire(map(_browser, BROWSERS), store, report=_report)
    except NotLoggedInError as error:
        _report(error)
    raise NotLoggedInError(
        "No browser with a Strava session was found. Do one of these:\n"
        "- log in at https://www.strava.com in a browser, and run this again;\n"
        "- export the cookies of strava.com with an add-on, and name that file with --from;\n"
        "- copy the value of the cookie _strava4_session, and paste it into"
        " 'stravacookies login --from -'."
    )


def _report(error: StravacookiesError) -> None:
    if not isinstance(error, BrowserNotFoundError):
        click.echo(f"stravacookies: {error}", err=True)


def _browser(name: str) -> Candidate:
    def read() -> Credential:
        found = sources.read(name, CURRENT)
        click.echo(f"Found a Strava session in {name}.", err=True)
        return found

    return Candidate(Origin.NAMED, name, read)
