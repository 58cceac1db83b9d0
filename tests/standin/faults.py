"""What can go wrong on the way to Strava. Each fault ends one connection."""

import socket
import struct
import time
from collections.abc import Callable
from enum import Enum

Fault = Callable[[socket.socket], None]
"""Uses a connection in some faulty way; the stand-in then closes it."""


class Place(Enum):
    """Where a fault happens."""

    PROXY = "before the proxy answers"
    TUNNEL = "in the tunnel, before it is encrypted"
    SITE = "after a request has arrived"


def close(connection: socket.socket) -> None:
    """Send nothing."""


def reset(connection: socket.socket) -> None:
    """Reset the connection."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def silence(connection: socket.socket) -> None:
    """Send nothing, and wait until the client gives up."""
    while connection.recv(1024):
        pass


def say(data: bytes) -> Fault:
    """Send some bytes."""
    return lambda connection: connection.sendall(data)


def repeat(data: bytes, pause: float = 0.0) -> Fault:
    """Send the same bytes again and again, with a pause in seconds, until the client leaves."""

    def fault(connection: socket.socket) -> None:
        while True:
            connection.sendall(data)
            time.sleep(pause)

    return fault


def drip(head: bytes) -> Fault:
    """Send the head of an answer, then one byte every 20 ms without end."""

    def fault(connection: socket.socket) -> None:
        connection.sendall(head)
        repeat(b"x", 0.02)(connection)

    return fault
