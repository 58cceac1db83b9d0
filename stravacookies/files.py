"""Replacement of files that hold secrets: whole or not at all, and private from the first byte."""

import errno
import os
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path

_SUFFIX = ".stravacookies-tmp"
_STALE = 60 * 60
"""Seconds after which a partial file is one that a killed run has left behind."""


def replace_all(contents: Mapping[Path, bytes], *, users_own: Collection[Path] = ()) -> None:
    """Give files new content; whoever reads one meets the old or the new, never a part.

    All new content is on the disk before the first file is replaced, in the order given. A symbolic
    link stays one: the file that it leads to is replaced.

    Args:
        contents: All of the new content, by file. Files may be new, their directories not.
        users_own: Those files that are the user's, not ours to make anew: they keep their mode and
            owner. All others can be read and written by their owner only.

    Raises:
        OSError: One could not be written, its `filename` tells which. Unless the last step failed,
            which replaces files one by one, all are as they were.
    """
    targets = {path: Path(os.path.realpath(path)) for path in contents}
    for path, target in targets.items():
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if list(targets.values()).count(target) > 1:
            raise OSError(errno.EEXIST, "It is the same file as another one", str(path))
    partials: dict[Path, Path] = {}
    try:
        for path, data in contents.items():
            partials[path] = _partial(targets[path])
            try:
                _write(partials[path], data, targets[path] if path in users_own else None)
            except OSError as error:
                raise type(error)(error.errno, error.strerror, str(path)) from None
        for path, target in targets.items():
            partials[path].replace(target)
    except BaseException:
        for partial in partials.values():
            with suppress(OSError):
                partial.unlink()
        raise
    _sweep({target.parent for target in targets.values()})


def make_private_directory(path: Path) -> None:
    """Make a directory that only its owner can look into, and those above it as usual.

    Raises:
        OSError: It could not be made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(mode=0o700, exist_ok=True)


def _partial(target: Path) -> Path:
    """Name a new file beside another; two runs, or threads, have two names."""
    return target.with_name(f".{target.name[:100]}.{os.urandom(8).hex()}{_SUFFIX}")


def _write(path: Path, data: bytes, like: Path | None) -> None:
    """Write a new private file; if it is to be like another, with that one's mode and owner."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        if like:
            _copy_mode(like, descriptor)
            file.flush()
            os.fsync(descriptor)


def _copy_mode(source: Path, descriptor: int) -> None:
    """Give an open file the mode and owner of another, if that is there and the system has them."""
    if os.name != "posix" or not source.exists():
        return
    status, own = source.stat(), os.fstat(descriptor)
    mode = status.st_mode & 0o7777
    if status.st_uid != own.st_uid:
        os.fchown(descriptor, status.st_uid, -1)
    if status.st_gid != own.st_gid:
        try:
            os.fchown(descriptor, -1, status.st_gid)
        except PermissionError:
            mode &= ~0o070  # a group that we are not in; ours shall not read it instead
    os.fchmod(descriptor, mode)


def _sweep(directories: Collection[Path]) -> None:
    """Remove what killed runs have left behind."""
    for directory in directories:
        for path in directory.glob(f".*{_SUFFIX}"):
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > _STALE:
                    path.unlink()
