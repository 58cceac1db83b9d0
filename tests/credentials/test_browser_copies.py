"""Copies of browsers' stores: private, of Strava's cookies only, and never left behind."""

import os
import shutil
import signal
import tempfile
import time
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest
import yt_dlp.cookies

from stravacookies import paths
from stravacookies.credentials.browser_copies import reduced_copy
from stravacookies.credentials.store import BROWSER_COPIES, CredentialStore
from stravacookies.errors import NotLoggedInError
from tests.command import fork
from tests.credentials.browser_stores import CHROMIUM, FIREFOX, Row, add, create, first_login

REAL = {"_strava4_session": "real"}
SECRET = "secret of another site"


@pytest.fixture(autouse=True)
def home(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The empty home of this user, and a temporary folder of its own."""
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr(tempfile, "tempdir", str(home / "tmp"))
    (home / "tmp").mkdir()
    return home


def written(home: Path) -> list[Path]:
    """Return the files that exist outside of the browsers' own folders."""
    return [path for path in home.rglob("*") if path.is_file() and "browser" not in path.parts]


@pytest.mark.parametrize("row", [FIREFOX, CHROMIUM], ids=["firefox", "chromium"])
def test_reduced_copy(row: Row, home: Path) -> None:
    """A copy has Strava's rows with the log merged, and no byte of others, not even deleted."""
    table, host = ("moz_cookies", "host") if row is FIREFOX else ("cookies", "host_key")
    with create(home / "browser", row) as store:
        for number in range(300):
            add(store, row, value=f"{SECRET} {number}" * 9, **{host: f"{number}.example.org"})
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        store.execute("PRAGMA secure_delete = OFF")  # a browser may leave what it deletes
        store.execute(f"DELETE FROM {table} WHERE rowid < 200")  # noqa: S608 - ours
        add(store, row)
        before = {path: path.read_bytes() for path in (home / "browser").iterdir()}
        path = next(path for path in before if "-" not in path.name)
        assert any(SECRET.encode() in content for content in before.values())
        with reduced_copy(path) as copy:
            assert [copy] == written(home)
            assert paths.state() / BROWSER_COPIES in copy.parents
            assert {0o700} == {each.stat().st_mode & 0o777 for each in copy.parents[1:4]}
            content = copy.read_bytes()
            assert b"real" in content
            assert SECRET.encode() not in content
            assert str(copy.parent.parent) == tempfile.gettempdir()
        assert [] == written(home)
        assert before == {path: path.read_bytes() for path in (home / "browser").iterdir()}


def test_store_that_changes_meanwhile(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log and a store that do not belong together are copied again."""
    copy, left = shutil.copyfile, [True]
    with create(home / ".mozilla" / "firefox" / "browser") as store:
        add(store, value="old" * 50_000)

        def work_meanwhile(source: str, target: str, **options: Any) -> None:
            copy(source, target, **options)
            if left and str(source).endswith("-wal"):
                left.clear()
                store.execute("DELETE FROM moz_cookies")
                add(store)
                store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                store.execute("VACUUM")

        monkeypatch.setattr(shutil, "copyfile", work_meanwhile)
        assert REAL == first_login("firefox")
    assert not left


@pytest.mark.parametrize("next_step", ["read", "logout"])
def test_killed_while_a_keyring_is_asked(
    next_step: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A killed run leaves Strava's rows at most; the next one, or `logout`, removes them."""
    for folder, row in ((".config/chromium/browser", CHROMIUM), (".zen/browser", FIREFOX)):
        with create(home / folder, row) as store:
            add(store, row)
            add(store, row, value=SECRET, **{"host" if row is FIREFOX else "host_key": "x.org"})
    started = home / "browser" / "started"
    started.parent.mkdir()

    def wait(*_: object, **__: object) -> CookieJar:
        with tempfile.TemporaryDirectory():  # as yt-dlp makes one
            started.touch()
            time.sleep(60)
        raise AssertionError

    monkeypatch.setattr(yt_dlp.cookies, "extract_cookies_from_browser", wait)
    process = fork(lambda: first_login("chromium"))
    give_up = time.monotonic() + 60
    while not started.exists():
        assert time.monotonic() < give_up
        time.sleep(0.01)
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)

    (left,) = written(home)
    assert paths.state() in left.parents
    assert SECRET.encode() not in left.read_bytes()
    assert [] == list((home / "tmp").iterdir())
    if next_step == "read":
        assert REAL == first_login("zen")
        assert [] == list((paths.state() / BROWSER_COPIES).iterdir())
    else:
        assert ([], []) == CredentialStore().clear()
        assert [] == list(paths.state().iterdir())
    assert [] == written(home)


def test_side_by_side(home: Path) -> None:
    """Runs that read browsers at the same time do not remove each other's copies."""
    with create(home / ".mozilla" / "firefox" / "browser") as store:
        add(store)
        processes = [fork(lambda: first_login("firefox")) for _ in range(12)]
        statuses = [os.waitpid(process, 0)[1] for process in processes]

    assert [0] * 12 == statuses


def test_state_directory_cannot_be_written(home: Path) -> None:
    """Without a place for a copy, the error says what the system does."""
    with create(home / ".mozilla" / "firefox" / "browser") as store:
        add(store)
    paths.state().parent.mkdir(parents=True)
    paths.state().touch()
    with pytest.raises(NotLoggedInError, match=r"^The cookies of Firefox cannot be read \(File ex"):
        first_login("firefox")
