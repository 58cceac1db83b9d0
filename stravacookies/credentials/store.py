"""Keep one user's session, its source, and the heatmap cookies between runs."""

import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from stravacookies import paths
from stravacookies.computer import this_computer
from stravacookies.errors import LOG_IN_WITH_BROWSER, RUN_LOGIN, NotLoggedInError, StravaError
from stravacookies.files import content_of, make_private_directory, replace_all
from stravacookies.heatmap import CLASSIC, CURRENT, TileHost
from stravacookies.locks import locked
from stravacookies.strava.cookies import EXPIRES, HeatmapCookies
from stravacookies.strava.session import Session, usable_session

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

KEYRING = "keyring"
FILE = "file"

BROWSER_COPIES = "browser-copies"
"""The folder, beside the kept session, for copies of browsers' stores while they are read."""

_SOURCE = "source"
_PLACE = "place"
_OLDER = "older session"


class StoredSession(NamedTuple):
    """A kept session, which may be locked away or expired.

    Attributes:
        session: The session; None if the keyring does not return it, or it has expired.
        source: Where it came from, as the user named it.
        place: Where it is kept: `KEYRING` or `FILE`.
    """

    session: Session | None
    source: str
    place: str

    def read(self) -> Session:
        """Return the session.

        Raises:
            NotLoggedInError: There is none; the message says why.
        """
        if self.session:
            return self.session
        if self.place == KEYRING:
            raise NotLoggedInError(
                "The Strava session is kept in the system's keyring, which is locked or out of"
                " reach.",
                f"Unlock it, or {RUN_LOGIN} again.",
            )
        raise NotLoggedInError(
            "The kept Strava session has expired or is damaged.", LOG_IN_WITH_BROWSER
        )


class CredentialStore:
    """Keeps one user's session and cookies: in private files, or the session in a keyring.

    A file that cannot be read or understood counts as missing, and is written again. The directory,
    by default the user's own, is created when something is first kept.
    """

    def __init__(self, directory: Path | None = None) -> None:
        self.directory = directory or paths.state()
        self._session_file = self.directory / "session.json"

    def session(self) -> StoredSession | None:
        """Return the session that was kept. A locked keyring may ask its owner."""
        entry = _read_file(self._session_file)
        if _SOURCE not in entry:
            return None
        place = KEYRING if entry.get(_PLACE) == KEYRING else FILE
        cookies = _load_from_keyring() if place == KEYRING else entry
        return StoredSession(usable_session(cookies), entry[_SOURCE], place)

    def keep_session(self, session: Session, source: str) -> None:
        """Keep a session in place of the one before.

        Raises:
            OSError: The file could not be written.
        """
        in_keyring = _store_in_keyring(json.dumps(session.cookies()))
        content = {_PLACE: KEYRING} if in_keyring else session.cookies()
        if not in_keyring and KEYRING in _read_file(self._session_file).values():
            content[_OLDER] = KEYRING  # it was locked, and still contains the session before
        self._write(self._session_file, {_SOURCE: source} | content)

    def cookies(self, host: TileHost = CURRENT) -> HeatmapCookies | None:
        """Return the cookies that were kept for a tile host, fresh or not."""
        try:
            return HeatmapCookies.from_values(_read_file(self._cookies_file(host)), host.cookies)
        except StravaError:
            return None

    def keep_cookies(self, cookies: HeatmapCookies, host: TileHost = CURRENT) -> None:
        """Keep the cookies for a tile host in place of those before.

        Raises:
            OSError: The file could not be written.
        """
        expiry = {EXPIRES: str(round(cookies.expires.timestamp() * 1000))}
        self._write(self._cookies_file(host), cookies.values() | expiry)

    def clear(self) -> tuple[list[str], list[str]]:
        """Remove everything that is kept; return what was removed, and what could not be."""
        with suppress(OSError), locked([self._session_file]):
            pass  # this removes what killed runs have left
        removed: list[str] = []
        left: list[str] = []
        for what, is_gone in chain(
            self._clear_session(),
            *(_clear_file(self._cookies_file(host)) for host in (CURRENT, CLASSIC)),
            self._clear_browsers(),
        ):
            (removed if is_gone else left).append(what)
        return removed, left

    # The following yield what is kept, and whether it has been removed.
    def _clear_session(self) -> Iterator[tuple[str, bool]]:
        in_keyring = "the session in the system's keyring"
        deleted, entry = _delete_from_keyring(), _read_file(self._session_file)
        if deleted is not None or KEYRING not in entry.values():
            if deleted:
                yield in_keyring, True
            yield from _clear_file(self._session_file)
            return
        # The file says so, and stays.
        yield f"{in_keyring} (if that is gone, delete {self._session_file})", False
        if _OLDER in entry:  # it contains a newer session
            try:
                self._write(self._session_file, {_SOURCE: entry[_SOURCE], _PLACE: KEYRING})
                yield f"the session in {self._session_file}", True
            except OSError:
                yield str(self._session_file), False

    def _clear_browsers(self) -> Iterator[tuple[str, bool]]:
        from stravacookies.credentials import window_browsers, window_profile  # few runs remove

        copies = self.directory / BROWSER_COPIES
        shutil.rmtree(copies, ignore_errors=True)  # what killed runs have left
        if copies.exists():
            yield str(copies), False
        for profile in window_browsers.profiles(this_computer(), self.directory):
            if profile.exists():
                window_profile.remove(profile)
                yield f"the login in {profile}", not profile.exists()

    def _cookies_file(self, host: TileHost) -> Path:
        return self.directory / f"cookies-{'today' if host is CURRENT else host.key}.json"

    def _write(self, path: Path, entry: dict[str, str]) -> None:
        make_private_directory(self.directory)
        with locked([path]):
            replace_all({path: json.dumps(entry, indent=2).encode()})


def _clear_file(path: Path) -> Iterator[tuple[str, bool]]:
    try:
        path.unlink()
        yield str(path), True
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError:
        yield str(path), False


def _read_file(path: Path) -> dict[str, str]:
    """Return what is in a file; nothing if it is missing or damaged."""
    try:
        return _parse_json(content_of(path))
    except OSError:
        return {}


def _parse_json(text: str | bytes) -> dict[str, str]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(content, dict):
        return {}
    return {name: value for name, value in content.items() if isinstance(value, str)}


# Keyrings raise the errors of their systems (locked, dismissed, no D-Bus), and others that are not
# documented. A session that the keyring does not take is kept in a file.
_ENTRY = ("stravacookies", "session")


def _store_in_keyring(secret: str) -> bool:
    """Replace the secret in the keyring, and return whether that worked."""
    with suppress(Exception):
        if backend := _keyring():
            backend.set_password(*_ENTRY, secret)
            return backend.get_password(*_ENTRY) == secret
    return False


def _load_from_keyring() -> dict[str, str]:
    """Return the cookies in the keyring; nothing if it is locked or out of reach."""
    with suppress(Exception):
        if backend := _keyring():
            return _parse_json(backend.get_password(*_ENTRY) or "")
    return {}


def _delete_from_keyring() -> bool | None:
    """Remove the secret, and return whether there was one; None if the keyring refuses."""
    with suppress(Exception):
        if backend := _keyring():
            if backend.get_password(*_ENTRY) is None:
                return False
            backend.delete_password(*_ENTRY)
            if backend.get_password(*_ENTRY) is None:
                return True
    return None


def _keyring() -> "KeyringBackend | None":
    """Return the system's keyring if it is a safe one; without the extra, raise `ImportError`."""
    import keyring

    backend = keyring.get_keyring()
    # keyring gives 1 and more to what it recommends, less to plain files and to no keyring at all.
    return backend if backend.priority >= 1 else None
