"""Put files into JOSM's preferences directory and register the entry set: all or nothing."""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from os.path import realpath
from pathlib import Path
from typing import NamedTuple

from stravacookies.errors import FileError, JosmStateError
from stravacookies.files import (
    ChangedError,
    content_of,
    file_type,
    is_private,
    renamed_errors,
    replace_all,
)
from stravacookies.heatmap import CURRENT, ID_PREFIX
from stravacookies.josm import entry_set, preferences
from stravacookies.josm.directory import PREFERENCES, no_directory
from stravacookies.josm.menu import Menu
from stravacookies.josm.process import is_running
from stravacookies.josm.registration import Change, Registration, read_registration
from stravacookies.josm.schema import NAMESPACE
from stravacookies.josm.xml_edit import Document
from stravacookies.locks import locked

BACKUP = f"{PREFERENCES}.stravacookies.bak"
"""JOSM's preferences as they were before our last change."""

_ATTEMPTS = 3
"""How many times to try if another program changes the preferences meanwhile."""


class Installed(NamedTuple):
    """Whether a run changed JOSM's preferences, the backup of the old ones, and JOSM's menu."""

    registered: bool = False
    backup: Path | None = None
    menu: Menu = Menu()


class Removed(NamedTuple):
    """Whether `remove` changed JOSM's preferences, what it removed, and why it left other files."""

    registration: bool
    files: tuple[Path, ...]
    left: tuple[FileError, ...] = ()


def prepare(directory: Path, *, force: bool = False) -> Registration:
    """Prepare the registration, and refuse what `write` would refuse, before Strava is asked.

    If the directory does not exist, `write` creates it.

    Raises:
        FileError: The directory is not one, or its `preferences.xml` is not one of JOSM's.
        JosmStateError: The preferences must be changed, and JOSM is running; not with `force`.
    """
    registration = read_registration(directory)
    if registration.after is not None and not force:
        _refuse_running(directory)
    return registration


def is_current(
    directory: Path, mark: bytes, names: Collection[str], obsolete: Collection[str] = ()
) -> bool:
    """Return whether an earlier run has already done all that `write` would do.

    If so, all files exist and are private, the entry set ends with its mark, and no obsolete file
    exists.
    """
    with suppress(OSError):
        return (
            all(is_private(directory / name) for name in (entry_set.FILE, *names))
            and not any(os.path.lexists(directory / name) for name in obsolete)
            and (directory / entry_set.FILE).read_bytes().endswith(mark)
        )
    return False


def write(
    directory: Path,
    files: Mapping[str, bytes],
    registration: Registration,
    obsolete: Collection[str] = (),
    *,
    force: bool = False,
) -> Installed:
    """Write files and then, if needed, the registration that `prepare` returned.

    If one cannot be written, none is. JOSM never has an entry set registered that does not exist.
    The entry set must be the last of the files, since its mark says that the others are written.
    Obsolete files are removed, and their folders if they are then empty. The names are paths below
    JOSM's preferences directory.

    Raises:
        FileError: As `prepare`, or a file could not be written.
        JosmStateError: As `prepare`.
    """
    contents = {directory / name: content for name, content in files.items()}
    above = [*reversed(directory.parents), directory] if registration.is_first else []
    below = {path.parent for path in contents} - {directory}
    with (
        renamed_errors(directory, "written"),
        _created(above),
        _locked(directory, contents),
        _created(below),  # under the lock, so that no other run removes them
    ):
        change = _replace(directory, contents, registration, preferences.register, force=force)
        for name in obsolete:
            _unlink(directory / name)
        for folder in {(directory / name).parent for name in obsolete}:
            _remove_empty(folder)
    return change


def remove(directory: Path, names: Collection[str]) -> Removed:
    """Unregister the entry set, remove the entries that JOSM has taken from it, and remove files.

    The files are the entry set, its icons, our backup of the preferences, and those that are named.
    One that cannot be removed does not keep the others.

    Raises:
        FileError: As `prepare`, or the directory does not exist.
        JosmStateError: JOSM is running, and would put back what is taken out.
    """
    with renamed_errors(directory, "read"):
        if not file_type(directory):
            raise no_directory(directory)
    ids = {layer.id for layer in CURRENT.layers()}

    def unregister(document: Document, site: str) -> bytes:
        return preferences.unregister(document, site, ids, backup)

    _refuse_running(directory)
    ours = (entry_set.FILE, *entry_set.ICONS.values(), *names)
    files = [directory / name for name in ours]
    removed, left = [], []
    with renamed_errors(directory, "written"), _locked(directory, files):
        backup = content_of(directory / BACKUP)
        change = _replace(directory, {}, read_registration(directory, unregister), unregister)
        # The backup last: until then it can undo what was done.
        for path in [*files, directory / BACKUP]:
            try:
                removed += [path] if _unlink(path) else []
            except FileError as error:
                left.append(error)
        for folder in {path.parent for path in files} - {directory}:
            _remove_empty(folder)
    return Removed(change.registered, tuple(removed), tuple(left))


@contextmanager
def _created(folders: Iterable[Path]) -> Iterator[None]:
    """Create folders, and remove those that are still empty at the end."""
    with ExitStack() as at_the_end:
        for folder in folders:
            with renamed_errors(folder, "created"):
                if not folder.is_dir():
                    folder.mkdir(mode=0o700)
                    at_the_end.callback(_remove_empty, folder)
        yield


def _remove_empty(folder: Path) -> None:
    with suppress(OSError):  # it does not exist, or files are in it
        folder.rmdir()


def _locked(directory: Path, files: Iterable[Path]) -> AbstractContextManager[None]:
    """Keep other runs away from JOSM's preferences, our backup of them, and the files."""
    return locked([directory / PREFERENCES, directory / BACKUP, *files])


def _replace(
    directory: Path,
    contents: Mapping[Path, bytes],
    edit: Registration,
    change: Change,
    *,
    force: bool = False,
) -> Installed:
    """Replace files and then, if there is something to change, JOSM's preferences."""
    path, backup = directory / PREFERENCES, directory / BACKUP
    for each in contents:
        if realpath(each) == realpath(path):
            raise FileError(f"{each} could not be written: it leads to {PREFERENCES}.")
    for _ in range(_ATTEMPTS):
        wanted = dict(contents)
        if edit.after is not None:
            if not force:
                _refuse_running(directory)
            if edit.before is not None:
                wanted[backup] = edit.before
            wanted[path] = edit.after
        with renamed_errors(directory, "written"), suppress(ChangedError):
            replace_all(wanted, preserve={path: edit.before})
            return Installed(path in wanted, backup if backup in wanted else None, edit.menu)
        edit = read_registration(directory, change)  # JOSM has saved its preferences meanwhile
    raise FileError(f"{path} could not be written: another program keeps changing it.")


def _unlink(path: Path) -> bool:
    """Remove a file, and return whether it existed.

    If it is a symbolic link, its target is removed, too, but only if we wrote it.
    """
    with renamed_errors(path, "removed"):
        existed = path.is_symlink() or bool(file_type(path))
        if _is_ours(target := Path(realpath(path))):
            target.unlink()
        if existed:  # a file system that is read-only complains of one that does not exist, too
            path.unlink(missing_ok=True)
        return existed


def _is_ours(path: Path) -> bool:
    """Return whether a file is an entry set or a map source of ours, and not JOSM's preferences."""
    content = content_of(path)
    return ID_PREFIX.encode() in content and NAMESPACE.encode() not in content


def _refuse_running(directory: Path) -> None:
    """Refuse to change the preferences of a JOSM that is running."""
    if is_running(directory):
        raise JosmStateError(
            "JOSM is running. It would undo a change to its preferences when it next saves them:"
            " close JOSM and run this again. Nothing was changed."
        )
