"""Whether a JOSM is running, as the system's processes tell."""

import re
from collections.abc import Sequence
from pathlib import Path

_JAR = re.compile(r"josm[^/\\]*\.(jar|exe)$", re.IGNORECASE)
_DIRECTORY = re.compile(r"-Djosm\.(?:pref|home)=(.+)")


def is_running(directory: Path, *, usual: bool) -> bool:
    """Tell whether a JOSM runs on a preferences directory.

    Args:
        directory: JOSM's preferences directory.
        usual: Whether a JOSM that names no directory uses this one.
    """
    # Imported here, since few commands ask.
    import psutil

    return any(
        runs_on(process.info["cmdline"] or (), directory, usual=usual)
        for process in psutil.process_iter(["cmdline"])
    )


def runs_on(command: Sequence[str], directory: Path, *, usual: bool) -> bool:
    """Tell whether a command line is that of a JOSM on a preferences directory."""
    if not any(_JAR.search(word) for word in command):
        return False
    named = [match[1] for word in command if (match := _DIRECTORY.fullmatch(word))]
    if not named:
        return usual
    return any(Path(name).resolve() == directory.resolve() for name in named)
