"""What is kept between runs, for one user: the session, where it came from, and the cookies."""

import json
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from stravacookies import keystore
from stravacookies.cookies import EXPIRES, HeatmapCookies
from stravacookies.errors import NotLoggedInError, StravaError
from stravacookies.files import locked, make_private_directory, replace_all
from stravacookies.heatmap import CLASSIC, TODAY, TileHost
from stravacookies.session import Session

KEYRING = "keyring"
FILE = "file"

_SOURCE = "source"
_PLACE = "place"


class Kept(NamedTuple):
    """A session that was kept, or what is left of it.

    Attributes:
        session: The session; None if the keyring does not give it out, or it has expired.
        source: Where it came from, as the user named it.
        place: Where it is kept: `KEYRING` or `FILE`.
    """

    session: Session | None
    source: str
    place: str


class Vault:
    """A directory with what is kept of one user. The session is in the system's keyring if it can.

    A file in it that cannot be read or understood counts as not there: it is made anew.

    Args:
        directory: Where; made when something is first kept.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._session_file = directory / "session.json"

    def session(self) -> Kept | None:
        """Return the session that was kept."""
        entry = _read(self._session_file)
        if _SOURCE not in entry:
            return None
        place = KEYRING if entry.get(_PLACE) == KEYRING else FILE
        cookies = _parse(keystore.load() or "") if place == KEYRING else entry
        try:
            session = Session.from_cookies(cookies)
        except NotLoggedInError:
            session = None
        return Kept(session, entry.get(_SOURCE, ""), place)

    def keep_session(self, session: Session, source: str) -> None:
        """Keep a session in place of the one before.

        Args:
            session: What to keep.
            source: Where it came from, as the user named it.

        Raises:
            OSError: The file could not be written.
        """
        entry = {_SOURCE: source}
        if keystore.store(json.dumps(session.cookies())):
            entry |= {_PLACE: KEYRING}
        else:
            entry |= session.cookies()
        self._write(self._session_file, entry)

    def cookies(self, host: TileHost) -> HeatmapCookies | None:
        """Return the cookies that were kept for a tile host, fresh or not."""
        try:
            return HeatmapCookies.from_values(_read(self._cookies_file(host)), host.cookies)
        except StravaError:
            return None

    def keep_cookies(self, cookies: HeatmapCookies, host: TileHost) -> None:
        """Keep the cookies for a tile host in place of those before.

        Raises:
            OSError: The file could not be written.
        """
        end = {EXPIRES: str(round(cookies.expires.timestamp() * 1000))}
        self._write(self._cookies_file(host), cookies.values() | end)

    def empty(self) -> tuple[list[str], list[str]]:
        """Remove all that is kept, from the keyring too.

        Returns what was removed, and what is there but could not be removed.
        """
        with suppress(OSError), locked([self.directory]):
            pass  # this removes what killed runs have left
        removed, left = [], []
        files = [self._session_file, *map(self._cookies_file, (TODAY, CLASSIC))]
        in_keyring = "the session in the system's keyring"
        if keystore.delete():
            removed.append(in_keyring)
        elif _read(self._session_file).get(_PLACE) == KEYRING:
            left.append(in_keyring)
            files.remove(self._session_file)  # it tells that there is something in the keyring
        for path in files:
            try:
                path.unlink()
                removed.append(str(path))
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError:
                left.append(str(path))
        return removed, left

    def _cookies_file(self, host: TileHost) -> Path:
        return self.directory / f"cookies-{host.key}.json"

    def _write(self, path: Path, entry: dict[str, str]) -> None:
        make_private_directory(self.directory)
        with locked([self.directory]):
            replace_all({path: json.dumps(entry, indent=2).encode()})


def _read(path: Path) -> dict[str, str]:
    """Return what is in a file; nothing of one that is damaged or not there."""
    try:
        return _parse(path.read_bytes()) if path.is_file() else {}
    except OSError:
        return {}


def _parse(text: str | bytes) -> dict[str, str]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(content, dict):
        return {}
    return {name: value for name, value in content.items() if isinstance(value, str)}
