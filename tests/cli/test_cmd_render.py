"""The command `render`: where the text of a user's own template goes."""

import re
import shutil
from pathlib import Path

import pytest

from stravacookies.errors import StravacookiesError
from tests import command
from tests.command import Outcome, Run, require
from tests.standin.server import StandIn
from tests.standin.strava import Strava

DOCS = Path(__file__).parents[2] / "docs" / "templates.md"


def test_standard_output(run_here: Run, tmp_path: Path) -> None:
    """Without a file, the text is printed as it is."""
    (tmp_path / "my.txt").write_text("{{ layers | length }} layers")

    assert Outcome(0, "47 layers", "") == run_here("render", "my.txt", "--color", "hot")
    assert "1 layers" == run_here("render", "my.txt", "--only", "hike hot").out


def test_classic(run_here: Run, tmp_path: Path) -> None:
    """With `--classic`, layers and cookies are those of the older host."""
    (tmp_path / "my.txt").write_text("{{ layers | length }} {{ cookies.values() | length }}")

    assert "25 3" == run_here("render", "my.txt", "--classic").out


@pytest.mark.parametrize("arguments", [["render", "my.txt"], ["cartograph"]])
def test_refresh(
    run: Run, strava: Strava, stand_in: StandIn, tmp_path: Path, arguments: list[str]
) -> None:
    """With `--refresh`, Strava is asked even if the cookies are fresh."""
    (tmp_path / "my.txt").touch()
    session = {"STRAVA_SESSION": strava.open_session()}
    run(*arguments, **session)

    assert 0 == run(*arguments, "--refresh", **session).code
    assert 2 == len(stand_in.requests)


@pytest.mark.parametrize("file", ["my.txt", "./my.txt", "link"])
def test_template_is_not_overwritten(run_here: Run, tmp_path: Path, file: str) -> None:
    """The user's own template cannot be the output."""
    (tmp_path / "my.txt").write_text("{{ attribution }}")
    (tmp_path / "link").symlink_to("my.txt")
    outcome = run_here("render", "my.txt", "-o", file)

    assert 2 == outcome.code
    assert "Error: --output is the template itself: choose another file." in outcome.err
    assert "{{ attribution }}" == (tmp_path / "my.txt").read_text()


def test_no_template(run_here: Run) -> None:
    """A template that does not exist is refused before a session is looked for."""
    outcome = run_here("render", "qgiss")

    assert 2 == outcome.code
    assert "Error: qgiss is neither a file nor qgis, vespucci or qmapshack.\n" in outcome.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["render", "."], ".: it is a folder."),
        (["render", "file", "-o", "file/x"], "file could not be created: File exists."),
        (["cartograph", "-o", "file"], "file could not be created: File exists."),
        *(
            ([*words, "-o", "no/x"], "There is no folder no. Correct the path, or create it.")
            for words in (["render", "file"], ["cartograph"], ["preview"])
        ),
    ],
)
def test_failures(run_here: Run, tmp_path: Path, arguments: list[str], words: str) -> None:
    """A template that is not a file, and a place that is not a folder, are named."""
    (tmp_path / "file").touch()

    with pytest.raises(StravacookiesError) as error:
        run_here(*arguments)
    assert words == str(error.value)
    assert not (tmp_path / "no").exists()


def test_example_of_the_documentation(
    run: Run, environment: dict[str, str], strava: Strava, tmp_path: Path
) -> None:
    """The template in docs/templates.md lets curl fetch tiles; the text made of it is private."""
    require(None if shutil.which("curl") else "The example needs curl")
    docs = DOCS.read_text(encoding="utf-8")
    (template,) = re.findall(r"^```jinja\n(.*?)^```$", docs, re.MULTILINE | re.DOTALL)
    (tmp_path / "tile.curl.j2").write_text(template)
    arguments = ["render", "tile.curl.j2", "--activity", "all", "-o", "tile.curl"]
    assert f"stravacookies {' '.join(arguments)}\ncurl --config tile.curl\n" in docs
    outcome = run(*arguments, STRAVA_SESSION=strava.open_session())
    command.run("curl", "--config", "tile.curl", environment=environment, folder=tmp_path)

    assert Outcome(0, "", "") == outcome
    assert 0o600 == (tmp_path / "tile.curl").stat().st_mode & 0o777
    assert [b"\x89PNG"] * 7 == [tile.read_bytes()[:4] for tile in tmp_path.glob("*all-*.png")]
