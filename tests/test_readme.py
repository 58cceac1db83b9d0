"""The documents say what is so: examples run, the help is the program's, what is named exists."""

import re
import sys
from pathlib import Path

import jinja2
import pytest

from stravacookies import config, render
from stravacookies.config import Config
from stravacookies.cookies import HeatmapCookies
from stravacookies.heatmap import TODAY
from stravacookies.josm.preferences import NEW
from tests import command, pages
from tests.conftest import Run
from tests.made_up import values
from tests.standin.strava import Strava

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The code blocks of the README in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_library_example_runs(environment: dict[str, str], strava: Strava, tmp_path: Path) -> None:
    """The example fetches a tile, in ten lines."""
    (example,) = blocks("python")
    session = {"STRAVA_SESSION": strava.open_session()}
    python = (sys.executable, "-c", example)
    outcome = command.run(*python, environment=environment | session, folder=tmp_path)

    assert (0, "") == (outcome.code, outcome.err)
    assert outcome.out.endswith("200 image/png\n")
    assert len(example.splitlines()) <= 10


def test_help_is_current(run: Run) -> None:
    """The help that the README shows is the one that the program prints."""
    (shown,) = [block for block in blocks("text") if block.startswith("Usage:")]

    assert run("josm-prefs", "--help").out == shown


def test_summary_is_current(run: Run, josm_directory: Path, strava: Strava) -> None:
    """The summary that the README shows is the one that the program prints, but for the time."""
    (shown,) = [block for block in blocks("text") if block.startswith("The Strava heatmap")]
    (josm_directory / "preferences.xml").write_bytes(NEW)
    printed = run("josm-prefs", STRAVA_SESSION=strava.open_session()).out
    date = re.compile(r"last until .*?, that is")

    assert date.sub("", printed.replace(str(josm_directory), "/home/you/.config/JOSM")) == (
        date.sub("", shown)
    )


def test_pages_of_commands_are_current() -> None:
    """There is a page for each command, and it says what its help says: `make docs` writes them."""
    found = {path.name: path.read_text(encoding="utf-8") for path in pages.FOLDER.iterdir()}

    assert pages.pages() == found


def test_links_lead_somewhere() -> None:
    """Each picture and file that the README names is in the checkout."""
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", README)

    assert [] == [target for target in targets if not (ROOT / target).exists()]
    assert any(target.endswith(".png") for target in targets)


def test_make_targets_exist() -> None:
    """Each `make` that the documents name is one that the Makefile has."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"\bmake ([a-z-]+)", README))
    named_to_contributors = set(re.findall(r"`make ([a-z-]+)", CONTRIBUTING))

    assert {"josm-prefs", "demo", "test"} <= named
    assert {"demo", "test", "docs", "pictures"} <= named_to_contributors
    assert named | named_to_contributors <= set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))


def test_defaults_can_be_used(run_here: Run, home: Path) -> None:
    """The `config.toml` that the README shows is one, with each setting, and does what it says."""
    (text,) = blocks("toml")
    directory = home / ".config" / "stravacookies"
    directory.mkdir(parents=True)
    (directory / "config.toml").write_text(text)
    (home / "my-josm").mkdir()
    outcome = run_here("josm-prefs")

    assert Config(
        ("all", "ride", "sport_Hike"),
        ("hot", "blue"),
        ("sport_Hike:blue", "ride:hot"),
        "~/my-josm",
        "firefox",
    ) == config.load(directory)
    assert f"is ready for JOSM, in {home}/my-josm:" in outcome.out
    assert "6 layers: 3 activities x 2 colours" in outcome.out
    assert "removed them there:\n  Hike, blue\n  All Rides, hot\n\n" in outcome.out


def test_variables_of_templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The README's table tells each variable that a template gets, and no other."""
    given: dict[str, object] = {}
    monkeypatch.setattr(jinja2.Template, "render", lambda _, **names: given.update(names) or "")
    (tmp_path / "my.txt").touch()
    cookies = HeatmapCookies.from_values(values())
    render.users_template(tmp_path / "my.txt", TODAY.layers(), cookies)
    table = README[README.index("| variable |") : README.index("What is not there is an error.")]
    names = " ".join(re.findall(r"^\| (`.*?) \|", table, re.MULTILINE))

    assert list(given) == re.findall(r"`(\w+)`", names)


def test_environment_variables() -> None:
    """The README names each variable that the program looks at, and no other."""
    modules = (ROOT / "stravacookies").rglob("*.py")
    source = "".join(path.read_text(encoding="utf-8") for path in modules)
    looked_at = re.findall(r'"(STRAVA(?:COOKIES)?_[A-Z_]+)"', source)

    assert set(looked_at) == set(re.findall(r"\bSTRAVA(?:COOKIES)?_[A-Z_]+\b", README))


def test_all_modules_are_described() -> None:
    """The table for those who work on it names each module, and no other."""
    package = ROOT / "stravacookies"
    modules = {path.name for path in package.glob("*.py") if not path.name.startswith("__")}
    folders = {f"{path.parent.name}/" for path in package.glob("*/__init__.py")}
    table = CONTRIBUTING[CONTRIBUTING.index("| module |") : CONTRIBUTING.index("Words, everywhere")]
    first_cells = " ".join(re.findall(r"^\| (`.*?) \|", table, re.MULTILINE))

    assert modules | folders == set(re.findall(r"`(.*?)`", first_cells))
