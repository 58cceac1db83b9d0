"""Runs the command as a user does, and other programs, if they are installed."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest
from click.testing import CliRunner

from stravacookies.cli.main import cli
from tests.standin.server import StandIn

PROGRAM = Path(sys.executable).with_name("stravacookies")
"""The program as a user starts it."""


@dataclass(frozen=True)
class Outcome:
    """How a command ended.

    Attributes:
        code: Its exit code.
        out: What it printed on standard output.
        err: What it printed on standard error.
    """

    code: int
    out: str
    err: str

    def check_hides(self, secrets: Iterable[str]) -> None:
        """Fail if the command has printed a secret."""
        assert [] == [secret for secret in secrets if secret in self.out + self.err]


class Run(Protocol):
    """Runs `stravacookies`: the type of the fixtures `run` and `run_here`."""

    def __call__(self, *arguments: str | Path, **variables: str) -> Outcome:
        """Run it with arguments and with additional variables in its environment."""


def environment_of(home: Path, stand_in: StandIn) -> dict[str, str]:
    """Return the environment of a user whose Strava is the stand-in and who is not logged in."""
    inherited = {name: os.environ[name] for name in ("LANG", "TZ") if name in os.environ}
    path = os.pathsep.join([str(PROGRAM.parent), os.environ["PATH"]])
    return inherited | stand_in.environment() | {"HOME": str(home), "PATH": path}


def run(
    *command: str | Path, environment: dict[str, str], folder: Path, typed: str = ""
) -> Outcome:
    """Run a program without a terminal.

    Args:
        command: The program and its arguments.
        environment: Its whole environment.
        folder: Its working directory.
        typed: Its standard input.
    """
    process = subprocess.run(
        [*map(str, command)],
        env=environment,
        cwd=folder,
        input=typed,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    return Outcome(process.returncode, process.stdout, process.stderr)


def run_stravacookies(
    *arguments: str | Path, environment: dict[str, str], folder: Path, typed: str = ""
) -> Outcome:
    """Run `stravacookies` with arguments. The other parameters are those of `run`."""
    return run(PROGRAM, *arguments, environment=environment, folder=folder, typed=typed)


def run_in_process(*arguments: str | Path, environment: dict[str, str]) -> Outcome:
    """Run `stravacookies` in this process, which is quicker. Its own exceptions are raised.

    Args:
        arguments: The arguments after the program's name.
        environment: What to add to this process's environment.
    """
    runner = CliRunner(catch_exceptions=False)
    result = runner.invoke(cli, [*map(str, arguments)], env=environment, prog_name="stravacookies")
    return Outcome(result.exit_code, result.stdout, result.stderr)


def fork(work: Callable[[], object]) -> int:
    """Call a function in a child process and return its id. The child exits with 1 on failure."""
    process = os.fork()
    if not process:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return process


def missing(purpose: str, packages: Mapping[str, object]) -> str | None:
    """Return a sentence on how to install missing packages, or None if there are none.

    Args:
        purpose: What needs them.
        packages: The packages by Debian's names, with something falsy for those that are missing.
    """
    names = " ".join(package for package, found in packages.items() if not found)
    return f"{purpose} needs: apt-get install -y --no-install-recommends {names}" if names else None


def require(missing_parts: str | None) -> None:
    """Skip a test whose programs are missing, or fail if `REQUIRE_REAL_PARTS` is set, as in CI.

    Args:
        missing_parts: A sentence about what is missing, or None.
    """
    if missing_parts and os.environ.get("REQUIRE_REAL_PARTS"):
        pytest.fail(missing_parts)
    if missing_parts:
        pytest.skip(missing_parts)
