"""The documents are true: examples run, output is the program's, what is named exists."""

import os
import re
import shlex
import sys
import webbrowser
from contextlib import suppress
from pathlib import Path

import click
import pytest

from stravacookies.cli import config
from stravacookies.cli.commands import SHORT_HELP
from stravacookies.cli.config import Config
from stravacookies.cli.main import cli
from stravacookies.heatmap import CURRENT
from tests import command, pages, test_imports
from tests.command import Run
from tests.standin.strava import Strava

ROOT = Path(__file__).parent.parent
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]


def text_of(document: str) -> str:
    """Return the text of a document, by its path in the repository."""
    return (ROOT / document).read_text(encoding="utf-8")


def blocks(document: str, language: str) -> list[str]:
    """Return the code blocks of a document in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text_of(document), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("number", range(2))
def test_library_examples_run(
    number: int, environment: dict[str, str], strava: Strava, tmp_path: Path
) -> None:
    """Each Python example runs as it is; the first one fetches a tile, in ten lines."""
    examples = blocks("docs/library.md", "python")
    session = {"STRAVA_SESSION": strava.open_session()}
    python = (sys.executable, "-c", examples[number])
    outcome = command.run(*python, environment=environment | session, folder=tmp_path)

    assert (2, 0, "") == (len(examples), outcome.code, outcome.err)
    assert number or outcome.out.endswith("200 image/png\n")
    assert len(examples[number].splitlines()) <= 10


def typed_in_documents() -> list[list[str]]:
    """Return the arguments of each `make NAME ARGS=…` and `stravacookies …` in a document."""
    found = set()
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        code = re.findall(r"^ *```sh\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
        code += re.findall(r"`([^`]+)`", re.sub("```.*?```", "", text, flags=re.DOTALL))
        for line in "\n".join(re.sub(r"\s+(?=ARGS|--)", " ", each) for each in code).splitlines():
            with suppress(ValueError):  # not a command
                match shlex.split(line, comments=True):
                    case ["make", name, arguments]:
                        found.add((name, *shlex.split(arguments.removeprefix("ARGS="))))
                    case ["stravacookies" | ".venv/bin/stravacookies", name, *arguments]:
                        found.add((name, *arguments))
    return sorted(list(each) for each in found if len(each) > 1 and each[0] in SHORT_HELP)


@pytest.mark.parametrize("words", typed_in_documents(), ids=" ".join)
def test_commands_are_understood(words: list[str]) -> None:
    """Each command that a document tells people to type has such options and values."""
    group = cli.make_context("stravacookies", words)
    command = cli.get_command(group, words[0])

    assert command
    with suppress(click.exceptions.Exit):  # --help
        command.make_context(words[0], words[1:], parent=group)


NEED_MORE = {
    *("demo", "test", "josm", "serve", "serve --at-login", "josm-prefs --local"),
    *("live hike:blue", "live --renew", "login window"),
}
"""What README tells people to type that needs a JOSM, a browser, a server or another test."""


@pytest.mark.usefixtures("josm_directory")
def test_commands_of_readme_succeed(
    environment: dict[str, str], strava: Strava, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other commands in README succeed one after the other, in its order."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(webbrowser, "open", lambda _: True)
    typed = re.findall(
        r"`make ([a-z-]+(?: ARGS=(?:\"[^\"]*\"|[^\s`]+))?)", " ".join(text_of("README.md").split())
    )
    lines = [line.replace(" ARGS=", " ").replace('"', "") for line in typed]
    session = {"STRAVA_SESSION": strava.open_session()}
    codes = {
        line: command.run_in_process(*line.split(), environment=environment | session).code
        for line in lines
        if line not in NEED_MORE
    }

    assert set(lines) >= NEED_MORE
    assert {"josm-prefs", "josm --icon", "preview --open", "doctor", "remove"} < codes.keys()
    assert dict.fromkeys(codes, 0) == codes


def test_numbers_are_those_of_the_table() -> None:
    """A document that counts layers, activities or colours counts what there is."""
    counts = {
        "layers": CURRENT.layers(),
        "activities": CURRENT.activities,
        "colours": CURRENT.colors,
    }
    texts = " ".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)
    stated = re.findall(rf"\b(\d{{2,}}|7) ({'|'.join(counts)})\b", " ".join(texts.split()))

    assert {"activities", "layers"} <= {what for _, what in stated}
    assert [] == [each for each in stated if int(each[0]) != len(counts[each[1]])]


def test_template_example_works(
    run: Run, environment: dict[str, str], strava: Strava, tmp_path: Path
) -> None:
    """The template in docs/templates.md makes curl fetch tiles, as the page says."""
    (template,) = blocks("docs/templates.md", "jinja")
    (tmp_path / "tile.curl.j2").write_text(template)
    (shell,) = blocks("docs/templates.md", "sh")
    render, curl = (line.split() for line in shell.splitlines())
    rendered = run(*render[1:], STRAVA_SESSION=strava.open_session())
    fetched = command.run(*curl, "--silent", "--fail", environment=environment, folder=tmp_path)

    assert (0, 0) == (rendered.code, fetched.code)
    assert 7 == len(list(tmp_path.glob("strava-heatmap-all-*.png")))


def test_files_for_other_editors(run_here: Run, tmp_path: Path) -> None:
    """The commands in docs/other-editors.md write the files that they name."""
    (shell,) = blocks("docs/other-editors.md", "sh")
    commands = [shlex.split(line)[1:] for line in shell.splitlines()]

    assert [0] * len(commands) == [run_here(*words).code for words in commands]
    assert all((tmp_path / words[-1]).is_file() for words in commands)


def test_template_variables(run: Run, strava: Strava, tmp_path: Path) -> None:
    """The table in docs/templates.md names each variable that a template gets, and no other."""
    table = text_of("docs/templates.md").partition("| variable |")[2]
    cells = " ".join(re.findall(r"^\| (`.*?) \|", table, re.MULTILINE))
    names = re.findall(r"`(\w+)`", cells)
    (tmp_path / "all.j2").write_text("".join(f"{{{{ {name} }}}}" for name in names))
    (tmp_path / "other.j2").write_text("{{ heatmap }}")
    session = strava.open_session()

    assert {"layers", "cookies", "expires", "attribution"} < set(names)
    assert 0 == run("render", "all.j2", "-o", "out.txt", STRAVA_SESSION=session).code
    assert 1 == run("render", "other.j2", STRAVA_SESSION=session).code


def test_defaults_can_be_used(run_here: Run, home: Path) -> None:
    """The `config.toml` in docs/config.md has each setting, and does what it says."""
    text, single_layers = blocks("docs/config.md", "toml")
    directory = home / ".config" / "stravacookies"
    directory.mkdir(parents=True)
    (directory / "config.toml").write_text(text)
    (home / "my-josm").mkdir()
    outcome = run_here("josm-prefs")

    assert Config(
        ("all", "ride", "sport_Hike"),
        ("hot", "blue"),
        (),
        ("sport_Hike:blue", "ride:hot"),
        "~/my-josm",
        "firefox",
    ) == config.load(directory)
    assert f"is ready for JOSM, in {home}/my-josm:" in outcome.out
    assert "6 layers: 3 activities, 2 colours" in outcome.out
    assert "Imagery menu:\n  All rides, hot\n  Hike, blue\n\n" in outcome.out
    (directory / "config.toml").write_text(single_layers)
    assert Config(only=("sport_Hike:blue", "ride:hot")) == config.load(directory)


def test_examples_for_windows(tmp_path: Path) -> None:
    """docs/windows.md shows commands that are understood, in double quotes, and usable paths."""
    lines = "".join(blocks("docs/windows.md", "text")).splitlines()
    typed = [shlex.split(line) for line in lines if line.startswith("stravacookies ")]
    program = click.Context(cli, **cli.context_settings)
    for _, name, *arguments in typed:
        named = cli.get_command(program, name)
        assert named
        named.make_context(name, arguments, parent=program)
    (text,) = blocks("docs/windows.md", "toml")
    (tmp_path / "config.toml").write_text(text)

    assert 5 == len(typed)
    assert "'" not in "".join(lines)
    assert r"D:\my maps\JOSM" == config.load(tmp_path).josm_dir == typed[-1][-1]


def test_pages_of_commands_are_current() -> None:
    """Each command has a page with its help: `make docs` writes them."""
    found = {path.name: path.read_text(encoding="utf-8") for path in pages.FOLDER.iterdir()}

    assert pages.pages() == found


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    """Each file that a document links to, or shows, exists."""
    text = document.read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    targets += re.findall(r'src(?:set)?="([^"]+)"', text)

    assert [] == [target for target in targets if not (document.parent / target).exists()]


def test_make_targets_exist() -> None:
    """Each `make` that a document names is in the Makefile."""
    texts = "".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)
    named = set(re.findall(r"^make ([a-z-]+)|`make ([a-z-]+)", texts, re.MULTILINE))
    targets = {name for pair in named for name in pair if name}

    assert {"josm-prefs", "demo", "test", "docs", "pictures"} <= targets
    assert targets <= set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))


def test_environment_variables() -> None:
    """docs/config.md names each variable that the program reads, and no other."""
    source = "".join(path.read_text(encoding="utf-8") for path in test_imports.MODULES)
    read = set(re.findall(r'"(STRAVA(?:COOKIES)?_[A-Z_]+)"', source))

    assert read == set(re.findall(r"\bSTRAVA(?:COOKIES)?_[A-Z_]+\b", text_of("docs/config.md")))


def test_all_parts_are_described() -> None:
    """The table in docs/architecture.md names each part of the package, and no other."""
    table = text_of("docs/architecture.md").partition("| part |")[2].partition("\n\n")[0]
    cells = " ".join(re.findall(r"^\| (`.*?) \|", table, re.MULTILINE))
    parts = set().union(*test_imports.FLOORS)

    assert parts == {name.removesuffix(".py").strip("/") for name in re.findall(r"`(.*?)`", cells)}


def test_quoted_messages_are_ours() -> None:
    """Each message between quotes in a bold line of docs/troubleshooting.md is in the program.

    Dots stand for the values in it.
    """
    source = "".join(path.read_text(encoding="utf-8") for path in test_imports.MODULES)
    for pattern, text in (
        (r'""".*?"""', ""),  # docstrings
        (r'"\s*\n\s*f?"', ""),  # where a text goes on in the next line
        (r"\{[^{}]*\}", "…"),
    ):
        source = re.sub(pattern, text, source, flags=re.DOTALL)
    lines = re.findall(
        r"^\*\*[^*].*?\*\*", text_of("docs/troubleshooting.md"), re.MULTILINE | re.DOTALL
    )
    quoted = re.findall(r'"([^"]+)"', " ".join(" ".join(lines).split()))

    assert 10 == len(quoted)
    assert [] == [each for each in quoted if each.removeprefix("… ") not in source]


def test_no_path_of_a_machine() -> None:
    """No document names a path that exists on one machine only."""
    home = os.path.expanduser("~root")  # noqa: PTH111 - another user's home

    assert [] == [path.name for path in DOCUMENTS if f"{home}/" in path.read_text(encoding="utf-8")]
