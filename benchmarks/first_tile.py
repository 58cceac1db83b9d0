"""The first tile in JOSM with a `serve` that runs, compared with JOSM that asks Strava itself."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.commands import STRAVACOOKIES
from benchmarks.josm_start import MOST_RUNS
from benchmarks.processes import Command
from benchmarks.table import comparison
from stravacookies.strava.tiles import PNG
from tests import josm_app, josm_jars
from tests.command import environment_of
from tests.josm_app import Josm
from tests.served import serving
from tests.standin.server import StandIn
from tests.standin.strava import Request, Response, Strava

ROUND_TRIP = 0.05
"""Seconds to Strava and back."""

TURIN = {"left": 7.60, "right": 7.70, "top": 45.10, "bottom": 45.05}


class _Timed(Strava):
    """Notes when it has answered with a tile for the first time."""

    first: float | None = None

    def answer(self, request: Request) -> Response:
        """Answer a request to one of its hosts."""
        answer = super().answer(request)
        if answer.body.startswith(PNG) and not self.first:
            self.first = time.perf_counter()
        return answer


def rows(folder: Path, runs: int) -> Iterator[str]:
    """Show a layer in JOSMs that differ only in its URL, one after the other."""
    if missing := josm_jars.missing_parts():
        yield f"JOSM's first tile was not measured. {missing}"
        return
    strava, port = _Timed(), josm_app.free_port()
    taken: dict[str, list[float]] = {"local": [], "direct": []}
    with StandIn(strava, folder) as stand_in:
        environment = environment_of(folder, stand_in) | {"STRAVA_SESSION": strava.open_session()}
        for how in taken:
            home = folder / how
            home.mkdir()
            text = josm_app.preferences(remote_port=1, proxy_port=stand_in.server_port)
            (home / "preferences.xml").write_text(text)
            words: list[str | Path] = [STRAVACOOKIES, "josm-prefs", "--josm-dir", home]
            options = ["--local", str(port)] if how == "local" else []
            Command([*words, *options], environment).run()
        trust_store = josm_jars.trust_store(stand_in.ca, folder)
        stand_in.round_trip = ROUND_TRIP
        for run in range(min(runs, MOST_RUNS) + 1):
            for how, series in taken.items():
                # A new server each time, so that it has no connection to Strava yet.
                with serving(environment, port=port):
                    seconds = _first_tile(folder / how, trust_store, strava)
                if run:  # at the first start, JOSM fills its menu
                    series.append(seconds)
    what, against = "JOSM's first tile with --local", "the same JOSM without"
    yield comparison(what, against, taken["local"], taken["direct"], 1)


def _first_tile(home: Path, trust_store: Path, strava: _Timed) -> float:
    """Return the seconds from a move to a place until Strava has answered with a tile."""
    with Josm(home, remote_port=josm_app.free_port(), trust_store=trust_store) as josm:
        josm.open_imagery("strava-heatmap-all-hot")  # still without a tile
        strava.first = None
        start = time.perf_counter()
        josm.zoom(**TURIN)
        josm.wait_for(lambda: strava.first is not None, "JOSM has a tile", 30)
    shutil.rmtree(home / "cache")  # with the tiles
    assert strava.first
    return strava.first - start
