"""Whether git would commit a file: it is in a repository that does not ignore it."""

import os
from collections import defaultdict
from collections.abc import Collection, Iterable
from os.path import lexists, realpath
from pathlib import Path

_VARIABLES = (
    *("PATH", "HOME", "XDG_CONFIG_HOME"),
    *("HOMEDRIVE", "HOMEPATH", "SYSTEMROOT", "USERPROFILE"),  # on Windows
)
"""What git needs to start, and to find the user's own configuration, and nothing else.

Source: https://github.com/git/git/blob/master/compat/mingw.c (setup_windows_environment)
"""


def would_commit(paths: Iterable[Path], patience: float = 2.0) -> bool:
    """Return whether git would commit one of these files, which need not exist.

    If git is not installed, or does not answer within `patience` seconds, it is assumed to commit
    what is in a repository.
    """
    by_repository = defaultdict(set)
    for path in paths:
        file = Path(realpath(path))
        for folder in file.parents:
            if lexists(folder / ".git"):
                by_repository[folder].add(str(file))
                break
    return any(files - _ignored(folder, files, patience) for folder, files in by_repository.items())


def _ignored(repository: Path, files: Collection[str], patience: float) -> set[str]:
    """Return the files that git ignores, without running a program that the repository names.

    Source: https://git-scm.com/docs/git-check-ignore
    """
    import shutil  # imported here: few directories are in a repository
    import subprocess

    git = shutil.which("git")
    if not git:
        return set()
    # git could run programs that watch files, or that fetch what a partial clone lacks.
    environ = {name: os.environ[name] for name in _VARIABLES if name in os.environ}
    try:
        done = subprocess.run(
            [
                *(git, "-c", "core.fsmonitor=false", "-C", str(repository)),
                *("check-ignore", "-z", "--stdin"),
            ],
            input=os.fsencode("\0".join(files)),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environ | {"GIT_ALLOW_PROTOCOL": ""},
            timeout=patience,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return set()
    return set(os.fsdecode(done.stdout).split("\0"))
