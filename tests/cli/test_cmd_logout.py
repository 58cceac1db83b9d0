"""`stravacookies logout`: what is kept is removed, and named."""

from pathlib import Path

import pytest

from stravacookies.errors import StravacookiesError
from tests.command import Run

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
        f"Could not remove {home / STATE}/session.json: is the keyring locked, or a file protected?"
    ) == str(error.value)
    assert ["session.json"] == [path.name for path in (home / STATE).iterdir()]
