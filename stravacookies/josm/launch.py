"""Start the JOSM that is installed."""

import os
import sys
from os.path import realpath
from pathlib import Path

from stravacookies import installation
from stravacookies.computer import Computer
from stravacookies.errors import JosmStateError
from stravacookies.josm.directory import installed, usual
from stravacookies.josm.process import is_running


def command(computer: Computer, directory: Path | None) -> list[str]:
    """Return the command that starts the JOSM that uses a directory; without one, any JOSM.

    Raises:
        JosmStateError: No JOSM that is installed uses the directory.
    """
    for package in installed(computer):
        if directory is None or realpath(package.used) == realpath(directory):
            return [word.format(folder=package.folder) for word in package.start]
    why, options, java = "it was not found", [], "java -jar josm.jar"
    if directory:
        why = f"no installed JOSM uses {directory}"
        options = [] if directory in usual(computer) else ["--josm-dir", str(directory)]
        java = f"java {installation.quoted(f'-Djosm.home={directory}')} -jar josm.jar"
    typed = installation.command("josm", *options, "--josm-command", java)
    raise JosmStateError(f"JOSM cannot be started: {why}. Say how to start it, such as: {typed}")


def refuse_second(directory: Path | None) -> None:
    """Refuse to start another JOSM on a directory: each would undo what the other saves.

    Raises:
        JosmStateError: A JOSM is running on the directory.
    """
    if directory and is_running(directory):
        raise JosmStateError(
            "JOSM is already running, so it was not started again. If its cookies have expired, run"
            f" '{installation.command('live', '--renew')}', or close JOSM and run this again."
        )


def start(words: list[str]) -> None:
    """Let JOSM take the place of this process, so that its exit code is ours.

    Windows starts it beside this process.

    Raises:
        JosmStateError: It cannot be started.
    """
    try:
        if sys.platform == "win32":
            import subprocess  # imported here: only Windows needs it

            subprocess.Popen(words)
        else:
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
            os.execvp(words[0], words)  # noqa: S606 - no shell is wanted
    except OSError as error:
        raise JosmStateError(
            f"JOSM could not be started with {words[0]}: {error.strerror}."
        ) from None
