"""The user's defaults in `config.toml`, and the source of a session among them."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from stravacookies.cli import config
from stravacookies.cli.config import Config
from stravacookies.errors import UsageError
from tests.command import Run
from tests.standin.server import StandIn
from tests.standin.strava import Strava

SINGLE_QUOTES = r"put a path with backslashes in single quotes, such as 'D:\my-josm'."


@pytest.fixture
def config_toml(home: Path) -> Path:
    """The path of the user's `config.toml`, which does not exist yet."""
    path = home / ".config" / "stravacookies" / "config.toml"
    path.parent.mkdir(parents=True)
    return path


def test_no_file(tmp_path: Path) -> None:
    """Without a file, nothing is set."""
    assert Config() == config.load(tmp_path)


def test_paths_of_windows(tmp_path: Path) -> None:
    """A path is read as it is typed in single quotes, or with forward slashes."""
    text = "josm-dir = 'D:\\my-josm'\nsource = \"C:/Users/Zoë M/cookies.json\"\n"
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")

    expected = Config(josm_dir=r"D:\my-josm", source="C:/Users/Zoë M/cookies.json")
    assert expected == config.load(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_all_settings(tmp_path: Path, encoding: str) -> None:
    """Each setting is read, names as people type them; a byte-order mark does not matter."""
    (tmp_path / "config.toml").write_text(
        'activities = ["Hike"]\ncolors = ["light blue", "hot"]\nshow = ["Hike, blue"]\n'
        'josm-dir = "~/JOSM"\nsource = "firefox"\n',
        encoding=encoding,
    )

    assert Config(
        ("sport_Hike",), ("mobileblue", "hot"), (), ("sport_Hike:blue",), "~/JOSM", "firefox"
    ) == config.load(tmp_path)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            b'colour = "hot"',
            "there is no setting 'colour'; the settings are activities, colors, only, show,"
            " josm-dir, source.",
        ),
        (b'josm_dir = "x"', "there is no setting 'josm_dir'; the settings are activities, colors,"),
        (b'colors = "hot"', "colors is not a list of strings."),
        (b"colors = 5", "colors is not a list of strings."),
        (b"colors = [5]", "colors is not a list of strings."),
        (b'josm-dir = ["x"]', "josm-dir is not a string."),
        (b'josm-dir = ""', "josm-dir is not a string."),
        (rb'josm-dir = "a\u0000b"', f"josm-dir contains a control character; {SINGLE_QUOTES}"),
        (rb'josm-dir = "D:\tiles"', f"josm-dir contains a control character; {SINGLE_QUOTES}"),
        (
            rb'josm-dir = "C:\Users\m"',
            f"Invalid hex value (at line 1, column 17); {SINGLE_QUOTES}",
        ),
        (
            b'colors = ["hot"]\r\n' + rb"source = 'C:\a'" + b"\r\n" + rb'josm-dir = "D:\my-josm"',
            f"Unescaped '\\' in a string (at line 3, column 17); {SINGLE_QUOTES}",
        ),
        (rb'source = "C:\Users" x', "Invalid hex value (at line 1, column 15)."),
        (b"colors = " + b"[" * 5000, "it is nested too deeply."),
        (
            b'colors = ["hot"]\nonly = ["all:hot"]',
            "only cannot be combined with activities or colors.",
        ),
        (
            b'only = ["hike"]',
            "in only: 'hike' is not a layer. Give an activity and a colour, such as",
        ),
        (b'source = "password"', "source is neither a browser nor a file."),
        (b'source = "-"', "source is neither a browser nor a file."),
        (b"colors = [", "Invalid value (at end of document)."),
        (b"\xff\xfe", "it is not text in UTF-8."),
        (b'colors = ["pink"]', "in colors: There is no colour 'pink'. Choose from hot, "),
        (b'show = ["chess:hot"]', "in show: There is no activity 'chess'. "),
        (b'activities = ["Hikee"]', "in activities: There is no activity 'Hikee'. Did you mean "),
    ],
)
def test_unusable_text(tmp_path: Path, text: bytes, why: str) -> None:
    """A mistake in the file is an error that names the file and the mistake."""
    (tmp_path / "config.toml").write_bytes(text)

    with pytest.raises(UsageError) as error:
        config.load(tmp_path)
    assert str(error.value).startswith(f"{tmp_path}/config.toml cannot be used: {why}")
    assert not str(error.value).endswith(("..", "?."))


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
def test_not_a_file(tmp_path: Path, make: Callable[[Path], None]) -> None:
    """A folder is refused, and so is a pipe, whose content never comes."""
    make(tmp_path / "config.toml")

    with pytest.raises(UsageError) as error:
        config.load(tmp_path)
    assert f"{tmp_path}/config.toml cannot be used: it is not a file." == str(error.value)


@pytest.mark.parametrize("name", ["josm-prefs", "status", "live", "cartograph"])
def test_mistake_ends_each_command(
    run_here: Run, config_toml: Path, josm_directory: Path, name: str
) -> None:
    """A command that needs the defaults ends with the mistake in them, before it does anything."""
    config_toml.write_text('activities = ["Hikee"]\n')

    with pytest.raises(UsageError, match="There is no activity 'Hikee'"):
        run_here(name)
    assert [] == list(josm_directory.iterdir())


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["josm-prefs", "--help"], ["live", "-h"], ["completion", "bash"], ["logout"]],
)
def test_mistake_does_not_matter(run_here: Run, config_toml: Path, arguments: list[str]) -> None:
    """A command that needs no defaults runs in spite of a mistake in them."""
    config_toml.write_text("colors = [")

    assert 0 == run_here(*arguments).code


def test_josm_directory(run_here: Run, config_toml: Path, home: Path, tmp_path: Path) -> None:
    """An option beats the environment, which beats the file; a path may begin with `~`."""
    for name in ("in file", "in environment", "in option"):
        (home / name).mkdir()
    config_toml.write_text('josm-dir = "~/in file"\n')
    variable = {"STRAVACOOKIES_JOSM_DIR": "~/in environment"}
    outcomes = {
        "in file": run_here("josm-prefs"),
        "in environment": run_here("josm-prefs", **variable),
        "in option": run_here("josm-prefs", "--josm-dir", home / "in option", **variable),
    }

    for name, outcome in outcomes.items():
        assert f"is ready for JOSM, in {home / name}:" in outcome.out
        assert (home / name / "strava-heatmap.xml").exists()


def test_source_of_the_file(
    run: Run, config_toml: Path, export: Path, josm_directory: Path, stand_in: StandIn
) -> None:
    """A session is taken from there when one is needed, and only then."""
    config_toml.write_text(f'source = "{export}"\n')
    first = run("josm-prefs")
    export.unlink()
    second = run("josm-prefs")
    third = run("josm-prefs", "--refresh")

    assert [0, 0, 0] == [first.code, second.code, third.code]
    assert 2 == len(stand_in.requests)


def test_order_of_sources(
    run: Run, config_toml: Path, tmp_path: Path, strava: Strava, stand_in: StandIn
) -> None:
    """`--from` beats the environment, which beats the file, also for `login`."""
    sources = {name: tmp_path / name for name in ("file", "environment", "option")}
    for path in sources.values():
        path.write_text(strava.open_session())
    config_toml.write_text(f'source = "{sources["file"]}"\n')
    variable = {"STRAVACOOKIES_SOURCE": str(sources["environment"])}
    from_file = run("login")
    from_environment = run("login", **variable)
    from_option = run("login", "--from", "option", **variable)
    run("logout")
    run("cookies", **variable)

    for name, outcome in zip(sources, (from_file, from_environment, from_option), strict=True):
        assert outcome.out.startswith(f"Logged in to Strava with {sources[name]}.\n")
    used = stand_in.requests[-1].cookies["_strava4_session"]
    assert sources["environment"].read_text() == used


@pytest.mark.parametrize("name", ["password", "-"])
def test_source_that_needs_a_person(run_here: Run, name: str) -> None:
    """A source that a person must answer each time cannot be set in the environment."""
    with pytest.raises(UsageError, match="STRAVACOOKIES_SOURCE is neither a browser nor a file"):
        run_here("login", STRAVACOOKIES_SOURCE=name)


def test_source_is_gone(run: Run, config_toml: Path, josm_directory: Path) -> None:
    """A source that is needed and does not exist is an error."""
    config_toml.write_text('source = "/nowhere/cookies.json"\n')
    outcome = run("josm-prefs")

    assert (2, "") == (outcome.code, outcome.out)
    assert "neither a known browser nor an existing " in outcome.err
