"""The folder of a window's profile: which processes use it, and how it is removed."""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from stravacookies.locks import locked


def users(profile: Path) -> Iterator[int]:
    """Yield the numbers of the processes that run on a profile."""
    import psutil  # imported here: few runs start a browser

    for process in psutil.process_iter(["cmdline"]):
        if any(word.endswith(str(profile)) for word in process.info["cmdline"] or ()):
            yield process.pid


def remove(profile: Path) -> None:
    """Remove a profile, unless a browser uses it. What cannot be removed stays."""
    with suppress(OSError), locked([profile / "lock"], patience=0):
        # A browser can outlive a stravacookies that was killed, and with it the lock.
        if not any(users(profile)):
            shutil.rmtree(profile, ignore_errors=True)
