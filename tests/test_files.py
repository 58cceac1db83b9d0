"""Replacement of files: whole or not at all, and private."""

import errno
import fcntl
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from stravacookies import files
from stravacookies.files import ChangedError, kind, locked, make_private_directory, replace_all


def mode(path: Path) -> int:
    """Who may do what with a file."""
    return stat.S_IMODE(path.stat().st_mode)


def test_new_file_is_private(tmp_path: Path) -> None:
    """A new file can be read by its owner only, however generous the umask."""
    path = tmp_path / "secret"
    umask = os.umask(0)
    try:
        replace_all({path: b"new"})
    finally:
        os.umask(umask)

    assert (b"new", 0o600) == (path.read_bytes(), mode(path))


def test_file_is_private_before_it_has_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the moment it exists, nobody else can read it."""
    modes = []
    real = os.open

    def spy(path: Path, flags: int, permissions: int) -> int:
        descriptor = real(path, flags, permissions)
        modes.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        return descriptor

    monkeypatch.setattr(os, "open", spy)
    replace_all({tmp_path / "secret": b"new"})

    assert [0o600] == modes


def test_public_file_becomes_private(tmp_path: Path) -> None:
    """A file that others could read is theirs no more."""
    path = tmp_path / "secret"
    path.touch(mode=0o644)
    replace_all({path: b"new"})

    assert 0o600 == mode(path)


def test_mode_can_be_kept(tmp_path: Path) -> None:
    """The mode of a user's own file is the user's choice."""
    path = tmp_path / "preferences.xml"
    path.touch()
    path.chmod(0o640)
    replace_all({path: b"new"}, users_own={path: b""})

    assert (b"new", 0o640) == (path.read_bytes(), mode(path))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_owner_can_be_kept(tmp_path: Path) -> None:
    """Run by root, the file stays the user's."""
    path = tmp_path / "preferences.xml"
    path.touch()
    os.chown(path, 12, 34)
    replace_all({path: b"new"}, users_own={path: b""})

    assert (12, 34) == (path.stat().st_uid, path.stat().st_gid)


def test_symbolic_link_stays_one(tmp_path: Path) -> None:
    """What a link leads to is replaced, not the link."""
    (tmp_path / "elsewhere").mkdir()
    target = tmp_path / "elsewhere" / "target"
    target.touch()
    link = tmp_path / "link"
    link.symlink_to(Path("elsewhere") / "target")
    replace_all({link: b"new"})

    assert link.is_symlink()
    assert b"new" == target.read_bytes()
    assert ["target"] == [path.name for path in target.parent.iterdir()]


def test_failure_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the rename fails, the old content is there, and no litter."""
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="No space left"):
        replace_all({path: b"new"})

    assert b"old" == path.read_bytes()
    assert [path] == list(tmp_path.iterdir())


def test_nothing_is_replaced_if_one_cannot_be_written(tmp_path: Path) -> None:
    """All is written beside the old files before the first of them is replaced."""
    one, other = tmp_path / "one", tmp_path / "missing" / "other"
    one.write_bytes(b"old")

    with pytest.raises(FileNotFoundError) as error:
        replace_all({one: b"new", other: b"new"})
    assert str(other) == error.value.filename
    assert b"old" == one.read_bytes()
    assert [one] == list(tmp_path.iterdir())


def test_directory_is_not_replaced(tmp_path: Path) -> None:
    """Where a directory stands no file can be; that is known before any file changes."""
    one, other = tmp_path / "one", tmp_path / "other"
    other.mkdir()

    with pytest.raises(IsADirectoryError):
        replace_all({one: b"new", other: b"new"})
    assert not one.exists()


@pytest.mark.parametrize(("users_own", "synced"), [(None, 0), ({}, 1)])
def test_users_own_file_survives_a_power_cut(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    users_own: dict[Path, bytes | None] | None,
    synced: int,
) -> None:
    """With a user's own file, what is written is on the disk before anything is replaced."""
    path = tmp_path / "file"
    calls = []
    sync = os.fsync

    def note(descriptor: int) -> None:
        calls.append(path.exists())
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    if users_own is not None:
        users_own = {path: None}
    replace_all({path: b"new"}, users_own=users_own)

    assert [False] * synced == calls


@pytest.mark.skipif(sys.platform != "linux", reason="other systems cannot swap two files")
def test_interruption_loses_nothing_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that is interrupted while it looks at what came out puts that back."""
    path = tmp_path / "preferences.xml"
    path.write_bytes(b"old")
    swap, read = files._swap, Path.read_bytes

    def save_and_swap(one: Path, other: Path) -> bool:
        if read(path) == b"old":
            path.write_bytes(b"saved")
        return swap(one, other)

    def interrupt(looked_at: Path) -> bytes:
        if looked_at != path:
            raise KeyboardInterrupt
        return read(looked_at)

    monkeypatch.setattr(files, "_swap", save_and_swap)
    monkeypatch.setattr(Path, "read_bytes", interrupt)
    with pytest.raises(KeyboardInterrupt):
        replace_all({path: b"new"}, users_own={path: b"old"})
    monkeypatch.undo()

    assert {path: b"saved"} == {each: each.read_bytes() for each in tmp_path.iterdir()}


def test_failure_of_the_last_step_names_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error names the file that was to be replaced, not the new one beside it."""

    def fail(path: Path, _: Path) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted", str(path))

    monkeypatch.setattr(Path, "replace", fail)

    with pytest.raises(PermissionError) as error:
        replace_all({tmp_path / "file": b"new"})
    assert str(tmp_path / "file") == error.value.filename
    assert [] == list(tmp_path.iterdir())


def test_device_is_not_replaced(tmp_path: Path) -> None:
    """What is no file, such as `/dev/null`, stays what it is."""
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(OSError, match="It is a device or a pipe"):
        replace_all({tmp_path / "pipe": b"new"})
    assert (tmp_path / "pipe").is_fifo()


def test_one_file_under_two_names_is_refused(tmp_path: Path) -> None:
    """A link between two of the files would let one take the place of the other."""
    one, other = tmp_path / "preferences.xml", tmp_path / "strava-heatmap.xml"
    one.write_bytes(b"precious")
    other.symlink_to(one)

    with pytest.raises(OSError, match="the same file"):
        replace_all({one: b"new", other: b"other"})
    assert b"precious" == one.read_bytes()


@pytest.mark.parametrize("before", [b"old", None])
def test_users_file_that_has_changed_is_not_replaced(tmp_path: Path, before: bytes | None) -> None:
    """What another program has written since the user's file was read is not lost."""
    path = tmp_path / "preferences.xml"
    path.write_bytes(b"what JOSM has just written")

    with pytest.raises(ChangedError):
        replace_all({path: b"new"}, users_own={path: before})
    assert b"what JOSM has just written" == path.read_bytes()
    assert [path] == list(tmp_path.iterdir())


def test_change_while_the_new_content_is_written_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user's file is looked at when all else is done, right before it is replaced."""
    path, ours = tmp_path / "preferences.xml", tmp_path / "strava-heatmap.xml"
    path.write_bytes(b"old")
    replace = Path.replace

    def edit_meanwhile(partial: Path, target: Path) -> None:
        replace(partial, target)
        path.write_bytes(b"changed")

    monkeypatch.setattr(Path, "replace", edit_meanwhile)
    with pytest.raises(ChangedError):
        replace_all({ours: b"new", path: b"new"}, users_own={path: b"old"})
    assert b"changed" == path.read_bytes()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems cannot swap two files")
@pytest.mark.parametrize("saves", [1, 2, 3])
def test_change_at_the_last_moment_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, saves: int
) -> None:
    """What JOSM saves after the last look, or while that is put back, is what is there then."""
    path = tmp_path / "preferences.xml"
    path.write_bytes(b"old")
    swap = files._swap
    left = list(range(1, saves + 1))

    def save_and_swap(one: Path, other: Path) -> bool:
        if left:
            (tmp_path / "josm").write_bytes(b"save %d" % left.pop(0))
            (tmp_path / "josm").replace(path)
        return swap(one, other)

    monkeypatch.setattr(files, "_swap", save_and_swap)
    with pytest.raises(ChangedError):
        replace_all({path: b"new"}, users_own={path: b"old"})
    assert b"save %d" % saves == path.read_bytes()
    assert [path] == list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform != "linux", reason="other systems cannot swap two files")
@pytest.mark.parametrize("disturb", [lambda _: None, Path.unlink])
def test_what_cannot_be_swapped_back_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, disturb: Callable[[Path], None]
) -> None:
    """What JOSM has saved comes back even if the second swap fails, or our file is gone by then."""
    path = tmp_path / "preferences.xml"
    path.write_bytes(b"old")
    swaps = []

    def swap_once(one: Path, other: Path) -> bool:
        swaps.append(one)
        if len(swaps) > 1:
            disturb(path)
            return False
        path.write_bytes(b"saved")
        return swap(one, other)

    swap = files._swap
    monkeypatch.setattr(files, "_swap", swap_once)
    with pytest.raises(ChangedError):
        replace_all({path: b"new"}, users_own={path: b"old"})
    assert b"saved" == path.read_bytes()
    assert [path] == list(tmp_path.iterdir())


def test_new_file_of_the_user_at_the_last_moment_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Preferences that JOSM makes while we make some stay."""
    path = tmp_path / "preferences.xml"
    monkeypatch.setattr(files, "_expect", lambda *_: path.write_bytes(b"JOSM's"))
    with pytest.raises(ChangedError):
        replace_all({path: b"new"}, users_own={path: None})
    assert b"JOSM's" == path.read_bytes()
    assert [path] == list(tmp_path.iterdir())


def test_system_that_cannot_swap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There, the user's file is looked at once more and replaced."""
    path = tmp_path / "preferences.xml"
    path.write_bytes(b"old")
    monkeypatch.setattr(files, "_swap", lambda *_: False)
    replace_all({path: b"new"}, users_own={path: b"old"})
    assert b"new" == path.read_bytes()
    monkeypatch.setattr(files, "_swap", lambda *_: path.write_bytes(b"changed") == 0)
    with pytest.raises(ChangedError):
        replace_all({path: b"newer"}, users_own={path: b"new"})
    assert b"changed" == path.read_bytes()
    assert [path] == list(tmp_path.iterdir())


def test_litter_of_killed_runs_is_swept(tmp_path: Path) -> None:
    """Who has the lock removes what killed runs have left behind, and nothing else."""
    (tmp_path / ".x.00.stravacookies-tmp").touch()
    (tmp_path / ".mine").touch()
    with locked([tmp_path]):
        assert [tmp_path / ".mine"] == list(tmp_path.iterdir())


def test_without_locks_only_old_litter_is_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the system cannot lock, a partial file may be that of a run that goes on."""
    old, young = (tmp_path / f".x.{name}.stravacookies-tmp" for name in ("old", "young"))
    old.touch()
    young.touch()
    os.utime(old, (1, 1))

    def fail(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", fail)
    with locked([tmp_path]):
        assert [young] == list(tmp_path.iterdir())


def test_lock_keeps_others_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another run waits, but not for ever; it may come in as soon as the first is done."""
    monkeypatch.setattr("stravacookies.files._PATIENCE", 0.1)
    with locked([tmp_path]), pytest.raises(TimeoutError) as error, locked([tmp_path]):
        pass
    assert str(tmp_path) == error.value.filename
    with locked([tmp_path]):
        pass


def test_lock_ends_with_its_process(tmp_path: Path) -> None:
    """A run that is killed locks nobody out."""
    code = "import sys; from pathlib import Path; from stravacookies.files import locked\n"
    code += "with locked([Path(sys.argv[1])]): print('locked', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert b"locked\n" == process.stdout.readline()
        process.kill()
    with locked([tmp_path]):
        pass


def test_lock_leaves_no_file(tmp_path: Path) -> None:
    """The directory itself is locked, so there is nothing to clean up."""
    with locked([tmp_path, tmp_path / "." / ".." / tmp_path.name]):
        assert [] == list(tmp_path.iterdir())


def test_kind_of_a_file(tmp_path: Path) -> None:
    """What is not there has no kind; what cannot be looked at is an error, in every Python."""
    (tmp_path / "file").touch()
    (tmp_path / "circle").symlink_to("circle")
    missing = [tmp_path / "missing", tmp_path / "file" / "x", tmp_path / "circle", Path("a\0b")]

    assert [0, 0, 0, 0] == [kind(path) for path in missing]
    assert [stat.S_IFREG, stat.S_IFDIR] == [kind(tmp_path / "file"), kind(tmp_path)]
    with pytest.raises(OSError, match="File name too long"):
        kind(tmp_path / ("long" * 99))


def test_private_directory(tmp_path: Path) -> None:
    """A directory for secrets can be entered by its owner only; it may be there already."""
    path = tmp_path / "a" / "b"
    make_private_directory(path)
    make_private_directory(path)

    assert 0o700 == mode(path)
