"""Advice that fits how the program was installed and started: its user types it as it is."""

import os
import re
import shlex
import shutil
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

from stravacookies import installation, preview
from stravacookies.heatmap import CURRENT
from stravacookies.installation import EXTRAS, THIS, command, program, quoted
from tests.command import PROGRAM, Outcome, missing, require, run

ROOT = Path(__file__).parent.parent
BY_MAKE = THIS._replace(is_clone=True, by_make=True)
PIPX, UV, PIP = (
    THIS._replace(is_clone=False, prefix=Path(prefix), python="/my python", program="/x/y -m z")
    for prefix in (
        "/home/m/.local/share/pipx/venvs/stravacookies",
        "/home/m/.local/share/uv/tools/stravacookies",
        "/home/m/venv",
    )
)


@pytest.mark.parametrize("extra", EXTRAS)
def test_packages_are_added(extra: str) -> None:
    """The command is that of the tool that has installed the program; in a clone it is make's."""
    packages = " ".join(EXTRAS[extra])

    assert [
        f"pipx inject stravacookies {packages}",
        f'uv pip install --python "/my python" {packages}',
        f'"/my python" -m pip install {packages}',
        f"make {extra}",
    ] == [each.how_to_add(extra) for each in (PIPX, UV, PIP, THIS)]


def test_reinstall() -> None:
    """A broken installation is replaced with the tool that has made it."""
    assert [
        "run 'pipx reinstall stravacookies'",
        "run 'uv tool upgrade --reinstall stravacookies'",
        "install stravacookies again with pip",
        "run 'make clean', then 'make josm-prefs'",
    ] == [each.how_to_reinstall() for each in (PIPX, UV, PIP, THIS)]


@pytest.mark.parametrize("extra", EXTRAS)
def test_packages(extra: str) -> None:
    """The packages are those of the extra in pyproject.toml."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = [re.split("[>;]", each)[0] for each in extras["optional-dependencies"][extra]]

    assert set(EXTRAS[extra]) <= set(named) <= {*EXTRAS[extra], "secretstorage"}


@pytest.mark.parametrize(
    ("expected", "started", "script", "found"),
    [
        ("stravacookies", ["python3"], "/bin/stravacookies", "/bin/stravacookies"),
        (".venv/bin/stravacookies", ["python3"], ".venv/bin/stravacookies", None),
        ('"/a b/stravacookies"', ["python3"], "/a b/stravacookies", "/bin/stravacookies"),
        ("stravacookies", [r"C:\python"], r"C:\a\stravacookies", r"C:\a\stravacookies.EXE"),
        ("py -m stravacookies", ["py", "-P", "-m", "stravacookies", "live"], "-m", "/bin/other"),
        ("stravacookies", ["python", "-m", "pytest"], "/lib/pytest/__main__.py", None),
        ("stravacookies", ["", "-c"], "-c", None),
    ],
)
def test_program(expected: str, started: Sequence[str], script: str, found: str | None) -> None:
    """It is named as it was started; `stravacookies` is enough where a shell finds the same one."""
    assert expected == program(started, script, found)


def test_typed() -> None:
    """Make takes arguments in ARGS. The tools that put the program on the path need no more."""
    lines = ("login", 'login "a b"', "live --renew")

    assert [
        ["make login", """make login ARGS='"a b"'""", 'make live ARGS="--renew"'],
        ["stravacookies login", 'stravacookies login "a b"', "stravacookies live --renew"],
        ["/x/y -m z login", '/x/y -m z login "a b"', "/x/y -m z live --renew"],
    ] == [[each.typed(line) for line in lines] for each in (BY_MAKE, UV, PIP)]


def test_quotes_of_windows() -> None:
    """Cmd and PowerShell know double quotes, and a backslash is an ordinary character."""
    words = [r"C:\Users\m\c.json", r"C:\Users\Zoë M", "47.05,8.31", "--from", "chrome:Profile 1"]

    assert (
        r'C:\Users\m\c.json "C:\Users\Zoë M" "47.05,8.31" --from "chrome:Profile 1"'
    ) == " ".join(quoted(word, is_windows=True) for word in words)


def test_comma() -> None:
    """Only Windows needs quotes around a comma; in `ARGS`, they would need others around them."""
    assert "47.05,8.31" == quoted("47.05,8.31", is_windows=False)


HARD = [
    "47.05,8.31",
    "-",
    "~/é",
    "",
    "a b",
    "it's",
    'say "x"',
    "$HOME",
    "`id`",
    "a\\b",
    "a#b",
    "!x",
]


@pytest.fixture
def make(tmp_path: Path) -> list[str]:
    """The beginning of a command that lets make start a program that prints its arguments."""
    require(missing("This test", {"make": shutil.which("make")}))
    script = tmp_path / "bin" / "stravacookies"
    script.parent.mkdir()
    python = script.resolve().with_name("python")
    python.symlink_to(sys.executable)
    script.write_text(f"#!/bin/sh\n# {python}\nprintf '%s\\n' \"$@\"\n")
    script.chmod(0o700)
    for stamp in ("with-browser", "with-browser,serve"):
        (tmp_path / stamp).touch()
    return ["make", "-C", str(ROOT), "--no-print-directory", f"VENV={tmp_path}"]


def in_shell(line: str, path: Path) -> Outcome:
    """Run what a user types."""
    environment = {"PATH": f"{path}{os.pathsep}{os.environ['PATH']}", "HOME": "/home/m"}
    return run("sh", "-c", line, environment=environment, folder=path)


@pytest.mark.parametrize("word", HARD)
def test_words_arrive(
    make: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    """A command that is typed as it was printed has the words that it should have."""
    words, path = ["live", word, "--refresh"], tmp_path / "bin"
    expected = "\n".join(words).replace("~", "/home/m") + "\n"
    typed = {}
    for each in (PIPX, BY_MAKE):
        monkeypatch.setattr(installation, "THIS", each)
        typed[each] = command(*words)
    by_make = typed[BY_MAKE].replace("make", shlex.join(make), 1)

    assert Outcome(0, expected, "") == in_shell(typed[PIPX], path)
    assert Outcome(0, expected, "") == in_shell(by_make, path)


@pytest.mark.parametrize(
    ("goals", "advice"),
    [
        ("login firefox", 'Put arguments into ARGS: make login ARGS="firefox"'),
        ("login -- --from firefox", 'Put arguments into ARGS: make login ARGS="--from firefox"'),
        ("login ARGS=--from firefox", 'Put arguments into ARGS: make login ARGS="--from firefox"'),
        ("help live hike blue", 'Put arguments into ARGS: make live ARGS="hike blue"'),
        ("tset", "There is no target 'tset': 'make help' lists them"),
    ],
)
def test_make_takes_no_arguments(make: list[str], tmp_path: Path, goals: str, advice: str) -> None:
    """Arguments where make takes them for targets run nothing, and one sentence says what to do."""
    outcome = in_shell(shlex.join([*make, *goals.split()]), tmp_path)

    assert (2, "") == (outcome.code, outcome.out)
    assert re.fullmatch(rf"Makefile:\d+: \*\*\* {re.escape(advice)}\.  Stop\.\n", outcome.err)


def test_make_runs_commands(make: list[str], tmp_path: Path) -> None:
    """Each command that a message names has a target, which the list of targets shows."""
    source = "".join(
        path.read_text(encoding="utf-8") for path in ROOT.glob("stravacookies/**/*.py")
    )
    named = sorted(set(re.findall(r"(?<!click\.)\bcommand\(['\"]([a-z-]+)['\"]", source)))
    outcome = in_shell(shlex.join([*make, *named]), tmp_path)
    listed = re.findall(r"^[a-z-]+", in_shell(shlex.join([*make, "help"]), tmp_path).out, re.M)

    assert {"login", "josm-prefs", "serve", "live", "remove"} <= set(named) <= set(listed)
    assert Outcome(0, "".join(f"{name}\n" for name in named), "") == outcome


def test_advice_is_a_whole_command() -> None:
    """No message advises an option alone: in a clone, it could not be typed after `make`."""
    source = "".join(
        path.read_text(encoding="utf-8") for path in ROOT.glob("stravacookies/**/*.py")
    )
    joined = re.sub(r'"\s*\n\s*f?"', "", source)  # where a text goes on in the next line

    assert [] == re.findall(r".*(?<!combined )\b(?:with|use|give|try) --[a-z].*", joined)


@pytest.mark.parametrize(
    ("start", "variables", "login", "helping"),
    [
        ("stravacookies", {}, "stravacookies login", "stravacookies login --help"),
        (str(PROGRAM), {"MAKELEVEL": "1"}, "make login", 'make login ARGS="--help"'),
        (str(PROGRAM), {"PATH": "/bin"}, f"{PROGRAM} login", f"{PROGRAM} login --help"),
        (
            f"{sys.executable} -m stravacookies",
            {},
            f"{sys.executable} -m stravacookies login",
            f"{sys.executable} -m stravacookies login --help",
        ),
    ],
)
def test_advice(
    home: Path, start: str, variables: dict[str, str], login: str, helping: str
) -> None:
    """What the program prints as the next step is how it was started."""
    path = f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}"
    environment = {"HOME": str(home), "PATH": path} | variables
    status = run(*start.split(), "status", environment=environment, folder=home)
    wrong = run(*start.split(), "login", "--nonsense", environment=environment, folder=home)

    assert f"\nNext: run '{login}'.\n" == status.out[status.out.index("\nNext") :]
    assert (
        2,
        "",
        "Usage: stravacookies login [OPTIONS] [SOURCE]\n"
        f"Try '{helping}' for help.\n\nError: No such option '--nonsense'.\n",
    ) == (wrong.code, wrong.out, wrong.err)


def test_page_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """The preview names and copies the command of the installation that has written it."""
    monkeypatch.setattr(installation, "THIS", BY_MAKE)
    page = preview.render(preview.View({CURRENT.layer("all:hot"): b""}, 47, 8, 12), 8111)

    assert r'copy("make josm-prefs ARGS=\"OPTIONS\"".replace("OPTIONS", ' in page
    assert r"close JOSM, run \u0027make josm-prefs\u0027, and start JOSM again." in page
