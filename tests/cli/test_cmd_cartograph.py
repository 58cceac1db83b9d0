"""The command `cartograph`: map sources for the phone, and how they get there."""

import json
import re
from pathlib import Path

import pytest

from stravacookies.errors import StravacookiesError
from tests.command import Run


def test_folder(run_here: Run, tmp_path: Path, home: Path) -> None:
    """The files are written into the named folder, privately, and nothing else is."""
    outcome = run_here("cartograph", "-o", "phone", "--color", "hot", "--color", "blue")
    text = re.sub(r"\d\d \w+ \d{4}, \d\d:\d\d \(\d+ h \d+ min left\)", "TIME", outcome.out)

    assert (0, "") == (outcome.code, outcome.err)
    assert (
        """\
2 files for Cartograph Maps, one for each colour, in phone:

  strava-heatmap-hot.onlinemap
  strava-heatmap-blue.onlinemap

On iPhone and iPad, put a file into iCloud Drive, or mail it to yourself. Tap it in the Files app,\
 and share it with Cartograph.
On Android, copy a file to the phone, or mail it to yourself. Tap it, and open it with Cartograph.

The cookies in these files expire on TIME.
They are yours alone: do not share these files. When they expire, run this again.
"""
        == text
    )
    files = list((tmp_path / "phone").iterdir())
    assert [0o600] * 2 == [path.stat().st_mode & 0o777 for path in files]
    assert not (home / ".config").exists()


@pytest.mark.parametrize(
    ("arguments", "files", "maps", "version"),
    [
        ([], 7, 47, 3),
        (["--activity", "ride", "--activity", "sport_Hike"], 7, 2, 3),
        (["--classic"], 5, 5, 3),
        (["--version", "2"], 7, 47, 2),
    ],
)
def test_choices(
    run_here: Run, tmp_path: Path, arguments: list[str], files: int, maps: int, version: int
) -> None:
    """Each colour has a file with the chosen activities, in the chosen version of the format."""
    run_here("cartograph", *arguments)
    paths = list((tmp_path / "cartograph").iterdir())
    contents = [json.loads(path.read_bytes()) for path in paths]

    assert [(version, maps)] * files == [(each["version"], len(each["maps"])) for each in contents]
    classic = "heatmap-external-a" in paths[0].read_text()
    assert classic == (arguments == ["--classic"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--icloud", "-o", "x"], "--icloud cannot be combined with --output."),
        (["-o", "my.onlinemap"], "--output must be a folder: each colour gets a file in it."),
    ],
)
def test_place_that_is_not_a_folder(
    run_here: Run, tmp_path: Path, arguments: list[str], words: str
) -> None:
    """What cannot be a folder for the files is a usage error, unless such a folder exists."""
    outcome = run_here("cartograph", *arguments)

    assert 2 == outcome.code
    assert f"Error: {words}\n" in outcome.err
    assert {"home"} == {path.name for path in tmp_path.iterdir()}
    (tmp_path / "my.onlinemap").mkdir()
    assert 0 == run_here("cartograph", "-o", "my.onlinemap").code


def test_icloud(run_here: Run, home: Path) -> None:
    """On a Mac, `--icloud` writes into the app's folder, whose files appear on the phone."""
    folder = home / "Library/Mobile Documents/com~apple~CloudDocs/Cartograph Pro"
    with pytest.raises(StravacookiesError) as error:
        run_here("cartograph", "--icloud")
    folder.mkdir(parents=True)
    outcome = run_here("cartograph", "--icloud")

    assert f"(looked for: {folder})" in str(error.value)
    assert 0 == outcome.code
    assert 7 == len(list(folder.iterdir()))
    assert "they appear in iCloud Drive, in the folder Cartograph Pro. Tap one" in outcome.out
    assert "Android" not in outcome.out
