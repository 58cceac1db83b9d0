"""What listens on the port of JOSM's remote control."""

import os
import socket
import threading
from contextlib import suppress
from http.client import HTTPConnection
from socketserver import StreamRequestHandler, ThreadingTCPServer
from time import monotonic, sleep
from types import SimpleNamespace
from unittest.mock import Mock

import psutil
import pytest

from stravacookies.josm.remote import Listener, Probe, is_own, probe
from tests.josm.remotes import HEAD, JOSM, Remote


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (JOSM, Probe(Listener.JOSM, "18646")),
        (JOSM.replace(b"18646", b'"\\u001b[31m"'), Probe(Listener.JOSM)),
        (JOSM.replace(b"18646", b"null"), Probe(Listener.JOSM)),
        (JOSM.replace(b"JOSM", b"my"), Probe(Listener.OTHER)),
        (HEAD + b'{"application": {}}', Probe(Listener.OTHER)),
        (HEAD + b'{"version": 1}', Probe(Listener.OTHER)),
        (HEAD + b"null", Probe(Listener.OTHER)),
        (HEAD + b"[" * 990, Probe(Listener.OTHER)),
        (HEAD + b"\xff", Probe(Listener.OTHER)),
        (b"SSH-2.0-OpenSSH_9.2\r\n", Probe(Listener.OTHER)),
        (b"", Probe(Listener.OTHER)),
    ],
)
def test_probe(remote: Remote, answer: bytes, expected: Probe) -> None:
    """An answer is that of JOSM, whose version is a number, or of another program."""
    remote.version = answer

    assert expected == probe(remote.port)


@pytest.mark.parametrize("packet", [40, len(HEAD) + 20])
def test_answer_in_packets(remote: Remote, packet: int) -> None:
    """An answer is read to its end, however it arrives."""
    remote.packet = packet

    assert Probe(Listener.JOSM, "18646") == probe(remote.port)


def test_silence(free_port: int) -> None:
    """A program that says nothing is not JOSM; a port without one is free."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert Probe(Listener.OTHER) == probe(listener.getsockname()[1], patience=0.1)
    assert Probe(Listener.NOTHING) == probe(free_port)


def test_port_that_is_slow_to_refuse(free_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows tries a port without a program for longer than we wait; this is no other program."""
    monkeypatch.setattr(HTTPConnection, "connect", Mock(side_effect=TimeoutError))

    assert Probe(Listener.NOTHING) == probe(free_port)


@pytest.mark.parametrize(
    "sent",
    [b"HTTP/1.1 100 Continue\r\n\r\n", b"H", HEAD[:-2] + b"X: ", HEAD + b" "],
)
def test_answer_without_end(sent: bytes) -> None:
    """A program that never stops sending is given up as soon as a silent one."""

    class Endless(StreamRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                while True:
                    self.wfile.write(sent)
                    sleep(0.02)

    with ThreadingTCPServer(("127.0.0.1", 0), Endless) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        begun = monotonic()
        assert Probe(Listener.OTHER) == probe(server.server_address[1], patience=0.2)
        assert monotonic() - begun < 5
        server.shutdown()


@pytest.mark.parametrize(
    ("processes", "expected"),
    [
        ([os.getpid()], True),
        ([os.getpid(), os.getpid()], True),
        ([1], False),
        ([None], False),
        ([os.getpid(), None], False),
        ([2**30], False),
        ([], True),
        (None, True),
    ],
)
def test_whose_program_listens(
    monkeypatch: pytest.MonkeyPatch, processes: list[int | None] | None, expected: bool
) -> None:
    """A port is our own unless the system shows a listener there that is not a process of ours."""
    monkeypatch.setattr(psutil.Process, "username", lambda each: f"owner of {each.pid}")
    others = [("LISTEN", 8112, None), ("ESTABLISHED", 8111, None)]

    def connections(_: str) -> list[SimpleNamespace]:
        if processes is None:
            raise psutil.AccessDenied
        return [
            SimpleNamespace(status=status, laddr=SimpleNamespace(port=port), pid=pid)
            for status, port, pid in [*others, *(("LISTEN", 8111, pid) for pid in processes)]
        ]

    monkeypatch.setattr(psutil, "net_connections", connections)

    assert expected == is_own(8111)
