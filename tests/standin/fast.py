"""A tile host that answers any request quickly, with the same 30 kB, in a process of its own.

    python -m tests.standin.fast FOLDER SECONDS

It is a proxy, too, whose tunnels end in itself. It prints its two ports, without TLS and with it,
and answers a request for `/counts` without TLS with what it has counted.
"""

import asyncio
import json
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import requests
import trustme

from stravacookies.strava.tiles import PNG, PNG_END

TILE = PNG + bytes(30_000) + PNG_END
"""What it answers with; only its beginning is a picture."""

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: %d\r\n\r\n"
_HOST = "content-a.strava.com"


class FastHost(NamedTuple):
    """A running host.

    Attributes:
        port: Its port without TLS, as a proxy.
        tls_port: Its port with TLS.
        ca: The certificate of its authority.
    """

    port: int
    tls_port: int
    ca: Path

    def environment(self) -> dict[str, str]:
        """Return the variables that send all requests to it."""
        return {
            "HTTPS_PROXY": f"http://127.0.0.1:{self.port}",
            "NO_PROXY": "",
            "REQUESTS_CA_BUNDLE": str(self.ca),
        }

    def counts(self) -> dict[str, int]:
        """Return the number of tiles and of other requests, of connections, and of open ones."""
        counted: dict[str, int] = requests.get(
            f"http://127.0.0.1:{self.port}/counts", proxies={"http": ""}, timeout=10
        ).json()
        return counted


@contextmanager
def running(folder: Path, seconds: float = 0.0) -> Iterator[FastHost]:
    """Run a host that is some seconds away, until the block ends.

    Args:
        folder: Where its certificates are written.
        seconds: The time to it and back, which a tunnel, a handshake in it, and a tile take.
    """
    command = [sys.executable, "-m", "tests.standin.fast", str(folder), str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            port, tls_port = map(int, process.stdout.readline().split())
            yield FastHost(port, tls_port, folder / "ca.pem")
        finally:
            process.terminate()


class _Server:
    def __init__(self, folder: Path, seconds: float) -> None:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(folder / "ca.pem"))
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(_HOST, "127.0.0.1").configure_cert(self.tls)
        self._seconds = seconds
        self._counts = dict.fromkeys(("tiles", "others", "connections", "open"), 0)

    async def run(self) -> None:
        plain = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        secure = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls)
        print(*(each.sockets[0].getsockname()[1] for each in (plain, secure)), flush=True)  # noqa: T201
        await asyncio.gather(plain.serve_forever(), secure.serve_forever())

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            if head.startswith(b"GET /counts"):
                body = json.dumps(self._counts).encode()
                writer.write(_HEAD % len(body) + body)
                return
            if head.startswith(b"CONNECT"):
                # Once for the handshake of TLS 1.3, which begins as soon as this is answered.
                await asyncio.sleep(2 * self._seconds)
                writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
                await writer.start_tls(self.tls)
                head = b""
            self._counts["connections"] += 1
            self._counts["open"] += 1
            try:
                await self._answer(head, reader, writer)
            finally:
                self._counts["open"] -= 1
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client has left
        finally:
            writer.close()

    async def _answer(
        self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while True:
            head = head or await reader.readuntil(b"\r\n\r\n")
            self._counts["tiles" if b".png" in head.split(b"\r\n")[0] else "others"] += 1
            await asyncio.sleep(self._seconds)
            writer.write(_HEAD % len(TILE) + TILE)
            await writer.drain()
            head = b""


if __name__ == "__main__":
    asyncio.run(_Server(Path(sys.argv[1]), float(sys.argv[2])).run())
