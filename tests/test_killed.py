"""Runs that end at any moment, run side by side, or have no room: nothing is lost or half-written.

The runs are forked, so that hundreds of them take seconds, and are killed as the system kills.
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

from stravacookies import output
from stravacookies.cookies import HeatmapCookies
from stravacookies.heatmap import TODAY
from stravacookies.josm.preferences import NAMESPACE, register
from tests.command import fork, run_stravacookies
from tests.made_up import values
from tests.standin.strava import Strava

LAYERS = TODAY.layers()
BEFORE = f"""<preferences xmlns='{NAMESPACE}'>
  <tag key='a' value='{"b" * 99999}'/>
</preferences>
""".encode()


def cookies(run: int) -> HeatmapCookies:
    """Cookies that tell by which run they were written."""
    return HeatmapCookies.from_values(values() | {"_strava_idcf": f"run-{run}-end"})


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    """JOSM's directory; whatever was done to it, what is in there is whole and private."""
    (tmp_path / "preferences.xml").write_bytes(BEFORE)
    (tmp_path / "preferences.xml").chmod(0o600)
    yield tmp_path
    after = register(BEFORE, f"{tmp_path}/strava-heatmap.xml")
    assert (tmp_path / "preferences.xml").read_bytes() in (BEFORE, after)
    for path in [path for path in tmp_path.rglob("*") if path.is_file()]:
        assert 0o600 == path.stat().st_mode & 0o777, path
        if path.suffix == ".bak":
            assert BEFORE == path.read_bytes()


def check_whole(directory: Path) -> None:
    """All that is there of ours is as one run wrote it; nothing is registered that is not there."""
    registered = (directory / "preferences.xml").read_bytes() != BEFORE
    entry_set = directory / "strava-heatmap.xml"
    if registered or entry_set.exists():
        root = etree.parse(entry_set).getroot()
        assert len(LAYERS) == len(root)
        assert 1 == len({str(e.findtext("{*}url")).partition("run-")[2][:7] for e in root})


def test_killed_at_any_moment(directory: Path) -> None:
    """After each of hundreds of kills all is whole; the next run leaves no litter of them."""
    chance = random.Random(4)  # noqa: S311 - the same moments in each test run, roughly
    output.write(directory, LAYERS, [], cookies(0))  # what it imports, the others have then
    (directory / "preferences.xml").write_bytes(BEFORE)
    started = time.monotonic()
    os.waitpid(fork(lambda: output.write(directory, LAYERS, [], cookies(0))), 0)
    lasts = time.monotonic() - started
    killed = 0
    for run in range(300):
        if run % 3 == 0:  # a first run changes the most
            (directory / "preferences.xml").write_bytes(BEFORE)
            (directory / "strava-heatmap.xml").unlink(missing_ok=True)
        process = fork(partial(output.write, directory, LAYERS, [], cookies(run)))
        time.sleep(chance.uniform(0, lasts))
        os.kill(process, signal.SIGKILL)
        killed += os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == -signal.SIGKILL
        check_whole(directory)
    output.write(directory, LAYERS, [], cookies(1))

    assert killed > 100
    assert {"preferences.xml", "preferences.xml.stravacookies.bak", "strava-heatmap.xml"} == {
        path.name for path in directory.iterdir() if path.is_file()
    }
    assert 7 == len(list((directory / "cartograph").iterdir()))


def test_command_killed_at_any_moment(
    environment: dict[str, str], strava: Strava, josm_directory: Path, home: Path
) -> None:
    """What is kept between runs is whole and private, too, when the command is killed."""
    chance = random.Random(4)  # noqa: S311 - as above
    session = {"STRAVA_EMAIL": strava.email, "STRAVA_PASSWORD": strava.password}
    command = [sys.executable, "-m", "stravacookies", "josm-prefs", "--refresh"]
    for _ in range(20):
        with subprocess.Popen(
            command, env=environment | session, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            time.sleep(chance.uniform(0.2, 1.0))
            process.kill()
        for path in [path for path in home.rglob("*") if path.is_file()]:
            assert 0o600 == path.stat().st_mode & 0o777 or path.suffix == ".cache", path
            if path.suffix == ".json":
                json.loads(path.read_bytes())
            elif path.suffix == ".xml":
                etree.parse(path)
    assert 0 == run_stravacookies("josm-prefs", environment=environment, folder=home).code
    assert [] == list(home.rglob("*-tmp"))


@pytest.mark.parametrize("number", [2, 8])
def test_side_by_side(directory: Path, number: int) -> None:
    """Of several runs at once, all succeed, and the files are those of one of them."""
    for _ in range(5):
        (directory / "preferences.xml").write_bytes(BEFORE)
        processes = [
            fork(partial(output.write, directory, LAYERS, [], cookies(run)))
            for run in range(number)
        ]
        codes = [os.waitstatus_to_exitcode(os.waitpid(each, 0)[1]) for each in processes]
        assert [0] * number == codes
        check_whole(directory)
        ours = [directory / "strava-heatmap.xml", *(directory / "cartograph").iterdir()]
        texts = [path.read_text() for path in ours]
        assert 1 == len({text.partition("run-")[2].partition("-end")[0] for text in texts})
        assert register(BEFORE, str(ours[0])) == (directory / "preferences.xml").read_bytes()


def test_written_and_removed_side_by_side(directory: Path) -> None:
    """Runs that write and runs that remove wait for each other; none fails."""
    for _ in range(10):
        processes = [
            *(fork(lambda: output.write(directory, LAYERS, [], cookies(0))) for _ in range(2)),
            *(fork(lambda: output.remove(directory)) for _ in range(2)),
        ]
        codes = [os.waitstatus_to_exitcode(os.waitpid(each, 0)[1]) for each in processes]
        assert [0] * 4 == codes
        check_whole(directory)


@pytest.mark.parametrize("room", [0, 1000, 50_000, 100_000, 150_000])
def test_no_room(directory: Path, room: int) -> None:
    """If a file cannot be written to its end, all are as before, and nothing is left of the try."""

    def write() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        output.write(directory, LAYERS, [], cookies(0))

    process = fork(write)

    assert 1 == os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    assert BEFORE == (directory / "preferences.xml").read_bytes()
    assert ["preferences.xml"] == [p.name for p in directory.rglob("*") if p.is_file()]
