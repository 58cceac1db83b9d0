"""Run commands as new processes, in turns, and measure them."""

import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.standin.server import StandIn


@dataclass(frozen=True)
class Command:
    """A program with its arguments, input and environment.

    Attributes:
        words: The program and its arguments.
        environment: Its whole environment.
        typed: Its standard input.
        folder: Where it runs.
    """

    words: Sequence[str | Path]
    environment: Mapping[str, str]
    typed: str = ""
    folder: Path = Path()

    def run(self) -> tuple[float, str]:
        """Run it, and return the seconds that it took and what it printed.

        Raises:
            RuntimeError: It failed.
        """
        # Its input and output are files, so that this process has nothing to do meanwhile.
        with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as output:
            stdin.write(self.typed.encode())
            stdin.seek(0)
            start = time.perf_counter()
            outcome = subprocess.run(
                list(map(str, self.words)),
                env=dict(self.environment),
                cwd=self.folder,
                stdin=stdin,
                stdout=output,
                stderr=output,
                start_new_session=True,  # so that it cannot ask at the terminal
                check=False,
            )
            seconds = time.perf_counter() - start
            output.seek(0)
            printed = output.read().decode(errors="replace")
        if outcome.returncode:
            raise RuntimeError(f"{self.words}: {printed}")
        return seconds, printed

    def count_requests(self, stand_in: StandIn) -> tuple[int, int]:
        """Run it, and return how many requests it sent on how many connections."""
        stand_in.exchanges.clear()
        stand_in.connections.clear()
        self.run()
        return len(stand_in.requests), len(stand_in.connections)


@dataclass
class Series:
    """What the runs of one command took, in seconds, and what they printed."""

    seconds: list[float] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)


def in_turns(commands: Mapping[str, Command], runs: int) -> dict[str, Series]:
    """Run commands one after the other, again and again; the first round does not count."""
    series = {name: Series() for name in commands}
    for run in range(runs + 1):
        for name, command in commands.items():
            seconds, printed = command.run()
            if run:
                series[name].seconds.append(seconds)
                series[name].printed.append(printed)
    return series
