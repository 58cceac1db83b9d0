"""Whether a JOSM runs on a preferences directory."""

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from stravacookies.josm.directory import candidates

_JAR = re.compile(r"josm[^/\\]*\.(jar|exe)$", re.IGNORECASE)
_DIRECTORY = re.compile(r"-Djosm\.(?:pref|home)=(.+)")


def is_running(directory: Path) -> bool:
    """Tell whether a JOSM runs on a preferences directory.

    The system's processes tell. Only if there is no JOSM among them, because it runs in a container
    or for another user, does its remote control.
    """
    # Imported here, since few commands ask.
    import psutil

    commands = [process.info["cmdline"] or () for process in psutil.process_iter(["cmdline"])]
    if any(map(_is_josm, commands)):
        places = [place.resolve() for place in candidates(sys.platform, os.environ, Path.home())]
        usual = directory.resolve() in places
        return any(runs_on(command, directory, usual=usual) for command in commands)
    return _answers(directory)


def runs_on(command: Sequence[str], directory: Path, *, usual: bool) -> bool:
    """Tell whether a command line is that of a JOSM on a preferences directory.

    Args:
        command: The program and its arguments.
        directory: JOSM's preferences directory.
        usual: Whether a JOSM that names no directory uses this one.
    """
    if not _is_josm(command):
        return False
    named = [match[1] for word in command if (match := _DIRECTORY.fullmatch(word))]
    if not named:
        return usual
    return any(Path(name).resolve() == directory.resolve() for name in named)


def _is_josm(command: Sequence[str]) -> bool:
    return any(_JAR.search(word) for word in command)


def _answers(directory: Path) -> bool:
    """Tell whether a JOSM listens where the preferences in a directory say that theirs would."""
    from stravacookies.josm import remote

    enabled, port = remote.settings(directory)
    return enabled and remote.is_josm(port)
