"""JOSM's remote control, on this computer.

Source: https://josm.openstreetmap.de/wiki/Help/RemoteControlCommands
"""

import json
from pathlib import Path
from urllib.parse import quote

from stravacookies.cookies import HeatmapCookies
from stravacookies.errors import (
    JosmNotRunningError,
    PortTakenError,
    RemoteControlAnswerError,
    RemoteControlOffError,
    RemoteControlRefusedError,
)
from stravacookies.heatmap import MAX_ZOOM, MIN_ZOOM, Layer
from stravacookies.josm import preferences
from stravacookies.josm.directory import PREFERENCES
from stravacookies.josm.imagery import tile_url
from stravacookies.josm.process import is_running

USUAL_PORT = 8111

_ENABLED = "remotecontrol.enabled"
_PORT = "remote.control.port"

_TIMEOUT = 2.0
"""Seconds to wait for a program on this computer."""

_USERS_TIMEOUT = 60.0
"""Seconds to wait for JOSM's user, whom it may ask for permission."""


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
        answer = json.loads(_ask(port, "/version", _TIMEOUT)[1])
        if answer["application"] == "JOSM RemoteControl":
            return str(answer.get("version", ""))
    except ConnectionRefusedError:
        raise
    except (OSError, ValueError, TypeError, LookupError):
        pass
    raise PortTakenError(port)


def is_josm(port: int) -> bool:
    """Tell whether it is a JOSM that listens on a port of this computer."""
    try:
        version(port)
    except (ConnectionRefusedError, PortTakenError):
        return False
    return True


def find(directory: Path | None) -> int:
    """Return the port on which a JOSM that runs listens.

    Args:
        directory: JOSM's preferences directory, if there is one.

    Raises:
        JosmNotRunningError: Nobody listens, since there is no JOSM.
        RemoteControlOffError: Nobody listens, though JOSM runs.
        PortTakenError: Somebody else listens.
    """
    port = settings(directory)[1] if directory else USUAL_PORT
    try:
        version(port)
    except ConnectionRefusedError:
        if directory and is_running(directory):
            raise RemoteControlOffError(port) from None
        raise JosmNotRunningError from None
    return port


def open_layer(layer: Layer, cookies: HeatmapCookies, port: int) -> None:
    """Open a layer in a JOSM that runs, for as long as it runs.

    The cookies stand in the URL: a layer with a URL that JOSM has open already is for it the same
    layer, and keeps its old cookies.

    Args:
        layer: What to open.
        cookies: What opens the tiles.
        port: Where JOSM listens.

    Raises:
        RemoteControlRefusedError: JOSM does not permit it, or nobody has when it asked.
        RemoteControlAnswerError: Something else went wrong.
    """
    entry = {
        "title": layer.name,
        "type": "tms",
        "min_zoom": str(MIN_ZOOM),
        "max_zoom": str(MAX_ZOOM),
        "url": tile_url(layer, cookies),  # the last: JOSM takes it to the end
    }
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in entry.items())
    try:
        status, _ = _ask(port, f"/imagery?{query}", _USERS_TIMEOUT)
    except TimeoutError:
        raise RemoteControlRefusedError from None
    except OSError:
        raise RemoteControlAnswerError("nothing") from None
    if status == 403:
        raise RemoteControlRefusedError
    if status != 200:
        raise RemoteControlAnswerError(str(status))


def _ask(port: int, path: str, timeout: float) -> tuple[int, bytes]:
    """Return the status and the beginning of what is answered on a port."""
    # Imported here, since it takes long, and most often nobody is asked.
    from http.client import HTTPConnection, HTTPException

    connection = HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read1(1000)
    except HTTPException:
        raise OSError("It does not speak HTTP.") from None
    finally:
        connection.close()
