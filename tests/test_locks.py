"""Locks of directories, and what killed runs have left in them."""

import errno
import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from stravacookies.locks import locked


@pytest.mark.parametrize("has_locks", [True, False])
def test_partial_files_of_killed_runs_are_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_locks: bool
) -> None:
    """No other file is removed; without locks, a young one may belong to a run that goes on."""
    old, young = (tmp_path / f".x.{name}.stravacookies-tmp" for name in ("old", "young"))
    mine = tmp_path / ".mine"
    for path in (old, young, mine):
        path.touch()
    os.utime(old, (1, 1))

    def fail(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    if not has_locks:
        monkeypatch.setattr(fcntl, "flock", fail)
    with locked([tmp_path / "file"]):
        assert {mine, young} - ({young} if has_locks else set()) == set(tmp_path.iterdir())


def test_lock_keeps_others_out(tmp_path: Path) -> None:
    """Another run waits for a limited time, until the first is done; it leaves no file behind."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "link").symlink_to("../file")
    file, link = tmp_path / "file", tmp_path / "folder" / "link"
    with locked([file, tmp_path / "folder" / ".." / "same", tmp_path / "missing" / "file"]):
        with pytest.raises(TimeoutError) as error, locked([link], patience=0.1):
            pass
        assert str(tmp_path) == error.value.filename
        assert [tmp_path / "folder"] == list(tmp_path.iterdir())
    with locked([link], patience=0):
        pass


def test_lock_ends_with_its_process(tmp_path: Path) -> None:
    """A run that is killed locks no one out."""
    code = "import sys; from pathlib import Path; from stravacookies.locks import locked\n"
    code += "with locked([Path(sys.argv[1])]): print('locked', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code, str(tmp_path / "file")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert b"locked\n" == process.stdout.readline()
        process.kill()
    with locked([tmp_path / "file"], patience=0):
        pass
