"""What is kept between runs, in private files of the user: the session and the cookies."""

import json
from pathlib import Path

from stravacookies.cookies import EXPIRES, HeatmapCookies
from stravacookies.errors import StravaError
from stravacookies.files import make_private_directory, replace
from stravacookies.heatmap import TileHost
from stravacookies.session import REMEMBER_ID, REMEMBER_TOKEN, SESSION, Session


class Vault:
    """A directory with the session and the cookies of one user.

    A file in it that cannot be read or understood counts as not there: it is made anew.

    Args:
        directory: Where; made when something is first kept.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._session_file = directory / "session.json"

    def session(self) -> Session | None:
        """Return the session that was kept."""
        kept = _read(self._session_file)
        value = kept.get(SESSION)
        return Session(value, kept.get(REMEMBER_ID), kept.get(REMEMBER_TOKEN)) if value else None

    def keep_session(self, session: Session) -> None:
        """Keep a session in place of the one before.

        Raises:
            OSError: The file could not be written.
        """
        self._write(self._session_file, session.cookies())

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

    def _cookies_file(self, host: TileHost) -> Path:
        return self.directory / f"cookies-{host.key}.json"

    def _write(self, path: Path, cookies: dict[str, str]) -> None:
        make_private_directory(self.directory)
        replace(path, json.dumps(cookies, indent=2).encode())


def _read(path: Path) -> dict[str, str]:
    """Return the cookies in a file by name; none of a file that is damaged or not there."""
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(content, dict):
        return {}
    return {name: value for name, value in content.items() if isinstance(value, str)}
