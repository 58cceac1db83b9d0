"""How this program was installed, and so how packages are added to it."""

import shlex
import sys
from pathlib import Path

EXTRAS = {
    "browser": (
        *("yt-dlp", "pycryptodomex"),
        *(["secretstorage"] if sys.platform == "linux" else []),
    ),
    "serve": ("aiohttp", "pillow"),
}
"""The packages of extras. By its own name, pip would get another program from PyPI."""


def how_to_add(extra: str, package: Path, prefix: Path, python: str) -> str:
    """Return the command that adds an extra to an installation.

    Args:
        extra: One of `EXTRAS`, which is also a target of the Makefile.
        package: The folder of this package.
        prefix: The environment that it is installed in, as `sys.prefix` names it.
        python: The interpreter, as `sys.executable` names it.
    """
    packages = " ".join(EXTRAS[extra])
    if (package.parent / "Makefile").is_file():
        return f"make {extra}"
    if "pipx" in prefix.parts:
        return f"pipx inject stravacookies {packages}"
    interpreter = shlex.quote(python)
    if {"uv", "tools"} <= set(prefix.parts):
        return f"uv pip install --python {interpreter} {packages}"
    return f"{interpreter} -m pip install {packages}"
