"""The command as a user runs it: in a process of its own, with an environment of its own."""

import codecs
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from stravacookies.cli import cli
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


def run(
    *command: str | Path, environment: dict[str, str], folder: Path, typed: str = ""
) -> Outcome:
    """Run a command in a folder, without a terminal, until it ends.

    Args:
        command: The program and its arguments.
        environment: All of its environment.
        folder: Where it runs.
        typed: What comes in on standard input.
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
    """Run `stravacookies` with arguments; the rest as `run`."""
    command = (sys.executable, "-m", "stravacookies", *arguments)
    return run(*command, environment=environment, folder=folder, typed=typed)


def run_in_process(*arguments: str | Path, environment: dict[str, str]) -> Outcome:
    """Run `stravacookies` in this process, which is quicker; what ends it comes as it is.

    Args:
        arguments: What stands behind the program's name.
        environment: What is added to this process's own environment.
    """
    runner = CliRunner(catch_exceptions=False)
    result = runner.invoke(cli, [*map(str, arguments)], env=environment, prog_name="stravacookies")
    return Outcome(result.exit_code, result.stdout, result.stderr)


def fork(work: Callable[[], object]) -> int:
    """Do something in a process of its own; it ends with 0 unless that fails."""
    process = os.fork()
    if not process:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return process


def converse(
    environment: dict[str, str], answers: list[tuple[str, str]], *arguments: str
) -> tuple[int, str]:
    """Run the command on a terminal and answer it; return its code and what was shown."""
    lines = [(question, f"{answer}\n") for question, answer in answers]
    return on_terminal([sys.executable, "-m", "stravacookies", *arguments], environment, lines)


def on_terminal(
    command: list[str], environment: dict[str, str], keys: list[tuple[str, str]]
) -> tuple[int, str]:
    """Run a program on a terminal; return its code and what was shown.

    Args:
        command: The program and its arguments.
        environment: All of its environment.
        keys: What is typed, each when the text before it has been shown.
    """
    controller, terminal = pty.openpty()
    with subprocess.Popen(
        command,
        env=environment,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    ) as process:
        os.close(terminal)
        shown, seen = "", 0
        decoder = codecs.getincrementaldecoder("utf-8")()  # a read may end within a character
        waiting = list(keys)
        deadline = time.monotonic() + 60
        try:
            while time.monotonic() < deadline:
                if not select.select([controller], [], [], 0.1)[0]:
                    continue
                try:
                    shown += decoder.decode(os.read(controller, 4096))
                except OSError:  # the command has ended, and its side of the terminal with it
                    break
                if waiting and waiting[0][0] in shown[seen:]:
                    time.sleep(0.1)  # getpass throws away what was typed before it asked
                    os.write(controller, waiting.pop(0)[1].encode())
                    seen = len(shown)
        finally:
            process.kill() if time.monotonic() >= deadline else None
            os.close(controller)
        return process.wait(), shown
