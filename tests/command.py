"""The command as a user runs it: in a process of its own, with an environment of its own."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.standin.server import StandIn


@dataclass(frozen=True)
class Outcome:
    """How a command ended.

    Attributes:
        code: Its exit code.
        out: What it printed.
        err: What it printed on standard error.
    """

    code: int
    out: str
    err: str


def environment_of(home: Path, stand_in: StandIn) -> dict[str, str]:
    """The environment of a user whose Strava is the stand-in, and who is not logged in."""
    inherited = {name: os.environ[name] for name in ("PATH", "LANG", "TZ") if name in os.environ}
    return inherited | stand_in.environment() | {"HOME": str(home)}


def run_stravacookies(*arguments: str | Path, environment: dict[str, str], folder: Path) -> Outcome:
    """Run `stravacookies` in a folder, without a terminal, until it ends."""
    process = subprocess.run(
        [sys.executable, "-m", "stravacookies", *map(str, arguments)],
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Outcome(process.returncode, process.stdout, process.stderr)
