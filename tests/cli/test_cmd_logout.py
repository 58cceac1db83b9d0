"""`stravacookies logout`: what is kept is removed, and named."""

import re
from pathlib import Path

import keyring
import pytest

from stravacookies.credentials.store import CredentialStore
from stravacookies.errors import StravacookiesError
from stravacookies.locks import locked
from stravacookies.strava.session import Session
from tests.command import Run
from tests.credentials.conftest import MemoryKeyring
from tests.situations import DAMAGES, User

STATE = Path(".local", "state", "stravacookies")


def test_everything_is_removed(run: Run, export: Path, home: Path) -> None:
    """Session and cookies are removed and named; a second time there is nothing."""
    run("login", "--from", export)
    outcome = run("logout")

    names = "session.json", "cookies-today.json"
    printed = "".join(f"Removed {home / STATE / name}.\n" for name in names)
    assert (0, printed, "") == (outcome.code, outcome.out, outcome.err)
    assert [] == list((home / STATE).iterdir())
    assert "There was nothing to remove.\n" == run("logout").out


def test_file_cannot_be_removed(run_here: Run, home: Path) -> None:
    """What could not be removed is an error, after the rest was removed."""
    (home / STATE / "session.json").mkdir()

    with pytest.raises(StravacookiesError) as error:
        run_here("logout")
    assert (
        f"Could not remove {home / STATE}/session.json: is the keyring locked, a window open, or a"
        " file protected?"
    ) == str(error.value)
    assert ["session.json"] == [path.name for path in (home / STATE).iterdir()]


def test_login_of_a_window(run_here: Run, home: Path) -> None:
    """The profile of a window is removed, unless that window is open."""
    profiles = home / STATE / "window-edge", home / "snap/firefox/common/stravacookies-window"
    for profile in profiles:
        (profile / "Default").mkdir(parents=True)
    with locked([profiles[0] / "lock"]), pytest.raises(StravacookiesError, match="window-edge"):
        run_here("logout")
    assert [True, False] == [profile.exists() for profile in profiles]

    assert f"Removed the login in {profiles[0]}.\n" in run_here("logout").out
    assert not profiles[0].exists()


def test_locked_keyring(run_here: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A session that stays in a locked keyring is an error, until it can be removed."""
    backend = MemoryKeyring(priority=1)
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    CredentialStore().keep_session(Session("secret-session"), "firefox")
    for _ in range(2):
        backend.is_locked = True
        with pytest.raises(StravacookiesError) as error:
            run_here("logout")
        assert 1 == error.value.exit_code
        assert (
            "Could not remove the session in the system's keyring (if that is gone, delete"
            f" {home / STATE / 'session.json'}): is the keyring locked, a window open, or a file"
            " protected?"
        ) == str(error.value)
    assert [home / STATE / "session.json"] == list((home / STATE).iterdir())
    backend.is_locked = False

    assert (
        f"Removed the session in the system's keyring.\nRemoved {home / STATE}/session.json.\n"
    ) == run_here("logout").out
    assert {} == backend.secrets


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        ("ready", True),
        ("no kept cookies", True),
        ("classic host", True),
        ("cookies are due", True),
        ("cookies have expired", False),
        ("layers are malformed", False),
        ("layers are gone", False),
        ("no JOSM", False),
    ],
)
def test_cookies_in_josm(
    run_here: Run, home: Path, josm_directory: Path, damage: str, named: bool
) -> None:
    """Valid cookies that JOSM still has are named, with what removes them."""
    DAMAGES[damage](User(home, josm_directory))
    outcome = run_here("logout")
    *_, last = outcome.out.splitlines()

    words = (
        r"JOSM's files still contain cookies, which expire on \d+ .+ left\)\. To remove them as"
        r" well, run 'stravacookies remove'\."
    )
    assert (0, "") == (outcome.code, outcome.err)
    assert named == bool(re.fullmatch(words, last)), last
    assert named or last.startswith("Removed ")


@pytest.mark.parametrize(
    ("variable", "setting"), [("~/elsewhere", "x"), ("", "~/elsewhere"), ("~no-one/x", "x")]
)
def test_cookies_in_named_directory(
    run_here: Run, home: Path, josm_directory: Path, variable: str, setting: str
) -> None:
    """JOSM's directory is where the user's defaults say; a mistake in them does not matter."""
    User(home, josm_directory)
    josm_directory.rename(home / "elsewhere")
    (home / ".config" / "stravacookies").mkdir()
    (home / ".config" / "stravacookies" / "config.toml").write_text(f"josm-dir = '{setting}'")
    outcome = run_here("logout", STRAVACOOKIES_JOSM_DIR=variable)

    assert 0 == outcome.code
    assert ("no-one" not in variable) == ("JOSM's files still contain" in outcome.out)
