"""The edit of preferences of any size, compared with lxml, which parses and writes them."""

import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.processes import Command, Series, in_turns
from benchmarks.table import compared
from stravacookies.josm.preferences import NAMESPACE

SIZES = (1, 10, 100)
"""In megabytes."""

RUNS_OF_LARGEST = 5
"""How often the largest is edited at the most, since that takes seconds."""

_HEAD = f"""<?xml version="1.0" encoding="UTF-8"?>
<preferences xmlns='{NAMESPACE}' version='18646'>
"""

_PART = """\
  <tag key='made-up.{n}.color.background' value='#ffee88'/>
  <tag key='made-up.{n}.enabled' value='true'/>
  <tag key='made-up.{n}.last-folder' value='/home/mapper/maps/{n} &amp; more'/>
  <tag key='made-up.{n}.window.geometry' value='1280x800+{n}+0'/>
  <list key='made-up.{n}.history'>
    <entry value='highway=path surface=gravel trail_visibility=good'/>
    <entry value='name=&quot;Made-up Road {n}&quot;'/>
    <entry value='/home/mapper/maps/{n}.osm'/>
    <entry value='https://example.org/styles/{n}.zip'/>
  </list>
  <maps key='made-up.{n}.styles'>
    <map>
      <tag key='active' value='true'/>
      <tag key='ptoken' value='standard'/>
      <tag key='title' value='Made-up style {n}'/>
      <tag key='url' value='https://example.org/styles/{n}.mapcss?version=3&amp;lang=en'/>
    </map>
  </maps>
"""
"""Settings of each kind, as JOSM saves them."""


def rows(folder: Path, runs: int) -> Iterator[str]:
    """Measure time and memory for each size, and how they grow.

    Args:
        folder: Where there is nothing yet.
        runs: How often each file is edited.
    """
    edits: dict[int, Series] = {}
    for size in SIZES:
        path = folder / "preferences.xml"
        write(path, size)
        count = min(runs, RUNS_OF_LARGEST) if size == max(SIZES) else runs
        series = in_turns(
            {
                name: Command([sys.executable, "-m", f"benchmarks.{name}", path, folder / name], {})
                for name in ("edit", "parse_and_write")
            },
            count,
        )
        edit, lxml = series["edit"], series["parse_and_write"]
        edits[size] = edit
        what, against = f"preferences.xml of {size} MB", "lxml parse + write"
        milliseconds = edit.seconds * 1000
        yield compared(f"{what}: time", against, edit.times(lxml), 1.2, milliseconds, "ms", count)
        yield compared(
            f"{what}: memory", against, edit.memory_times(lxml), 1.3, edit.memory, "MB", count
        )
    # What is linear grows tenfold at the most: part of it is the same for all sizes.
    large, small = edits[100], edits[10]
    growth = large.seconds / small.seconds, large.memory / small.memory
    what, against = "preferences.xml, 10 to 100 MB", "the edit of 10 MB"
    yield compared(f"{what}: time", against, growth[0], 10, large.seconds * 1000, "ms", count)
    yield compared(f"{what}: memory", against, growth[1], 10, large.memory, "MB", count)


def write(path: Path, megabytes: int) -> None:
    """Write preferences of JOSM of a size."""
    with path.open("w") as file:
        file.write(_HEAD)
        for number in range(megabytes * 10**6 // len(part(0))):
            file.write(part(number))
        file.write("</preferences>\n")


def part(number: int) -> str:
    """A part of the preferences; all are of the same size."""
    return _PART.format(n=f"{number:06}")
