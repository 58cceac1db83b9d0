"""The README says what is so: its example runs, its help is the program's, its pictures exist."""

import re
import sys
from pathlib import Path

from stravacookies.josm.preferences import NEW
from tests import command, pages
from tests.conftest import Run
from tests.standin.strava import Strava

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


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
    """Each `make` that the README names is one that the Makefile has."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"\bmake ([a-z-]+)", README))

    assert {"josm-prefs", "demo", "test"} <= named
    assert named <= set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
