"""How this program was installed, and so how packages are added to it."""

import shlex
import sys
from pathlib import Path

BROWSER_EXTRA = ("yt-dlp", "pycryptodomex", *(["secretstorage"] if sys.platform == "linux" else []))
"""The packages of the extra `browser`. By its own name, pip would get another program from PyPI."""


def how_to_add_browser_extra(package: Path, prefix: Path, python: str) -> str:
    """Return the command that adds the extra `browser` to an installation.

    Args:
        package: The folder of this package.
        prefix: The environment that it is installed in, as `sys.prefix` names it.
        python: The interpreter, as `sys.executable` names it.
    """
    packages = " ".join(BROWSER_EXTRA)
    if (package.parent / "Makefile").is_file():
        return "make browser"
    if "pipx" in prefix.parts:
        return f"pipx inject stravacookies {packages}"
    interpreter = shlex.quote(python)
    if {"uv", "tools"} <= set(prefix.parts):
        return f"uv pip install --python {interpreter} {packages}"
    return f"{interpreter} -m pip install {packages}"
