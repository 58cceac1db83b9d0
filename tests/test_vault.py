"""What is kept between runs."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from stravacookies import keystore
from stravacookies.cookies import HeatmapCookies
from stravacookies.heatmap import CLASSIC, TODAY
from stravacookies.session import Session
from stravacookies.vault import Kept, Vault
from tests.made_up import NOON, token, values

SESSION = Session("secret-session", "4242", token(datetime.now(UTC) + timedelta(days=9)))


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """A vault with nothing in it."""
    return Vault(tmp_path / "state" / "stravacookies")


def test_empty_vault(vault: Vault) -> None:
    """Nothing is kept at first, and looking makes no directory."""
    assert (None, None) == (vault.session(), vault.cookies(TODAY))
    assert not vault.directory.exists()


@pytest.mark.parametrize("session", [SESSION, Session("secret-session")])
def test_session_comes_back(vault: Vault, session: Session) -> None:
    """A session is the same in the next run."""
    vault.keep_session(session, "firefox:work")

    assert Kept(session, "firefox:work", "file") == vault.session()


def test_cookies_come_back_with_their_end(vault: Vault) -> None:
    """Cookies are the same in the next run, and end when they did, to the millisecond."""
    sent = values() | {"_strava_CloudFront-Expires": str(round(NOON.timestamp() * 1000) - 1)}
    cookies = HeatmapCookies.from_values(sent)
    vault.keep_cookies(cookies, TODAY)

    assert cookies == vault.cookies(TODAY)
    assert datetime.fromisoformat("2026-11-23T11:59:59.999Z") == cookies.expires


def test_hosts_have_cookies_of_their_own(vault: Vault) -> None:
    """What opens one host is not taken for the other."""
    vault.keep_cookies(HeatmapCookies.from_values(values(), CLASSIC.cookies), CLASSIC)

    assert vault.cookies(TODAY) is None
    assert vault.cookies(CLASSIC)


def test_all_is_private(vault: Vault) -> None:
    """Nobody else can look into the directory or the files."""
    vault.keep_session(SESSION, "firefox")
    vault.keep_cookies(HeatmapCookies.from_values(values()), TODAY)

    assert 0o700 == vault.directory.stat().st_mode & 0o777
    assert {0o600} == {path.stat().st_mode & 0o777 for path in vault.directory.iterdir()}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"_strava4_session": 1}',
        b'{"_strava4_session": "a b"}',
        b"\xff",
        b"[" * 100_000,
    ],
)
def test_damaged_file_counts_as_not_there(vault: Vault, content: bytes) -> None:
    """Whatever happened to a file, the next run makes it anew."""
    vault.directory.mkdir(parents=True)
    for name in ["session.json", "cookies-today.json"]:
        (vault.directory / name).write_bytes(content)

    assert (None, None) == (vault.session(), vault.cookies(TODAY))


def test_forged_cookies_are_not_taken(vault: Vault) -> None:
    """What is kept passes the same checks as what Strava sends."""
    vault.keep_cookies(HeatmapCookies.from_values(values()), TODAY)
    file = vault.directory / "cookies-today.json"
    file.write_text(file.read_text().replace("K2XYZ", "a}b"))

    assert vault.cookies(TODAY) is None


def test_emptied_vault(vault: Vault) -> None:
    """All files are removed, and named; a second time there is nothing to remove."""
    vault.keep_session(SESSION, "firefox")
    vault.keep_cookies(HeatmapCookies.from_values(values()), TODAY)

    files = [vault.directory / name for name in ("session.json", "cookies-today.json")]
    assert ([str(file) for file in files], []) == vault.empty()
    assert ([], []) == vault.empty()
    assert [] == list(vault.directory.iterdir())


def test_emptied_vault_holds_no_litter(vault: Vault) -> None:
    """What a run has left that was killed goes with all else: it may hold a session."""
    vault.keep_session(SESSION, "firefox")
    (vault.directory / ".session.json.1.stravacookies-tmp").touch()
    vault.empty()

    assert [] == list(vault.directory.iterdir())


def test_locked_keyring(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be removed from a keyring is told, and what tells of it stays."""
    monkeypatch.setattr(keystore, "store", lambda _: True)
    monkeypatch.setattr(keystore, "load", lambda: None)
    monkeypatch.setattr(keystore, "delete", lambda: False)
    vault.keep_session(SESSION, "firefox")

    assert Kept(None, "firefox", "keyring") == vault.session()
    assert ([], ["the session in the system's keyring"]) == vault.empty()
    assert Kept(None, "firefox", "keyring") == vault.session()


def test_file_that_cannot_be_removed(vault: Vault) -> None:
    """What stays is told, and all else is removed."""
    (vault.directory / "session.json").mkdir(parents=True)
    vault.keep_cookies(HeatmapCookies.from_values(values()), TODAY)
    removed, left = vault.empty()

    assert [str(vault.directory / "cookies-today.json")] == removed
    assert [str(vault.directory / "session.json")] == left


def test_killed_runs_leave_no_litter_that_grows(vault: Vault) -> None:
    """What a run has left that was killed while it wrote goes with the next one."""
    vault.keep_session(SESSION, "firefox")
    for number in range(9):
        (vault.directory / f".session.json.{number}.stravacookies-tmp").touch()
    vault.keep_session(SESSION, "firefox")

    assert ["session.json"] == [path.name for path in vault.directory.iterdir()]
