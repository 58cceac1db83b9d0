"""Ask the person at the terminal for a session or a login; secrets are not shown."""

import sys
from collections.abc import Mapping

import click

from stravacookies.credentials import sources
from stravacookies.credentials.acquire import Credential, login_from
from stravacookies.errors import NotLoggedInError
from stravacookies.heatmap import CURRENT
from stravacookies.strava.session import Login


def is_possible() -> bool:
    """Return whether there is a person to ask: standard input may be closed, or not a terminal."""
    return sys.stdin is not None and sys.stdin.isatty()


def for_anything() -> Credential:
    """Ask for a session or, if the person prefers that, for an email and password."""
    click.echo(
        "Strava needs to know who you are. Your browser's session works best: log in at\n"
        "https://www.strava.com there, and copy the value of its cookie _strava4_session.\n",
        err=True,
    )
    email = _email("Email (or press Enter to paste a session)", default="")
    return Login(email, _secret("Password")) if email else for_session()


def for_session() -> Credential:
    """Ask for a session."""
    return sources.from_text(_secret("Session"), sources.ENTERED, CURRENT)


def for_login(environ: Mapping[str, str]) -> Login:
    """Return the email and password in environment variables, or else ask for them."""
    if login := login_from(environ):
        return login
    if not is_possible():
        raise NotLoggedInError(
            "There is no terminal to ask for an email and password: set STRAVA_EMAIL and"
            " STRAVA_PASSWORD."
        )
    return Login(_email("Email", default=None), _secret("Password"))


def _email(question: str, default: str | None) -> str:
    def check(text: str) -> str:
        if text.strip() and "@" not in text:
            raise click.UsageError("That is not an email address.")
        return text.strip()

    answer: str = click.prompt(
        question, default=default, show_default=False, value_proc=check, err=True
    )
    return answer


def _secret(what: str) -> str:
    try:
        answer: str = click.prompt(f"{what} (not shown)", hide_input=True, err=True)
    except UnicodeDecodeError:
        raise NotLoggedInError(
            "What you entered contains characters that cannot be sent."
        ) from None
    return answer
