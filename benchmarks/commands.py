"""The commands of every day, compared with the least that they could take."""

import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.processes import Command, in_turns
from benchmarks.table import compared
from tests.command import environment_of
from tests.standin.server import StandIn
from tests.standin.strava import Request, Response, Strava

STRAVACOOKIES = (Path(sys.executable).with_name("stravacookies"),)


class _EverNew(Strava):
    """Never sends the same cookies twice, as the stand-in does within a second."""

    def answer(self, request: Request) -> Response:
        """Let the cookies last a little less long than the last ones."""
        self.lifetime -= 60  # more than a round takes
        return super().answer(request)


def rows(folder: Path, runs: int) -> Iterator[str]:
    """Measure them all in the same rounds, so that each round has one floor.

    Args:
        folder: Where there is nothing yet.
        runs: How many rounds there are.
    """
    home = folder / "home"
    (home / ".config" / "JOSM").mkdir(parents=True)
    strava = _EverNew()
    with StandIn(strava, folder) as stand_in:
        environment = environment_of(home, stand_in) | {"STRAVA_SESSION": strava.open_session()}

        def command(*words: str | Path) -> Command:
            return Command(words, environment)

        fresh = command(*STRAVACOOKIES, "josm-prefs")
        series = in_turns(
            {
                "refresh": command(*STRAVACOOKIES, "josm-prefs", "--refresh"),
                "fresh": fresh,  # right behind the refresh that leaves fresh cookies
                "floor": command(sys.executable, "-m", "benchmarks.floor"),
                "--help": command(*STRAVACOOKIES, "--help"),
                "status": command(*STRAVACOOKIES, "status"),
                "nothing": command(sys.executable, "-c", "pass"),
            },
            runs,
        )
        assert fresh.asks(stand_in) == (0, 0)
    for what, measured, against, floor, goal in [
        ("josm-prefs --refresh", "refresh", "floor", "floor", 1.15),
        ("josm-prefs, cookies fresh (0 requests)", "fresh", "floor", "floor", 0.35),
        ("--help", "--help", "python -c pass", "nothing", 6),
        ("status", "status", "python -c pass", "nothing", 6),
    ]:
        one, other = series[measured], series[floor]
        yield compared(what, against, one.times(other), goal, one.seconds * 1000, "ms", runs)
