"""What there is now: a session, cookies, and what JOSM has of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from stravacookies import output
from stravacookies.errors import JosmFilesError
from stravacookies.heatmap import TODAY
from stravacookies.josm.process import is_running
from stravacookies.session import SESSION_VARIABLE
from stravacookies.vault import Vault


@dataclass(frozen=True, slots=True)
class SessionStatus:
    """Of the session.

    Attributes:
        stored: `keyring`, `file` or `environment`; None if there is no session.
        source: Where it came from, as the user named it.
        expires: When its remember token ends, in UTC, if that is known.
    """

    stored: str | None
    source: str | None
    expires: datetime | None


@dataclass(frozen=True, slots=True)
class CookiesStatus:
    """Of the heatmap's cookies.

    Attributes:
        expires: When they end, in UTC; None if there are none.
        fresh: Whether a run would use them without asking Strava.
    """

    expires: datetime | None
    fresh: bool


@dataclass(frozen=True, slots=True)
class JosmStatus:
    """Of JOSM.

    Attributes:
        directory: Its preferences directory; None if there is none.
        registered: Whether its preferences list our entry set.
        entries: How many entries are in that.
        running: Whether it runs on this directory.
    """

    directory: str | None
    registered: bool
    entries: int
    running: bool


@dataclass(frozen=True, slots=True)
class Status:
    """All that there is."""

    session: SessionStatus
    cookies: CookiesStatus
    josm: JosmStatus

    @property
    def is_ready(self) -> bool:
        """Whether a mapper could start JOSM now."""
        return self.cookies.fresh and self.josm.registered and self.josm.entries > 0


def status(
    vault: Vault, environ: Mapping[str, str], directory: Path | None, *, usual: bool
) -> Status:
    """Look at what there is, and ask nobody.

    Args:
        vault: Where session and cookies are kept.
        environ: The environment variables.
        directory: JOSM's preferences directory, if there is one.
        usual: Whether a JOSM that names no directory uses this one.
    """
    return Status(_session(vault, environ), _cookies(vault), _josm(directory, usual=usual))


def _session(vault: Vault, environ: Mapping[str, str]) -> SessionStatus:
    if environ.get(SESSION_VARIABLE):
        return SessionStatus("environment", SESSION_VARIABLE, None)
    if kept := vault.session():
        return SessionStatus(kept.place, kept.source, kept.session.expires)
    return SessionStatus(None, None, None)


def _cookies(vault: Vault) -> CookiesStatus:
    kept = vault.cookies(TODAY)
    return CookiesStatus(kept.expires, kept.is_fresh()) if kept else CookiesStatus(None, False)


def _josm(directory: Path | None, *, usual: bool) -> JosmStatus:
    if not directory:
        return JosmStatus(None, False, 0, False)
    try:
        registered = output.check(directory)
    except JosmFilesError:
        registered = False
    entries = output.count_entries(directory)
    return JosmStatus(str(directory), registered, entries, is_running(directory, usual=usual))
