"""`stravacookies josm`: starts JOSM with fresh cookies."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import click

from stravacookies.cli import options, printing, user
from stravacookies.cli.commands import cmd_josm_prefs
from stravacookies.computer import own_command, this_computer
from stravacookies.errors import StravacookiesError
from stravacookies.facts import JosmFacts
from stravacookies.josm import desktop_icon, launch

_PATIENCE = 5.0
"""Seconds to wait until the desktop has taken a notification."""

_IN_FRONT = 0x10000
"""Shows a box above other windows (MB_SETFOREGROUND)."""

_FAILURES = (StravacookiesError, click.ClickException, OSError)


def _split(context: click.Context, option: click.Parameter, text: str | None) -> list[str]:
    """Split a command as the system's shell would, and expand `~`."""
    split = _split_on_windows if sys.platform == "win32" else shlex.split
    try:
        words = split(text or "")
    except ValueError:
        raise click.BadParameter("a quotation mark is not closed.") from None
    if text is not None and not words:
        raise click.BadParameter("it is empty.")
    # A Path would change what is not one, such as a URL.
    return [os.path.expanduser(word) for word in words]  # noqa: PTH111


def _split_on_windows(text: str) -> list[str]:
    """Split a command where a backslash, and a single quotation mark, are like any other."""
    if text.count('"') % 2:
        raise ValueError
    return [word.replace('"', "") for word in re.findall(r'(?:[^\s"]|"[^"]*")+', text)]


@click.command(
    "josm",
    context_settings={"default_map": {}},  # josm-prefs reads it, and reports its errors
    epilog=options.examples(
        "josm",
        "josm --icon",
        "josm -- --language=de ~/track.gpx",
        'josm --josm-command "java -jar ~/josm-tested.jar"',
    ),
)
@click.argument("arguments", metavar="[-- ARGUMENT...]", nargs=-1, type=click.UNPROCESSED)
@click.option(
    "--josm-command",
    metavar="COMMAND",
    callback=_split,
    help="How to start JOSM.  [default: the installed JOSM]",
)
@click.option(
    "--icon/--no-icon",
    "icon",
    default=None,
    help="Add an icon for this command to the desktop's menu, or remove it, without starting JOSM.",
)
@options.josm_dir
@options.verbose
def command(
    arguments: tuple[str, ...],
    josm_command: list[str],
    icon: bool | None,
    josm_dir: Path | None,
) -> None:
    """Do what josm-prefs does with your defaults, then start JOSM.

    If the layers cannot be refreshed, this says why, also in a desktop notification, and starts
    JOSM anyway. The arguments after -- go to JOSM. The exit code is JOSM's.
    """
    if icon is None:
        _start(josm_dir, josm_command, arguments)
    elif icon:
        path = desktop_icon.add(this_computer(), _own_command(josm_dir, josm_command, arguments))
        printing.say(f"'{desktop_icon.NAME}' is now in the desktop's menu ({path}).")
    elif desktop_icon.remove(this_computer()):
        printing.say(f"'{desktop_icon.NAME}' is no longer in the desktop's menu.")
    else:
        printing.say("There was no icon to remove.")


def _own_command(
    josm_dir: Path | None, josm_command: list[str], arguments: tuple[str, ...]
) -> list[str]:
    """Return the command that runs this one with the same options."""
    own = own_command("josm")
    if josm_dir:
        own += ["--josm-dir", str(josm_dir.absolute())]
    if josm_command:
        join = subprocess.list2cmdline if sys.platform == "win32" else shlex.join
        own += ["--josm-command", join(josm_command)]
    return [*own, "--", *arguments] if arguments else own


def _start(josm_dir: Path | None, josm_command: list[str], arguments: tuple[str, ...]) -> None:
    of_prefs = ["--josm-dir", str(josm_dir)] if josm_dir else []
    root = click.get_current_context().find_root()
    try:
        with cmd_josm_prefs.command.make_context("josm-prefs", of_prefs, parent=root) as prefs:
            directory = user.josm_if_any(prefs.params["josm_dir"])
            words = josm_command or launch.command(this_computer(), directory)
            launch.refuse_second(directory)
            if directory:  # layers that are served stay so
                prefs.params["port"] = JosmFacts(directory).port
            prefs.params["next_start"] = ""  # the user does not start it
            _refresh(prefs)
        launch.start([*words, *arguments])
    except _FAILURES as error:
        _notify(_words(error))
        raise


def _refresh(prefs: click.Context) -> None:
    """Run josm-prefs; if it fails, say why."""
    try:
        prefs.command.invoke(prefs)
    except _FAILURES as error:
        text = f"{_words(error)}\nJOSM starts anyway, without new cookies."
        printing.warn(text)
        _notify(text)


def _words(error: Exception) -> str:
    return error.format_message() if isinstance(error, click.ClickException) else str(error)


def _notify(text: str) -> None:
    """Show a notification on the desktop, if that is possible: an icon has no terminal.

    On Windows it is a box, which waits to be read.

    Sources: https://manpages.debian.org/notify-send,
    https://learn.microsoft.com/windows/win32/api/winuser/nf-winuser-messageboxw
    """
    if sys.platform == "win32":
        if not sys.stderr:  # pythonw.exe has none; elsewhere the text is there to be read
            import ctypes  # imported here: only Windows needs it

            ctypes.windll.user32.MessageBoxW(None, text, desktop_icon.NAME, _IN_FRONT)
        return
    program = shutil.which("notify-send")
    if program:
        with suppress(OSError, subprocess.SubprocessError):
            subprocess.run(
                [program, "--app-name=stravacookies", "--", desktop_icon.NAME, text],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=_PATIENCE,
                check=False,
            )
