"""Runs that are killed at any moment, run side by side, or have no room: nothing is lost.

The runs are forked, so that hundreds of them take seconds.
"""

import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from lxml import etree

from stravacookies.josm import install
from stravacookies.josm.schema import NAMESPACE
from tests.command import fork, run_in_process
from tests.josm.documents import registered
from tests.standin.strava import Strava

BEFORE = f"""<preferences xmlns='{NAMESPACE}'>
  <tag key='a' value='{"b" * 99999}'/>
</preferences>
""".encode()
MAP_SOURCES = [f"cartograph/{number}.onlinemap" for number in range(7)]
ENTRY_SET = "strava-heatmap.xml"


def content(run: int) -> bytes:
    """What a run writes into each file."""
    return b"run %6d\n" % run * 5_000


def write(directory: Path, run: int) -> None:
    """Write all files."""
    files = dict.fromkeys([*MAP_SOURCES, ENTRY_SET], content(run))
    install.write(directory, files, install.prepare(directory))


def run_of(path: Path) -> int:
    """The run that has written all of a file."""
    run = int(path.read_bytes()[4:10])
    assert content(run) == path.read_bytes()
    return run


def check_whole(directory: Path) -> None:
    """Each file is as one run wrote it and private; what is registered exists."""
    preferences = (directory / "preferences.xml").read_bytes()
    assert preferences in (BEFORE, registered(BEFORE, f"{directory}/{ENTRY_SET}"))
    assert preferences == BEFORE or (directory / ENTRY_SET).exists()
    for path in [path for path in directory.rglob("*") if path.is_file()]:
        assert 0o600 == path.stat().st_mode & 0o777, path
        if path.suffix == ".bak":
            assert BEFORE == path.read_bytes()
        elif path.name == ENTRY_SET or path.suffix == ".onlinemap":
            run_of(path)


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    """JOSM's directory; whatever is done to it, each file in it is whole and private."""
    (tmp_path / "preferences.xml").touch(mode=0o600)
    reset(tmp_path)
    yield tmp_path
    check_whole(tmp_path)


def reset(directory: Path) -> None:
    """Let nothing be registered."""
    (directory / "preferences.xml").write_bytes(BEFORE)
    (directory / ENTRY_SET).unlink(missing_ok=True)


def exit_codes(processes: list[int]) -> list[int]:
    """Wait for processes."""
    return [os.waitstatus_to_exitcode(os.waitpid(each, 0)[1]) for each in processes]


def test_killed_at_any_moment(directory: Path) -> None:
    """After each of many kills all is whole; the next run removes what they left."""
    chance = random.Random(4)  # noqa: S311 - roughly the same moments in each test run
    write(directory, 0)  # this imports what the others need
    reset(directory)
    started = time.monotonic()
    exit_codes([fork(partial(write, directory, 0))])
    lasts = time.monotonic() - started
    killed = 0
    for run in range(500):  # on a busy machine, most end before they are killed
        if run % 3 == 0:  # a first run changes the most
            reset(directory)
        process = fork(partial(write, directory, run))
        time.sleep(chance.uniform(0, lasts))
        os.kill(process, signal.SIGKILL)
        killed += exit_codes([process]) == [-signal.SIGKILL]
        check_whole(directory)
        if killed == 40:
            break
    write(directory, 1)

    assert 40 == killed
    names = {"preferences.xml", install.BACKUP, ENTRY_SET, *MAP_SOURCES}
    assert names == {str(p.relative_to(directory)) for p in directory.rglob("*") if p.is_file()}


def test_command_killed_at_any_moment(
    environment: dict[str, str], strava: Strava, josm_directory: Path, home: Path
) -> None:
    """What is kept between runs is whole and private, too, when the command is killed."""
    chance = random.Random(4)  # noqa: S311 - as above
    environment |= {"STRAVA_EMAIL": strava.email, "STRAVA_PASSWORD": strava.password}
    command = [sys.executable, "-m", "stravacookies", "josm-prefs", "--refresh"]
    for _ in range(6):
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            time.sleep(chance.uniform(0.2, 0.8))
            process.kill()
        for path in [path for path in home.rglob("*") if path.is_file()]:
            assert 0o600 == path.stat().st_mode & 0o777 or path.suffix == ".cache", path
            if path.suffix == ".json":
                json.loads(path.read_bytes())
            elif path.suffix == ".xml":
                etree.parse(path)

    assert 0 == run_in_process("josm-prefs", environment=environment).code
    assert [] == list(home.rglob("*-tmp"))


@pytest.mark.parametrize("number", [2, 8])
def test_side_by_side(directory: Path, number: int) -> None:
    """Of several runs at once, all succeed, and the files are those of one of them."""
    for _ in range(3):
        reset(directory)
        processes = [fork(partial(write, directory, run)) for run in range(number)]

        assert [0] * number == exit_codes(processes)
        assert 1 == len({run_of(directory / name) for name in [*MAP_SOURCES, ENTRY_SET]})
        assert BEFORE != (directory / "preferences.xml").read_bytes()


def test_written_and_removed_side_by_side(directory: Path) -> None:
    """Runs that write and runs that remove wait for each other; none fails."""
    for _ in range(10):
        writes = [fork(partial(write, directory, 0)) for _ in range(2)]
        removals = [fork(partial(install.remove, directory, MAP_SOURCES)) for _ in range(2)]

        assert [0] * 4 == exit_codes(writes + removals)
        check_whole(directory)


@pytest.mark.parametrize("room", [0, 1000, 20_000, 40_000, 50_000])
def test_no_room(directory: Path, room: int) -> None:
    """If a file cannot be written to its end, all are as before, and nothing else is left."""

    def write_in_little_room() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        write(directory, 0)

    assert [1] == exit_codes([fork(write_in_little_room)])
    assert BEFORE == (directory / "preferences.xml").read_bytes()
    assert ["preferences.xml"] == [p.name for p in directory.rglob("*") if p.is_file()]
