"""The user's own defaults, and what stands above them."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from stravacookies import config
from stravacookies.config import Config
from stravacookies.errors import ConfigError
from tests.command import Outcome
from tests.conftest import Run
from tests.standin.server import StandIn
from tests.standin.strava import Strava


def write(home: Path, text: str) -> Path:
    """Write a user's `config.toml`."""
    path = home / ".config" / "stravacookies" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return path


def test_nothing_is_wanted_without_a_file(tmp_path: Path) -> None:
    """Who has written nothing gets what the program does by itself."""
    assert Config() == config.load(tmp_path)


def test_all_settings(tmp_path: Path) -> None:
    """Each setting is read by the name that the README gives it."""
    (tmp_path / "config.toml").write_text(
        'activities = ["sport_Hike"]\ncolors = ["blue", "hot"]\nshow = ["sport_Hike:blue"]\n'
        'josm-dir = "~/JOSM"\nsource = "firefox"\n'
    )

    assert Config(
        ("sport_Hike",), ("blue", "hot"), ("sport_Hike:blue",), "~/JOSM", "firefox"
    ) == config.load(tmp_path)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            'colour = "hot"',
            "there is no setting 'colour'; there are activities, colors, show, josm-dir, source",
        ),
        ('colors = "hot"', "colors is not a list of texts"),
        ("colors = 5", "colors is not a list of texts"),
        ("colors = [5]", "colors is not a list of texts"),
        ('josm-dir = ["x"]', "josm-dir is not a text"),
        ('josm-dir = ""', "josm-dir is not a text"),
        (r'josm-dir = "a\u0000b"', "josm-dir is not a text"),
        (f"colors = {'[' * 5000}", "it is nested too deeply"),
        ('source = "password"', "source is neither a browser nor a file"),
        ('source = "-"', "source is neither a browser nor a file"),
        ("colors = [", "Invalid value (at end of document)"),
        (
            'colors = ["pink"]',
            "in colors, 'pink' is not to be had; there are hot, blue, purple, gray, bluered,"
            " mobileblue, orange",
        ),
        (
            'show = ["chess:hot"]',
            "in show, 'chess:hot' is not to be had; 'stravacookies josm-prefs --help' lists all",
        ),
    ],
)
def test_what_is_no_setting(tmp_path: Path, text: str, why: str) -> None:
    """What cannot be meant is an error that names it."""
    (tmp_path / "config.toml").write_text(text)

    with pytest.raises(ConfigError) as error:
        config.load(tmp_path)
    assert f"{tmp_path}/config.toml cannot be used: {why}." == str(error.value)


def test_file_that_is_no_text(tmp_path: Path) -> None:
    """A file that is no text is refused, and not read in part."""
    (tmp_path / "config.toml").write_bytes(b"\xff\xfe")

    with pytest.raises(ConfigError, match="it is not text in UTF-8"):
        config.load(tmp_path)


def test_byte_order_mark(tmp_path: Path) -> None:
    """The mark that some editors put at the beginning does not matter."""
    (tmp_path / "config.toml").write_text('source = "firefox"\n', encoding="utf-8-sig")

    assert Config(source="firefox") == config.load(tmp_path)


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
def test_something_else_in_place_of_the_file(tmp_path: Path, make: Callable[[Path], None]) -> None:
    """What is no file is not read: a pipe would be waited for."""
    make(tmp_path / "config.toml")

    with pytest.raises(ConfigError) as error:
        config.load(tmp_path)
    assert f"{tmp_path}/config.toml cannot be used: it is no file." == str(error.value)


def test_mistake_ends_with_2(run: Run, home: Path, josm_directory: Path) -> None:
    """A mistake in the file is one sentence and exit 2, before anything is done."""
    path = write(home, 'activity = ["run"]\n')
    outcome = run("josm-prefs", STRAVA_SESSION="any")

    assert (
        2,
        f"stravacookies: {path} cannot be used: there is no setting 'activity'; there are"
        " activities, colors, show, josm-dir, source.\n",
    ) == (outcome.code, outcome.err)


def test_options_beat_environment_beats_file(run_here: Run, home: Path, tmp_path: Path) -> None:
    """What stands nearer to the command wins."""
    directories = {name: tmp_path / name for name in ("file", "environment", "option")}
    for directory in directories.values():
        directory.mkdir()
    write(home, f'activities = ["run"]\ncolors = ["hot"]\njosm-dir = "{directories["file"]}"\n')
    variables = {
        "STRAVACOOKIES_ACTIVITIES": "ride water",
        "STRAVACOOKIES_JOSM_DIR": str(directories["environment"]),
    }
    options = ["--activity", "all", "--josm-dir", str(directories["option"])]
    from_file = run_here("josm-prefs")
    from_environment = run_here("josm-prefs", **variables)
    from_option = run_here("josm-prefs", *options, **variables)

    for name, outcome in zip(directories, (from_file, from_environment, from_option), strict=True):
        assert f"is ready for JOSM, in {directories[name]}:" in outcome.out
    assert ["All on Foot, hot"] == in_menu(from_file)
    assert ["All Rides, hot", "All Water Sports, hot"] == in_menu(from_environment)
    assert ["All Activities, hot"] == in_menu(from_option)


README = """
activities = ["all", "ride", "sport_Hike"]
colors = ["hot", "blue"]
show = ["sport_Hike:blue", "ride:hot"]
"""
"""The defaults that the README shows, as far as they choose layers."""


def in_menu(outcome: Outcome) -> list[str]:
    """What `josm-prefs` says is in the menu."""
    assert (0, "") == (outcome.code, outcome.err)
    _, _, rest = outcome.out.partition("removed them there:\n")
    return [line.strip() for line in rest.partition("\n\n")[0].splitlines()]


@pytest.mark.parametrize(
    ("arguments", "variables", "shown"),
    [
        ([], {}, ["Hike, blue", "All Rides, hot"]),
        (["--activity", "ride"], {}, ["All Rides, hot"]),
        (["--activity", "water"], {}, ["All Water Sports, blue"]),
        (["--color", "hot"], {}, ["All Rides, hot"]),
        (["--color", "purple"], {}, ["All Activities, purple", "All Rides, purple"]),
        (["--classic"], {}, ["All Rides, hot"]),
        (["--classic", "--activity", "water"], {}, ["All Water Sports, blue"]),
        (["--show", "run:orange"], {}, ["All on Foot, orange"]),
        (["--color", "purple", "--show", "run:purple"], {}, ["All on Foot, purple"]),
        ([], {"STRAVACOOKIES_ACTIVITIES": "water"}, ["All Water Sports, blue"]),
        ([], {"STRAVACOOKIES_COLORS": "purple"}, ["All Activities, purple", "All Rides, purple"]),
        ([], {"STRAVACOOKIES_SHOW": "run:orange"}, ["All on Foot, orange"]),
        (["--activity", "ride"], {"STRAVACOOKIES_SHOW": "all:hot"}, ["All Rides, hot"]),
        (["--classic"], {"STRAVACOOKIES_SHOW": "sport_Hike:hot ride:blue"}, ["All Rides, blue"]),
        (["--classic"], {"STRAVACOOKIES_ACTIVITIES": "sport_Hike ride"}, ["All Rides, hot"]),
    ],
)
def test_what_is_nearer_to_the_command_is_not_disturbed(
    run_here: Run,
    home: Path,
    josm_directory: Path,
    arguments: list[str],
    variables: dict[str, str],
    shown: list[str],
) -> None:
    """Of what stands farther away, there counts what goes with what stands nearer."""
    write(home, README)

    assert shown == in_menu(run_here("josm-prefs", *arguments, **variables))


def test_defaults_that_the_classic_host_has_not(
    run_here: Run, home: Path, josm_directory: Path
) -> None:
    """If none of them is left, all is written."""
    write(home, 'activities = ["sport_Hike"]\ncolors = ["orange"]\nshow = ["sport_Hike:orange"]\n')

    assert "25 layers: 5 activities x 5 colours" in run_here("josm-prefs", "--classic").out


def test_layer_to_be_shown_is_written(run_here: Run, home: Path, josm_directory: Path) -> None:
    """A layer that is named for the menu is written with the defaults, in all their colours."""
    write(home, README)
    outcome = run_here("josm-prefs", "--show", "run:orange")

    assert "12 layers: 4 activities x 3 colours" in outcome.out


def test_options_that_contradict_each_other(
    run_here: Run, home: Path, josm_directory: Path
) -> None:
    """What was typed in two options is not guessed."""
    outcome = run_here("josm-prefs", "--activity", "ride", "--show", "run:hot")

    assert 2 == outcome.code
    assert "--show: 'run:hot' is not to be had; did you mean ride:hot" in outcome.err


@pytest.mark.parametrize(
    "variable", ["STRAVACOOKIES_ACTIVITIES", "STRAVACOOKIES_COLORS", "STRAVACOOKIES_SHOW"]
)
def test_unknown_name_in_the_environment(
    run_here: Run, josm_directory: Path, variable: str
) -> None:
    """What Strava does not have at all is a mistake, in the variable that is named."""
    outcome = run_here("josm-prefs", **{variable: "nothing"})

    assert 2 == outcome.code
    assert f"Invalid value for {variable}: 'nothing' is not to be had; " in outcome.err


def test_defaults_of_other_commands(run_here: Run, home: Path, tmp_path: Path) -> None:
    """With the classic host, `cartograph` and `render` use of the defaults what that has, too."""
    write(home, README)
    (tmp_path / "my.txt").write_text("{% for layer in layers %}{{ layer.id }} {% endfor %}")
    rendered = run_here("render", "my.txt", "--classic")
    run_here("cartograph", "--classic", "-o", "phone")

    assert (
        "strava-heatmap-all-hot strava-heatmap-all-blue strava-heatmap-ride-hot"
        " strava-heatmap-ride-blue "
    ) == rendered.out
    assert 2 == len(list((tmp_path / "phone").iterdir()))


@pytest.mark.parametrize("name", ["josm-prefs", "status", "live", "cartograph"])
def test_unknown_activity_in_the_file(
    run_here: Run, home: Path, josm_directory: Path, name: str
) -> None:
    """What Strava does not have is a mistake in the file, whichever command would read it."""
    path = write(home, 'activities = ["Hike"]\n')

    with pytest.raises(ConfigError) as error:
        run_here(name)
    assert (
        f"{path} cannot be used: in activities, 'Hike' is not to be had; did you mean sport_Hike?"
    ) == str(error.value)


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["josm-prefs", "--help"], ["live", "-h"], ["completion", "bash"], ["logout"]],
)
def test_mistake_in_the_file_does_not_matter(
    run_here: Run, home: Path, arguments: list[str]
) -> None:
    """What needs no defaults does not mind what is wrong with them."""
    write(home, "colors = [")

    assert 0 == run_here(*arguments).code


def test_source_of_the_file(
    run: Run, home: Path, tmp_path: Path, josm_directory: Path, strava: Strava, stand_in: StandIn
) -> None:
    """A session is taken from there when one is needed, and only then."""
    export = tmp_path / "cookies.json"
    export.write_text(json.dumps([{"name": "_strava4_session", "value": strava.open_session()}]))
    write(home, f'source = "{export}"\n')
    first = run("josm-prefs")
    export.unlink()
    second = run("josm-prefs")
    third = run("josm-prefs", "--refresh")

    assert [0, 0, 0] == [first.code, second.code, third.code]
    assert 2 == len(stand_in.requests)


def test_source_in_the_environment(
    run: Run, home: Path, tmp_path: Path, strava: Strava, stand_in: StandIn
) -> None:
    """It comes before that of the file, and `--from` before both; `login` uses it, too."""
    sources = {name: tmp_path / name for name in ("file", "environment", "option")}
    for path in sources.values():
        path.write_text(strava.open_session())
    write(home, f'source = "{sources["file"]}"\n')
    variable = {"STRAVACOOKIES_SOURCE": str(sources["environment"])}
    from_file = run("login")
    from_environment = run("login", **variable)
    from_option = run("login", "--from", "option", **variable)
    run("logout")
    run("cookies", **variable)

    for name, outcome in zip(sources, (from_file, from_environment, from_option), strict=True):
        assert outcome.out.startswith(f"Logged in to Strava with {sources[name]}. ")
    used = stand_in.requests[-1].cookies["_strava4_session"]
    assert sources["environment"].read_text() == used


@pytest.mark.parametrize("name", ["password", "-"])
def test_source_that_must_be_asked_for(run_here: Run, name: str) -> None:
    """What a person must answer each time cannot stand in the environment."""
    outcome = run_here("login", STRAVACOOKIES_SOURCE=name)

    assert 2 == outcome.code
    assert "Error: STRAVACOOKIES_SOURCE is neither a browser nor a file." in outcome.err


def test_source_of_the_file_is_gone(run: Run, home: Path, josm_directory: Path) -> None:
    """If it is needed and is not there, the user hears of it."""
    write(home, 'source = "/nowhere/cookies.json"\n')
    outcome = run("josm-prefs")

    assert 2 == outcome.code
    assert "'/nowhere/cookies.json' is neither a file nor a known source" in outcome.err


def test_home_directory_in_the_file(run_here: Run, home: Path) -> None:
    """A path may begin with ~."""
    (home / "My JOSM").mkdir()
    write(home, 'josm-dir = "~/My JOSM"\n')

    assert 0 == run_here("josm-prefs").code
    assert (home / "My JOSM" / "strava-heatmap.xml").exists()
