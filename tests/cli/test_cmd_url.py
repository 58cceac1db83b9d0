"""`stravacookies url`: a layer as one line for JOSM's dialog."""

import re

import pytest

from tests.command import Run


@pytest.mark.parametrize("arguments", [["sport_Hike", "blue"], ["Hike, blue"]])
def test_current_host(run_here: Run, arguments: list[str]) -> None:
    """One line in the form that JOSM's dialog takes; the layer can be several words."""
    outcome = run_here("url", *arguments)

    assert re.fullmatch(
        r"tms\[3,15\]:\{header\(Cookie,CloudFront-Key-Pair-Id=[^}]+; _strava_idcf=[^}]+\)\}"
        r"https://content-a\.strava\.com/identified/globalheat/sport_Hike/blue"
        r"/\{zoom\}/\{x\}/\{y\}\.png\?v=19\n",
        outcome.out,
    ), outcome.out


def test_classic_host(run_here: Run) -> None:
    """The classic host takes the cookies in the URL."""
    outcome = run_here("url", "ride", "hot", "--classic")

    assert re.fullmatch(
        r"tms\[3,15\]:https://heatmap-external-\{switch:a,b,c\}\.strava\.com/tiles-auth/ride/hot"
        r"/\{zoom\}/\{x\}/\{y\}\.png\?Key-Pair-Id=\S+\n",
        outcome.out,
    ), outcome.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Missing argument 'ACTIVITY:COLOR'."),
        (["hike"], "'hike' is not a layer. Give an activity and a colour, such as sport_Hike:hot."),
        (["hike", "blue", "ride:hot"], "Error: Give one layer only.\n"),
        (["ride", "pink"], "There is no colour 'pink'. Choose from hot, blue, "),
        (["ride:hot", "hot"], "'hot' is not a layer. Give an activity and a colour, such as all:h"),
        (["--classic", "ride", "orange"], "the classic host does not have ride:orange"),
    ],
)
def test_unknown_layer(run_here: Run, arguments: list[str], words: str) -> None:
    """A layer that does not exist is a usage error."""
    outcome = run_here("url", *arguments)

    assert (2, "") == (outcome.code, outcome.out)
    assert words in outcome.err
