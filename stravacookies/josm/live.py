"""Opens layers in a JOSM that runs, through its remote control."""

from pathlib import Path
from urllib.parse import quote

from stravacookies.cookies import HeatmapCookies
from stravacookies.errors import (
    JosmElsewhereError,
    JosmNotRunningError,
    RemoteControlAnswerError,
    RemoteControlOffError,
    RemoteControlRefusedError,
)
from stravacookies.heatmap import MAX_ZOOM, MIN_ZOOM, Layer
from stravacookies.josm import remote
from stravacookies.josm.imagery import tile_url
from stravacookies.josm.process import is_running, runs_anywhere

_USERS_TIMEOUT = 45.0
"""Seconds to wait for JOSM's user, whom it may ask for permission."""


def find(directory: Path | None) -> int:
    """Return the port on which a JOSM that runs listens.

    Args:
        directory: JOSM's preferences directory, if there is one.

    Raises:
        JosmNotRunningError: Nobody listens, since there is no JOSM.
        JosmElsewhereError: Nobody listens, and there is a JOSM on another directory.
        RemoteControlOffError: Nobody listens, though JOSM runs.
        PortTakenError: Somebody else listens.
    """
    port = remote.port_of(directory)
    try:
        remote.version(port)
    except ConnectionRefusedError:
        if directory and is_running(directory):
            raise RemoteControlOffError(port) from None
        if runs_anywhere():
            raise JosmElsewhereError(directory) from None
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
        status, _ = remote.ask(port, f"/imagery?{query}", _USERS_TIMEOUT)
    except TimeoutError:
        raise RemoteControlRefusedError from None
    except OSError:
        raise RemoteControlAnswerError("nothing") from None
    if status == 403:
        raise RemoteControlRefusedError
    if status != 200:
        raise RemoteControlAnswerError(str(status))
