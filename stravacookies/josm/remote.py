"""JOSM's remote control, on this computer.

Source: https://josm.openstreetmap.de/wiki/Help/RemoteControlCommands
"""

import json
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from stravacookies.deadline import Deadline

if TYPE_CHECKING:
    from http.client import HTTPConnection

_PATIENCE = 2.0
"""Seconds to wait for a program on this computer."""

_CONNECT = 1.0
"""Seconds to wait for a connection, which the system makes at once if a program listens."""

_LONGEST = 100_000
"""The bytes of an answer to read; JOSM's have a few hundred."""


class Listener(Enum):
    """What listens on a port of this computer."""

    JOSM = "JOSM"
    OTHER = "another program"
    NOTHING = "nothing"


class Probe(NamedTuple):
    """What listens on a port and, if JOSM does and says so, its revision."""

    listener: Listener
    version: str = ""


def probe(port: int, patience: float = _PATIENCE) -> Probe:
    """Ask what listens on a port of this computer; without an answer in time, it is not JOSM."""
    try:
        answer = json.loads(request(port, "/version", patience)[1])
        if answer["application"] == "JOSM RemoteControl":
            revision = answer.get("version")
            return Probe(Listener.JOSM, str(revision) if isinstance(revision, int) else "")
    except ConnectionRefusedError:
        return Probe(Listener.NOTHING)
    except (OSError, ValueError, TypeError, LookupError, RecursionError):
        pass
    return Probe(Listener.OTHER)


def is_own(port: int) -> bool:
    """Return whether this user runs whatever listens on a port of this computer.

    The system may hide the process of a program that belongs to another user, or is in a container:
    this then returns False. Where it hides all listeners, as macOS does, this returns True.
    """
    import psutil  # imported here: 14 ms, and few commands ask

    def is_own_process(pid: int | None) -> bool:
        try:
            return pid is not None and psutil.Process(pid).username() == user
        except psutil.Error:  # it belongs to another user, or has ended
            return False

    user = psutil.Process().username()
    try:
        connections = psutil.net_connections("tcp")
    except (psutil.Error, OSError):
        return True
    return all(
        is_own_process(each.pid)
        for each in connections
        if each.status == psutil.CONN_LISTEN and each.laddr and each.laddr.port == port
    )


def request(port: int, path: str, patience: float = _PATIENCE) -> tuple[int, bytes]:
    """Return the status and the answer of a program on this computer; of a long one, the beginning.

    Raises an `OSError` if there is no answer or it is not HTTP, a `TimeoutError` if it is late.
    """
    from http.client import HTTPConnection, HTTPException  # imported here: most runs ask nothing

    def exchange() -> tuple[int, bytes]:
        connection = HTTPConnection("127.0.0.1", port, timeout=min(_CONNECT, patience))
        try:
            _connect(connection)
            connection.sock.settimeout(patience)
            connection.request("GET", path)
            with connection.getresponse() as answer:
                return answer.status, answer.read(_LONGEST)
        finally:
            connection.close()

    try:
        return Deadline(patience).run(exchange)
    except HTTPException:
        raise OSError("The answer is not HTTP.") from None


def _connect(connection: "HTTPConnection") -> None:
    """Connect. Where nothing listens, Windows does not say so at once, but tries again for 2 s.

    Source: https://support.microsoft.com/help/175523/info-winsock-tcp-connection-performance-to-unused-ports
    """
    try:
        connection.connect()
    except TimeoutError:
        raise ConnectionRefusedError from None
