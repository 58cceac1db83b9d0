"""Whether a JOSM is running on a preferences directory."""

import re
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from os.path import realpath  # accepts a loop of links, unlike Path.resolve
from pathlib import Path
from typing import TYPE_CHECKING

from stravacookies.computer import Computer
from stravacookies.josm import remote, settings
from stravacookies.josm.directory import packages

if TYPE_CHECKING:
    import psutil

# Texts, which `re` compiles when they are first used: few runs ask for processes.
_JAVA = r"(?i)java(w|ws)?(\.exe)?"
_OWN_PROGRAM = r"(?i)(josm|hwconsole)(\.exe)?"
"""The names of JOSM's own launchers, which its installers for Windows and macOS contain.

Source: https://github.com/JOSM/josm/blob/master/native/windows/win-jpackage.sh
"""

# With a version, as in josm-0.0.svn18646+dfsg.jar, or numbered, as in "josm-tested (1).jar".
_JAR = r"(?i)josm([-_. +()\d]|tested|latest|snapshot|custom|dfsg|svn|r(?=\d))*\.(jar|jnlp)"
_WEB_START = r"(?i)javaws|jnlp\.runtime|openwebstart"
"""What runs a JOSM from the web, by a file of the kind JNLP."""

_MAIN_CLASS = "org.openstreetmap.josm.gui.MainApplication"
_DIRECTORY = r"-Djosm\.(?:pref|home)=(.+)"
_NAME = r"-Djosm\.dir\.name=(.+)"
_HOME = r"-Duser\.home=(.+)"


def is_running(directory: Path) -> bool:
    """Return whether a JOSM is running on a preferences directory.

    This looks at the system's processes. If there is no JOSM among them, it may be in a container
    or belong to another user, so its remote control is asked.
    """
    found = _josms()
    if not found:
        enabled, port = settings.remote_control(directory)
        return enabled and remote.probe(port).listener is remote.Listener.JOSM
    used = (each for process in found for each in _directories(process))
    return realpath(directory) in map(realpath, used)


def is_running_anywhere() -> bool:
    """Return whether a JOSM is among the system's processes, on any directory."""
    return bool(_josms())


def is_josm(command: Sequence[str]) -> bool:
    """Return whether a command line starts JOSM."""
    if not command:
        return False
    program, *words = (re.split(r"[/\\]", word)[-1] for word in command)
    if not re.fullmatch(_JAVA, program):
        return bool(re.fullmatch(_OWN_PROGRAM, program))
    # A jar of JOSM on the class path of another program, such as Gradle, does not count, nor does
    # one that another program has been given as a file to open.
    if "-jar" in words:
        run = words[words.index("-jar") + 1 :][:1]
    elif any(re.search(_WEB_START, word) for word in command):
        run = words
    else:
        return _MAIN_CLASS in words
    return any(re.fullmatch(_JAR, word) for word in run)


def directories(
    command: Sequence[str], started_in: Path, environ: Mapping[str, str], home: Path
) -> list[Path]:
    """List the preferences directories that a JOSM with this command line may use."""

    def named(option: str) -> list[str]:
        return [match[1] for word in command if (match := re.fullmatch(option, word))]

    if names := named(_DIRECTORY):
        return [started_in / name for name in names]
    computer = Computer(sys.platform, environ, Path([str(home), *named(_HOME)][-1]))
    name = ["JOSM", *named(_NAME)][-1]
    # JOSM takes quotes for a part of the name; a launcher may have removed them.
    spellings = dict.fromkeys((name, name.strip("\"'")))
    found = (package for each in spellings for package in packages(computer, each))
    return [place for package in found for place in package.places]


def _josms() -> "list[psutil.Process]":
    """Return the JOSMs among the system's processes."""
    import psutil  # imported here: 14 ms, and few commands ask

    processes = psutil.process_iter(["cmdline"])
    return [process for process in processes if is_josm(process.info["cmdline"] or ())]


def _directories(process: "psutil.Process") -> list[Path]:
    """List the preferences directories that a JOSM process may use."""
    import psutil

    started_in, environ, home = Path(), dict[str, str](), Path.home()
    with suppress(psutil.Error):
        started_in = Path(process.cwd())
    with suppress(psutil.Error):
        environ = process.environ()
    if sys.platform != "win32":  # it has no password file
        import pwd

        # Java takes the home directory from there, not from HOME.
        with suppress(KeyError, psutil.Error):
            home = Path(pwd.getpwuid(process.uids().real).pw_dir)
    return directories(process.info["cmdline"], started_in, environ, home)
