"""The files that a mapper gets: JOSM's entry set and its registration, Cartograph's map sources."""

import errno
import logging
import os
import stat
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from stravacookies import cartograph, templates
from stravacookies.cookies import HeatmapCookies
from stravacookies.errors import (
    FileAccessError,
    JosmRunningError,
    NoJosmDirectoryError,
    PreferencesError,
    UnusablePathError,
)
from stravacookies.files import ChangedError, kind, locked, make_private_directory, replace_all
from stravacookies.heatmap import ID_PREFIX, Layer
from stravacookies.josm import preferences
from stravacookies.josm.directory import PREFERENCES
from stravacookies.josm.process import is_running

ENTRY_SET = "strava-heatmap.xml"
CARTOGRAPH = "cartograph"

BACKUP = f"{PREFERENCES}.stravacookies.bak"
"""What JOSM's preferences were before the last change of ours."""

_ATTEMPTS = 3
"""How often preferences are read again that another program changes before they are replaced."""

_log = logging.getLogger(__name__)


class Written(NamedTuple):
    """What `write` did.

    Attributes:
        entry_set: JOSM's entry set.
        map_sources: Cartograph's map source files.
        registered: Whether the entry set was new to JOSM's preferences.
        backup: What the preferences were before, if they were there and were changed.
    """

    entry_set: Path
    map_sources: tuple[Path, ...]
    registered: bool
    backup: Path | None


class Removed(NamedTuple):
    """What `remove` did.

    Attributes:
        registration: Whether JOSM's preferences were changed.
        files: The files that were removed.
    """

    registration: bool
    files: tuple[Path, ...]


def check(directory: Path, *, force: bool = False) -> None:
    """Refuse what `write` would refuse, before anybody is asked for anything.

    Args:
        directory: JOSM's preferences directory.
        force: Do not mind a JOSM that runs.

    Raises:
        NoJosmDirectoryError: It is not there.
        PreferencesError: Its `preferences.xml` is not one of JOSM.
        JosmRunningError: That has to be changed, and JOSM runs.
        FileAccessError: A file cannot be read.
    """
    if not is_registered(directory) and not force and is_running(directory):
        raise JosmRunningError


def is_registered(directory: Path) -> bool:
    """Tell whether JOSM's preferences list the entry set.

    Args:
        directory: JOSM's preferences directory.

    Raises:
        NoJosmDirectoryError: It is not there.
        PreferencesError: Its `preferences.xml` is not one of JOSM.
        FileAccessError: A file cannot be read.
    """
    _expect(directory)
    before, after = _preferences(directory, preferences.register)
    return before == after


def count_entries(directory: Path) -> int:
    """Count the entries of the entry set; a file that is not there has none."""
    try:
        path = directory / ENTRY_SET
        return path.read_bytes().count(b"</entry>") if path.is_file() else 0
    except OSError:
        return 0


def holds(directory: Path, cookies: HeatmapCookies) -> bool:
    """Tell whether the entry set has these cookies in it, and is private."""
    return cookies.signature.encode() in (_private_content(directory / ENTRY_SET) or b"")


def write(
    directory: Path,
    layers: Sequence[Layer],
    shown: Sequence[Layer],
    cookies: HeatmapCookies,
    *,
    force: bool = False,
) -> Written:
    """Write all files, each whole or not at all, after everything that can be refused was.

    Nothing is written that is there already.
    The map sources of colours that are no longer among the layers are removed.

    Args:
        directory: JOSM's preferences directory.
        layers: What to write.
        shown: Those of them that JOSM puts in its Imagery menu by itself.
        cookies: What opens the tiles.
        force: Change the preferences of a JOSM that runs, too, and only warn.

    Raises:
        PreferencesError: The directory's `preferences.xml` is not one of JOSM.
        JosmRunningError: That has to be changed, and JOSM runs.
        FileAccessError: A file could not be read or written.
    """
    entry_set, map_sources = directory / ENTRY_SET, directory / CARTOGRAPH
    names = cartograph.by_file(layers)
    unwanted = [map_sources / name for name in cartograph.FILE_NAMES if name not in names]
    checksum = templates.checksum(layers, shown, cookies)
    before, after = _preferences(directory, preferences.register)
    if (
        before == after
        and _is_done(entry_set, [map_sources / name for name in names], checksum)
        and not any(map(os.path.lexists, unwanted))
    ):
        return Written(entry_set, tuple(map_sources / name for name in names), False, None)

    # Imported here, since a run that writes nothing need not wait for Jinja2.
    from stravacookies import render

    sources = _map_sources(map_sources, layers, cookies, 3)
    text = render.josm_entry_set(layers, shown, cookies).encode()
    mark = _mark(checksum, [*sources.values(), text])
    with _locked(directory, directory / PREFERENCES, entry_set) as held:
        with _renamed_errors(map_sources, "made"):
            make_private_directory(map_sources)
        with _locked(map_sources, *sources, held=held):
            # The entry set behind the map sources: its mark tells that all before it is done.
            contents = sources | {entry_set: text + mark}
            change = _replace(directory, contents, preferences.register, force=force)
            for path in unwanted:
                _unlink(path)
    return Written(entry_set, tuple(sources), *change)


def write_map_sources(
    directory: Path, layers: Sequence[Layer], cookies: HeatmapCookies, version: int
) -> tuple[Path, ...]:
    """Write Cartograph's map sources alone, and return them.

    Args:
        directory: Where to; made if it is not there.
        layers: What to write.
        cookies: What opens the tiles.
        version: Of the format: 3, or 2 for the app before.

    Raises:
        FileAccessError: A file could not be written.
    """
    sources = _map_sources(directory, layers, cookies, version)
    _write_into(directory, sources)
    return tuple(sources)


def write_text(path: Path, text: str) -> None:
    """Write a file that may hold cookies.

    Raises:
        FileAccessError: It could not be written.
    """
    _write_into(path.parent, {path: text.encode()})


def remove(directory: Path) -> Removed:
    """Take the entry set out of JOSM's preferences, with what JOSM has of it, and all files away.

    Args:
        directory: JOSM's preferences directory.

    Raises:
        NoJosmDirectoryError: It is not there.
        PreferencesError: Its `preferences.xml` is not one of JOSM.
        JosmRunningError: JOSM runs, and would put back what is taken out.
        FileAccessError: A file could not be read, written or removed.
    """

    def unregister(content: bytes, site: str) -> bytes:
        return preferences.unregister(content, site, ID_PREFIX)

    _expect(directory)
    if is_running(directory):
        raise JosmRunningError
    entry_set, map_sources = directory / ENTRY_SET, directory / CARTOGRAPH
    files = [entry_set, *(map_sources / name for name in cartograph.FILE_NAMES)]
    with ExitStack() as stack:
        held = stack.enter_context(_locked(directory, directory / PREFERENCES, entry_set))
        if map_sources.is_dir():
            stack.enter_context(_locked(map_sources, *files[1:], held=held))
        changed, _ = _replace(directory, {}, unregister, force=False)
        # The backup last: until then it can undo what has been done.
        removed = [path for path in [*files, directory / BACKUP] if _unlink(path)]
        with suppress(OSError):  # the user's own files are in it, or it is not there
            map_sources.rmdir()
    return Removed(changed, tuple(removed))


def _map_sources(
    directory: Path, layers: Sequence[Layer], cookies: HeatmapCookies, version: int
) -> dict[Path, bytes]:
    from stravacookies import render

    return {
        directory / name: render.cartograph_map_source(of_one_color, cookies, version).encode()
        for name, of_one_color in cartograph.by_file(layers).items()
    }


def _mark(checksum: str, contents: Iterable[bytes]) -> bytes:
    """Return the last line of an entry set: it tells what all files were made of, and are."""
    total = 0
    for content in contents:
        total = zlib.crc32(content, total)
    return f"<!-- {checksum} {total:08x} -->\n".encode()


def _is_done(entry_set: Path, map_sources: Sequence[Path], checksum: str) -> bool:
    """Tell whether all files are there as they were written, made of what the checksum tells."""
    contents = [_private_content(path) for path in (*map_sources, entry_set)]
    whole = [content for content in contents if content is not None]
    if len(whole) < len(contents):
        return False
    *sources, written = whole
    length = len(_mark(checksum, []))
    return written.endswith(_mark(checksum, [*sources, written[:-length]]))


def _private_content(path: Path) -> bytes | None:
    """Return what is in a file; None if it is not there, or if others can read it."""
    try:
        if not path.is_file():  # a pipe would be waited for
            return None
        with path.open("rb") as file:
            if os.name == "posix" and os.fstat(file.fileno()).st_mode & 0o077:
                return None
            return file.read()
    except OSError:
        return None


def _write_into(directory: Path, contents: Mapping[Path, bytes]) -> None:
    """Write files into a directory, which is made if it is not there."""
    with _renamed_errors(directory, "made"):
        make_private_directory(directory)
    with _locked(directory, *contents), _renamed_errors(directory, "written"):
        replace_all(contents)


_Change = Callable[[bytes, str], bytes]
"""What is done to the content of JOSM's preferences, given the site that is the entry set."""


def _replace(
    directory: Path, contents: Mapping[Path, bytes], change: _Change, *, force: bool
) -> tuple[bool, Path | None]:
    """Replace files and then, if there is something to change, JOSM's preferences.

    Returns whether they were changed, and where they are as they were before.
    """
    path, backup = directory / PREFERENCES, directory / BACKUP
    for each in contents:
        if os.path.realpath(each) == os.path.realpath(path):
            misled = OSError(errno.EEXIST, f"It leads to {PREFERENCES}")
            raise FileAccessError(each, "written", misled)
    for _ in range(_ATTEMPTS):
        before, after = _preferences(directory, change)
        if after is None or after == before:
            wanted, users_own = dict(contents), {}
        else:
            if is_running(directory):
                if not force:
                    raise JosmRunningError
                _log.warning(
                    "JOSM is running: when it next saves its preferences, our entry in them is"
                    " lost. If the layers are missing then, close JOSM and run this again."
                )
            former = {} if before is None else {backup: before}
            wanted, users_own = {**contents, **former, path: after}, {path: before}
        with _renamed_errors(directory, "written"), suppress(ChangedError):
            replace_all(wanted, users_own=users_own)
            return bool(users_own), backup if users_own.get(path) else None
    raise FileAccessError(
        path, "written", ChangedError(errno.EAGAIN, "another program keeps changing it")
    )


def _preferences(directory: Path, change: _Change) -> tuple[bytes | None, bytes | None]:
    """Return JOSM's preferences as they are and with a change; None where there are none."""
    path = directory / PREFERENCES
    with _renamed_errors(path, "read"):
        entry_set = Path(os.path.realpath(directory), ENTRY_SET)
        in_a_circle = os.path.islink(os.path.realpath(path))  # noqa: PTH114 - Path has no other way
        if in_a_circle or kind(path) not in (0, stat.S_IFREG):
            raise PreferencesError(path, "it is no file")
        before = path.read_bytes() if kind(path) else None
    try:
        after = change(preferences.NEW if before is None else before, str(entry_set))
    except preferences.MalformedError as error:
        raise PreferencesError(path, str(error)) from None
    except ValueError:
        raise UnusablePathError(entry_set) from None
    return before, None if before is None and after == preferences.NEW else after


def _expect(directory: Path) -> None:
    with _renamed_errors(directory, "read"):
        if kind(directory) != stat.S_IFDIR:
            raise NoJosmDirectoryError([directory])


def _unlink(path: Path) -> bool:
    """Remove a file, and tell whether it was there.

    What a symbolic link leads to is removed, too, if it was written by us.
    """
    with _renamed_errors(path, "removed"):
        there = path.is_symlink() or bool(kind(path))
        target = Path(os.path.realpath(path))
        if path.is_symlink() and _is_ours(target):
            target.unlink()
        path.unlink(missing_ok=True)
        return there


def _is_ours(path: Path) -> bool:
    """Tell whether a file is an entry set or a map source of ours, and not JOSM's preferences."""
    content = path.read_bytes() if kind(path) == stat.S_IFREG else b""
    return ID_PREFIX.encode() in content and preferences.NAMESPACE.encode() not in content


@contextmanager
def _locked(
    directory: Path, *paths: Path, held: Collection[Path] = ()
) -> Iterator[Collection[Path]]:
    """Keep other runs away from a directory, and from where the files in it really are.

    Yields these places. Those that are held already are left out: a second lock of this process
    would wait for the first.
    """
    with ExitStack() as stack:
        with _renamed_errors(directory, "written"):
            places = {Path(os.path.realpath(path)).parent for path in paths}
            there = {place for place in places if place.is_dir()}
            there = (there | {Path(os.path.realpath(directory))}) - set(held)
            stack.enter_context(locked(there))
        yield there


@contextmanager
def _renamed_errors(path: Path, doing: str) -> Iterator[None]:
    """Rename the system's errors, so that they tell the file and what was done to it."""
    try:
        yield
    except OSError as error:
        raise FileAccessError(Path(error.filename or path), doing, error) from error
