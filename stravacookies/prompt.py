"""Asks the person at the terminal for what logs in; what is secret is not shown."""

import sys

import click

from stravacookies import sources
from stravacookies.errors import NoLoginError
from stravacookies.heatmap import TODAY
from stravacookies.refresh import Given
from stravacookies.session import Login


def is_there() -> bool:
    """Tell whether there is somebody to ask: standard input may be no terminal, or be closed."""
    return sys.stdin is not None and sys.stdin.isatty()


def for_anything() -> tuple[Given, str]:
    """Ask for a session or, if the person prefers that, for an email and a password.

    Returns what was answered, and the name of that source.

    Raises:
        NotLoggedInError: What was pasted is no session.
    """
    click.echo(
        "Strava has to know who you are. What works best is the session of your browser: log in\n"
        "at https://www.strava.com there, and copy the value of its cookie _strava4_session.\n",
        err=True,
    )
    email = _email("Email (or only Enter, to paste a session)", default="")
    if email:
        return Login(email, _secret("Password")), sources.PASSWORD
    return for_session()


def for_session() -> tuple[Given, str]:
    """Ask for a session, which is not shown, and return it with the name of that source.

    Raises:
        NotLoggedInError: What was pasted is no session.
    """
    pasted = "what you pasted"
    return sources.from_text(_secret("Session"), pasted, TODAY), pasted


def for_login() -> Login:
    """Ask for an email and a password.

    Raises:
        NoLoginError: There is nobody to ask.
    """
    if not is_there():
        raise NoLoginError
    return Login(_email("Email", default=None), _secret("Password"))


def _email(question: str, default: str | None) -> str:
    def check_email(text: str) -> str:
        if text.strip() and "@" not in text:
            raise click.UsageError("that is no email.")
        return text.strip()

    answer: str = click.prompt(
        question, default=default, show_default=False, value_proc=check_email, err=True
    )
    return answer


def _secret(what: str) -> str:
    answer: str = click.prompt(f"{what} (not shown)", hide_input=True, err=True)
    return answer
