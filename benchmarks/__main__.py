"""Prints how commands compare with the least that they could take, all measured in one run.

    python -m benchmarks [RUNS [PART …]]

Each is run RUNS times, or less often where the table says so, and once before that does not count.
PART is one of commands, login, preferences, josm_start, rendering; none means all of them.
"""

import sys
import tempfile
import time
from pathlib import Path

from benchmarks import commands, josm_start, login, preferences, rendering
from benchmarks.table import line

PARTS = {
    "commands": commands.rows,
    "login": login.rows,
    "preferences": preferences.rows,
    "josm_start": josm_start.rows,
    "rendering": rendering.rows,
}


def main(runs: int, *parts: str) -> None:
    """Measure all parts, or those that are named, and print each line as soon as it is known."""
    print("Medians, of ratios too; what is compared is run in turns, as whole processes.")
    print("floor: import requests, lxml.etree and jinja2, and send the one request\n")
    print(line("what", "against", "ratio", "goal", "here", "runs"))
    taken = []
    with tempfile.TemporaryDirectory() as folder:
        for part in parts or PARTS:
            start = time.perf_counter()
            own = Path(folder, part)
            own.mkdir()
            for row in PARTS[part](own, runs):
                print(row, flush=True)
            taken.append(f"{part} {time.perf_counter() - start:.0f} s")
    print(f"\nmeasured in: {', '.join(taken)}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 15, *sys.argv[2:])
