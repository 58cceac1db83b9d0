"""What is kept between runs: in files, and in keyrings of all sorts."""

import json
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import SecretService, fail, null

from stravacookies import paths
from stravacookies.credentials.store import FILE, KEYRING, CredentialStore, StoredSession
from stravacookies.errors import NotLoggedInError
from stravacookies.heatmap import CLASSIC
from stravacookies.strava.cookies import HeatmapCookies
from stravacookies.strava.session import Session
from tests import command
from tests.credentials.conftest import MemoryKeyring, exactly
from tests.made_up import NOON, token, values

SESSION = Session("secret-session", "4242", token(datetime.now(UTC) + timedelta(days=9)))
IN_KEYRING = "the session in the system's keyring"


def test_empty_store(store: CredentialStore) -> None:
    """Nothing is kept at first; looking creates no directory."""
    assert (None, None) == (store.session(), store.cookies())
    assert ([], []) == store.clear()
    assert not store.directory.exists()
    assert paths.state() == CredentialStore().directory


@pytest.mark.parametrize("session", [SESSION, Session("secret-session")])
def test_session_comes_back(store: CredentialStore, session: Session) -> None:
    """A session replaces the one before, and removes what killed runs have left."""
    store.keep_session(Session("older", "4242", token(NOON)), "chrome")
    (store.directory / ".session.json.1.stravacookies-tmp").touch()
    store.keep_session(session, "firefox:work")

    assert StoredSession(session, "firefox:work", FILE) == store.session()
    assert ["session.json"] == [path.name for path in store.directory.iterdir()]


def test_cookies_come_back(store: CredentialStore) -> None:
    """Cookies expire at the same millisecond, and are not those of the other host."""
    sent = values() | {"_strava_CloudFront-Expires": str(round(NOON.timestamp() * 1000) - 1)}
    cookies = HeatmapCookies.from_values(sent, CLASSIC.cookies)
    store.keep_cookies(cookies, CLASSIC)

    assert (cookies, None) == (store.cookies(CLASSIC), store.cookies())
    assert datetime.fromisoformat("2026-11-23T11:59:59.999Z") == cookies.expires


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"source": 1, "_strava4_session": "abc"}',
        b"\xff",
        b"[" * 100_000,
        json.dumps(values() | {"CloudFront-Key-Pair-Id": "a}b"}).encode(),
    ],
)
def test_damaged_file_counts_as_missing(store: CredentialStore, content: bytes) -> None:
    """A damaged file stops no run, and no forged cookie comes out of it."""
    store.directory.mkdir(parents=True)
    for name in ["session.json", "cookies-today.json"]:
        (store.directory / name).write_bytes(content)

    assert (None, None) == (store.session(), store.cookies())


@pytest.mark.parametrize(
    ("place", "message"),
    [
        (
            KEYRING,
            "The Strava session is kept in the system's keyring, which is locked or out of reach."
            " Unlock it, or run 'stravacookies login' again.",
        ),
        (
            FILE,
            "The kept Strava session has expired or is damaged. Log in at https://www.strava.com in"
            " your browser, then run 'stravacookies login'.",
        ),
    ],
)
def test_session_without_values(store: CredentialStore, place: str, message: str) -> None:
    """A session that is damaged or locked still has a source, and says why it has no values."""
    store.directory.mkdir(parents=True)
    content = {"source": "firefox", "place": place, "_strava4_session": "a b"}
    (store.directory / "session.json").write_text(json.dumps(content))
    kept = store.session()

    assert StoredSession(None, "firefox", place) == kept
    with pytest.raises(NotLoggedInError, match=exactly(message)):
        kept.read()


def test_clear(store: CredentialStore) -> None:
    """All files are private; all are removed and named, with what killed runs have left."""
    store.keep_session(SESSION, "firefox")
    store.keep_cookies(HeatmapCookies.from_values(values()))
    store.keep_cookies(HeatmapCookies.from_values(values(), CLASSIC.cookies), CLASSIC)
    files = list(store.directory.iterdir())
    assert {0o700, 0o600} == {path.stat().st_mode & 0o777 for path in (store.directory, *files)}

    (store.directory / ".session.json.1.stravacookies-tmp").touch()
    removed, left = store.clear()
    assert ({*map(str, files)}, []) == ({*removed}, left)
    assert [] == list(store.directory.iterdir())


def test_file_that_cannot_be_removed(store: CredentialStore) -> None:
    """What stays is named, and all else is removed."""
    session, cookies = (store.directory / f"{n}.json" for n in ("session", "cookies-today"))
    session.mkdir(parents=True)
    store.keep_cookies(HeatmapCookies.from_values(values()))

    assert ([str(cookies)], [str(session)]) == store.clear()


def test_keyring(store: CredentialStore, memory_keyring: MemoryKeyring) -> None:
    """With a keyring, the session is there and in no file, until it is removed."""
    store.keep_session(SESSION, "firefox")
    file = store.directory / "session.json"

    assert {"source": "firefox", "place": "keyring"} == json.loads(file.read_text())
    assert StoredSession(SESSION, "firefox", KEYRING) == store.session()
    for damaged in ["", "{", "[]", '{"_strava4_session": "a b"}']:
        memory_keyring.secrets = dict.fromkeys(memory_keyring.secrets, damaged)
        assert StoredSession(None, "firefox", KEYRING) == store.session()
    assert ([IN_KEYRING, str(file)], []) == store.clear()
    assert {} == memory_keyring.secrets


def test_keyring_is_locked_later(store: CredentialStore, memory_keyring: MemoryKeyring) -> None:
    """What cannot be removed from a keyring is named, and the file that tells of it stays."""
    store.keep_session(SESSION, "firefox")
    memory_keyring.is_locked = True

    file = store.directory / "session.json"
    assert ([], [f"{IN_KEYRING} (if that is gone, delete {file})"]) == store.clear()
    assert StoredSession(None, "firefox", KEYRING) == store.session()


def test_older_session_in_the_keyring(
    store: CredentialStore, memory_keyring: MemoryKeyring
) -> None:
    """A session that stayed in a locked keyring is removed later, a newer one in a file at once."""
    store.keep_session(SESSION, "firefox")
    memory_keyring.is_locked = True
    store.keep_session(Session("newer"), "export.json")

    file = store.directory / "session.json"
    assert StoredSession(Session("newer"), "export.json", FILE) == store.session()
    still = f"{IN_KEYRING} (if that is gone, delete {file})"
    assert ([f"the session in {file}"], [still]) == store.clear()
    assert StoredSession(None, "export.json", KEYRING) == store.session()
    memory_keyring.is_locked = False
    assert ([IN_KEYRING, str(file)], []) == store.clear()
    assert {} == memory_keyring.secrets


def test_session_was_removed_elsewhere(
    store: CredentialStore, memory_keyring: MemoryKeyring
) -> None:
    """What the user has already removed from the keyring keeps nothing from being removed."""
    store.keep_session(SESSION, "firefox")
    memory_keyring.secrets.clear()

    assert ([str(store.directory / "session.json")], []) == store.clear()


@pytest.mark.parametrize(
    "backend",
    [
        MemoryKeyring(priority=1, is_locked=True),
        MemoryKeyring(priority=1, is_forgetful=True),
        MemoryKeyring(priority=0.9),
        null.Keyring(),  # type: ignore[no-untyped-call]
        fail.Keyring(),  # type: ignore[no-untyped-call]
        SecretService.Keyring(),  # type: ignore[no-untyped-call]  # without D-Bus, as in cron
        None,
    ],
    ids=["locked", "forgetful", "low priority", "null", "fail", "no D-Bus", "none"],
)
def test_no_keyring_that_works(
    store: CredentialStore, backend: KeyringBackend | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a safe keyring that works, or without the extra, the session is kept in a file."""
    if backend:
        keyring.set_keyring(backend)
    else:
        monkeypatch.setitem(sys.modules, "keyring", None)
    store.keep_session(SESSION, "firefox")
    file = store.directory / "session.json"

    assert {"source": "firefox"} | SESSION.cookies() == json.loads(file.read_text())
    assert StoredSession(SESSION, "firefox", FILE) == store.session()
    assert ([str(file)], []) == store.clear()


SCRIPT = """
printf '\\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null
"$1" -c "
from stravacookies.credentials.store import CredentialStore
from stravacookies.strava.session import Session
store = CredentialStore()
store.keep_session(Session('secret'), 'firefox')
print(store.session().place, store.session().session.value)
print((store.directory / 'session.json').read_text().count('secret'))
print(len(store.clear()[0]), store.clear())
"
"""


def test_secret_service(home: Path, tmp_path: Path) -> None:
    """A real Secret Service keeps the session, which is in no file, and removes it."""
    installed = shutil.which("dbus-run-session") and shutil.which("gnome-keyring-daemon")
    need = "apt-get install -y --no-install-recommends dbus gnome-keyring"
    command.require(None if installed else f"A real keyring in a test needs: {need}")
    (tmp_path / "runtime").mkdir(mode=0o700)
    environment = {"PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": str(tmp_path / "runtime")}
    outcome = command.run(
        *("dbus-run-session", "--", "sh", "-c", SCRIPT, "sh", sys.executable),
        environment=environment | {"HOME": str(home)},
        folder=paths.templates().parent,
    )

    assert outcome.out.endswith("keyring secret\n0\n2 ([], [])\n"), outcome
