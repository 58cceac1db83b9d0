"""Replacement of files: whole or not at all, and private."""

import errno
import os
import stat
from pathlib import Path

import pytest

from stravacookies.errors import FileError
from stravacookies.files import (
    ChangedError,
    file_type,
    is_private,
    make_private_directory,
    open_trusted,
    renamed_errors,
    replace_all,
    write_private,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The only file in its directory, which others may read."""
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(0o644)
    return path


def mode(path: Path) -> int:
    """Return the permissions of a file."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("exists", [True, False])
def test_file_is_private(path: Path, monkeypatch: pytest.MonkeyPatch, exists: bool) -> None:
    """From the start, only its owner can read a file, whatever the umask or the old mode."""
    modes = []
    real = os.open

    def spy(path: Path, flags: int, permissions: int) -> int:
        descriptor = real(path, flags, permissions)
        modes.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        return descriptor

    if not exists:
        path.unlink()
    monkeypatch.setattr(os, "open", spy)
    umask = os.umask(0)
    try:
        replace_all({path: b"new"})
    finally:
        os.umask(umask)

    assert [0o600] == modes
    assert (b"new", 0o600) == (path.read_bytes(), mode(path))


def test_users_own_file_keeps_its_mode(path: Path) -> None:
    """The mode of a user's own file is the user's choice; if root runs this, so is the owner."""
    path.chmod(0o640)
    owner = (12, 34) if os.geteuid() == 0 else (os.getuid(), os.getgid())
    os.chown(path, *owner)
    replace_all({path: b"new"}, preserve={path: b"old"})

    assert (b"new", 0o640) == (path.read_bytes(), mode(path))
    assert owner == (path.stat().st_uid, path.stat().st_gid)


def test_symbolic_link_stays_one(path: Path) -> None:
    """What a link leads to is replaced, not the link."""
    link = path.parent / "elsewhere" / "link"
    link.parent.mkdir()
    link.symlink_to(Path("..", path.name))
    replace_all({link: b"new"})

    assert link.is_symlink()
    assert b"new" == path.read_bytes()
    assert [link] == list(link.parent.iterdir())


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize(
    ("failure", "why"),
    [
        (OSError(errno.EBUSY, "Busy", "partial"), "it is mounted by itself, as in a container. Mo"),
        (PermissionError(errno.EPERM, "No", "partial"), "it or its folder seems to be immutable o"),
        (OSError(errno.ENOSPC, "No space left", "partial"), "No space left"),
        (KeyboardInterrupt(), ""),
    ],
)
def test_failure_of_a_replacement(
    path: Path, monkeypatch: pytest.MonkeyPatch, number: int, failure: BaseException, why: str
) -> None:
    """If a file cannot be replaced, all have their old content, and the error names it."""
    paths = [path.parent / "new", path, path.parent / "link"]
    paths[2].symlink_to("target")
    (path.parent / "target").write_bytes(b"target")
    before = {each.name: each.read_bytes() for each in path.parent.iterdir()}
    replace = Path.replace

    def fail(partial: Path, target: Path) -> None:
        if target.name == ("new", "file", "target")[number]:
            raise failure
        replace(partial, target)

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(type(failure)) as error:
        replace_all(dict.fromkeys(paths, b"newer"))

    assert why in str(error.value)
    assert str(paths[number]) == getattr(error.value, "filename", str(paths[number]))
    assert before == {each.name: each.read_bytes() for each in path.parent.iterdir()}
    assert paths[2].is_symlink()


def test_file_that_cannot_be_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a run as another user has left is replaced, though it could not be restored."""

    def fail(_: Path) -> bytes:
        raise PermissionError(errno.EACCES, "Permission denied")

    def rename(partial: Path, target: Path) -> None:
        if target != path:
            raise IsADirectoryError(errno.EISDIR, "Is a directory")
        replace(partial, target)

    replace = Path.replace
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", fail)
        replace_all({path: b"new", path.parent / "other": b"new"})
        patch.setattr(Path, "replace", rename)
        with pytest.raises(IsADirectoryError):
            replace_all({path: b"newer", path.parent / "other": b"newer"})

    assert (b"newer", b"new") == (path.read_bytes(), (path.parent / "other").read_bytes())


def test_users_own_file_of_another_user(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If a file could not keep its owner, it stays, and the error says why."""
    someone = [*path.stat()]
    someone[stat.ST_UID] += 1

    def fail(*_: int) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fstat", lambda _: os.stat_result(someone))
        patch.setattr(os, "fchown", fail)
        with pytest.raises(PermissionError, match="it belongs to another user"):
            replace_all({path: b"new"}, preserve={path: b"old"})

    assert b"old" == path.read_bytes()
    assert [path] == list(path.parent.iterdir())


@pytest.mark.parametrize(
    ("obstacle", "why"),
    [
        ("missing/file", "No such file"),
        ("folder", "Is a directory"),
        ("pipe", "It is a device or a pipe"),
        ("link", "It is the same file as another one"),
    ],
)
def test_all_or_nothing(path: Path, obstacle: str, why: str) -> None:
    """If one file cannot be written, no other is."""
    other = path.parent / obstacle
    (path.parent / "folder").mkdir()
    os.mkfifo(path.parent / "pipe")
    (path.parent / "link").symlink_to(path)
    before = sorted(path.parent.iterdir())

    with pytest.raises(OSError, match=why) as error:
        replace_all({other: b"new", path: b"new"})
    assert str(other) == error.value.filename
    assert b"old" == path.read_bytes()
    assert before == sorted(path.parent.iterdir())


@pytest.mark.parametrize("own", [True, False])
def test_users_own_file_survives_a_power_cut(
    path: Path, monkeypatch: pytest.MonkeyPatch, own: bool
) -> None:
    """If one of the files is the user's own, all are on disk before any is replaced."""
    calls = []
    monkeypatch.setattr(os, "fsync", lambda _: calls.append(path.read_bytes()))
    replace_all({path: b"new"}, preserve={path: b"old"} if own else None)

    assert [b"old"] * own == calls


@pytest.mark.parametrize(
    ("read", "now"), [(b"old", b"new"), (b"", b"new"), (None, b"new"), (b"", None), (b"old", None)]
)
def test_changed_file_of_the_user_is_not_replaced(
    path: Path, read: bytes | None, now: bytes | None
) -> None:
    """What another program has written since the user's file was read is not lost."""
    path.write_bytes(now) if now else path.unlink()
    before = list(path.parent.iterdir())
    with pytest.raises(ChangedError):
        replace_all({path.parent / "ours": b"new", path: b"newer"}, preserve={path: read})

    assert before == list(path.parent.iterdir())
    assert not now or now == path.read_bytes()


def test_users_file_is_compared_right_before_it_is_replaced(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change is noticed even if it comes while the other files are replaced."""
    replace = Path.replace

    def edit_meanwhile(partial: Path, target: Path) -> None:
        replace(partial, target)
        path.write_bytes(b"changed")

    monkeypatch.setattr(Path, "replace", edit_meanwhile)
    with pytest.raises(ChangedError):
        replace_all({path.parent / "ours": b"new", path: b"new"}, preserve={path: b"old"})

    assert b"changed" == path.read_bytes()
    assert [path] == list(path.parent.iterdir())


def test_file_type(path: Path) -> None:
    """What does not exist has no type; what is out of reach is an error, in every Python."""
    circle = path.parent / "circle"
    circle.symlink_to("circle")
    missing = [path.parent / "missing", path / "x", circle, Path("a\0b")]

    assert [0, 0, 0, 0] == [file_type(each) for each in missing]
    assert [stat.S_IFREG, stat.S_IFDIR] == [file_type(path), file_type(path.parent)]
    with pytest.raises(OSError, match="File name too long"):
        file_type(path.parent / ("long" * 99))


def test_is_private(path: Path) -> None:
    """A file is private if it exists and only its owner can read it."""
    others = [path, path.parent / "missing", path.parent, path.parent / ("long" * 99), Path("\0")]
    assert [False] * 5 == [is_private(each) for each in others]
    path.chmod(0o600)
    assert is_private(path)


def test_write_private(tmp_path: Path) -> None:
    """Files with cookies are private, and so are new directories, whatever the umask."""
    path = tmp_path / "a" / "new" / "file"
    umask = os.umask(0)
    try:
        write_private(path.parent, {path: b"new"})
        make_private_directory(path.parent)
    finally:
        os.umask(umask)

    assert (b"new", 0o600) == (path.read_bytes(), mode(path))
    assert [0o700, 0o700] == [mode(each) for each in path.parents[:2]]


@pytest.mark.parametrize(
    ("permissions", "name", "is_trusted"),
    [
        (0o700, "folder", True),
        (0o755, "folder", True),
        (0o770, "folder", False),
        (0o707, "folder", False),
        (0o700, "link", False),
        (0o700, "of another user", False),
    ],
)
def test_open_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, permissions: int, name: str, is_trusted: bool
) -> None:
    """A file is trusted if its directory is ours, and neither a link nor writable by others."""
    folder = tmp_path / ("folder" if name == "link" else name)
    folder.mkdir()
    folder.chmod(permissions)
    (folder / "file").write_bytes(b"content")
    if name == "link":
        (tmp_path / name).symlink_to(folder)
    elif name == "of another user":
        monkeypatch.setattr(os, "geteuid", lambda: folder.stat().st_uid + 1)
    try:
        with open_trusted(tmp_path / name / "file") as file:
            content = file.read()
    except OSError:
        content = b""

    assert is_trusted == (content == b"content")


def test_errors_name_the_file(path: Path) -> None:
    """An error says which file it was, and what could not be done to it."""
    with pytest.raises(FileError) as error:
        write_private(path, {})
    assert f"{path} could not be created: File exists." == str(error.value)
    with pytest.raises(FileError) as error, renamed_errors(path, "read"):
        raise OSError("a reason")
    assert f"{path} could not be read: a reason." == str(error.value)
