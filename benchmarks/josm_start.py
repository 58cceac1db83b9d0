"""JOSM's start with the heatmap registered, compared with its start without."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.commands import STRAVACOOKIES
from benchmarks.processes import Command, Series, Taken
from benchmarks.table import compared
from tests import josm_app
from tests.command import environment_of
from tests.josm_app import Josm
from tests.standin.server import StandIn
from tests.standin.strava import Strava

MOST_RUNS = 4
"""How often it is started at the most: that takes far longer than all else."""


def rows(folder: Path, runs: int) -> Iterator[str]:
    """Start two JOSMs at the same time, again and again, until they answer.

    What else the computer does then slows both of them.

    Args:
        folder: Where there is nothing yet.
        runs: How often they are started.
    """
    if missing := josm_app.missing_parts():
        yield f"JOSM's start was not measured. {missing}"
        return
    runs = min(runs, MOST_RUNS)
    homes = folder / "with", folder / "without"
    for home in homes:
        home.mkdir()
        text = josm_app.preferences(remote_port=josm_app.free_port())
        (home / "preferences.xml").write_text(text)
    register(homes[0], folder)
    series = Series(), Series()
    with ThreadPoolExecutor() as threads:
        for run in range(runs + 1):
            ports = [josm_app.free_port() for _ in homes]
            seconds = list(threads.map(start, homes, ports))
            if run:  # at the first start, JOSM puts our layers into its menu
                for one, taken in zip(series, seconds, strict=True):
                    one.runs.append(Taken(taken))
    ours, without = series
    yield compared(
        "JOSM's start with the set registered",
        "the same JOSM without",
        ours.times(without),
        1.05,
        ours.seconds,
        "s",
        runs,
    )


def register(home: Path, folder: Path) -> None:
    """Bring the heatmap into a JOSM."""
    strava = Strava()
    with StandIn(strava, folder) as stand_in:
        session = {"STRAVA_SESSION": strava.open_session()}
        environment = environment_of(folder, stand_in) | session
        Command([*STRAVACOOKIES, "josm-prefs", "--josm-dir", home], environment).run()


def start(home: Path, port: int) -> float:
    """Start a JOSM, end it, and return the seconds until it answered."""
    with Josm(home, remote_port=port) as josm:
        return josm.seconds
