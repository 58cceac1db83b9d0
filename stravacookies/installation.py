"""How this program was installed and started, and so what its user types."""

import os
import re
import shutil
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

EXTRAS = {
    "browser": (
        *("yt-dlp", "pycryptodomex"),
        *(["secretstorage"] if sys.platform == "linux" else []),
    ),
    "serve": ("httptools", "pillow", "pycurl", "uvicorn"),
}
"""The packages of extras. By its own name, pip would get another program from PyPI."""

_NAME = "stravacookies"
_PLAIN = re.compile(r"[\w@%+=:./~-]+")
"""A word that means itself in each shell, once commas are out: PowerShell splits a word there."""

_ACTIVE = re.compile(r'["$`\\!]')
"""What means something else between double quotes, in sh, bash, zsh or fish."""


class Installation(NamedTuple):
    """What decides how a user starts this program, and adds packages to it.

    Attributes:
        is_clone: Whether it runs from a clone of its repository, beside the Makefile.
        by_make: Whether `make` has started it.
        prefix: The environment that it is installed in, as `sys.prefix` names it.
        python: The interpreter, as `sys.executable` names it.
        program: How it was started without `make`.
    """

    is_clone: bool
    by_make: bool
    prefix: Path
    python: str
    program: str

    def typed(self, line: str) -> str:
        """Return a command line as the user types it.

        Args:
            line: A command with its arguments, such as `live ride:hot`.
        """
        if self.is_clone and self.by_make:
            target, _, arguments = line.partition(" ")
            args = f" ARGS={_between_quotes(arguments)}" if arguments else ""
            return f"make {target}" + args.replace("$", "$$")
        # Both tools put the program on the path; an icon or a service does not start it from there.
        return f"{_NAME if self._tool() else self.program} {line}"

    def how_to_add(self, extra: str) -> str:
        """Return the command that adds one of `EXTRAS`, which are also targets of the Makefile."""
        packages = " ".join(EXTRAS[extra])
        if self.is_clone:
            return f"make {extra}"
        if self._tool() == "pipx":
            return f"pipx inject {_NAME} {packages}"
        python = quoted(self.python)
        if self._tool() == "uv":
            return f"uv pip install --python {python} {packages}"
        return f"{python} -m pip install {packages}"

    def how_to_reinstall(self) -> str:
        """Say what to do when a part of the installation is missing."""
        if self.is_clone:
            return "run 'make clean', then 'make josm-prefs'"
        commands = {
            "pipx": f"run 'pipx reinstall {_NAME}'",
            "uv": f"run 'uv tool upgrade --reinstall {_NAME}'",
        }
        return commands.get(self._tool(), f"install {_NAME} again with pip")

    def _tool(self) -> str:
        """Return the tool that has installed the program into an environment of its own."""
        if "pipx" in self.prefix.parts:
            return "pipx"
        return "uv" if {"uv", "tools"} <= set(self.prefix.parts) else ""


def program(started: Sequence[str], script: str, found: str | None) -> str:
    """Return how the user started this program, which may also be a library in another one.

    Args:
        started: The interpreter and its arguments, as `sys.orig_argv` names them.
        script: What Python runs, as `sys.argv` names it; not known yet with `-m`.
        found: The program that a shell finds by our name.
    """
    if ("-m", _NAME) in pairwise(started):
        return f"{quoted(started[0])} -m {_NAME}"
    typed, known = (re.sub(r"\.exe$", "", path or "", flags=re.I) for path in (script, found))
    is_ours = re.split(r"[\\/]", typed)[-1] == _NAME
    return quoted(typed) if is_ours and typed != known else _NAME


def quoted(word: str, *, is_windows: bool = os.name == "nt") -> str:
    r"""Return a word as it is typed in a shell: sh and its like, or else both of Windows'.

    Where it can, it takes double quotes, which all of them know. On Windows, a file's name has
    no quotes, and `\` is an ordinary character.
    """
    if is_windows:
        return word if _PLAIN.fullmatch(word.replace("\\", "/")) else f'"{word}"'
    return word if _PLAIN.fullmatch(word.replace(",", ".")) else _between_quotes(word)


def command(*words: str) -> str:
    """Return a command of this program as the user types it.

    Args:
        words: The command and its arguments.
    """
    return THIS.typed(" ".join(map(quoted, words)))


def _between_quotes(text: str) -> str:
    if not _ACTIVE.search(text):
        return f'"{text}"'
    import shlex  # imported here: few texts need it

    return shlex.quote(text)


THIS = Installation(
    is_clone=(Path(__file__).parents[1] / "Makefile").is_file(),
    by_make="MAKELEVEL" in os.environ,
    prefix=Path(sys.prefix),
    python=sys.executable,
    program=program(sys.orig_argv, sys.argv[0], shutil.which(_NAME)),
)
"""This installation, which stays the same while the program runs."""
