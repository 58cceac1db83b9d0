"""Replacement of files that hold secrets: whole or not at all, and private from the first byte."""

import errno
import os
import stat
import sys
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

_SUFFIX = ".stravacookies-tmp"
_STALE = 60 * 60
"""Seconds after which a partial file is litter, where no lock tells."""

_PATIENCE = 10.0
"""Seconds to wait for another run, which holds the lock for less than one."""


_CHANGED = "Another program has changed it"


class ChangedError(OSError):
    """A user's own file is no longer what it was when it was read."""


@contextmanager
def locked(directories: Collection[Path]) -> Iterator[None]:
    """Keep other runs from writing into directories, and remove what killed runs have left there.

    The lock ends with the process, however that ends, and leaves no file behind. Where the system
    has no such lock (on Windows, on some network drives), nothing is waited for.

    Raises:
        OSError: A directory is not there, or another run does not finish.
    """
    with ExitStack() as stack:
        # In the same order in every run, so that no two wait for each other.
        for directory in sorted({Path(os.path.realpath(path)) for path in directories}):
            is_locked = stack.enter_context(_locked(directory))
            _sweep(directory, 0 if is_locked else _STALE)
        yield


def replace_all(
    contents: Mapping[Path, bytes], *, users_own: Mapping[Path, bytes | None] | None = None
) -> None:
    """Give files new content; whoever reads one meets the old or the new, never a part.

    All new content is written before the first file is replaced, in the order given, and with a
    user's own file among them it is on the disk, too. A symbolic link stays one: the file that it
    leads to is replaced.

    Args:
        contents: All of the new content, by file. Files may be new, their directories not.
        users_own: Those files that are the user's, not ours to make anew, with what was read of
            them; None if they were not there. They keep their mode and owner. All others can be
            read and written by their owner only.

    Raises:
        ChangedError: A user's own file has changed since it was read; it stays as it is.
        OSError: One could not be written, its `filename` tells which. Unless the last step failed,
            which replaces files one by one, all are as they were.
    """
    users_own = users_own or {}
    targets = {path: Path(os.path.realpath(path)) for path in contents}
    for path, target in targets.items():
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if target.exists() and not target.is_file():
            raise OSError(errno.EINVAL, "It is a device or a pipe", str(path))
        if list(targets.values()).count(target) > 1:
            raise OSError(errno.EEXIST, "It is the same file as another one", str(path))
    partials: dict[Path, Path] = {}
    try:
        for path, data in contents.items():
            partials[path] = _partial(targets[path])
            like = targets[path] if path in users_own else None
            with _named(path):
                # Ours can be made anew, so only with a user's own file is a power cut waited for.
                _write(partials[path], data, like, durable=bool(users_own))
        for path in users_own:
            _expect(path, users_own[path])
        for path, target in targets.items():
            with _named(path):
                if path in users_own:
                    _exchange(partials[path], target, users_own[path])
                else:
                    partials[path].replace(target)
    except BaseException:
        for partial in partials.values():
            with suppress(OSError):
                partial.unlink()
        raise


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Let errors name the file that is wanted, not the new one beside it."""
    try:
        yield
    except OSError as error:
        raise type(error)(error.errno, error.strerror, str(path)) from None


def kind(path: Path) -> int:
    """Return of what kind a file is, as `stat.S_IFMT` has it; 0 if it is not there.

    From Python 3.14 on, `Path.exists` and its like also call absent what cannot be looked at.

    Raises:
        OSError: It cannot be looked at.
    """
    try:
        return stat.S_IFMT(path.stat().st_mode)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.EBADF, errno.ELOOP):
            return 0
        raise
    except ValueError:  # a name that no file can have
        return 0


def make_private_directory(path: Path) -> None:
    """Make a directory that only its owner can look into, and those above it as usual.

    Raises:
        OSError: It could not be made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(mode=0o700, exist_ok=True)


@contextmanager
def _locked(directory: Path) -> Iterator[bool]:
    """Lock one directory, and tell whether the system could."""
    if sys.platform == "win32":
        yield False
        return
    import fcntl  # there is none on Windows

    descriptor = os.open(directory, os.O_RDONLY)
    try:
        give_up = time.monotonic() + _PATIENCE
        is_locked = False
        while not is_locked:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
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


def _partial(target: Path) -> Path:
    """Name a new file beside another; two runs, or threads, have two names."""
    return target.with_name(f".{target.name[:100]}.{os.urandom(8).hex()}{_SUFFIX}")


def _write(path: Path, data: bytes, like: Path | None, *, durable: bool) -> None:
    """Write a new private file; if it is to be like another, with that one's mode and owner."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        if like:
            _copy_mode(like, descriptor)
        if durable:
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


def _expect(path: Path, content: bytes | None) -> None:
    """Insist that a file has this content; None stands for a file that is not there."""
    try:
        same = path.stat().st_size == len(content or b"") and path.read_bytes() == content
    except FileNotFoundError:
        same = content is None
    if not same:
        raise ChangedError(errno.EAGAIN, _CHANGED, str(path))


def _exchange(partial: Path, target: Path, expected: bytes | None) -> None:
    """Put a new file in the place of a user's own, if that is still what is expected.

    Another program may save it at any moment, even between a last look and the replacement. So the
    two are swapped, and what comes out is looked at. A system that cannot swap takes the risk.
    """
    if expected is None:
        try:
            target.hardlink_to(partial)  # fails if there is a file now
        except FileExistsError:
            raise ChangedError(errno.EAGAIN, _CHANGED, str(target)) from None
        except OSError:
            partial.replace(target)
        else:
            partial.unlink()
        return
    put_in = partial.stat().st_ino
    if not _swap(partial, target):
        _expect(target, expected)
        partial.replace(target)
        return
    try:
        is_expected = partial.read_bytes() == expected
    except BaseException:
        _swap(partial, target)  # what came out may be all that there is of a change
        raise
    if is_expected:
        partial.unlink()
        return
    # What came out goes back, and again if the other program has saved its file once more.
    came_out = partial.stat().st_ino
    while _swap(partial, target):
        if partial.stat().st_ino == put_in:
            break
        put_in, came_out = came_out, partial.stat().st_ino
    else:  # there is nothing to swap with any more, and what came out must not be lost
        partial.replace(target)
    raise ChangedError(errno.EAGAIN, _CHANGED, str(target))


def _swap(one: Path, other: Path) -> bool:
    """Swap two files in one step, and tell whether the system can: Linux, on most file systems.

    Source: https://man7.org/linux/man-pages/man2/rename.2.html
    """
    import ctypes  # only here, since preferences are changed once in a lifetime

    try:
        rename = ctypes.CDLL(None).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    done: int = rename(here, os.fsencode(one), here, os.fsencode(other), exchange)
    return done == 0


def _sweep(directory: Path, age: float) -> None:
    """Remove the partial files that are at least so many seconds old."""
    for path in directory.glob(f".*{_SUFFIX}"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime >= age:
                path.unlink()
