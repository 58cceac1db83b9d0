"""The public names, and what importing them costs."""

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import stravacookies
from stravacookies import errors
from stravacookies.commands import SHORT_HELP
from tests.conftest import Run
from tests.standin.strava import Strava

HEAVY = {"requests", "lxml", "jinja2", "psutil", "yt_dlp", "keyring"}


def test_every_error_is_public() -> None:
    """Whoever uses the library can catch each failure by its name, and all of them by one."""
    found = dict(inspect.getmembers(errors, inspect.isclass))
    named = {n for n, c in found.items() if issubclass(c, stravacookies.StravacookiesError)}

    assert named <= set(stravacookies.__all__)


def test_all_public_names_exist() -> None:
    """Each public name can be had."""
    assert [] == [name for name in stravacookies.__all__ if not hasattr(stravacookies, name)]


def test_exit_codes() -> None:
    """Each kind of failure has an exit code of its own."""
    assert [1, 3, 4, 5, 6] == [
        error.exit_code
        for error in (
            stravacookies.StravacookiesError,
            stravacookies.NotLoggedInError,
            stravacookies.StravaError,
            stravacookies.JosmFilesError,
            stravacookies.JosmRunningError,
        )
    ]


def imported(statement: str) -> set[str]:
    """The heavy modules that a statement imports."""
    code = "import sys; print(*sys.modules)"
    command = [sys.executable, "-c", f"{statement}; {code}"]
    process = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return HEAVY & set(process.stdout.split())


@pytest.mark.parametrize(
    "statement",
    [
        "import stravacookies",
        "import stravacookies.cli",
        *(f"import stravacookies.commands.{name.replace('-', '_')}" for name in SHORT_HELP),
    ],
)
def test_import_is_light(statement: str) -> None:
    """What takes long to import waits until it is used."""
    assert set() == imported(statement)


def test_fresh_cookies_need_no_requests(
    run: Run, josm_directory: Path, strava: Strava, tmp_path: Path
) -> None:
    """A run that asks nothing of Strava does not wait for what could ask it."""
    run("josm-prefs", STRAVA_SESSION=strava.open_session())
    (tmp_path / "requests.py").write_text("raise SystemExit('requests was imported')\n")
    (tmp_path / "lxml.py").write_text("raise SystemExit('lxml was imported')\n")
    outcome = run("josm-prefs", PYTHONPATH=str(tmp_path))

    assert (0, "") == (outcome.code, outcome.err)


def test_values_do_not_show_secrets_in_a_traceback() -> None:
    """An error that is raised for a bad value does not repeat it."""
    with pytest.raises(stravacookies.BadSessionError) as error:
        stravacookies.Session("secret\n")

    assert "secret" not in str(error.value)
