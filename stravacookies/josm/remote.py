"""JOSM's remote control, on this computer.

Source: https://josm.openstreetmap.de/wiki/Help/RemoteControlCommands
"""

import http.client
import json

ENABLED = "remotecontrol.enabled"
"""The preference that says whether there is one."""

PORT = "remote.control.port"
"""The preference that says on which port it is, if not on the usual."""

USUAL_PORT = 8111

_TIMEOUT = 2.0
"""Seconds to wait for a program on this computer."""


def is_josm(port: int) -> bool:
    """Tell whether it is a JOSM that listens on a port of this computer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT)
    try:
        connection.request("GET", "/version")
        answer = json.loads(connection.getresponse().read1(1000))
        return bool(answer["application"] == "JOSM RemoteControl")
    except (OSError, http.client.HTTPException, ValueError, TypeError, LookupError):
        return False
    finally:
        connection.close()
