"""Locks of directories, which keep other runs of this program from writing into them."""

import errno
import os
import sys
import time
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from zlib import crc32

from stravacookies import paths

PARTIAL = ".stravacookies-tmp"
"""The end of the names of partial files, which runs that were killed leave behind."""

_STALE = 60 * 60
"""Seconds after which a partial file counts as abandoned, where there are no locks."""

_PATIENCE = 10.0
"""Seconds to wait for another run, which holds the lock for less than one."""


@contextmanager
def locked(files: Collection[Path], patience: float = _PATIENCE) -> Iterator[None]:
    """Keep other runs from writing files; remove what killed runs have left beside them.

    This follows links, and locks the directories that exist. The locks end with the process,
    however it ends, and leave no file behind (on Windows, an empty one in our cache). Where there
    are no locks, as on some network drives, this does not wait.

    Raises:
        OSError: A directory cannot be locked, or another run does not finish.
    """
    directories = {Path(os.path.realpath(path)).parent for path in files}
    with ExitStack() as stack:
        # In the same order in every run, so that no two wait for each other; parents first.
        for directory in sorted(directories):
            if directory.is_dir():
                is_locked = stack.enter_context(_directory_lock(directory, patience))
                _remove_partials(directory, older_than=0 if is_locked else _STALE)
        yield


@contextmanager
def _directory_lock(directory: Path, patience: float) -> Iterator[bool]:
    """Lock one directory, and yield whether that was possible.

    The libraries for locks take longer to import (34 ms) than a run takes to write, and leave a
    file behind.
    """
    try:
        descriptor = _open_to_lock(directory)
    except OSError:
        if sys.platform != "win32":
            raise
        yield False  # our cache cannot be used
        return
    try:
        give_up = time.monotonic() + patience
        is_locked = False
        while not is_locked:
            try:
                _lock(descriptor)
                is_locked = True
            except BlockingIOError:
                if time.monotonic() > give_up:
                    why = "Another run of stravacookies does not finish"
                    raise TimeoutError(errno.ETIMEDOUT, why, str(directory)) from None
                time.sleep(0.02)
            except OSError:  # a file system without locks
                break
        yield is_locked
    finally:
        os.close(descriptor)


def _open_to_lock(directory: Path) -> int:
    """Open a directory or, on Windows, which locks only files, one that stands for it."""
    if sys.platform != "win32":
        return os.open(directory, os.O_RDONLY)
    paths.cache().mkdir(parents=True, exist_ok=True)
    name = f"{crc32(os.path.normcase(directory).encode()):08x}.lock"
    return os.open(paths.cache() / name, os.O_RDWR | os.O_CREAT, 0o600)


def _lock(descriptor: int) -> None:
    """Lock what is open, until it is closed; raise a `BlockingIOError` if another has locked it.

    On Windows, too, a lock ends with its process:
    https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-lockfileex
    """
    if sys.platform == "win32":
        import msvcrt  # only Windows has it

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            raise BlockingIOError from None
    else:
        import fcntl  # Windows does not have it

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _remove_partials(directory: Path, older_than: float) -> None:
    """Remove the partial files of killed runs that are at least `older_than` seconds old."""
    for path in directory.glob(f".*{PARTIAL}"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime >= older_than:
                path.unlink()
