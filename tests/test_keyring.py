"""The system's keyring: a real Secret Service where there is one, and what holds where none is."""

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from tests import command
from tests.conftest import Run
from tests.standin.strava import Strava

NEEDED = "apt-get install -y --no-install-recommends dbus gnome-keyring"


@pytest.mark.parametrize(
    "backend",
    [
        "keyring.backends.null.Keyring",
        "keyring.backends.fail.Keyring",
        "keyring.backends.SecretService.Keyring",  # without D-Bus, as over ssh or in cron
        "there.is.none",
    ],
)
def test_without_a_keyring_that_works(
    run: Run, josm_directory: Path, strava: Strava, home: Path, backend: str
) -> None:
    """Where keyring has no backend, or one that keeps nothing, the session is in a file."""
    login = {"STRAVA_EMAIL": strava.email, "STRAVA_PASSWORD": strava.password}
    outcome = run("login", "--from", "password", PYTHON_KEYRING_BACKEND=backend, **login)
    kept = json.loads((home / ".local/state/stravacookies/session.json").read_text())

    assert (0, "") == (outcome.code, outcome.err)
    assert {"source", "_strava4_session", "strava_remember_id", "strava_remember_token"} == set(
        kept
    )
    assert "kept in: file" in run("status", PYTHON_KEYRING_BACKEND=backend).out


SCRIPT = """
printf '\\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null
"$@" login --from password
grep -c _strava4_session "$HOME/.local/state/stravacookies/session.json"
"$@" status | head -1
unset STRAVA_EMAIL STRAVA_PASSWORD
"$@" cookies --refresh | cut -c 1-22
"$@" logout
"$@" logout
"""


def test_secret_service(environment: dict[str, str], strava: Strava, tmp_path: Path) -> None:
    """With a Secret Service, the session is there and in no file; `logout` takes it away."""
    if not (shutil.which("dbus-run-session") and shutil.which("gnome-keyring-daemon")):
        if os.environ.get("REQUIRE_REAL_PARTS"):
            pytest.fail(NEEDED)
        pytest.skip(f"A real keyring in a test needs: {NEEDED}")
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    own = {
        "XDG_RUNTIME_DIR": str(runtime),
        "STRAVA_EMAIL": strava.email,
        "STRAVA_PASSWORD": strava.password,
    }
    stravacookies = (sys.executable, "-m", "stravacookies")
    outcome = command.run(
        *("dbus-run-session", "--", "sh", "-c", SCRIPT, "sh", *stravacookies),
        environment=environment | own,
        folder=tmp_path,
    )
    lines = outcome.out.splitlines()
    state = Path(environment["HOME"], ".local/state/stravacookies")

    assert lines[1].startswith("The session is kept in the system's keyring; it lasts until"), (
        outcome.out + outcome.err
    )
    assert lines[2] == "0"
    assert lines[3].startswith("Session  from password, kept in: keyring, until")
    assert [
        "CloudFront-Key-Pair-Id",
        "Removed the session in the system's keyring.",
        f"Removed {state}/session.json.",
        f"Removed {state}/cookies-today.json.",
        "Nothing was kept.",
    ] == lines[4:]
