"""JOSM's start with the heatmap registered, compared with its start without."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.commands import STRAVACOOKIES
from benchmarks.processes import Command
from benchmarks.table import comparison
from tests import josm_app, josm_jars
from tests.command import environment_of
from tests.josm_app import Josm
from tests.standin.server import StandIn
from tests.standin.strava import Strava

MOST_RUNS = 4
"""The maximum number of runs: each takes far longer than everything else here."""


def rows(folder: Path, runs: int) -> Iterator[str]:
    """Start two JOSMs at the same time, so that a busy computer slows both of them."""
    if missing := josm_jars.missing_parts():
        yield f"JOSM's start was not measured. {missing}"
        return
    runs = min(runs, MOST_RUNS)
    homes = folder / "with", folder / "without"
    for home in homes:
        home.mkdir()
        text = josm_app.preferences(remote_port=josm_app.free_port())
        (home / "preferences.xml").write_text(text)
    register(homes[0], folder)
    taken = []
    with ThreadPoolExecutor() as threads:
        for _ in range(runs + 1):
            ports = [josm_app.free_port() for _ in homes]
            taken.append(list(threads.map(start, homes, ports)))
    ours, without = zip(*taken[1:], strict=True)  # at the first start, JOSM fills its menu
    what, against = "JOSM's start with the layers registered", "the same JOSM without"
    yield comparison(what, against, ours, without, 1.05)


def register(home: Path, folder: Path) -> None:
    """Bring the heatmap into a JOSM."""
    strava = Strava()
    with StandIn(strava, folder) as stand_in:
        session = {"STRAVA_SESSION": strava.open_session()}
        environment = environment_of(folder, stand_in) | session
        Command([STRAVACOOKIES, "josm-prefs", "--josm-dir", home], environment).run()


def start(home: Path, port: int) -> float:
    """Start a JOSM, end it, and return the seconds until it answered."""
    with Josm(home, remote_port=port) as josm:
        return josm.seconds
