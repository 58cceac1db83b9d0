"""Whether git would commit a file, asked of a real git that must not run others' programs."""

import shutil
import subprocess
from pathlib import Path

import pytest

from stravacookies.josm.repository import would_commit
from tests.command import missing, require

FILES = ("strava-heatmap.xml", "cartograph/hot.onlinemap")

needs_git = pytest.mark.usefixtures("git_is_there")


@pytest.fixture
def git_is_there() -> None:
    """Require git."""
    require(missing("A repository", {"git": shutil.which("git")}))


def git(repository: Path, *arguments: str) -> None:
    """Run git in a repository."""
    name = ("-c", "user.name=me", "-c", "user.email=me@example.org")
    subprocess.run(["git", *name, "-C", str(repository), *arguments], check=True)


def program(path: Path, script: str) -> Path:
    """Write a program."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a folder `JOSM` in it."""
    (tmp_path / "repository" / "JOSM").mkdir(parents=True)
    git(tmp_path / "repository", "init", "--quiet")
    return tmp_path / "repository"


def would_commit_files(directory: Path) -> bool:
    """Return whether git would commit our files."""
    return would_commit(directory / name for name in FILES)


@needs_git
@pytest.mark.parametrize(
    ("place", "ignored", "expected"),
    [
        (".gitignore", "", True),
        (".gitignore", "strava-heatmap.xml\n", True),
        (".gitignore", "strava-heatmap.xml\ncartograph/\n", False),
        ("JOSM/.gitignore", "*\n", False),
        (".git/info/exclude", "/JOSM/\n", False),
    ],
)
def test_ignored(repository: Path, place: str, ignored: str, expected: bool) -> None:
    """Git commits what it does not ignore; a link into a repository is followed."""
    (repository / place).write_text(ignored)
    link = repository.with_name("link")
    link.symlink_to(repository / "JOSM")

    assert [expected, expected] == [
        would_commit_files(repository / "JOSM"),
        would_commit_files(link),
    ]


@needs_git
def test_file_that_git_knows(repository: Path) -> None:
    """A file that is in the repository already is committed again, even if it is ignored."""
    (repository / "JOSM" / FILES[0]).touch()
    git(repository, "add", ".")
    (repository / ".gitignore").write_text("*\n")

    assert would_commit_files(repository / "JOSM")


def test_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no repository, git is not asked."""
    monkeypatch.setenv("PATH", str(tmp_path))
    program(tmp_path / "git", f"touch {tmp_path}/asked")

    assert not would_commit_files(tmp_path)
    assert not (tmp_path / "asked").exists()


@pytest.mark.parametrize("name", ["none", "git"])
def test_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """If git is not installed or does not answer, it might commit the files."""
    (tmp_path / ".git").write_text("gitdir: elsewhere")
    program(tmp_path / "bin" / name, "exec sleep 60")
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin" if name == "git" else "")

    assert would_commit([tmp_path / FILES[0]], patience=0.1)


def test_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git gets what it needs from the environment, also on Windows, and no secret."""
    of_windows = {"HOMEDRIVE", "HOMEPATH", "SYSTEMROOT", "USERPROFILE"}
    for name in of_windows:
        monkeypatch.setenv(name, "x")
    (tmp_path / ".git").mkdir()
    program(tmp_path / "bin" / "git", f"/usr/bin/env > {tmp_path}/environment")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("STRAVA_SESSION", "0123456789abcdef")
    would_commit_files(tmp_path)

    lines = (tmp_path / "environment").read_text().splitlines()
    names = {line.partition("=")[0] for line in lines} - {"PWD", "OLDPWD", "SHLVL", "_"}
    assert {"PATH", "HOME", "GIT_ALLOW_PROTOCOL", *of_windows} == names


@needs_git
@pytest.mark.parametrize("url", ["file://{}", "{}", "ext::{}"])
def test_programs_of_a_repository(repository: Path, url: str) -> None:
    """No program runs that the repository's own configuration names.

    These are its monitor, a hook, and what fetches the parts that a partial clone lacks.
    """
    folder, ran = repository.with_name("bin"), repository.with_name("ran")
    for name in ("monitor", "fetch", "post-index-change"):
        program(folder / name, f'echo "${{0##*/}}" >> {ran}')
    (repository / "JOSM" / ".gitignore").write_text("*\n")
    git(repository, "add", "--force", ".")
    git(repository, "commit", "--quiet", "--message", "x")
    git(repository, "config", "uploadpack.allowFilter", "true")
    clone = repository.with_name("clone")
    options = ("--quiet", "--no-checkout", "--filter=blob:none")
    git(repository, "clone", *options, repository.as_uri(), str(clone))
    git(clone, "sparse-checkout", "set", "--no-cone", "/nothing")
    git(clone, "read-tree", "-m", "-u", "HEAD")
    for key, value in {
        "core.fsmonitor": folder / "monitor",
        "core.hooksPath": folder,
        "remote.origin.uploadpack": folder / "fetch",
        "remote.origin.url": url.format(folder / "fetch" if "ext" in url else repository),
        "protocol.allow": "always",
    }.items():
        git(clone, "config", key, str(value))
    (clone / "JOSM").mkdir()
    unsafe = ["git", "-C", str(clone), "check-ignore", f"JOSM/{FILES[0]}"]
    subprocess.run(unsafe, check=False, capture_output=True)
    before = ran.read_text().split()
    ran.unlink()

    assert would_commit_files(clone / "JOSM")
    assert {"monitor", "fetch"} <= {*before}
    assert not ran.exists()
