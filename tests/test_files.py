"""Replacement of files: whole or not at all, and private."""

import os
import stat
from pathlib import Path

import pytest

from stravacookies.files import make_private_directory, replace_all


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
    replace_all({path: b"new"}, users_own=[path])

    assert (b"new", 0o640) == (path.read_bytes(), mode(path))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_owner_can_be_kept(tmp_path: Path) -> None:
    """Run by root, the file stays the user's."""
    path = tmp_path / "preferences.xml"
    path.touch()
    os.chown(path, 12, 34)
    replace_all({path: b"new"}, users_own=[path])

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


def test_one_file_under_two_names_is_refused(tmp_path: Path) -> None:
    """A link between two of the files would let one take the place of the other."""
    one, other = tmp_path / "preferences.xml", tmp_path / "strava-heatmap.xml"
    one.write_bytes(b"precious")
    other.symlink_to(one)

    with pytest.raises(OSError, match="the same file"):
        replace_all({one: b"new", other: b"other"})
    assert b"precious" == one.read_bytes()


def test_litter_of_killed_runs_is_swept(tmp_path: Path) -> None:
    """What a killed run has left behind goes after an hour; that of one that runs stays."""
    old, young = (tmp_path / f".x.{name}.stravacookies-tmp" for name in ("old", "young"))
    old.touch()
    young.touch()
    os.utime(old, (1, 1))
    replace_all({tmp_path / "file": b"new"})

    assert {young, tmp_path / "file"} == set(tmp_path.iterdir())


def test_private_directory(tmp_path: Path) -> None:
    """A directory for secrets can be entered by its owner only; it may be there already."""
    path = tmp_path / "a" / "b"
    make_private_directory(path)
    make_private_directory(path)

    assert 0o700 == mode(path)
