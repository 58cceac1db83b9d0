"""What can go wrong on the way to Strava: each fault is done to one connection."""

import socket
import struct
import time
from collections.abc import Callable
from enum import Enum

Fault = Callable[[socket.socket], None]
"""What is done with a connection in place of an answer; it is closed then."""


class Place(Enum):
    """Where on the way a fault is met."""

    PROXY = "before the proxy answers"
    TUNNEL = "in the tunnel, before it is encrypted"
    SITE = "after a request has arrived"


def close(connection: socket.socket) -> None:
    """Say nothing more."""


def reset(connection: socket.socket) -> None:
    """Break the connection off."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def silence(connection: socket.socket) -> None:
    """Wait until the client has had enough."""
    while connection.recv(1024):
        pass


def say(data: bytes) -> Fault:
    """Send something, and close."""
    return lambda connection: connection.sendall(data)


def repeat(data: bytes, pause: float = 0.0) -> Fault:
    """Send the same again and again, with so many seconds between, until the client has gone."""

    def fault(connection: socket.socket) -> None:
        while True:
            connection.sendall(data)
            time.sleep(pause)

    return fault


def drip(head: bytes) -> Fault:
    """Send a head, and then a byte now and then, for ever."""

    def fault(connection: socket.socket) -> None:
        connection.sendall(head)
        repeat(b"x", 0.02)(connection)

    return fault
