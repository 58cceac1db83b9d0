"""JOSM's remote control, on this computer.

Source: https://josm.openstreetmap.de/wiki/Help/RemoteControlCommands
"""

import json
from pathlib import Path

from stravacookies.deadline import DeadlineError, within
from stravacookies.errors import PortTakenError
from stravacookies.josm import preferences
from stravacookies.josm.directory import PREFERENCES

USUAL_PORT = 8111

_ENABLED = "remotecontrol.enabled"
_PORT = "remote.control.port"

_TIMEOUT = 2.0
"""Seconds to wait for a program on this computer."""


def settings(directory: Path) -> tuple[bool, int]:
    """Return whether the preferences in a directory have the remote control on, and on which port.

    What cannot be read counts as what JOSM starts with: off, and `USUAL_PORT`.
    """
    try:
        tags = preferences.tags((directory / PREFERENCES).read_bytes(), [_ENABLED, _PORT])
        port = int(tags.get(_PORT, USUAL_PORT))
    except (OSError, ValueError):
        return False, USUAL_PORT
    return tags.get(_ENABLED) == "true", port if 0 < port < 65536 else USUAL_PORT


def version(port: int) -> str:
    """Return the version of the JOSM that listens on a port of this computer.

    It is the number of a revision, or empty if JOSM does not say.

    Raises:
        ConnectionRefusedError: Nothing listens there.
        PortTakenError: Another program does.
    """
    try:
        answer = json.loads(ask(port, "/version", _TIMEOUT)[1])
        if answer["application"] == "JOSM RemoteControl":
            revision = answer.get("version")
            return str(revision) if isinstance(revision, int) else ""
    except ConnectionRefusedError:
        raise
    except (OSError, ValueError, TypeError, LookupError, RecursionError):
        pass
    raise PortTakenError(port)


def port_of(directory: Path | None) -> int:
    """Return the port on which a JOSM would listen; without a directory, the usual one."""
    return settings(directory)[1] if directory else USUAL_PORT


def answers(port: int) -> bool:
    """Tell whether it is a JOSM that listens on a port of this computer."""
    try:
        version(port)
    except (ConnectionRefusedError, PortTakenError):
        return False
    return True


def ask(port: int, path: str, timeout: float) -> tuple[int, bytes]:
    """Return the status and the beginning of what is answered on a port.

    Raises:
        TimeoutError: Nothing is, in so many seconds.
        OSError: Nobody answers, or not in HTTP.
    """
    # Imported here, since it takes long, and most often nobody is asked.
    from http.client import HTTPConnection, HTTPException

    def exchange() -> tuple[int, bytes]:
        connection = HTTPConnection("127.0.0.1", port, timeout=timeout)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read1(1000)
        finally:
            connection.close()

    try:
        return within(timeout, exchange)
    except DeadlineError:
        raise TimeoutError from None
    except HTTPException:
        raise OSError("It does not speak HTTP.") from None
