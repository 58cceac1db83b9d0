"""Facts about a user and JOSM; only `refusal`, `tile` and `retired_colors` ask Strava."""

import errno
import json
import stat
from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from stravacookies import cartograph
from stravacookies.catalog import Color
from stravacookies.computer import Computer, this_computer
from stravacookies.credentials.candidates import Candidate, Origin, Sources
from stravacookies.credentials.store import CredentialStore, StoredSession
from stravacookies.deadline import Deadline
from stravacookies.errors import FileError, NotLoggedInError, StravacookiesError, StravaError
from stravacookies.files import file_type
from stravacookies.heatmap import CLASSIC, CURRENT, Layer, TileHost
from stravacookies.josm import directory as josm_directory
from stravacookies.josm import entry_set, install, process, remote, repository, settings
from stravacookies.josm.entry_set import EntrySet
from stravacookies.josm.registration import Registration, read_registration
from stravacookies.josm.xml_edit import MalformedError
from stravacookies.strava.cookies import HeatmapCookies
from stravacookies.strava.session import Session

if TYPE_CHECKING:
    from stravacookies.strava.http import Answer
    from stravacookies.strava.tiles import TileFetcher

IGNORE = f"add {entry_set.FILE}, {cartograph.DIRECTORY}/ and {install.BACKUP} to .gitignore there"
"""What to do if git would commit them."""

_SERVER = b"<title>Strava Heatmap on this computer</title>"
"""What the page of the server contains, however the server was started."""

_PATIENCE = 20.0
"""Seconds to wait for a tile, and for those in all other colours."""


class JosmFacts:
    """Facts about one JOSM; each is looked up when a check first needs it.

    Args:
        directory: JOSM's preferences directory.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    @cached_property
    def registration(self) -> Registration | FileError:
        """JOSM's preferences with the entry set registered, or why they cannot be used."""
        try:
            return read_registration(self.directory)
        except FileError as error:
            return error

    @cached_property
    def is_registered(self) -> bool:
        """Whether JOSM's preferences list the entry set."""
        return isinstance(self.registration, Registration) and self.registration.after is None

    @cached_property
    def entry_set(self) -> EntrySet | OSError | MalformedError:
        """The entry set, or why it cannot be read."""
        try:
            return entry_set.read(_content(self.directory / entry_set.FILE))
        except (OSError, MalformedError) as error:
            return error

    @property
    def entries(self) -> EntrySet:
        """The entry set; an empty one if it cannot be read."""
        return self.entry_set if isinstance(self.entry_set, EntrySet) else EntrySet()

    @cached_property
    def layers(self) -> list[Layer]:
        """The layers in the entry set."""
        by_id = {layer.id: layer for layer in CURRENT.layers()}
        return [by_id[each] for each in self.entries.ids if each in by_id]

    @property
    def cookies(self) -> HeatmapCookies | None:
        """The cookies in the entry set."""
        return self.entries.cookies

    @property
    def port(self) -> int | None:
        """The port of `stravacookies serve`, if the layers get their tiles from there."""
        return self.entries.port

    @cached_property
    def is_served(self) -> bool:
        """Whether `stravacookies serve` answers on that port."""
        try:
            return self.port is not None and _SERVER in remote.request(self.port, "/")[1]
        except OSError:
            return False

    @property
    def is_current(self) -> bool:
        """Whether the layers get tiles now, and for some hours."""
        return self.is_served or (self.cookies is not None and self.cookies.is_fresh())

    @cached_property
    def map_sources(self) -> dict[str, str | Exception]:
        """The text of each map source of the layers, by file name, or why it cannot be read."""
        found: dict[str, str | Exception] = {}
        for name in cartograph.by_file(self.layers):
            try:
                content = _content(self.directory / cartograph.PATHS[name])
                found[name] = json.dumps(json.loads(content))
            except (OSError, ValueError, RecursionError) as error:
                found[name] = error
        return found

    @cached_property
    def is_exposed(self) -> bool:
        """Whether git would commit files with cookies, or their backup of the preferences."""
        names = (entry_set.FILE, install.BACKUP, *cartograph.PATHS.values())
        return repository.would_commit(self.directory / name for name in names)

    @cached_property
    def is_running(self) -> bool:
        """Whether JOSM is running on the directory."""
        return process.is_running(self.directory)

    @cached_property
    def version(self) -> str:
        """The version of the running JOSM, or else of the one that ran last."""
        if self.is_running and self.probe.version:
            return self.probe.version
        try:
            return settings.read(self.directory, [settings.VERSION])[settings.VERSION]
        except (OSError, MalformedError, LookupError):
            return "unknown"

    @cached_property
    def remote_control(self) -> settings.RemoteControl:
        """The settings of JOSM's remote control."""
        return settings.remote_control(self.directory)

    @cached_property
    def probe(self) -> remote.Probe:
        """What listens on the remote control's port, if the remote control is on."""
        on, port = self.remote_control
        return remote.probe(port) if on else remote.Probe(remote.Listener.NOTHING)


class Facts:
    """Facts about one user; each is looked up when a check first needs it.

    Args:
        store: Where session and cookies are kept.
        environ: The environment variables.
        josm_dir: JOSM's preferences directory; by default, where JOSM keeps it.
        default_source: The user's default source of a session.
    """

    def __init__(
        self,
        store: CredentialStore,
        environ: Mapping[str, str],
        josm_dir: Path | None = None,
        default_source: str | None = None,
    ) -> None:
        self.store = store
        self.environ = environ
        self.josm_dir = josm_dir
        self.default_source = default_source

    @cached_property
    def session(self) -> StoredSession | None:
        """The kept session."""
        return self.store.session()

    @cached_property
    def candidates(self) -> list[Candidate]:
        """The sources that the next run would try, in order."""
        return Sources(self.store, self.environ, self.default_source).candidates(kept=self.session)

    @cached_property
    def candidate(self) -> Candidate | None:
        """The source that the next run would use, unless all are known to fail."""
        return next((each for each in self.candidates if not each.known_failure()), None)

    @cached_property
    def refusal(self) -> StravacookiesError | None:
        """Why Strava does not accept the session that is kept or set, or was not asked."""
        credential = None
        if self.candidate and self.candidate.origin in (Origin.VARIABLE, Origin.KEPT):
            credential = next(self.candidate.read())
        if not isinstance(credential, Session):
            return NotLoggedInError("no session is kept")
        from stravacookies.strava.fetcher import CookieFetcher  # imported here: as in `tiles`

        try:
            CookieFetcher().fetch(credential, self.host_and_cookies[0], Deadline(_PATIENCE))
        except StravacookiesError as error:
            return error
        return None

    @cached_property
    def josm(self) -> JosmFacts | None:
        """Facts about JOSM, if it has a preferences directory."""
        try:
            found = self.josm_dir or josm_directory.find(self._computer)
            return JosmFacts(found) if found.is_dir() else None
        except (FileError, OSError):
            return None

    @property
    def no_josm(self) -> tuple[str, str | None]:
        """Why JOSM has no directory, and what to do, unless `josm-prefs` creates it."""
        if self.josm_dir:
            return f"there is no directory {self.josm_dir}", "correct the path, or create it"
        try:
            josm_directory.to_create(self._computer)
        except FileError:
            places = ", ".join(map(str, josm_directory.usual(self._computer)))
            return f"none (looked in: {places})", josm_directory.INSTALL
        return "none yet: JOSM is installed, but has not run here", None

    @property
    def _computer(self) -> Computer:
        return this_computer(self.environ)

    @cached_property
    def host_and_cookies(self) -> tuple[TileHost, HeatmapCookies | None]:
        """The cookies in JOSM's layers, or else the kept ones, and the tile host they are for."""
        if self.josm and self.josm.cookies:
            return self.josm.entries.host, self.josm.cookies
        kept = ((host, self.store.cookies(host)) for host in (CURRENT, CLASSIC))
        return next(((host, cookies) for host, cookies in kept if cookies), (CURRENT, None))

    @cached_property
    def tiles(self) -> "TileFetcher | None":
        """What requests tiles with the cookies, if there are valid ones."""
        # Imported here: `status` asks Strava for nothing, and requests takes 65 ms.
        from stravacookies.strava.tiles import TileFetcher

        host, cookies = self.host_and_cookies
        if not cookies or not cookies.is_fresh(timedelta(0)):
            return None
        return TileFetcher(cookies, host)

    @cached_property
    def tile(self) -> "Answer | StravaError | None":
        """Strava's answer to a request for a tile in hot, or what failed; None without cookies."""
        try:
            return self.tiles.test_tile(deadline=Deadline(_PATIENCE)) if self.tiles else None
        except StravaError as error:
            return error

    @cached_property
    def retired_colors(self) -> list[Color] | StravaError | None:
        """The colours that Strava draws as hot, or what failed; None if no tile has heat."""
        if not self.tiles or not self.tile or isinstance(self.tile, StravaError):
            return None
        if self.tile.status != 200:
            return None
        try:
            return self.tiles.drawn_as_hot(self.tile, Deadline(_PATIENCE))
        except StravaError as error:
            return error


def _content(path: Path) -> bytes:
    """Return the content of a file; refuse a folder, and a pipe, whose content may never come."""
    if file_type(path) not in (0, stat.S_IFREG):
        raise OSError(errno.EINVAL, "it is not a file")
    return path.read_bytes()
