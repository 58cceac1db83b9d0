"""The names of activities, colours and layers: what the program says about unknown ones."""

import pytest

from stravacookies.cli.layer_names import ACTIVITY, COLOR, LAYER, Name
from tests.command import Run


@pytest.mark.parametrize(
    ("kind", "name", "hint"),
    [
        (ACTIVITY, "Hike", "Did you mean sport_Hike?"),
        (ACTIVITY, "waler", "Did you mean water?"),
        (ACTIVITY, "chess", "'stravacookies josm-prefs --help' lists them all."),
        (COLOR, "blu", "Did you mean blue, bluered or mobileblue?"),
        (COLOR, "pink", "Choose from hot, blue, purple, gray, bluered, mobileblue, orange."),
        (LAYER, "rde:hot", "Did you mean ride:hot, run:hot or sport_Ride:hot?"),
        (
            LAYER,
            "Hike, blue",
            "Did you mean sport_Hike:blue, sport_Hike:bluered or sport_Hike:mobileblue?",
        ),
    ],
)
def test_unknown_name(kind: Name, name: str, hint: str) -> None:
    """The message says what is unknown, and what the user may have meant."""
    assert f"There is no {kind.name} {name!r}. {hint}" == kind.unknown(name)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("josm-prefs --activity x", "'--activity' (env var: 'STRAVACOOKIES_ACTIVITIES'): There"),
        ("josm-prefs --color x", "'--color' (env var: 'STRAVACOOKIES_COLORS'): There is no colour"),
        ("josm-prefs --show x", "'--show' (env var: 'STRAVACOOKIES_SHOW'): There is no layer 'x'"),
        ("live x", "'[ACTIVITY:COLOR]...': There is no layer 'x'. "),
    ],
)
def test_usage_errors(run_here: Run, arguments: str, words: str) -> None:
    """An unknown name is a usage error that says which option or argument it is in."""
    outcome = run_here(*arguments.split())

    assert (2, "") == (outcome.code, outcome.out)
    assert f"Error: Invalid value for {words}" in outcome.err
