"""Whether a JOSM is running on a preferences directory."""

import os
import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from os.path import realpath  # of a circle of links, too, unlike Path.resolve
from pathlib import Path
from typing import TYPE_CHECKING

from stravacookies.josm import remote, settings
from stravacookies.josm.directory import candidates

if TYPE_CHECKING:
    import psutil

_JAVA = re.compile(r"java(w|ws)?(\.exe)?", re.IGNORECASE)
_OWN_PROGRAM = re.compile(r"josm(\.exe)?", re.IGNORECASE)
"""The name of JOSM's own program, as its installers for Windows and macOS have it."""

_JAR = re.compile(r"(^|[/\\:;])josm[^/\\:;]*\.(jar|jnlp)($|[:;])", re.IGNORECASE)
_MAIN_CLASS = "org.openstreetmap.josm.gui.MainApplication"
_DIRECTORY = re.compile(r"-Djosm\.(?:pref|home)=(.+)")


def is_running(directory: Path) -> bool:
    """Return whether a JOSM is running on a preferences directory.

    The system's processes tell. If there is no JOSM among them, it may be in a container or belong
    to another user, so its remote control is asked.
    """
    found = _josms()
    if not found:
        enabled, port = settings.remote_control(directory)
        return enabled and remote.probe(port).listener is remote.Listener.JOSM
    places = candidates(sys.platform, os.environ, Path.home())
    usual = realpath(directory) in map(realpath, places)
    return any(_runs_on(process, directory, usual=usual) for process in found)


def is_running_anywhere() -> bool:
    """Return whether a JOSM is among the system's processes, on any directory."""
    return bool(_josms())


def is_josm(command: Sequence[str]) -> bool:
    """Return whether a command line is that of a JOSM."""
    if not command:
        return False
    program = re.split(r"[/\\]", command[0])[-1]
    if _OWN_PROGRAM.fullmatch(program):
        return True
    words = command[1:]
    return bool(_JAVA.fullmatch(program)) and (
        _MAIN_CLASS in words or any(_JAR.search(word) for word in words)
    )


def runs_on(command: Sequence[str], directory: Path, *, started_in: Path, usual: bool) -> bool:
    """Return whether the command line of a JOSM means that it uses a preferences directory.

    If it names no directory, it does so if this is the usual one.
    """
    named = [match[1] for word in command if (match := _DIRECTORY.fullmatch(word))]
    if not named:
        return usual
    return any(realpath(started_in / name) == realpath(directory) for name in named)


def _josms() -> "list[psutil.Process]":
    """Return the JOSMs among the system's processes."""
    import psutil  # imported here: 10 ms, and few commands ask

    processes = psutil.process_iter(["cmdline"])
    return [process for process in processes if is_josm(process.info["cmdline"] or ())]


def _runs_on(process: "psutil.Process", directory: Path, *, usual: bool) -> bool:
    """Return whether the process of a JOSM uses a preferences directory."""
    import psutil

    started_in = Path()
    with suppress(psutil.Error):
        started_in = Path(process.cwd())
    # The usual directory is another one for each user; Windows does not tell whose a process is.
    with suppress(AttributeError, OSError, psutil.Error):
        usual = usual and process.uids().effective == directory.stat().st_uid
    return runs_on(process.info["cmdline"], directory, started_in=started_in, usual=usual)
