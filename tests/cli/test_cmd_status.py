"""The command `status`: whether a mapper can start now, and that `doctor` says the same."""

import json
import re
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from stravacookies.cli.messages import next_step
from stravacookies.errors import FileError
from stravacookies.findings import Finding, State
from stravacookies.health import QUICK
from tests.command import Outcome, Run, run_in_process
from tests.josm_app import pretended
from tests.situations import DAMAGES, User
from tests.standin.server import StandIn


@pytest.fixture
def user(
    environment: dict[str, str], josm_directory: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> User:
    """A user on whose computer everything is set up, and whose Strava is the stand-in."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return User(home, josm_directory)


def test_nothing(run: Run, stand_in: StandIn) -> None:
    """If there is nothing, each line says what to do, and Strava is not asked."""
    outcome = run("status")

    assert (1, "") == (outcome.code, outcome.err)
    assert """\
– Layers          not checked: there is no JOSM directory
– JOSM            not checked: there is no JOSM directory

Next: run 'stravacookies login'.
""" == outcome.out[outcome.out.index("– Layers") :]
    assert [] == stand_in.connections


def test_ready(user: User) -> None:
    """If everything is set up, a mapper can start."""
    outcome = run_in_process("status", environment={})

    assert (
        0,
        """\
✓ Session         from ~/cookies.json, kept in a file
✓ Cookies         fresh until TIME (23 h 59 min left)
✓ JOSM directory  ~/.config/JOSM
✓ Registration    JOSM's preferences list strava-heatmap.xml
✓ Layers          7 layers with fresh cookies
✓ JOSM            version 18646, not running

Next: start JOSM.
""",
    ) == (outcome.code, re.sub(r"\d\d \w+ \d{4}, \d\d:\d\d", "TIME", outcome.out))


def test_josm_that_has_not_run(run_here: Run, home: Path) -> None:
    """A JOSM that is installed and has no directory yet gets it from josm-prefs, not from this."""
    (home / "josm").touch(mode=0o755)
    session = {"STRAVA_SESSION": "0123456789abcdef"}
    outcome = run_here("status", PATH=str(home), **session)

    assert (1, "") == (outcome.code, outcome.err)
    assert "✗ JOSM directory  none yet: JOSM is installed, but has not run here\n" in outcome.out
    run_it = "run 'stravacookies josm-prefs'"
    assert outcome.out.endswith(f"\nNext: {run_it}.\n")
    assert not (home / ".config").exists()


BAD = {name: Finding(name, State.BAD, "", f"mend {name}") for name in QUICK}


@pytest.mark.parametrize(
    ("bad", "running", "advice"),
    [
        ([], False, "start JOSM"),
        (
            [],
            True,
            "choose a layer from JOSM's Imagery menu; if JOSM was running when you ran josm-prefs,"
            " restart it first",
        ),
        (["Layers", "Session"], False, "mend Session"),
        (["Cookies", "JOSM directory"], False, "mend JOSM directory"),
        (["Layers", "Cookies"], True, "mend Cookies"),
    ],
)
def test_next_step(bad: list[str], running: bool, advice: str) -> None:
    """What to do next is the advice that the others build on."""
    assert advice == next_step([BAD[name] for name in bad], running=running)


@pytest.mark.parametrize("running", [False, True])
def test_next_step_to_register(user: User, running: bool) -> None:
    """JOSM must be closed for the first run, if it is running."""
    DAMAGES["not registered"](user)
    with ExitStack() as stack:
        if running:
            stack.enter_context(pretended(user.home, f"-Djosm.home={user.josm}"))
        outcome = run_in_process("status", environment={})

    first = "close JOSM, then " if running else ""
    run_it = "run 'stravacookies josm-prefs'"
    assert outcome.out.endswith(f"\nNext: {first}{run_it}.\n")


def test_json(user: User, stand_in: StandIn) -> None:
    """For programs, the same is JSON, with no secret in it, and without asking Strava."""
    outcome = run_in_process("status", "--json", environment={})
    status = json.loads(outcome.out)
    expires = datetime.fromisoformat(status["cookies"].pop("expires"))

    assert {
        "session": {"stored": "file", "source": str(user.home / "cookies.json"), "expires": None},
        "cookies": {"fresh": True},
        "josm": {
            "directory": str(user.josm),
            "registered": True,
            "entries": 7,
            "current": True,
            "running": False,
        },
    } == status
    assert timedelta(0) == expires.utcoffset()
    assert [] == stand_in.connections


def test_json_of_nothing(run_here: Run) -> None:
    """As JSON, what does not exist is null, or false; a session may be in the environment."""
    status = json.loads(run_here("status", "--json", STRAVA_SESSION="0123456789abcdef").out)

    source = {"stored": "environment", "source": "STRAVA_SESSION", "expires": None}
    assert source == status["session"]
    assert [None, False, 0, False, False] == list(status["josm"].values())


@pytest.mark.parametrize("damage", ["preferences are cut short", "no JOSM"])
def test_josm_that_cannot_be_read(user: User, damage: str) -> None:
    """Damaged preferences are an error, and so is a named directory that does not exist."""
    DAMAGES[damage](user)
    with pytest.raises(FileError) as error:
        run_in_process("status", "--josm-dir", user.josm, environment={})

    assert str(user.josm) in str(error.value)


def lines(outcome: Outcome) -> dict[str, str]:
    """Return the lines about findings, without advice, by the name of the finding."""
    found = re.findall(r"^([✓✗–] (\w[\w ]*?)  .*)$", outcome.out, re.MULTILINE)
    return {name: line for line, name in found}


@pytest.mark.parametrize("damage", DAMAGES)
def test_doctor_agrees(user: User, damage: str) -> None:
    """What `status` shows, `doctor` shows alike; 0 means that the checks for mapping are good."""
    DAMAGES[damage](user)
    of_doctor = lines(run_in_process("doctor", environment={}))
    try:
        status = run_in_process("status", environment={})
    except FileError:
        assert of_doctor["Preferences"].startswith("✗")
        return

    assert 6 == len(lines(status))
    assert lines(status).items() <= of_doctor.items()
    needed = [of_doctor[name][0] for name in ("Cookies", "Registration", "Layers")]
    assert (status.code == 0) == (needed == ["✓"] * 3)


def test_doctor_agrees_while_josm_is_running(user: User) -> None:
    """A JOSM that is running is good for both."""
    with pretended(user.home, f"-Djosm.home={user.josm}"):
        status = run_in_process("status", environment={})
        of_doctor = lines(run_in_process("doctor", environment={}))

    assert 0 == status.code
    assert "✓ JOSM            version 18646, running" == lines(status)["JOSM"] == of_doctor["JOSM"]
