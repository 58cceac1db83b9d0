"""The demo: what it writes, and the page that it offers to open."""

import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from tests import demo
from tests.terminal import on_terminal

OFFER = "from pathlib import Path; from tests import demo; demo.offer(Path('my page.html'))"


def test_demo(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """It says first that all is made up, and names what exists; it asks no one without a terminal.

    Of what josm-prefs says, there is nothing to do, since the cookies open no real tile.
    """
    folder = tmp_path / "demo"
    assert 0 == demo.main(folder, ["--only", "Hike, blue"])
    page = folder / "preview.html"
    written = f"""
The Strava heatmap is ready for JOSM, in {folder}/JOSM:

  strava-heatmap.xml  1 layer: 1 activity, 1 colour
  preferences.xml     created (JOSM has not run here yet)
  cartograph/         1 file for Cartograph Maps

In JOSM's Imagery menu:
  Hike, blue
"""
    afterwards = demo.AFTERWARDS.format(folder=folder, page=page)
    assert (f"{demo.BEFORE}{written}{afterwards}\n", "") == capfd.readouterr()
    named = re.findall(rf"{tmp_path}/\S+", afterwards)
    assert 3 == len(named)
    assert [] == [path for path in named if not Path(path).exists()]
    assert 35 == page.read_text(encoding="utf-8").count('src="data:image/png')


def test_help(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """With `--help`, the options are shown to the last one, and nothing is said to be written."""
    assert 0 == demo.main(tmp_path / "demo", ["--help"])
    out = capfd.readouterr().out

    assert (True, False) == ("-h, --help " in out, "Look at" in out)


def test_failure(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """If josm-prefs fails, the demo ends with its exit code and advice, and without a page."""
    assert 2 == demo.main(tmp_path / "demo", ["--no-such-option"])
    assert (
        "Usage: stravacookies josm-prefs [OPTIONS]\n"
        "Try 'make josm-prefs ARGS=\"--help\"' for help.\n\n"
        "Error: No such option '--no-such-option'.\n"
    ) == capfd.readouterr().err
    assert not (tmp_path / "demo" / "preview.html").exists()


@pytest.mark.parametrize(
    ("browser", "answer", "shown"),
    [
        ("echo opened %s", "\n", "\r\nopened {}\r\n"),
        ("echo opened %s", "n\n", "n\r\n"),
        ("echo opened %s", "\4", "\r\n"),  # Ctrl-D
        ("false", "y\n", "y\r\nNo browser could be opened.\r\n"),
    ],
)
def test_offer(browser: str, answer: str, shown: str) -> None:
    """On a terminal, the page is opened unless the answer is no."""
    name, *rest = browser.split()
    # Python would try the browsers of this computer next.
    alone = {"BROWSER": " ".join([shutil.which(name) or name, *rest]), "PATH": ""}
    outcome = on_terminal([sys.executable, "-c", OFFER], os.environ | alone, [("[Y/n]", answer)])
    address = Path("my page.html").absolute().as_uri()

    assert (0, "Open it in your browser? [Y/n] " + shown.format(address)) == outcome
