"""The everyday commands, compared with the minimum that they could take."""

import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.processes import Command, in_turns
from benchmarks.table import comparison
from tests.command import environment_of
from tests.standin.server import StandIn
from tests.standin.strava import Request, Response, Strava

STRAVACOOKIES = Path(sys.executable).with_name("stravacookies")

COMPARISONS = (
    ("refresh", "josm-prefs --refresh", "floor", "floor", 1.15),
    ("fresh", "josm-prefs, cookies fresh (0 requests)", "floor", "floor", 0.5),
    ("--help", "--help", "nothing", "python -c pass", 6),
    ("status", "status", "nothing", "python -c pass", 8),
)
"""What is compared with what, and the goal."""


class _NewCookies(Strava):
    """Sends different cookies each time, where the stand-in repeats them within a second."""

    def answer(self, request: Request) -> Response:
        """Let the cookies expire a little earlier than the last ones."""
        self.lifetime -= 60  # more than the seconds between two requests
        return super().answer(request)


def rows(folder: Path, runs: int) -> Iterator[str]:
    """Run them all in the same rounds, so that each round has its floor."""
    home = folder / "home"
    (home / ".config" / "JOSM").mkdir(parents=True)
    strava = _NewCookies()
    with StandIn(strava, folder) as stand_in:
        environment = environment_of(home, stand_in) | {"STRAVA_SESSION": strava.open_session()}
        words: dict[str, list[str | Path]] = {
            "refresh": [STRAVACOOKIES, "josm-prefs", "--refresh"],
            "fresh": [STRAVACOOKIES, "josm-prefs"],  # after the refresh, which leaves fresh cookies
            "floor": [sys.executable, "-m", "benchmarks.floor"],
            "--help": [STRAVACOOKIES, "--help"],
            "status": [STRAVACOOKIES, "status"],
            "nothing": [sys.executable, "-c", "pass"],
        }
        commands = {name: Command(each, environment) for name, each in words.items()}
        series = in_turns(commands, runs)
        assert commands["fresh"].count_requests(stand_in) == (0, 0)
    for name, what, least, against, goal in COMPARISONS:
        yield comparison(what, against, series[name].seconds, series[least].seconds, goal)
