"""Sources by the names that users have for them."""

from pathlib import Path

import pytest

from stravacookies.errors import FolderSourceError, UnknownSourceError
from stravacookies.sources import canonical


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("firefox", "firefox"),
        ("Firefox", "firefox"),
        ("CHROME:Profile 1", "chrome:Profile 1"),
        ("firefox:", "firefox"),
        ("firefox:~/profile", "firefox:/home/m/profile"),
        ("-", "-"),
        ("password", "password"),
    ],
)
def test_name(given: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A source is remembered so that it is found again, from wherever."""
    monkeypatch.setenv("HOME", "/home/m")

    assert name == canonical(given)


def test_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is remembered by its whole path."""
    (tmp_path / "export.json").touch()
    monkeypatch.chdir(tmp_path)

    assert str(tmp_path / "export.json") == canonical("export.json")
    assert f"firefox:{tmp_path / 'a' / 'b'}" == canonical("firefox:a/b")


@pytest.mark.parametrize("given", ["", "nothing", "firefix:x", "Password", "x" * 5000, "a\0b"])
def test_no_source(given: str) -> None:
    """Anything else is refused."""
    with pytest.raises(UnknownSourceError):
        canonical(given)


def test_folder() -> None:
    """A folder holds no session, but perhaps a file that does."""
    with pytest.raises(FolderSourceError) as error:
        canonical("/")
    assert "/ is a folder: name a file in it, or a browser's profile as firefox:FOLDER." == (
        str(error.value)
    )
