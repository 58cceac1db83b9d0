"""Whether a JOSM runs on a preferences directory."""

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from stravacookies.josm.directory import candidates

if TYPE_CHECKING:
    import psutil

_JAVA = re.compile(r"java(w|ws)?(\.exe)?", re.IGNORECASE)
_OWN_PROGRAM = re.compile(r"josm(\.exe)?", re.IGNORECASE)
"""What JOSM itself is called, as its installers for Windows and macOS have it."""

_JAR = re.compile(r"(^|[/\\:;])josm[^/\\:;]*\.(jar|jnlp)($|[:;])", re.IGNORECASE)
_MAIN_CLASS = "org.openstreetmap.josm.gui.MainApplication"
_DIRECTORY = re.compile(r"-Djosm\.(?:pref|home)=(.+)")


def is_running(directory: Path) -> bool:
    """Tell whether a JOSM runs on a preferences directory.

    The system's processes tell. Only if there is no JOSM among them, because it runs in a container
    or for another user, does its remote control.
    """
    found = _josms()
    if not found:
        return _answers(directory)
    usual = _real(directory) in map(_real, candidates(sys.platform, os.environ, Path.home()))
    return any(
        runs_on(
            process.info["cmdline"],
            directory,
            folder=_folder(process),
            usual=usual and _is_of_owner(process, directory),
        )
        for process in found
    )


def runs_anywhere() -> bool:
    """Tell whether a JOSM is among the system's processes, on whichever directory."""
    return bool(_josms())


def is_josm(command: Sequence[str]) -> bool:
    """Tell whether a command line is that of a JOSM."""
    if not command:
        return False
    program = re.split(r"[/\\]", command[0])[-1]
    if _OWN_PROGRAM.fullmatch(program):
        return True
    words = command[1:]
    return bool(_JAVA.fullmatch(program)) and (
        _MAIN_CLASS in words or any(_JAR.search(word) for word in words)
    )


def runs_on(command: Sequence[str], directory: Path, *, folder: Path, usual: bool) -> bool:
    """Tell whether a JOSM runs on a preferences directory.

    Args:
        command: The program and its arguments.
        directory: JOSM's preferences directory.
        folder: Where the program was started.
        usual: Whether a JOSM that names no directory uses this one.
    """
    named = [match[1] for word in command if (match := _DIRECTORY.fullmatch(word))]
    if not named:
        return usual
    return any(_real(folder / name) == _real(directory) for name in named)


def _josms() -> "list[psutil.Process]":
    """Return the JOSMs among the system's processes."""
    import psutil  # only here, since few commands ask

    processes = psutil.process_iter(["cmdline"])
    return [process for process in processes if is_josm(process.info["cmdline"] or ())]


def _real(path: Path) -> str:
    """Return where a path leads to; a circle of links leads to itself."""
    return os.path.realpath(path)


def _folder(process: "psutil.Process") -> Path:
    import psutil

    try:
        return Path(process.cwd())
    except psutil.Error:
        return Path()


def _is_of_owner(process: "psutil.Process", directory: Path) -> bool:
    """Tell whether a process is of the user whose directory it is, if the system tells."""
    import psutil

    try:
        return process.uids().effective == directory.stat().st_uid
    except (AttributeError, OSError, psutil.Error):
        return True


def _answers(directory: Path) -> bool:
    """Tell whether a JOSM listens where the preferences in a directory say that theirs would."""
    from stravacookies.josm import remote

    enabled, port = remote.settings(directory)
    return enabled and remote.answers(port)
