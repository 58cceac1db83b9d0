"""Editing preferences of several sizes, compared with lxml, which parses and writes them."""

import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.processes import Command, in_turns
from benchmarks.table import comparison
from stravacookies.josm.schema import NAMESPACE

SIZES = (1, 10, 100)
"""In megabytes."""

MOST_RUNS_OF_LARGEST = 5
"""The maximum number of runs with the largest file, each of which takes seconds."""

_PART = """\
  <tag key='made-up.{n}.color.background' value='#ffee88'/>
  <tag key='made-up.{n}.last-folder' value='/home/mapper/maps/{n} &amp; more'/>
  <tag key='made-up.{n}.window.geometry' value='1280x800+{n}+0'/>
  <list key='made-up.{n}.history'>
    <entry value='highway=path surface=gravel trail_visibility=good'/>
    <entry value='name=&quot;Made-up Road {n}&quot;'/>
    <entry value='https://example.org/styles/{n}.zip'/>
  </list>
  <maps key='made-up.{n}.styles'>
    <map>
      <tag key='active' value='true'/>
      <tag key='title' value='Made-up style {n}'/>
      <tag key='url' value='https://example.org/styles/{n}.mapcss?version=3&amp;lang=en'/>
    </map>
  </maps>
"""
"""Settings of each kind, as JOSM saves them."""


def rows(folder: Path, runs: int) -> Iterator[str]:
    """Measure time and memory for each size, and how they grow."""
    goals = ("time", "s", 1.2), ("memory", "MB", 1.3)
    taken: dict[tuple[str, int], list[float]] = {}
    for size in SIZES:
        path = folder / "preferences.xml"
        write(path, size)
        program = [sys.executable, "-m", "benchmarks.edit"]
        series = in_turns(
            {how: Command([*program, how, path, folder / how], {}) for how in ("register", "lxml")},
            min(runs, MOST_RUNS_OF_LARGEST) if size == max(SIZES) else runs,
        )
        for name, unit, goal in goals:
            ours, lxml = (
                each.seconds if name == "time" else [*map(float, each.printed)]
                for each in series.values()
            )
            taken[name, size] = ours
            what = f"preferences.xml of {size} MB: {name}"
            yield comparison(what, "lxml parse + write", ours, lxml, goal, unit)
    for name, unit, _ in goals:
        # Tenfold is linear growth; it is less because a part is the same for all sizes.
        what, against = f"preferences.xml, 10 to 100 MB: {name}", "the edit of 10 MB"
        yield comparison(what, against, taken[name, 100], taken[name, 10], 10, unit)


def write(path: Path, megabytes: int) -> None:
    """Write JOSM's preferences in a given size."""
    parts = range(megabytes * 10**6 // len(_PART.format(n="000000")))
    with path.open("w") as file:
        file.write(f"<?xml version='1.0' encoding='UTF-8'?>\n<preferences xmlns='{NAMESPACE}'>\n")
        file.writelines(_PART.format(n=f"{number:06}") for number in parts)
        file.write("</preferences>\n")
