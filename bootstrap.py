"""Set up the environment in which the Makefile runs this program from a clone.

    python bootstrap.py .venv/with-EXTRA,…

This installs the dependencies and those of the extras, and touches the file. The clone is put on
the path, but not installed: for that, pip would download a build tool.
"""

import fcntl
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent

STILL_WORKING = 10
"""How many seconds a tool may be silent before the user reads that it is still working."""

NO_NETWORK = "connection broken|error sending request|confirming the ssl certificate"
NOT_WRITABLE = "No space left on device|Disk quota exceeded|Permission denied|Read-only file system"
"""What pip and uv print among much else if these are why they fail."""

WITHOUT_SUDO = (
    ' If sudo was used here before, take this folder back (sudo chown -R "$USER" .), and run this'
    " again, without sudo."
)

NAMES = re.compile(r"stravacookies\[(.+)\]")
"""How an extra names others."""

COMMAND = """\
from stravacookies.__main__ import program
program()
"""

THROUGH_SHELL = """\
#!/bin/sh
'''exec' {quoted} "$0" "$@"
'''
# {python}
"""
"""Lines for both sh and Python: a path with spaces, or a long one, does not fit into `#!`."""


def main(stamp: Path) -> None:
    """Install what a stamp's name says, and touch it; nothing is installed twice.

    An environment that was left unfinished, or that does not work here, is made again; what was
    downloaded is still in a cache. If one cannot be finished, the one before is put back.
    """
    wait_for_others()
    environment = stamp.parent
    unfinished = environment / "unfinished"
    is_new = not works_here(environment) or unfinished.exists()
    extras = named(stamp)
    if not is_new and is_done(environment, extras):
        with suppress(OSError):  # make asks again then
            stamp.touch()
        return
    tool, create, install = tools(environment)
    print(f"{purpose(environment, extras, is_new)} with {tool} …", file=sys.stderr)
    try:
        with replaced(environment) if is_new else nullcontext():
            unfinished.touch()
            if is_new:
                run(create)
            run(install + requirements(extras))
            link(environment)
            unfinished.unlink()
            stamp.touch()
    except OSError as error:
        sys.exit(failure(f"{environment}: {error.strerror or error}"))


@contextmanager
def replaced(environment: Path) -> Iterator[None]:
    """Begin an environment in an empty folder; if it is not finished, put the old one back."""
    before = environment.with_name(f"{environment.name}-before")
    if before.exists():  # a set-up was killed
        shutil.rmtree(environment, ignore_errors=True)
    elif environment.is_dir():
        environment.rename(before)
    try:
        environment.mkdir(parents=True)
        yield
    except BaseException:
        shutil.rmtree(environment, ignore_errors=True)
        with suppress(FileNotFoundError):
            before.rename(environment)
        raise
    shutil.rmtree(before, ignore_errors=True)


def failure(reason: str) -> str:
    """Say why a set-up failed. `sudo make` leaves files that only the system's user can change."""
    denied = reason.endswith("Permission denied")
    return f"The set-up failed: {reason}.{WITHOUT_SUDO if denied else ''}"


def wait_for_others() -> None:
    """Wait until no other process sets up this clone, and keep others waiting until this one ends.

    Where there are no locks, as on some network drives, this does not wait.
    """
    clone = os.open(ROOT, os.O_RDONLY)
    with suppress(OSError):
        try:
            fcntl.flock(clone, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Waiting for another set-up to finish …", file=sys.stderr)
            fcntl.flock(clone, fcntl.LOCK_EX)


def works_here(environment: Path) -> bool:
    """Return whether an environment has its Python, and is where it was made.

    The Makefile asks the same. An update of the system may remove a Python, a user may move the
    clone, and after `sudo make`, only the system's user may be able to look.
    """
    python = environment.resolve() / "bin" / "python"
    try:
        python.stat()
        return os.fsencode(python) in python.with_name("stravacookies").read_bytes()
    except OSError:
        return False


def is_done(environment: Path, extras: list[str]) -> bool:
    """Return whether extras are installed as they are required now, under whatever stamps."""
    changed = max((ROOT / name).stat().st_mtime for name in ("pyproject.toml", "bootstrap.py"))
    return {*extras} <= installed(environment, since=changed)


def installed(environment: Path, since: float = 0) -> set[str]:
    """Return the extras that set-ups have installed since a Unix time: the stamps name them."""
    stamps = [path for path in environment.glob("with-*") if path.stat().st_mtime >= since]
    return {extra for each in stamps for extra in with_named(named(each))}


def named(stamp: Path) -> list[str]:
    """Return the extras in the name of a stamp."""
    return stamp.name.removeprefix("with-").split(",")


def purpose(environment: Path, extras: list[str], is_new: bool) -> str:
    """Say what a set-up is for."""
    if is_new:
        return f"Setting up {environment}"
    earlier = installed(environment)
    added = [each for each in extras if each not in earlier]
    if not added:
        return f"Updating {environment}"
    need = "needs" if len(added) == 1 else "need"
    return f"Adding what {' and '.join(added)} {need} to {environment}"


def tools(environment: Path) -> tuple[str, list[str], list[str]]:
    """Return what sets up an environment, and its commands: to create it, and to install packages.

    Raises:
        SystemExit: Nothing can.
    """
    path, python = str(environment), str(environment / "bin" / "python")
    if shutil.which("uv"):
        create = ["uv", "venv", "--allow-existing", "--python", sys.executable, path]
        return "uv (a few seconds)", create, ["uv", "pip", "install", "--python", python]
    # If pip compiled packages, it would take twice as long; Python compiles what it imports.
    install = ["install", "--quiet", "--no-compile", "--disable-pip-version-check"]
    tool, create = "pip (10 s to a minute)", [sys.executable, "-m", "venv", path]
    if has_pip():  # to install another one would take 3 s
        pip = [sys.executable, "-m", "pip", "--python", python]
        return tool, [*create, "--without-pip"], pip + install
    if find_spec("ensurepip"):
        return tool, create, [python, "-m", "pip", *install]
    sys.exit(
        "This Python has neither venv nor pip. Install python3-venv (on Debian and Ubuntu:"
        " apt install python3-venv) or uv."
    )


def has_pip() -> bool:
    """Return whether this Python has a pip that can install into other environments (since 22.3).

    https://pip.pypa.io/en/stable/news/#v22-3
    """
    try:
        return int(version("pip").partition(".")[0]) >= 23
    except PackageNotFoundError:
        return False


def requirements(extras: list[str]) -> list[str]:
    """Return what pyproject.toml requires for the program and for extras."""
    project = read_project()
    found = list(project["dependencies"])
    for extra in with_named(extras):
        found += [each for each in project["optional-dependencies"][extra] if not NAMES.match(each)]
    return found


def with_named(extras: list[str]) -> list[str]:
    """Return extras, and those that they name in pyproject.toml."""
    optional = read_project()["optional-dependencies"]
    found, waiting = [], list(extras)
    while waiting:
        found.append(waiting.pop())
        for each in optional.get(found[-1], ()):  # an old stamp may name an extra that is gone
            if names := NAMES.match(each):
                waiting += names[1].split(",")
    return found


def read_project() -> dict[str, Any]:
    """Return the part of pyproject.toml that describes the program."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    project: dict[str, Any] = tomllib.loads(text)["project"]
    return project


def run(command: list[str]) -> None:
    """Run a tool, and tell every few seconds that it is still working.

    Raises:
        SystemExit: It failed; the sentence says why.
    """
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as process:
        output = None
        while output is None:
            try:
                output, _ = process.communicate(timeout=STILL_WORKING)
            except subprocess.TimeoutExpired:
                print("Still working …", file=sys.stderr)
    if not process.returncode:
        return
    if re.search(NO_NETWORK, output):
        sys.exit(
            "The set-up failed: PyPI cannot be reached. Check the network (behind a proxy, set"
            " HTTPS_PROXY), and run this again."
        )
    if reason := re.search(NOT_WRITABLE, output):
        sys.exit(failure(reason[0]))
    print(output.strip(), file=sys.stderr)
    sys.exit("The set-up failed, as shown above.")


def link(environment: Path) -> None:
    """Put the clone on the path of an environment, and the program into its `bin`."""
    (packages,) = environment.glob("lib/python*/site-packages")
    # Python reads this in the encoding of the user's language, and runs a line with an import.
    path = f"import os, sys; sys.path.append(os.fsdecode({os.fsencode(ROOT)!r}))\n"
    (packages / "stravacookies.pth").write_text(path, encoding="ascii")
    program = environment.resolve() / "bin" / "stravacookies"
    python = str(program.with_name("python"))
    fits = re.fullmatch(r"[\w./+-]{1,120}", python, re.ASCII)
    through_shell = THROUGH_SHELL.format(quoted=shlex.quote(python), python=python)
    program.write_bytes(os.fsencode((f"#!{python}\n" if fits else through_shell) + COMMAND))
    program.chmod(0o755)


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    except KeyboardInterrupt:
        sys.exit("The set-up was interrupted. The next run starts it again.")
