"""The ways in which a person can log in: those named with `--from`, and those to choose from."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import click

from stravacookies import paths
from stravacookies.cli import printing, prompt
from stravacookies.computer import this_computer
from stravacookies.credentials import sources, window_browsers
from stravacookies.credentials.browser_folders import display_name
from stravacookies.credentials.candidates import Candidate, Contents, Origin, once
from stravacookies.credentials.window_browsers import Program
from stravacookies.errors import TRY_AGAIN, NotLoggedInError
from stravacookies.heatmap import CURRENT, TileHost
from stravacookies.wording import listed


class _Way(NamedTuple):
    """A line of the menu, and the candidate that it stands for."""

    words: str
    candidate: Callable[[], Candidate]


def named(source: str, environ: Mapping[str, str], host: TileHost = CURRENT) -> Candidate:
    """Return the source that a user named; one that needs a person asks at the terminal."""
    source = sources.normalize(source)
    if sources.is_window(source):
        return _window(_program(source.partition(":")[2]))
    if source == sources.STANDARD_INPUT and prompt.is_possible():
        return Candidate(Origin.NAMED, sources.PASTED, once(prompt.for_session))
    if source == sources.PASSWORD:
        return Candidate(Origin.NAMED, source, once(lambda: prompt.for_login(environ)))
    return Candidate(Origin.NAMED, source, lambda: sources.read(source, host))


def ask(environ: Mapping[str, str], host: TileHost) -> Contents:
    """Let the person choose a way, and yield its candidate."""
    ways = []
    try:
        program = _program("")
    except NotLoggedInError:
        pass  # there is no screen, or no browser
    else:
        words = f"open a browser window ({display_name(program.browser)})"
        ways.append(_Way(words, lambda: _window(program)))
    ways += [
        _Way(
            "paste the session from a browser (its cookie _strava4_session)",
            lambda: named("-", environ, host),
        ),
        _Way("read a file that a browser's add-on exported", lambda: named(_file(), environ, host)),
        _Way(
            "enter your email and password (Strava refuses them from most programs)",
            lambda: named(sources.PASSWORD, environ, host),
        ),
    ]
    click.echo("How do you want to log in to Strava?", err=True)
    for number, way in enumerate(ways, 1):
        printing.say(f"  {number}  {way.words}", err=True)
    kind = click.Choice([str(number) for number, _ in enumerate(ways, 1)])
    chosen: str = click.prompt("Your choice", type=kind, default="1", show_choices=False, err=True)
    yield ways[int(chosen) - 1].candidate()._replace(origin=Origin.PERSON)


def _file() -> str:
    def check(text: str) -> str:
        path = Path(text.strip().strip("'\"")).expanduser()  # as a terminal pastes it
        if not path.is_file():
            raise click.UsageError(f"{path} is not a file.")
        return str(path)

    path: str = click.prompt("File", value_proc=check, err=True)
    return path


def _program(browser: str) -> Program:
    """Return the browser for a window: the named one, or the first that is installed.

    Raises:
        NotLoggedInError: There is none, or no screen to open a window on.
    """
    from stravacookies.credentials import window  # imported here: few runs open one

    window.check_screen(this_computer())
    if program := window_browsers.find(browser, this_computer(), paths.state()):
        return program
    if browser:
        raise NotLoggedInError(
            f"{display_name(browser)} was not found on this computer.", TRY_AGAIN
        )
    known = listed(map(display_name, window_browsers.BROWSERS), "or")
    raise NotLoggedInError(f"No browser was found for a window: install {known}.", TRY_AGAIN)


def _window(program: Program) -> Candidate:
    def contents() -> Contents:
        from stravacookies.credentials import window

        yield from window.sessions(program, lambda text: printing.say(text, err=True))

    return Candidate(Origin.NAMED, f"{sources.WINDOW}:{program.browser}", contents)
