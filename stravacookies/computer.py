"""The user's computer: what decides where programs are, and how it starts this one."""

import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple


class Computer(NamedTuple):
    """What decides where programs are. `repr` hides the environment, which may hold secrets.

    Attributes:
        platform: The system, as `sys.platform` names it.
        environ: The environment variables.
        home: The user's home directory.
        root: Where the system's own folders are.
    """

    platform: str
    environ: Mapping[str, str]
    home: Path
    root: Path = Path("/")

    def __repr__(self) -> str:
        return f"<Computer {self.platform}, {self.home}>"

    @property
    def config(self) -> Path:
        """The folder for programs' settings on Linux.

        Source: https://specifications.freedesktop.org/basedir-spec/latest/
        """
        return Path(self.environ.get("XDG_CONFIG_HOME") or self.home / ".config")

    @property
    def data(self) -> Path:
        """The folder for programs' data on Linux; source as of `config`."""
        return Path(self.environ.get("XDG_DATA_HOME") or self.home / ".local" / "share")

    @property
    def roaming(self) -> Path:
        """The folder for programs' data on Windows."""
        return Path(self.environ.get("APPDATA") or self.home / "AppData" / "Roaming")

    @property
    def start_menu(self) -> Path:
        """The folder of the Start menu's programs on Windows.

        Source: https://learn.microsoft.com/windows/win32/shell/knownfolderid (Programs)
        """
        return self.roaming / "Microsoft" / "Windows" / "Start Menu" / "Programs"


def this_computer(environ: Mapping[str, str] = os.environ) -> Computer:
    """Return the computer that the program runs on."""
    return Computer(sys.platform, environ, Path.home())


def own_command(*words: str) -> list[str]:
    """Return the command that starts this program for the desktop, without a terminal."""
    python = Path(sys.executable)
    if sys.platform == "win32":
        python = python.with_name("pythonw.exe")  # without a window of its own
    # -P: no module in the folder where the desktop starts programs takes the place of ours.
    return [str(python), "-P", "-m", "stravacookies", *words]


def windows_script(command: Sequence[str]) -> bytes:
    """Return a script of Windows that starts a command; its first line says it is in UTF-8.

    Sources: https://learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments (what is
    in a word), https://learn.microsoft.com/windows-server/administration/windows-commands/cmd
    """
    words = (re.sub(r'(\\*)("|\Z)', r"\1\1\2", word).replace('"', r"\"") for word in command)
    line = " ".join(f'"{word}"' for word in words).replace("%", "%%")
    parts = line.split('"')
    # For the shell, every quotation mark counts. Outside of them, an & would begin another command.
    parts[::2] = [re.sub(r"[&|<>()^]", r"^\g<0>", part) for part in parts[::2]]
    line = '"'.join(parts)
    return f'@chcp 65001 >nul\r\n@start "" {line}\r\n'.encode()
