"""Prints a table of ratios. Everything is measured as whole processes, in turns, in one run."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.standin.server import StandIn
from tests.standin.strava import Strava

RUNS = 15
"""How often each command is run; one more before that is not counted."""


@dataclass(frozen=True)
class Comparison:
    """Two commands, and how many times the second's time the first may take."""

    what: str
    command: list[str]
    against: str
    floor: list[str]
    goal: float


def main() -> None:
    """Measure all comparisons and print them."""
    stravacookies = [sys.executable, "-m", "stravacookies"]
    floor = [sys.executable, "-m", "benchmarks.floor"]
    nothing = [sys.executable, "-c", "pass"]
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / ".config" / "JOSM").mkdir(parents=True)
        strava = Strava()
        with StandIn(strava, home) as stand_in:
            environment = {
                "PATH": os.environ["PATH"],
                "HOME": folder,
                "STRAVA_SESSION": strava.open_session(),
                **stand_in.environment(),
            }
            refresh = [*stravacookies, "josm-prefs", "--refresh"]
            comparisons = [
                Comparison("josm-prefs --refresh", refresh, "floor", floor, 1.15),
                Comparison("josm-prefs, cookies fresh", refresh[:-1], "floor", floor, 0.35),
                Comparison("--help", [*stravacookies, "--help"], "python -c pass", nothing, 6),
            ]
            print("floor: import requests, lxml.etree and jinja2, and send the one request")
            print(f"medians of {RUNS} runs of whole processes, in turns\n")
            print(f"{'what':27}{'against':17}{'ratio':>6}{'goal':>8}{'time':>10}")
            for comparison in comparisons:
                print(row(comparison, environment), flush=True)
            stand_in.exchanges.clear()
            stand_in.connections.clear()
            seconds(refresh, environment)
            asked, tunnels = len(stand_in.requests), len(stand_in.connections)
    print(f"\na refresh takes {asked} request on {tunnels} connection")


def row(comparison: Comparison, environment: dict[str, str]) -> str:
    """Measure two commands in turns, and tell how they compare."""
    times: list[float] = []
    ratios: list[float] = []
    for run in range(RUNS + 1):
        time_taken = seconds(comparison.command, environment)
        ratio = time_taken / seconds(comparison.floor, environment)
        if run:
            times.append(time_taken)
            ratios.append(ratio)
    ratio, middle = statistics.median(ratios), statistics.median(times) * 1000
    return (
        f"{comparison.what:27}{comparison.against:17}{ratio:6.2f}"
        f"{f'<= {comparison.goal}':>8}{middle:7.0f} ms"
    )


def seconds(command: list[str], environment: dict[str, str]) -> float:
    """Run a command, which must succeed, and return how long it took."""
    start = time.perf_counter()
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
