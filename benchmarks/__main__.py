"""Compare how long commands take with the minimum they could take, all measured in one run.

    python -m benchmarks [RUNS [PART ...]]

Each comparison is run RUNS times, after one run that does not count. Slow ones are run less often,
as the table says. Without a PART, all parts are run.
"""

import sys
import tempfile
from pathlib import Path

from benchmarks import (
    commands,
    first_tile,
    installing,
    josm_start,
    login,
    preferences,
    previewing,
    rendering,
    serving,
)
from benchmarks.table import line

PARTS = {
    "commands": commands.rows,
    "login": login.rows,
    "preferences": preferences.rows,
    "josm_start": josm_start.rows,
    "first_tile": first_tile.rows,
    "rendering": rendering.rows,
    "previewing": previewing.rows,
    "serving": serving.rows,
    "installing": installing.rows,
}
"""Functions that take an empty folder and the number of runs, and yield rows of the table."""


def main(runs: int, *parts: str) -> None:
    """Run the named parts, or all, and print each row as soon as it is measured."""
    print("Medians, of ratios too. The programs compared take turns, each run in a new process.")
    print("floor: import requests, lxml.etree and jinja2, and send the one request\n")
    print(line("what", "against", "ratio", "goal", "here", "runs"))
    with tempfile.TemporaryDirectory() as directory:
        for part in parts or PARTS:
            folder = Path(directory, part)
            folder.mkdir()
            for row in PARTS[part](folder, runs):
                print(row, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 15, *sys.argv[2:])
