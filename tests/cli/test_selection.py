"""Which layers are written and shown: options, the environment and `config.toml`."""

from pathlib import Path

import pytest

from tests.command import Outcome, Run

CONFIG = """
activities = ["all", "ride", "sport_Hike"]
colors = ["hot", "blue"]
show = ["sport_Hike:blue", "ride:hot"]
"""

FOR_CLASSIC = {"STRAVACOOKIES_ACTIVITIES": "all ride", "STRAVACOOKIES_SHOW": "ride:blue"}


@pytest.fixture
def defaults(home: Path, josm_directory: Path) -> Path:
    """A user's `config.toml` that chooses six layers, and two of them to be shown."""
    path = home / ".config" / "stravacookies" / "config.toml"
    path.parent.mkdir()
    path.write_text(CONFIG)
    return path


def menu_of(outcome: Outcome) -> list[str]:
    """Return the layers that `josm-prefs` says are in the menu."""
    assert (0, "") == (outcome.code, outcome.err)
    _, _, rest = outcome.out.partition("In JOSM's Imagery menu:\n")
    return [line.strip() for line in rest.partition("\n\n")[0].splitlines()]


@pytest.mark.parametrize(
    ("arguments", "variables", "written", "shown"),
    [
        ("", {}, "6 layers: 3 activities, 2 colours", ["All rides, hot", "Hike, blue"]),
        ("--show run:orange", {}, "7 layers: 4 activities, 3 colours", ["All on foot, orange"]),
        (
            "--show all:hot --show all:hot --show run:hot",
            {},
            "7 layers: 4 activities, 2 colours",
            ["All, hot", "All on foot, hot"],
        ),
        (
            "--activity water",
            {},
            "4 layers: 3 activities, 2 colours",
            ["All rides, hot", "Hike, blue"],
        ),
        ("--color purple --show all:purple", {}, "3 layers: 3 activities, 1 colour", None),
        ("", {"STRAVACOOKIES_SHOW": "All on foot, orange"}, "7 layers: ", ["All on foot, orange"]),
        ("", {"STRAVACOOKIES_ACTIVITIES": "water, all on foot"}, "6 layers: 4 activities", None),
        ("", {"STRAVACOOKIES_COLORS": "purple"}, "5 layers: 3 activities, 3 colours", None),
        (
            "--activity all --show all:hot",
            {"STRAVACOOKIES_ACTIVITIES": "water run", "STRAVACOOKIES_SHOW": "run:gray"},
            "2 layers: 1 activity, 2 colours",
            ["All, hot"],
        ),
        ("--classic", FOR_CLASSIC, "4 layers: 2 activities, 2 colours", ["All rides, blue"]),
    ],
)
def test_options_replace_defaults(
    run_here: Run,
    defaults: Path,
    arguments: str,
    variables: dict[str, str],
    written: str,
    shown: list[str] | None,
) -> None:
    """An option replaces the environment, and that replaces `config.toml`, each as a whole.

    A layer that is to be shown is written, too.
    """
    outcome = run_here("josm-prefs", *arguments.split(), **variables)

    assert written in outcome.out
    assert shown is None or shown == menu_of(outcome)


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ("--activity ride", ["All rides, purple"]),
        ("--activity sport_Hike --activity sport_Run", ["Run, hot", "Hike, hot"]),
        ("--color blue", ["All, blue", "All rides, blue", "All on foot, blue"]),
    ],
)
def test_usual_layers_are_shown(
    run_here: Run, josm_directory: Path, arguments: str, shown: list[str]
) -> None:
    """If the user has not chosen what to show, the default depends on the layers written."""
    assert shown == menu_of(run_here("josm-prefs", *arguments.split()))[:3]


ONLY = {"STRAVACOOKIES_ONLY": "mtb hot, hike light blue"}


@pytest.mark.parametrize(
    ("arguments", "variables", "config", "written", "shown"),
    [
        ("--only hike:blue --only all:hot", {}, "", "2 layers: 2", ["All, hot", "Hike, blue"]),
        ("--only hike:blue", {}, CONFIG, "1 layer: 1 activity", ["Hike, blue"]),
        ("--only hike:blue --show ride:hot", {}, CONFIG, "2 layers: 2", ["All rides, hot"]),
        ("", ONLY, CONFIG, "2 layers: 2 activities, 2", ["Hike, light blue", "MTB, hot"]),
        (
            "--activity run",
            ONLY,
            CONFIG,
            "4 layers: 3 activities",
            ["All rides, hot", "Hike, blue"],
        ),
        ("--only run:gray", ONLY, CONFIG, "1 layer: 1 activity", ["All on foot, gray"]),
        ("", {}, 'only = ["Run, blue"]', "1 layer: 1 activity", ["All on foot, blue"]),
        ("--color gray", {}, 'only = ["Run, blue"]', "47 layers: 47 activities, 1 colour", None),
        ("", {}, 'only = ["run:hot"]\nshow = ["all:hot"]', "1 layer", ["All on foot, hot"]),
    ],
)
def test_single_layers(
    run_here: Run,
    defaults: Path,
    arguments: str,
    variables: dict[str, str],
    config: str,
    written: str,
    shown: list[str] | None,
) -> None:
    """Just the layers of `--only` are written and shown, unless other options are typed."""
    defaults.write_text(config)
    outcome = run_here("josm-prefs", *arguments.split(), **variables)

    assert written in outcome.out
    assert shown is None or shown == menu_of(outcome)
    assert ("More layers are in" in outcome.out) == (shown is None or len(shown) < int(written[0]))


@pytest.mark.parametrize("name", ["josm-prefs", "cartograph", "render", "preview"])
def test_single_layers_and_a_product(run_here: Run, tmp_path: Path, name: str) -> None:
    """Single layers together with activities or colours are a usage error."""
    (tmp_path / "my.j2").touch()
    command = [name, *(["my.j2"] if name == "render" else [])]
    both = run_here(*command, "--only", "all:hot", "--activity", "ride")

    assert 2 == both.code
    assert both.err.endswith("Error: --only cannot be combined with --activity or --color.\n")


@pytest.mark.parametrize(
    ("arguments", "variables", "config", "lacking"),
    [
        ("--activity sport_Hike", {}, "", "sport_Hike"),
        ("--color orange --color mobileblue", {}, "", "mobileblue, orange"),
        ("--show ride:orange", {}, "", "ride:orange"),
        ("", {"STRAVACOOKIES_ACTIVITIES": "sport_Hike ride"}, "", "sport_Hike"),
        ("", {"STRAVACOOKIES_SHOW": "all:hot sport_Hike:hot"}, "", "sport_Hike:hot"),
        ("", {}, 'colors = ["orange"]', "orange"),
        ("--only ride:orange --only all:hot", {}, "", "ride:orange"),
        ("", {}, 'show = ["sport_Hike:blue"]', "sport_Hike:blue"),
    ],
)
def test_classic_host_lacks_it(
    run_here: Run,
    defaults: Path,
    josm_directory: Path,
    arguments: str,
    variables: dict[str, str],
    config: str,
    lacking: str,
) -> None:
    """With `--classic`, what that host lacks is a usage error, wherever it was named."""
    defaults.write_text(config)
    outcome = run_here("josm-prefs", "--classic", *arguments.split(), **variables)

    assert (2, "") == (outcome.code, outcome.out)
    assert outcome.err.endswith(
        f"Error: Invalid value for --classic: the classic host does not have {lacking}. It has the"
        " activities all, ride, run, water, winter, in the colours hot, blue, purple, gray,"
        " bluered.\n"
    )
    assert [] == list(josm_directory.iterdir())


@pytest.mark.parametrize("name", ["cartograph", "render", "live", "url"])
def test_classic_host_in_other_commands(
    run_here: Run, defaults: Path, tmp_path: Path, name: str
) -> None:
    """The other commands with `--classic` refuse what that host lacks, too."""
    (tmp_path / "my.j2").touch()
    arguments = {"render": ["my.j2"], "url": ["ride", "orange"]}.get(name, [])
    outcome = run_here(name, "--classic", *arguments)

    assert (2, "") == (outcome.code, outcome.out)
    assert "the classic host does not have " in outcome.err


@pytest.mark.parametrize("command", ["josm-prefs", "live"])
@pytest.mark.parametrize(
    "variable",
    [
        "STRAVACOOKIES_ACTIVITIES",
        "STRAVACOOKIES_COLORS",
        "STRAVACOOKIES_ONLY",
        "STRAVACOOKIES_SHOW",
    ],
)
def test_unknown_name_in_the_environment(
    run_here: Run, josm_directory: Path, command: str, variable: str
) -> None:
    """A name that does not exist is an error that names the variable."""
    outcome = run_here(command, **{variable: "nothing"})

    assert 2 == outcome.code
    assert variable in outcome.err
    assert " 'nothing'. " in outcome.err
