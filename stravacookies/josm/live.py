"""Open layers in a running JOSM, through its remote control."""

from pathlib import Path
from urllib.parse import quote

from stravacookies.errors import JosmStateError
from stravacookies.heatmap import MAX_ZOOM, MIN_ZOOM, Layer
from stravacookies.installation import command
from stravacookies.josm import remote, settings
from stravacookies.josm.entry_set import tile_url
from stravacookies.josm.process import is_running, is_running_anywhere
from stravacookies.strava.cookies import HeatmapCookies

_PERSONS_PATIENCE = 45.0
"""Seconds to wait for JOSM's user, whom it may ask for permission."""

ENABLE = "tick 'Enable remote control' in JOSM's Preferences > Remote Control"
FREE_PORT = (
    "close that program, or set another port as 'remote.control.port' in JOSM's Preferences >"
    " Advanced Preferences; then restart JOSM"
)
"""What to do when the remote control does not answer."""


def find_port(directory: Path | None) -> int:
    """Return the port on which a running JOSM listens.

    Raises:
        JosmStateError: JOSM does not listen; the message says why.
    """
    port = settings.remote_control(directory).port
    match remote.probe(port).listener:
        case remote.Listener.JOSM if remote.is_own(port):
            return port
        case remote.Listener.JOSM:
            raise JosmStateError(
                f"The JOSM on port {port} is not run by you, so it does not get your cookies. If it"
                f" is in a container, run '{command('josm-prefs', '--josm-dir', 'DIR')}' instead."
                " If it belongs to another user, set another port as 'remote.control.port' in your"
                " JOSM's Preferences > Advanced Preferences, and restart JOSM."
            )
        case remote.Listener.OTHER:
            raise JosmStateError(
                f"Another program listens on port {port}, which JOSM's remote control needs:"
                f" {FREE_PORT}."
            )
    if directory and is_running(directory):
        raise JosmStateError(
            f"JOSM is running, but nothing listens on port {port}: {ENABLE}, and run this again."
        )
    if is_running_anywhere():
        where = str(directory) if directory else "the usual one"
        raise JosmStateError(
            f"JOSM is running, but its preferences directory is not {where}: run"
            f" '{command('live', '--josm-dir', 'DIR')}'."
        )
    raise JosmStateError("JOSM is not running: start it, and run this again.")


def open_layer(
    layer: Layer, cookies: HeatmapCookies, port: int, patience: float = _PERSONS_PATIENCE
) -> None:
    """Open a layer in a running JOSM, until JOSM ends.

    JOSM tells layers apart by their URLs. The cookies are in the URL, so new cookies open a new
    layer. If JOSM does not open it, a `JosmStateError` says why.
    """
    entry = {
        "title": layer.name,
        "type": "tms",
        "min_zoom": str(MIN_ZOOM),
        "max_zoom": str(MAX_ZOOM),
        "url": tile_url(layer, cookies),  # last: JOSM reads it to the end of the query
    }
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in entry.items())
    try:
        status, _ = remote.request(port, f"/imagery?{query}", patience)
    except TimeoutError:
        status = 403
    except OSError:
        raise _unexpected("nothing") from None
    if status == 403:
        raise JosmStateError(
            "JOSM does not permit it: tick 'Load imagery layers' in its Preferences > Remote"
            " Control or, if it asked you, say yes."
        )
    if status != 200:
        raise _unexpected(str(status))


def _unexpected(what: str) -> JosmStateError:
    return JosmStateError(f"JOSM's remote control sent an unexpected answer ({what}).")
