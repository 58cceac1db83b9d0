"""Replace files that hold secrets: whole or not at all, and private from the first byte."""

import errno
import os
import stat
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from stravacookies.errors import FileError
from stravacookies.locks import PARTIAL, locked

_PAUSES = (0.01, 0.05, 0.1, 0.2, 0.4)
"""Seconds to wait for a program that has a file open, such as a virus scanner."""

_WHY = {
    errno.EBUSY: "it is mounted by itself, as in a container. Mount its folder instead",
    errno.EPERM: "it or its folder seems to be immutable or append-only",
}
"""Why a file cannot be replaced, where the system's own words would not help."""


class ChangedError(OSError):
    """A user's own file has changed since it was read."""


def replace_all(
    contents: Mapping[Path, bytes], *, preserve: Mapping[Path, bytes | None] | None = None
) -> None:
    """Replace files; a reader sees the old content or the new, never a part.

    All new content is written before the first file is replaced, in the order given. A symbolic
    link stays, and its target is replaced. The files become private, except for the
    user's own in `preserve`, which keep their mode and owner. `preserve` has the content that was
    read from each of these, or None if there was no file. They must not have changed since, even if
    they are not replaced.

    Raises:
        ChangedError: One of the user's own files has changed since it was read; it stays.
        OSError: A file could not be written; `filename` says which.

    After an error, all files have their old content again.
    """
    preserve = preserve or {}
    targets = {path: Path(os.path.realpath(path)) for path in contents}
    _check_targets(targets)
    partials = {path: _partial(target) for path, target in targets.items()}
    replaced: list[Path] = []
    old: dict[Path, bytes | None] = {}
    try:
        for path, data in contents.items():
            with _naming(path):
                # Our own files can be written again, so only a user's own file is worth a sync.
                like = targets[path] if path in preserve else None
                _write(partials[path], data, like, durable=not preserve.keys().isdisjoint(contents))
        for path, expected in preserve.items():
            _check_unchanged(path, expected)
        old = _contents([*targets.values()][:-1])  # if the last fails, there is nothing to undo
        for path, target in targets.items():
            if path in preserve:  # again, since it took time to replace the others
                _check_unchanged(path, preserve[path])
            with _naming(path):
                _replace(partials[path], target)
            replaced.append(target)
    except BaseException:
        for partial in partials.values():
            with suppress(OSError):
                partial.unlink()
        for target in (each for each in reversed(replaced) if each in old):
            with suppress(OSError):
                _restore(target, old[target])
        raise


def file_type(path: Path) -> int:
    """Return the type of a file, as `stat.S_IFMT` does; 0 if it does not exist.

    Raise an `OSError` if it cannot be reached, which `Path.exists` no longer does in Python 3.14.
    """
    try:
        return stat.S_IFMT(path.stat().st_mode)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.EBADF, errno.ELOOP):
            return 0
        raise
    except ValueError:  # a name that no file can have
        return 0


def content_of(path: Path) -> bytes:
    """Return the content of a file; nothing if it does not exist, or is a pipe, which may not end.

    Raise an `OSError` if it cannot be read.
    """
    return path.read_bytes() if file_type(path) == stat.S_IFREG else b""


def is_private(path: Path) -> bool:
    """Return whether a file exists that only its owner can read."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return False
    # Windows has no such modes: there, the user's own folders are private.
    return stat.S_ISREG(status.st_mode) and (sys.platform == "win32" or not status.st_mode & 0o077)


def make_private_directory(path: Path) -> None:
    """Create a directory that only its owner can enter, with missing parents of the same kind."""
    if not path.parent.exists():
        make_private_directory(path.parent)
    path.mkdir(mode=0o700, exist_ok=True)


def open_trusted(path: Path) -> BinaryIO:
    """Open a file that only this user can have put there, such as one that Python will run.

    Raises:
        OSError: It cannot be opened, or others can write to its directory or own it.
    """
    if sys.platform == "win32":  # it has no such modes; a user's cache is private there
        return path.open("rb")
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        # By its descriptor: others could swap a path in a shared folder between check and use.
        status = os.fstat(folder)
        if status.st_uid != os.geteuid() or status.st_mode & 0o022:
            raise PermissionError(errno.EPERM, "Others can write to it", str(path.parent))
        return open(path.name, "rb", opener=lambda name, flags: os.open(name, flags, dir_fd=folder))
    finally:
        os.close(folder)


def write_private(directory: Path, contents: Mapping[Path, bytes]) -> None:
    """Write files that may hold cookies into a directory, which is created if needed.

    Raises:
        FileError: A file could not be written.
    """
    with renamed_errors(directory, "created"):
        make_private_directory(directory)
    with renamed_errors(directory, "written"), locked(contents):
        replace_all(contents)


@contextmanager
def renamed_errors(path: Path, participle: str) -> Iterator[None]:
    """Turn the system's errors into `FileError`s: "… could not be `read`", or another participle.

    The message names the file in the system's error, or else the path.
    """
    try:
        yield
    except OSError as error:
        named = error.filename or path
        raise FileError(f"{named} could not be {participle}: {error.strerror or error}.") from error


def _check_targets(targets: Mapping[Path, Path]) -> None:
    """Refuse files that cannot be replaced, before any is written."""
    for path, target in targets.items():
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if target.exists() and not target.is_file():
            raise OSError(errno.EINVAL, "It is a device or a pipe", str(path))
        if list(targets.values()).count(target) > 1:
            raise OSError(errno.EEXIST, "It is the same file as another one", str(path))


def _check_unchanged(path: Path, content: bytes | None) -> None:
    """Refuse a file whose content has changed; None means that it did not exist."""
    try:
        same = path.stat().st_size == len(content or b"") and path.read_bytes() == content
    except FileNotFoundError:
        same = content is None
    if not same:
        raise ChangedError(errno.EAGAIN, "Another program has changed it", str(path))


def _contents(paths: Iterable[Path]) -> dict[Path, bytes | None]:
    """Return the content of files, or None if there is no file; omit files that we cannot read.

    A run as another user may have left one. It can be replaced, but not restored.
    """
    contents: dict[Path, bytes | None] = {}
    for path in paths:
        with suppress(PermissionError):
            contents[path] = path.read_bytes() if path.exists() else None
    return contents


def _restore(path: Path, content: bytes | None) -> None:
    """Give a file that was replaced its old content, or remove it if there was none."""
    if content is None:
        path.unlink()
        return
    partial = _partial(path)
    _write(partial, content, path, durable=False)
    _replace(partial, path)


def _replace(partial: Path, target: Path) -> None:
    """Let a new file take the place of another.

    Windows refuses to replace a file that is open or read-only:
    https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-movefileexw
    """
    for pause in _PAUSES if sys.platform == "win32" else ():
        with suppress(PermissionError):
            partial.replace(target)
            return
        time.sleep(pause)
    try:
        partial.replace(target)
    except PermissionError as error:
        if sys.platform != "win32":
            raise
        why = "another program, such as JOSM, has it open, or it is read-only"
        raise PermissionError(error.errno, why) from None


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Let errors name the file that the caller wants, not the partial file beside it."""
    try:
        yield
    except OSError as error:
        words = _WHY.get(error.errno or 0, error.strerror)
        raise type(error)(error.errno, words, str(path)) from None


def _partial(target: Path) -> Path:
    """Return a new, unique name beside a file."""
    return target.with_name(f".{target.name[:100]}.{os.urandom(8).hex()}{PARTIAL}")


def _write(path: Path, data: bytes, like: Path | None, *, durable: bool) -> None:
    """Write a new private file, or one with the mode and owner of another."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        if like:
            _copy_mode(like, descriptor)
        if durable:
            file.flush()
            os.fsync(descriptor)


def _copy_mode(source: Path, descriptor: int) -> None:
    """Give an open file the mode and owner of another, if that exists and the system has them."""
    if sys.platform == "win32" or not source.exists():
        return
    status, own = source.stat(), os.fstat(descriptor)
    mode = status.st_mode & 0o7777
    if status.st_uid != own.st_uid:
        try:
            os.fchown(descriptor, status.st_uid, -1)
        except PermissionError:
            raise PermissionError(errno.EACCES, "it belongs to another user") from None
    if status.st_gid != own.st_gid:
        try:
            os.fchown(descriptor, -1, status.st_gid)
        except PermissionError:
            mode &= ~0o070  # we are not in that group, and our own must not read it instead
    os.fchmod(descriptor, mode)
