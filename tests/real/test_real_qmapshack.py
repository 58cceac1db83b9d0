"""The real QMapShack, which shows our map."""

import hashlib
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from stravacookies.heatmap import Tile
from tests.command import Run, missing, require
from tests.served import serving
from tests.standin.server import StandIn
from tests.standin.strava import Strava

MIDDLE = Tile.at(49.0, 12.0, 14)
"""What a new QMapShack shows; it counts zoom levels in another way than the server."""

SETTINGS = r"""
[Canvas]
mapPath={folder}
Views\View%201\map\active={key}
Views\View%201\map\zoomIndex=12
"""
"""A user has set the folder, and activated the map, which is named by the MD5 of its content."""


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    """Require QMapShack."""
    require(missing("Showing a map in QMapShack", {"qmapshack": shutil.which("qmapshack")}))


def asked(stand_in: StandIn, end: str) -> bool:
    """Return whether a path with this end was requested."""
    return any(request.path.endswith(end) for request in stand_in.requests)


def test_map_with_tiles_of_the_server(
    run: Run,
    environment: dict[str, str],
    home: Path,
    strava: Strava,
    stand_in: StandIn,
    tmp_path: Path,
) -> None:
    """QMapShack asks the server for the layer's tile in the middle of its window."""
    wanted = f"/ride/hot/{MIDDLE.z}/{MIDDLE.x}/{MIDDLE.y}.png"
    file, folder = tmp_path / "Strava_rides.tms", home / ".config" / "QLandkarte"
    own = {"PATH": "/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8"}
    own |= {"QT_QPA_PLATFORM": "offscreen", "QTWEBENGINE_DISABLE_SANDBOX": "1"}  # for root
    with serving(environment | {"STRAVA_SESSION": strava.open_session()}) as served:
        port = served.address.partition(":")[2]
        render = "render", "qmapshack", "--only", "ride:hot"
        assert 0 == run(*render, "--local", port, "-o", file).code
        key = hashlib.md5(file.read_bytes()[:4096], usedforsecurity=False).hexdigest()
        folder.mkdir(parents=True)
        settings = SETTINGS.format(folder=tmp_path, key=key)
        (folder / "QMapShack.conf").write_text(settings)
        with subprocess.Popen(
            ["qmapshack", "-n"], env=own, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as program:
            end = time.monotonic() + 60
            while not (found := asked(stand_in, wanted)) and time.monotonic() < end:
                time.sleep(0.1)
            program.kill()

    assert found
