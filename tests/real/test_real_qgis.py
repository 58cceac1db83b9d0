"""The real QGIS, which loads our file of connections, and draws the heatmap."""

import json
import subprocess
from pathlib import Path

import pytest

from stravacookies.heatmap import CURRENT
from tests.command import Run, missing, require
from tests.served import serving
from tests.standin.strava import Strava

PYTHON = "/usr/bin/python3"
"""The Python of the system, for which QGIS is installed."""

LAYER = CURRENT.layer("run:blue")


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    """Require QGIS."""
    found = Path("/usr/lib/python3/dist-packages/qgis/gui").exists()
    require(missing("Loading a file into QGIS", {"python3-qgis": found}))


def test_file_with_tiles_of_the_server(
    run: Run, environment: dict[str, str], home: Path, strava: Strava, tmp_path: Path
) -> None:
    """QGIS lists all layers of a file without cookies, and draws the heat that the server has."""
    file, program = tmp_path / "local.xml", Path(__file__).with_name("qgis_program.py")
    own = {"PATH": "/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8"}
    with serving(environment | {"STRAVA_SESSION": strava.open_session()}) as served:
        port = served.address.partition(":")[2]
        assert 0 == run("render", "qgis", "--local", port, "-o", file).code
        outcome = subprocess.run(
            [PYTHON, program, file, LAYER.name],
            env=own,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert 0 == outcome.returncode, outcome.stderr

    found = json.loads(outcome.stdout)
    assert sorted(layer.name for layer in CURRENT.layers()) == found["names"]
    assert found["colors"] > 100
