"""The set-up of a clone: with uv or pip, whole or not at all, and a sentence if it fails."""

import fcntl
import os
import re
import shlex
import shutil
import sys
import threading
import time
from pathlib import Path

import pytest

import bootstrap
from tests.command import Outcome, run
from tests.test_packaging import EXTRAS, PROJECT, ROOT

MAKE = shutil.which("make") or "make is not installed"

WITH_UV = "Setting up .venv with uv (a few seconds) …\n"
WITH_PIP = "Setting up .venv with pip (10 s to a minute) …\n"
ADDING = "Adding what serve needs to .venv with uv (a few seconds) …\n"

NO_NETWORK = (
    "The set-up failed: PyPI cannot be reached. Check the network (behind a proxy, set"
    " HTTPS_PROXY), and run this again.\n"
)
PIP_OFFLINE = """\
WARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None, status=None)) after \
connection broken by 'NewConnectionError('<pip._vendor.urllib3.connection.HTTPSConnection object \
at 0x7f62>: Failed to establish a new connection: [Errno -2] Name or service not known')': \
/simple/click/
ERROR: Could not find a version that satisfies the requirement click>=8.4.2 (from versions: none)
ERROR: No matching distribution found for click>=8.4.2
"""
UV_OFFLINE = """\
error: Request failed after 3 retries in 4.0s
  cause: Failed to fetch: https://pypi.org/simple/platformdirs/
  cause: error sending request for url (https://pypi.org/simple/platformdirs/)
"""
FULL_DISK = (
    "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"
)


class Clone:
    """A clone with what its set-up needs, where uv and pip are pretended ones."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "a clone"
        self.environment = self.folder / ".venv"
        self._programs, self._modules = folder / "programs", folder / "modules"
        for each in (self.folder, self._programs, self._modules / "pip"):
            each.mkdir(parents=True)
        (self._programs / "grep").symlink_to(shutil.which("grep") or "grep is not installed")
        for name in ("Makefile", "pyproject.toml", "bootstrap.py"):
            shutil.copy(ROOT / name, self.folder)
        (self.folder / "stravacookies").mkdir()
        program = "import sys\ndef program():\n    print('run with', sys.argv[1:])\n"
        (self.folder / "stravacookies" / "__main__.py").write_text(program)

    def provide(self, tool: str, then: str = "", version: str = "26.0") -> None:
        """Provide a uv or pip that writes down how it was called, and installs nothing.

        Args:
            tool: Which of them.
            then: What it does instead, in Python.
            version: What its metadata say.
        """
        code = (
            "import os, signal, sys\n"
            "words = sys.argv[1:]\n"
            "with open('calls', 'a') as file: print(*words, file=file)\n"
            "if words[0] == 'venv':\n"
            "    python = sys.executable\n"
            "    os.execv(python, [python, '-m', 'venv', '--without-pip', words[-1]])\n"
            f"{then}\n"
        )
        if tool == "uv":
            path = self._programs / "uv"
            path.write_text(f"#!{sys.executable}\n{code}")
            path.chmod(0o755)
        else:
            (self._modules / "pip" / "__init__.py").touch()
            (self._modules / "pip" / "__main__.py").write_text(code)
            about = self._modules / f"pip-{version}.dist-info"
            about.mkdir(exist_ok=True)
            (about / "METADATA").write_text(f"Name: pip\nVersion: {version}\n")

    def make(self, *words: str, python: str = sys.executable) -> Outcome:
        """Run make; leave out what it says itself."""
        environment = {"PATH": str(self._programs), "PYTHONPATH": str(self._modules)}
        environment["LC_ALL"] = "C"  # Python then reads a .pth file as ASCII
        variables = (f"PYTHON={shlex.quote(python)}", *words)
        outcome = run(MAKE, *variables, environment=environment, folder=self.folder)
        lines = outcome.err.splitlines(keepends=True)
        said = "".join(line for line in lines if not line.startswith("make"))
        return Outcome(outcome.code, outcome.out, said)

    @property
    def calls(self) -> list[str]:
        """How uv or pip was called, call by call."""
        return (self.folder / "calls").read_text().splitlines()


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """A clone."""
    return Clone(tmp_path)


@pytest.mark.parametrize(("tool", "said"), [("uv", WITH_UV), ("pip", WITH_PIP)])
def test_set_up(tool: str, said: str, clone: Clone) -> None:
    """The first command installs what it needs, says so, and runs; the second only runs."""
    clone.provide("pip")
    clone.provide(tool)

    assert Outcome(0, "run with ['josm-prefs', '--x']\n", said) == clone.make(
        "josm-prefs", "ARGS=--x"
    )
    installed = clone.calls[-1]
    assert all(f" {each}" in installed for each in PROJECT["dependencies"] + EXTRAS["browser"])
    assert "stravacookies" not in installed
    assert Outcome(0, "run with ['login']\n", "") == clone.make("login")
    assert installed == clone.calls[-1]


def test_extras() -> None:
    """What an extra requires includes the extras that it names, and not the program itself."""
    named = ("test", "browser", "demo", "keyring", "serve")
    expected = {each for extra in named for each in EXTRAS[extra] if "stravacookies" not in each}

    assert {*PROJECT["dependencies"]} | expected == {*bootstrap.requirements(["test"])}


@pytest.mark.parametrize(
    ("tool", "then", "why"),
    [
        ("pip", f"sys.exit({PIP_OFFLINE!r})", NO_NETWORK),
        ("uv", f"sys.exit({UV_OFFLINE!r})", NO_NETWORK),
        ("pip", f"sys.exit({FULL_DISK!r})", "The set-up failed: No space left on device.\n"),
        ("uv", "sys.exit('error: odd')", "error: odd\nThe set-up failed, as shown above.\n"),
        (
            "pip",
            "os.kill(os.getppid(), signal.SIGINT)",
            "The set-up was interrupted. The next run starts it again.\n",
        ),
    ],
)
def test_failed_set_up(tool: str, then: str, why: str, clone: Clone) -> None:
    """A set-up that fails says why, and leaves nothing."""
    clone.provide(tool, then)

    assert Outcome(2, "", (WITH_UV if tool == "uv" else WITH_PIP) + why) == clone.make("browser")
    assert not clone.environment.exists()


def test_addition_that_fails(clone: Clone) -> None:
    """What is set up stays usable if an extra cannot be added, until there is a network again."""
    clone.provide("uv")
    clone.make("browser")
    clone.provide("uv", f"sys.exit({UV_OFFLINE!r})")

    assert Outcome(2, "", ADDING + NO_NETWORK) == clone.make("serve")
    # The half-installed environment would now be replaced; it is kept, since that fails, too.
    assert Outcome(2, "", WITH_UV + NO_NETWORK) == clone.make("serve")
    assert Outcome(0, "run with ['login']\n", "") == clone.make("login")
    clone.provide("uv")
    assert Outcome(0, "run with ['serve']\n", WITH_UV) == clone.make("serve")
    assert [clone.environment] == [*clone.folder.glob(".venv*")]


def test_later_set_ups(clone: Clone) -> None:
    """A later set-up says what it is for: what another target needs, or newer requirements."""
    clone.provide("uv")
    clone.make("browser")
    ran = "run with ['serve']\n"
    added = clone.make("serve")
    (clone.folder / "pyproject.toml").touch()

    assert Outcome(0, ran, ADDING) == added
    assert Outcome(0, ran, "Updating .venv with uv (a few seconds) …\n") == clone.make("serve")


@pytest.mark.parametrize("earlier", ["serve", "docs"])
def test_nothing_is_installed_twice(earlier: str, clone: Clone) -> None:
    """What an earlier target has installed with more is neither installed nor told again."""
    clone.provide("uv")
    clone.make(earlier)
    calls = clone.calls

    assert [Outcome(0, "run with ['login']\n", "")] * 2 == [clone.make("login") for _ in "12"]
    assert calls == clone.calls


@pytest.mark.parametrize("set_up_before", [True, False])
def test_killed_set_up(set_up_before: bool, clone: Clone) -> None:
    """After a set-up that was killed, and could not clean up, the next one starts again."""
    clone.provide("uv")
    if set_up_before:
        clone.make("browser")
    clone.provide("uv", "os.kill(os.getppid(), signal.SIGKILL)")
    clone.make("serve")
    half_installed = clone.environment / "half-installed"
    half_installed.touch()
    clone.provide("uv")

    assert Outcome(0, "run with ['serve']\n", WITH_UV) == clone.make("serve")
    assert not half_installed.exists()


@pytest.mark.parametrize("name", ["moved", "Öl's folder"])
def test_moved(name: str, clone: Clone) -> None:
    """A clone that was moved is set up again, once, and works in any language there."""
    clone.provide("uv")
    clone.make("login")
    clone.folder = clone.folder.rename(clone.folder.with_name(name))

    assert Outcome(0, "run with ['login']\n", WITH_UV) == clone.make("login")
    assert Outcome(0, "run with ['login']\n", "") == clone.make("login")


def test_python_is_gone(clone: Clone) -> None:
    """If the system no longer has the Python of the environment, it is set up again."""
    clone.provide("uv")
    clone.make("login")
    python = clone.environment / "bin" / "python"
    python.unlink()
    python.symlink_to("/no/python")

    assert Outcome(0, "run with ['login']\n", WITH_UV) == clone.make("login")


def test_environment_that_cannot_be_read(clone: Clone) -> None:
    """If the system does not let us look into the environment, it is set up again."""
    clone.provide("uv")
    clone.make("login")
    program = clone.environment / "bin" / "stravacookies"
    program.unlink()
    program.mkdir()  # root may read any file

    assert Outcome(0, "run with ['login']\n", WITH_UV) == clone.make("login")


def test_two_at_once(clone: Clone) -> None:
    """A set-up waits until another one has finished, so that they do not break each other."""
    clone.provide("uv")
    folder = os.open(clone.folder, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    waits = re.compile(rf"-> FLOCK.*:{os.fstat(folder).st_ino} ")

    def finish() -> None:
        while not waits.search(Path("/proc/locks").read_text()):
            time.sleep(0.02)
        os.close(folder)

    threading.Thread(target=finish, daemon=True).start()

    waited = "Waiting for another set-up to finish …\n"
    assert Outcome(0, "run with ['login']\n", waited + WITH_UV) == clone.make("login")


def test_not_writable(clone: Clone) -> None:
    """If the environment cannot be written, the system's reason is told."""
    clone.provide("uv")
    clone.environment.touch()

    why = "The set-up failed: .venv: File exists.\n"
    assert Outcome(2, "", WITH_UV + why) == clone.make("browser")


def test_set_up_by_another_user() -> None:
    """Where a user may not write, as after `sudo make`, the way out is told."""
    why = (
        "The set-up failed: .venv: Permission denied. If sudo was used here before, take this"
        ' folder back (sudo chown -R "$USER" .), and run this again, without sudo.'
    )
    assert why == bootstrap.failure(".venv: Permission denied")


@pytest.mark.parametrize("python", ["false", "/no/python"])
def test_no_python(python: str, clone: Clone) -> None:
    """Without Python, or with an older one, the user reads which one is needed."""
    why = (
        f"stravacookies needs Python 3.11 or newer, and {python} is older or missing. Install one,"
        " or name the one that you have: make PYTHON=python3.11 browser\n"
    )

    assert Outcome(2, "", why) == clone.make("browser", python=python)
    assert not clone.environment.exists()


def test_neither_pip_nor_venv(clone: Clone) -> None:
    """A Python without venv, as on Debian, or a pip of its own is refused at once."""
    clone.provide("pip", version="22.0.2")
    no_ensurepip = clone.folder.parent / "modules" / "sitecustomize.py"
    no_ensurepip.write_text("import sys\nsys.modules['ensurepip'] = None\n")
    why = (
        "This Python has neither venv nor pip. Install python3-venv (on Debian and Ubuntu:"
        " apt install python3-venv) or uv.\n"
    )

    assert Outcome(2, "", why) == clone.make("browser")
    assert not clone.environment.exists()


def test_still_working(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A long silence is interrupted."""
    monkeypatch.setattr(bootstrap, "STILL_WORKING", 0.05)
    bootstrap.run([sys.executable, "-c", "import time; time.sleep(0.15)"])

    assert {"Still working …"} == {*capsys.readouterr().err.splitlines()}
