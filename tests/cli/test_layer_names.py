"""The names of activities, colours and layers: what users can type, and what they are told."""

from itertools import product

import click
import pytest

from stravacookies.cli.layer_names import ACTIVITY, COLOR, LAYER, Name
from stravacookies.heatmap import CURRENT
from tests.command import Run


@pytest.mark.parametrize(
    ("kind", "names", "key"),
    [
        (ACTIVITY, ["sport_Hike", "sport_hike", "Hike", "HIKE", "hiking"], "sport_Hike"),
        (
            ACTIVITY,
            ["mtb", "MTB", "Mountain-bike ride", "mountainbikeride"],
            "sport_MountainBikeRide",
        ),
        (ACTIVITY, ["E-MTB", "e mtb"], "sport_EMountainBikeRide"),
        (ACTIVITY, ["ride", "Ride", "all rides"], "ride"),
        (ACTIVITY, ["bike", "Bicycle", "biking"], "ride"),
        (ACTIVITY, ["sport ride", "cycling"], "sport_Ride"),
        (ACTIVITY, ["Run", "All on foot", "foot", "on foot"], "run"),
        (COLOR, ["blue", "Blue"], "blue"),
        (COLOR, ["light blue", "Light-Blue", "mobileblue"], "mobileblue"),
        (COLOR, ["gray", "Grey"], "gray"),
        (LAYER, ["hike:blue", "Hike, blue", "Hike blue", "sport_Hike blue"], "sport_Hike:blue"),
        (LAYER, ["hike light blue", "Hiking, LIGHT-BLUE"], "sport_Hike:mobileblue"),
        (LAYER, ["all-on-foot-blue-red"], "run:bluered"),
    ],
)
def test_names_as_people_type_them(kind: Name, names: list[str], key: str) -> None:
    """Keys, keys without `sport_`, names and synonyms count, in any case and with any separator."""
    assert {key} == {kind.find(name) for name in names}


def test_the_names_that_the_program_shows() -> None:
    """Each layer is found by its title; only `Ride` and `Run` are the names of groups, too."""
    titles = {layer.title: layer.key for layer in CURRENT.layers()}
    others = {key for title, key in titles.items() if key != LAYER.find(title)}

    assert {"sport_Ride", "sport_Run"} == {key.partition(":")[0] for key in others}


@pytest.mark.parametrize("kind", [ACTIVITY, COLOR, LAYER], ids=lambda kind: kind.name)
def test_keys_side_by_side(kind: Name) -> None:
    """No two keys side by side look like one name."""
    for pair in product(kind.known[:70], repeat=2):
        assert [*pair] == kind.split_envvar_value(" ".join(pair))


@pytest.mark.parametrize(
    ("kind", "value", "keys"),
    [
        (
            ACTIVITY,
            "all rides, trail run  mtb",
            ["ride", "sport_TrailRun", "sport_MountainBikeRide"],
        ),
        (COLOR, "light blue blue hot", ["mobileblue", "blue", "hot"]),
        (LAYER, "hike light blue ride:hot", ["sport_Hike:mobileblue", "ride:hot"]),
        (
            LAYER,
            "Hike, blue, MTB, blue-red,",
            ["sport_Hike:blue", "sport_MountainBikeRide:bluered"],
        ),
    ],
)
def test_names_in_a_row(kind: Name, value: str, keys: list[str]) -> None:
    """Names in a row need no quotes; the longest name counts."""
    assert keys == kind.split_envvar_value(value)


@pytest.mark.parametrize(
    ("kind", "name", "message"),
    [
        (ACTIVITY, "waler", "There is no activity 'waler'. Did you mean water?"),
        (ACTIVITY, "trail", "There is no activity 'trail'. Did you mean sport_TrailRun?"),
        (ACTIVITY, "hkie", "There is no activity 'hkie'. Did you mean sport_Hike?"),
        *(
            (
                ACTIVITY,
                name,
                f"There is no activity {name!r}. 'stravacookies josm-prefs --help' lists them all.",
            )
            for name in ("chess", "jogging", "x", "")
        ),
        (ACTIVITY, "running", "'running' could mean sport_Run or sport_TrailRun."),
        (
            ACTIVITY,
            "ski",
            "There is no activity 'ski'. Did you mean sport_AlpineSki, sport_BackcountrySki,"
            " sport_NordicSki or sport_RollerSki?",
        ),
        (COLOR, "blu", "There is no colour 'blu'. Did you mean blue, bluered or mobileblue?"),
        (
            COLOR,
            "pink",
            "There is no colour 'pink'."
            " Choose from hot, blue, purple, gray, bluered, mobileblue, orange.",
        ),
        (LAYER, "rde:hot", "There is no activity 'rde'. Did you mean ride or sport_Ride?"),
        (LAYER, "hkie bleu", "There is no activity 'hkie'. Did you mean sport_Hike?"),
        (LAYER, "hike:blu", "There is no colour 'blu'. Did you mean blue, bluered or mobileblue?"),
        (LAYER, "running blue", "'running blue' could mean sport_Run:blue or sport_TrailRun:blue."),
        *(
            (LAYER, name, f"{name!r} is not a layer. Did you mean {swapped!r}?")
            for name, swapped in (
                ("blue:hike", "hike:blue"),
                ("light blue bike", "bike:light blue"),
            )
        ),
        (
            LAYER,
            "Blue",
            "'Blue' is not a layer. Give an activity and a colour, such as all:blue.",
        ),
    ],
)
def test_wrong_name(kind: Name, name: str, message: str) -> None:
    """The message says which part is wrong and what is near, but never names some other sport."""
    with pytest.raises(click.BadParameter) as error:
        kind.convert(name, None, None)
    assert message == error.value.message


@pytest.mark.parametrize(
    ("arguments", "variables", "words"),
    [
        (
            "josm-prefs --activity x",
            {},
            "'--activity' (env var: 'STRAVACOOKIES_ACTIVITIES'): There",
        ),
        ("josm-prefs --color x", {}, "'--color' (env var: 'STRAVACOOKIES_COLORS'): There is no"),
        ("josm-prefs --show x", {}, "'--show' (env var: 'STRAVACOOKIES_SHOW'): There is no"),
        ("live hike pink ride:hot", {}, "'[ACTIVITY:COLOR]...': There is no colour 'pink'. "),
        (
            "live",
            {"STRAVACOOKIES_SHOW": "hike pink ride:hot"},
            "STRAVACOOKIES_SHOW: ",
        ),
    ],
)
def test_usage_errors(run_here: Run, arguments: str, variables: dict[str, str], words: str) -> None:
    """A wrong name is a usage error that says which option, variable or argument it is in."""
    outcome = run_here(*arguments.split(), **variables)

    assert (2, "") == (outcome.code, outcome.out)
    assert f"Error: Invalid value for {words}" in outcome.err
