"""The command `preview`: which layers are on the page, and of which place."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from itertools import repeat
from pathlib import Path

import pytest

from stravacookies.errors import FileError, NoJosmDirectoryError, StravaError, UsageError
from stravacookies.heatmap import CURRENT
from tests.command import Outcome, Run, run_in_process
from tests.josm_app import preferences
from tests.standin.faults import Place, silence
from tests.standin.server import StandIn
from tests.standin.signing import Signer
from tests.standin.strava import Strava
from tests.terminal import converse

PAGE = Path("strava-heatmap-preview.html")
ONE = ("--activity", "all", "--color", "hot")
TURIN = ("--at", "45.075,7.65", "--zoom", "13")


@pytest.fixture
def logged_in(environment: dict[str, str], strava: Strava) -> dict[str, str]:
    """The environment of a user who is logged in."""
    return environment | {"STRAVA_SESSION": strava.open_session()}


@pytest.fixture
def show(logged_in: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `preview` in an empty folder, for a user who is logged in."""
    monkeypatch.chdir(tmp_path)

    def show(*arguments: str | Path, **variables: str) -> Outcome:
        return run_in_process("preview", *arguments, environment=logged_in | variables)

    return show


def ids() -> list[str]:
    """Return the layers on the page."""
    return re.findall('data-id="strava-heatmap-(.*?)"', PAGE.read_text(encoding="utf-8"))


def test_groups_in_every_colour(show: Run, stand_in: StandIn, tmp_path: Path) -> None:
    """Without a choice, 5 groups in 7 colours are shown, with one request for each tile."""
    outcome = show(*TURIN)
    text = PAGE.read_text(encoding="utf-8")

    assert (
        0,
        f"The preview is ready, in {PAGE}:\n\n  35 layers at 45.0750, 7.6500, zoom level 13\n\n"
        "Next: open it in your browser.\n",
        "",
    ) == (outcome.code, outcome.out, outcome.err)
    assert [layer.id[15:] for layer in CURRENT.layers()[:35]] == ids()
    assert 1 + 35 == len(stand_in.requests)
    assert 0o600 == PAGE.stat().st_mode & 0o777
    assert [] == [secret for secret in {*stand_in.secrets(), str(tmp_path)} if secret in text]


@pytest.mark.parametrize(
    ("arguments", "layers"),
    [
        (["--all"], len(CURRENT.layers())),
        (["--activity", "run"], 2),
        (ONE, 1),
        (["--only", "hike hot"], 1),
    ],
)
def test_choice_of_layers(show: Run, arguments: Sequence[str], layers: int) -> None:
    """Options and the user's defaults choose layers; `--all` means all, in any case."""
    chosen = {"STRAVACOOKIES_ACTIVITIES": "ride", "STRAVACOOKIES_COLORS": "blue gray"}
    outcome = show("--at", "-3,12.3", "--zoom", "14", *arguments, **chosen)

    assert layers == len(ids())
    assert (
        f"zoom level 14; no heat there in {layers} of them\n"
        "  To choose another place, run 'stravacookies preview --at PLACE'\n"
    ) in outcome.out


def test_retired_colors(show: Run, strava: Strava, stand_in: StandIn) -> None:
    """The page marks colours that Strava now draws as hot, and a line of the summary names them."""
    strava.retired_colors = ("mobileblue", "orange")
    outcome = show(*TURIN, "--activity", "ride", "--color", "blue", "--color", "orange")

    assert (
        "  2 layers at 45.0750, 7.6500, zoom level 13\n"
        "  Strava now draws orange as hot: choose other colours\n"
    ) in outcome.out
    marked = re.findall(">([^<>]*?)</label>\n<p class", PAGE.read_text(encoding="utf-8"))
    assert (["All rides, orange"], 1 + 3) == (marked, len(stand_in.requests))
    show(*TURIN, "--all")
    assert len(CURRENT.layers()) + 1 == len(stand_in.requests)


def test_second_page_costs_nothing(
    show: Run, environment: dict[str, str], stand_in: StandIn
) -> None:
    """If all tiles are kept, Strava is asked only for what the user named: new cookies."""
    show(*ONE, *TURIN)
    stand_in.exchanges.clear()
    run_in_process("logout", environment=environment)

    assert 0 == show(*ONE, *TURIN, STRAVA_SESSION="").code
    assert [] == stand_in.requests
    assert 0 == show(*ONE, *TURIN, "--refresh").code
    assert ["/maps"] == [request.path for request in stand_in.requests]
    with pytest.raises(UsageError):
        show(*ONE, *TURIN, "--from", "nonsense")


@pytest.mark.parametrize(
    ("tags", "place", "err"),
    [
        ({"osm-download.bounds": "45.05;7.6;45.1;7.7"}, "45.0750, 7.6500", ""),
        (
            {},
            "47.0500, 8.3100",
            "JOSM has not downloaded anything yet, so this shows Lucerne. For another place, run"
            " 'stravacookies preview --at LATITUDE,LONGITUDE'.\n",
        ),
    ],
)
def test_place_and_port_of_josm(
    show: Run, josm_directory: Path, tags: dict[str, str], place: str, err: str
) -> None:
    """JOSM's preferences tell where it was last, and on which port its remote control listens."""
    (josm_directory / "preferences.xml").write_text(preferences(remote_port=8222, tags=tags))
    outcome = show(*ONE)

    assert f"  1 layer at {place}, zoom level 12\n" in outcome.out
    assert (bool(err), True) == (bool(outcome.err), err in outcome.err)
    assert "fetch(`http://127.0.0.1:8222/" in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("place", "err"),
    [
        ("7.6,45", "stravacookies: are latitude and longitude swapped? JOSM last downloaded near "),
        ("45,7.6", ""),
        ("47,9", ""),
    ],
)
def test_swapped_coordinates(show: Run, josm_directory: Path, place: str, err: str) -> None:
    """If the coordinates would be near JOSM's last place the other way round, the user is told."""
    tags = {"osm-download.bounds": "45.05;7.6;45.1;7.7"}
    (josm_directory / "preferences.xml").write_text(preferences(remote_port=8111, tags=tags))
    outcome = show(*ONE, "--at", place)

    assert (0, err and f"{err}45,7.6.\n") == (outcome.code, outcome.err)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--at", "47.05"], "Invalid value for '--at': '47.05' is not a place. Give latitude and "),
        (["--zoom", "16"], "16 is not in the range 3<=x<=15."),
        (["--activity", "hkie"], "sport_Hike"),
        (["--output", ""], "it is empty or names the current folder"),
        (
            ["--all", "--color", "hot"],
            "--all cannot be combined with --activity, --color or --only.",
        ),
        (["--all", "--only", "all:hot"], "--all cannot be combined with"),
    ],
)
def test_mistakes(show: Run, stand_in: StandIn, options: list[str], words: str) -> None:
    """What cannot be shown is refused before Strava is asked."""
    outcome = show(*options)

    assert (2, "") == (outcome.code, outcome.out)
    assert words in outcome.err
    assert [] == stand_in.connections


def test_failures(show: Run, strava: Strava, tmp_path: Path) -> None:
    """A page is not written if its tiles, its place or JOSM's named directory cannot be used."""
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(FileError, match=r"folder\.html could not be written"):
        show(*ONE, *TURIN, "-o", "folder.html")
    with pytest.raises(NoJosmDirectoryError, match=f"There is no directory {tmp_path}/missing"):
        show("--josm-dir", tmp_path / "missing")
    strava.signer = Signer()  # which makes all cookies invalid
    with pytest.raises(StravaError, match="run 'stravacookies preview --refresh'"):
        show(*TURIN)

    assert not PAGE.exists()
    assert 0 == show(*ONE, *TURIN, "--refresh").code


def test_interruption(logged_in: dict[str, str], stand_in: StandIn, tmp_path: Path) -> None:
    """Ctrl+C ends a preview at once, even while Strava does not answer."""
    run_in_process("cookies", environment=logged_in)
    stand_in.connections.clear()
    stand_in.faults = repeat((Place.SITE, silence))
    command = [sys.executable, "-m", "stravacookies", "preview", *TURIN]
    own = signal.signal(signal.SIGINT, signal.SIG_DFL)  # it may be ignored where tests run
    with subprocess.Popen(
        command, env=logged_in, cwd=tmp_path, stderr=subprocess.PIPE, text=True
    ) as process:
        signal.signal(signal.SIGINT, own)
        deadline = time.monotonic() + 30
        while len(stand_in.connections) < 6:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=10)

    assert (1, "Aborted!") == (process.returncode, err.strip())
    assert not (tmp_path / PAGE).exists()


def test_open_in_the_browser(run: Run, strava: Strava, tmp_path: Path) -> None:
    """With `--open` the browser gets the page but no session. Without one, the user is told."""
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1$STRAVA_SESSION" > {tmp_path}/opened\n')
    browser.chmod(0o700)
    login = {"STRAVA_SESSION": strava.open_session()}
    opened = run("preview", *ONE, *TURIN, "--open", **login, BROWSER=f"{browser} %s")
    failed = run("preview", *ONE, *TURIN, "--open", **login, BROWSER="false %s", PATH=str(tmp_path))

    assert (0, "", False) == (opened.code, opened.err, "Next:" in opened.out)
    assert (tmp_path / PAGE).as_uri() == (tmp_path / "opened").read_text()
    assert (0, "stravacookies: no browser could be opened.\n") == (failed.code, failed.err)
    assert "Next: open it in your browser" in failed.out


def test_progress_is_for_terminals(logged_in: dict[str, str], home: Path) -> None:
    """On a terminal, a bar shows the progress."""
    arguments = ("preview", *ONE, *TURIN, "-o", str(home / "p.html"))
    code, shown = converse(logged_in | {"TERM": "xterm"}, [], *arguments)

    assert 0 == code
    assert re.search(r"Tiles +\[#+-*\] +\d+%", shown)
