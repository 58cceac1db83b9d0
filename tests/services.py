"""Pretended managers of services: `systemctl` and `launchctl`, with a server that only listens."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_SERVER = "import socket, time; s = socket.create_server(('127.0.0.1', {port})); time.sleep(60)"

_PROGRAM = """\
#!/bin/sh
cd '{folder}' || exit
echo "${{0##*/}} $*" >> calls
case "$*" in
    {fails}) echo 'Some words.' >&2; echo 'It failed.' >&2; exit 1 ;;
    *"enable --now"*|bootstrap*) '{python}' -S -c "{server}" >/dev/null 2>&1 & echo $! > running ;;
    *"disable --now"*|bootout*) kill "$(cat running)" && rm running ;;
    *is-active*|"print "*/*/*) kill -0 "$(cat running)" ;;
esac
"""


class Managers:
    """Programs in a folder, which write down how they were called.

    Attributes:
        path: The value of `PATH` with which they are found before others.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.path = f"{folder}:{os.environ['PATH']}"

    def install(self, port: int, fails: str = "nothing") -> None:
        """Install the programs.

        Args:
            port: Where the server listens that they start.
            fails: A shell's pattern for the arguments with which they fail.
        """
        server = _SERVER.format(port=port)
        for name in ("systemctl", "launchctl"):
            program = self._folder / name
            text = _PROGRAM.format(
                folder=self._folder, fails=fails, python=sys.executable, server=server
            )
            program.write_text(text)
            program.chmod(0o755)

    def calls(self) -> list[str]:
        """Return how they were called since this was last asked."""
        file = self._folder / "calls"
        calls = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return calls

    def stop(self) -> None:
        """End the server that they have started."""
        running = self._folder / "running"
        with suppress(FileNotFoundError, ProcessLookupError):
            os.kill(int(running.read_text()), signal.SIGKILL)
            running.unlink()

    def is_running(self) -> bool:
        """Return whether they have started the server, and not ended it."""
        return (self._folder / "running").exists()


@contextmanager
def managers(folder: Path) -> Iterator[Managers]:
    """Yield pretended managers in a new folder; end the server that they have started."""
    folder.mkdir()
    found = Managers(folder)
    try:
        yield found
    finally:
        found.stop()
