"""Ask the person at the terminal for a session or a login; secrets are not shown."""

import os
import sys
import time
from collections.abc import Mapping

import click

from stravacookies.credentials import sources
from stravacookies.credentials.candidates import Credential, login_from
from stravacookies.errors import TRY_AGAIN, NotLoggedInError
from stravacookies.heatmap import CURRENT
from stravacookies.strava.session import Login

_PASTE_PAUSE = 0.3
"""Seconds without a key after which a line counts as the last. A paste sends the next sooner."""

_CTRL_D = b"\4"
_ENDS = (b"\n", _CTRL_D)


def is_possible() -> bool:
    """Return whether there is a person to ask: standard input may be closed, or not a terminal."""
    return sys.stdin is not None and sys.stdin.isatty()


def for_session() -> Credential:
    """Ask for a session."""
    return sources.from_text(_secret("Session"), sources.PASTED, CURRENT)


def for_login(environ: Mapping[str, str]) -> Login:
    """Return the email and password in environment variables, or else ask for them."""
    if read := login_from(environ):
        return read()
    if not is_possible():
        raise NotLoggedInError(
            "There is no terminal to ask for an email and password: set STRAVA_EMAIL and"
            " STRAVA_PASSWORD."
        )
    return Login(_email(), _secret("Password"))


def _email() -> str:
    def check(text: str) -> str:
        if text.strip() and "@" not in text:
            raise click.UsageError("That is not an email address.")
        return text.strip()

    answer: str = click.prompt("Email", value_proc=check, err=True)
    return answer


def _secret(what: str) -> str:
    """Ask once. The answer may be a paste of several lines.

    Raises:
        NotLoggedInError: It is empty.
    """
    try:
        answer = _read_unseen(f"{what} (not shown): ")
    except (OSError, EOFError, KeyboardInterrupt):  # no terminal any more, Ctrl-D, Ctrl-C
        raise click.Abort from None
    if not answer:
        raise NotLoggedInError(f"No {what.lower()} was entered.", TRY_AGAIN)
    return answer


def _read_unseen(question: str) -> str:
    """Ask at the terminal; do not show the answer.

    `getpass` would leave the terminal in its canonical mode, which cuts lines at 4,095 bytes
    (https://man7.org/linux/man-pages/man3/termios.3.html), and it would leave to the shell what
    follows the first line of a paste.
    """
    if sys.platform == "win32":
        return _read_lines_unseen(question)
    import select  # imported here: few runs ask
    import termios

    terminal = sys.stdin.fileno()
    usual, unseen = termios.tcgetattr(terminal), termios.tcgetattr(terminal)
    unseen[3] &= ~(termios.ECHO | termios.ICANON)
    unseen[6][termios.VMIN], unseen[6][termios.VTIME] = 1, 0
    typed = bytearray()
    try:
        termios.tcsetattr(terminal, termios.TCSAFLUSH, unseen)
        click.echo(question, nl=False, err=True)
        while not typed.endswith(_ENDS) or select.select([terminal], [], [], _PASTE_PAUSE)[0]:
            typed += os.read(terminal, 65536) or _CTRL_D
    finally:
        termios.tcsetattr(terminal, termios.TCSAFLUSH, usual)
        click.echo(err=True)  # the answer's line break was not shown either
    if typed == _CTRL_D:
        raise EOFError
    return _edited(typed.decode(sys.stdin.encoding, errors="surrogateescape"))


def _read_lines_unseen(question: str) -> str:
    """Ask on Windows, where `getpass` cuts nothing, but still reads only one line."""
    import getpass

    lines = [getpass.getpass(question)]
    if sys.platform == "win32":  # always; mypy needs it
        import msvcrt

        time.sleep(_PASTE_PAUSE)
        while msvcrt.kbhit():
            lines.append(getpass.getpass(""))
            time.sleep(_PASTE_PAUSE)
    return "\n".join(lines)


def _edited(keys: str) -> str:
    """Return the text that keys result in: without canonical mode, the terminal erases nothing."""
    text: list[str] = []
    for key in keys.rstrip("\r\n\4"):
        if key in "\b\x7f":
            del text[-1:]
        elif key == "\x15":  # Ctrl-U
            text.clear()
        else:
            text.append(key)
    return "".join(text)
