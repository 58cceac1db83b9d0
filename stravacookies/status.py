"""What there is now: a session, cookies, and what JOSM has of them."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from stravacookies import output
from stravacookies.cookies import HeatmapCookies
from stravacookies.heatmap import CLASSIC, TODAY, TileHost
from stravacookies.josm.process import is_running
from stravacookies.session import SESSION_VARIABLE
from stravacookies.vault import Vault


class SessionStatus(NamedTuple):
    """Of the session.

    Attributes:
        stored: `keyring`, `file` or `environment`; None if there is no session.
        source: Where it came from, as the user named it.
        expires: When its remember token ends, in UTC, if that is known.
    """

    stored: str | None = None
    source: str | None = None
    expires: datetime | None = None


class CookiesStatus(NamedTuple):
    """Of the heatmap's cookies.

    Attributes:
        expires: When those in JOSM's entry set, or else the kept ones, end, in UTC.
        fresh: Whether a run would use them without asking Strava.
    """

    expires: datetime | None = None
    fresh: bool = False


class JosmStatus(NamedTuple):
    """Of JOSM.

    Attributes:
        directory: Its preferences directory; None if there is none.
        registered: Whether its preferences list our entry set.
        entries: How many entries are in that.
        current: Whether the cookies in them are those that are kept.
        running: Whether it runs on this directory.
    """

    directory: str | None = None
    registered: bool = False
    entries: int = 0
    current: bool = False
    running: bool = False


class Status(NamedTuple):
    """All that there is."""

    session: SessionStatus
    cookies: CookiesStatus
    josm: JosmStatus

    @property
    def is_ready(self) -> bool:
        """Whether a mapper could start JOSM now."""
        return self.cookies.fresh and self.josm.registered and self.josm.current


def status(vault: Vault, environ: Mapping[str, str], directory: Path | None) -> Status:
    """Look at what there is, and ask nobody.

    Args:
        vault: Where session and cookies are kept.
        environ: The environment variables.
        directory: JOSM's preferences directory, if there is one.

    Raises:
        JosmFilesError: JOSM's files cannot be read.
    """
    _, cookies = kept_cookies(vault, directory)
    current = bool(directory and cookies and output.holds(directory, cookies))
    return Status(
        _session(vault, environ),
        CookiesStatus(cookies.expires, cookies.is_fresh()) if cookies else CookiesStatus(),
        _josm(directory, current=current) if directory else JosmStatus(),
    )


def kept_cookies(vault: Vault, directory: Path | None) -> tuple[TileHost, HeatmapCookies | None]:
    """Return the kept cookies that JOSM has or else any, and the tile host that they are for.

    Args:
        vault: Where cookies are kept.
        directory: JOSM's preferences directory, if there is one.
    """
    kept = [(host, cookies) for host in (TODAY, CLASSIC) if (cookies := vault.cookies(host))]
    in_use = [each for each in kept if directory and output.holds(directory, each[1])]
    return next(iter(in_use + kept), (TODAY, None))


def _session(vault: Vault, environ: Mapping[str, str]) -> SessionStatus:
    if environ.get(SESSION_VARIABLE):
        return SessionStatus("environment", SESSION_VARIABLE)
    kept = vault.session()
    if kept and kept.session:
        return SessionStatus(kept.place, kept.source, kept.session.expires)
    return SessionStatus()


def _josm(directory: Path, *, current: bool) -> JosmStatus:
    return JosmStatus(
        directory=str(directory),
        registered=output.is_registered(directory),
        entries=output.count_entries(directory),
        current=current,
        running=is_running(directory),
    )
