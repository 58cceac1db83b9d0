"""Replacement of files that hold secrets: whole or not at all, and private from the first byte."""

import os
from contextlib import suppress
from pathlib import Path


def replace(path: Path, data: bytes, *, users_own: bool = False) -> None:
    """Give a file new content; whoever reads it meets the old or the new, never a part.

    A symbolic link stays one: the file that it leads to is replaced.

    Args:
        path: The file, new or not, in a directory that exists.
        data: All of the new content.
        users_own: The file is the user's, not ours to make anew: it keeps its mode and owner, and
            is safe on the disk before it takes the old one's place. All other files can be read
            and written by their owner only.

    Raises:
        OSError: It could not be written; the file is as it was.
    """
    target = Path(os.path.realpath(path))
    # The process number keeps two runs apart; what a killed process of that number left is in the
    # way.
    partial = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            if users_own:
                _copy_mode(target, descriptor)
                file.flush()
                os.fsync(descriptor)
        partial.replace(target)
    except BaseException:
        with suppress(OSError):
            partial.unlink()
        raise


def make_private_directory(path: Path) -> None:
    """Make a directory, with those above it, that only its owner can look into.

    Raises:
        OSError: It could not be made.
    """
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


def _copy_mode(source: Path, descriptor: int) -> None:
    """Give an open file the mode and owner of another, if that is there and the system has such."""
    if os.name != "posix" or not source.exists():
        return
    status = source.stat()
    own = os.fstat(descriptor)
    if (status.st_uid, status.st_gid) != (own.st_uid, own.st_gid):
        os.fchown(descriptor, status.st_uid, status.st_gid)
    os.fchmod(descriptor, status.st_mode & 0o7777)
