"""Fixtures: a scratch home, the stand-in for Strava, and the command as a user runs it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.standin.server import StandIn
from tests.standin.strava import Strava


@pytest.fixture
def stand_in(tmp_path: Path) -> Iterator[StandIn]:
    """A Strava of the test's own, which serves."""
    folder = tmp_path / "stand-in"
    folder.mkdir()
    with StandIn(Strava(), folder) as stand_in:
        yield stand_in


@pytest.fixture
def strava(stand_in: StandIn) -> Strava:
    """The Strava behind the stand-in."""
    return stand_in.strava


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home directory with nothing in it."""
    home = tmp_path / "home"
    home.mkdir()
    return home


@pytest.fixture
def josm_directory(home: Path) -> Path:
    """Where JOSM on Linux keeps its preferences, with nothing in it yet."""
    directory = home / ".config" / "JOSM"
    directory.mkdir(parents=True)
    return directory


@pytest.fixture
def environment(home: Path, stand_in: StandIn) -> dict[str, str]:
    """The environment of a user whose Strava is the stand-in, and who is not logged in."""
    inherited = {name: os.environ[name] for name in ("PATH", "LANG", "TZ") if name in os.environ}
    return inherited | stand_in.environment() | {"HOME": str(home)}


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


Run = Callable[..., Outcome]


@pytest.fixture
def run(environment: dict[str, str], tmp_path: Path) -> Run:
    """Runs `stravacookies` with arguments, from a folder that is not the checkout's."""

    def run(*arguments: str | Path, **variables: str) -> Outcome:
        process = subprocess.run(
            [sys.executable, "-m", "stravacookies", *map(str, arguments)],
            env=environment | variables,
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Outcome(process.returncode, process.stdout, process.stderr)

    return run
