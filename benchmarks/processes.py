"""Runs commands as whole processes, in turns, and tells what they took."""

import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from tests.standin.server import StandIn


@dataclass(frozen=True)
class Command:
    """What is run.

    Attributes:
        words: The program and its arguments.
        environment: All of its environment.
        typed: What comes in on standard input.
        folder: Where it runs.
    """

    words: Sequence[str | Path]
    environment: Mapping[str, str]
    typed: str = ""
    folder: Path = Path()

    def run(self) -> "Taken":
        """Run it, which must succeed."""
        # Files, so that nothing has to be read while it runs.
        with tempfile.TemporaryFile() as read, tempfile.TemporaryFile() as written:
            read.write(self.typed.encode())
            read.seek(0)
            start = time.perf_counter()
            outcome = subprocess.run(
                list(map(str, self.words)),
                env=dict(self.environment),
                cwd=self.folder,
                stdin=read,
                stdout=written,
                stderr=written,
                start_new_session=True,  # without a terminal to ask on
                check=False,
            )
            seconds = time.perf_counter() - start
            written.seek(0)
            printed = written.read().decode(errors="replace")
        if outcome.returncode:
            raise RuntimeError(f"{self.words}: {printed}")
        return Taken(seconds, printed)

    def asks(self, stand_in: StandIn) -> tuple[int, int]:
        """Run it, and tell how many requests it made on how many connections."""
        stand_in.exchanges.clear()
        stand_in.connections.clear()
        self.run()
        return len(stand_in.requests), len(stand_in.connections)


@dataclass(frozen=True)
class Taken:
    """What a run has taken, in seconds, and what it printed."""

    seconds: float
    printed: str = ""

    @property
    def memory(self) -> float:
        """The megabytes of a program that prints them."""
        return float(self.printed)


@dataclass
class Series:
    """What the runs of one command have taken."""

    runs: list[Taken] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """The median."""
        return median(run.seconds for run in self.runs)

    @property
    def memory(self) -> float:
        """The median."""
        return median(run.memory for run in self.runs)

    def times(self, other: "Series") -> float:
        """The median of how many times the other's time its own are, run by run."""
        pairs = zip(self.runs, other.runs, strict=True)
        return median(one.seconds / two.seconds for one, two in pairs)

    def memory_times(self, other: "Series") -> float:
        """The same for memory."""
        pairs = zip(self.runs, other.runs, strict=True)
        return median(one.memory / two.memory for one, two in pairs)


def in_turns(commands: Mapping[str, Command], runs: int) -> dict[str, Series]:
    """Run commands one after the other, again and again; a first round is not counted."""
    series = {name: Series() for name in commands}
    for run in range(runs + 1):
        for name, command in commands.items():
            taken = command.run()
            if run:
                series[name].runs.append(taken)
    return series
