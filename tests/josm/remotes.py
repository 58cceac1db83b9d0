"""Something that listens on the port of JOSM's remote control."""

import threading
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from time import sleep
from typing import Self
from urllib.parse import unquote

from stravacookies.josm.schema import NAMESPACE

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
# As revision 18646 answers.
JOSM = HEAD + (
    b'{"protocolversion":{"major":1,"minor":11},"application":"JOSM RemoteControl","version":18646}'
)


class Remote(ThreadingTCPServer):
    """A program that listens on a free port within a `with` block; a JOSM, unless told otherwise.

    Attributes:
        port: Where it listens.
        version: What it sends in answer to a request for its version.
        packet: How many bytes of that it sends at once.
        answer: What it sends in answer to a request to open a layer; nothing if its user is asked.
        layers: The layers that it was asked to open.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.port: int = self.server_address[1]
        self.version = JOSM
        self.packet = 1000
        self.answer: bytes | None = HEAD + b"OK\r\n"
        self.layers: list[str] = []

    def __enter__(self) -> Self:
        """Start it."""
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self.shutdown()
        self.server_close()


class _Handler(StreamRequestHandler):
    def handle(self) -> None:
        """Answer one request."""
        assert isinstance(self.server, Remote)
        path = self.rfile.readline().split()[1].decode()
        while self.rfile.readline().strip():
            pass
        if path == "/version":
            for start in range(0, len(self.server.version), self.server.packet):
                sleep(0.02 if start else 0)
                self.wfile.write(self.server.version[start : start + self.server.packet])
            return
        self.server.layers.append(unquote(path))
        if self.server.answer is None:
            self.rfile.read()  # until the client gives up
        else:
            self.wfile.write(self.server.answer)


def set_remote_control(directory: Path, port: object, enabled: str = "true") -> None:
    """Write preferences with a remote control on a port."""
    (directory / "preferences.xml").write_text(
        f'<preferences xmlns="{NAMESPACE}"><tag key="remotecontrol.enabled" value="{enabled}"/>'
        f'<tag key="remote.control.port" value="{port}"/></preferences>'
    )
