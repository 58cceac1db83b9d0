"""Runs `stravacookies serve` as a user does, for tests that ask it for tiles."""

import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.command import PROGRAM
from tests.josm_app import free_port

TILE = "/all/hot/8/198/114.png"
"""A tile with heat."""


class Served:
    """A running server.

    Attributes:
        address: Its host and port.
        url: Its URL, without a slash at the end.
        process: Its process.
        said: What it has said on standard error; complete once it has ended.
    """

    def __init__(self, port: int, process: "subprocess.Popen[bytes]") -> None:
        self.address, self.process, self.said = f"127.0.0.1:{port}", process, ""
        self.url = f"http://{self.address}"
        self._client = requests.Session()
        self._client.trust_env = False  # not through the proxy of the stand-in

    def ask(self, path: str = TILE, method: str = "GET", **headers: str) -> requests.Response:
        """Send a request with headers, whose names have underscores in place of hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._client.request(method, self.url + path, headers=named, timeout=60)

    def connect(self) -> socket.socket:
        """Return a connection to it."""
        host, port = self.address.split(":")
        return socket.create_connection((host, int(port)), timeout=20)

    def end(self) -> tuple[int, str]:
        """Interrupt it; return its exit code and what it printed after its first lines."""
        self.process.send_signal(signal.SIGINT)
        out, err = self.process.communicate(timeout=20)
        self.said = err.decode()
        self._client.close()
        return self.process.returncode, out.decode()


@contextmanager
def serving(
    environment: Mapping[str, str], *arguments: str | Path, port: int | None = None
) -> Iterator[Served]:
    """Run a server until the block ends.

    Args:
        environment: Its whole environment.
        arguments: Further arguments.
        port: The port on which it listens; by default a free one.
    """
    port = port or free_port()
    command = [str(PROGRAM), "serve", "--port", str(port)]
    own = signal.signal(signal.SIGINT, signal.SIG_DFL)  # it may be ignored where tests run
    try:
        process = subprocess.Popen(
            [*command, *map(str, arguments)],
            env=dict(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,  # so that nothing is read beyond the first line
        )
    finally:
        signal.signal(signal.SIGINT, own)
    served = Served(port, process)
    try:
        assert process.stdout
        first = process.stdout.readline()  # once it listens
        assert f"at {served.url}/\n".encode() in first, process.communicate(timeout=20)
        assert 404 == served.ask("/not-there").status_code  # once it answers
        yield served
    finally:
        if process.poll() is None:
            served.end()
