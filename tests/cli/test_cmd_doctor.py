"""The command `doctor`: what it prints, and that its advice repairs what is wrong."""

import json
import shutil
from pathlib import Path

import pytest

from stravacookies import health
from stravacookies.heatmap import CURRENT
from tests.command import Outcome, Run, run_in_process
from tests.situations import HOT
from tests.standin.server import StandIn
from tests.standin.signing import Signer
from tests.standin.strava import Strava
from tests.terminal import converse

RUN = "run 'stravacookies josm-prefs'"
LOGIN = "run 'stravacookies login'"


@pytest.fixture
def ask(environment: dict[str, str], stand_in: StandIn) -> Run:
    """Runs `stravacookies` in this process, where Strava is the stand-in."""

    def ask(*arguments: str | Path, **variables: str) -> Outcome:
        outcome = run_in_process(*arguments, environment=environment | variables)
        outcome.check_hides(stand_in.secrets())
        return outcome

    return ask


@pytest.fixture
def ready(ask: Run, josm_directory: Path, export: Path) -> None:
    """Everything is set up."""
    assert 0 == ask("josm-prefs", "--from", export).code


@pytest.mark.usefixtures("ready")
def test_all_is_well(run: Run, home: Path, stand_in: StandIn) -> None:
    """If all is well, the session and a tile in each colour were tried once; nothing changed."""
    stand_in.exchanges.clear()
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    outcome = run("doctor")

    assert (0, "") == (outcome.code, outcome.err)
    *lines, empty, verdict = outcome.out.splitlines()
    assert [f"✓ {name:14} " for name in health.ALL] == [line[:17] for line in lines]
    assert ("", "All is well.") == (empty, verdict)
    assert [
        "/maps",
        *(f"/identified/globalheat/all/{color.key}/8/198/114.png" for color in CURRENT.colors),
    ] == [request.path for request in stand_in.requests]
    assert f"up to {len(CURRENT.colors)} tiles" in run("doctor", "--help").out
    assert before == {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}


def test_json(ask: Run, josm_directory: Path) -> None:
    """For programs, the same is JSON; what is wrong has advice, what was not checked is null."""
    outcome = ask("doctor", "--json")
    told = json.loads(outcome.out)

    assert (1, False) == (outcome.code, told["ok"])
    assert list(health.ALL) == [finding["name"] for finding in told["findings"]]
    assert [
        {"name": "Cookies", "ok": False, "detail": "none yet", "advice": RUN},
        {
            "name": "Tile",
            "ok": None,
            "detail": "not checked: there are no valid cookies",
            "advice": None,
        },
    ] == told["findings"][4:6]


def test_verbose(run: Run, josm_directory: Path, export: Path) -> None:
    """The request can be followed; the secrets in the classic host's URLs are not shown."""
    run("josm-prefs", "--classic", "--from", export)
    outcome = run("doctor", "--verbose")

    assert (0, True) == (outcome.code, "stravacookies: >   query: (" in outcome.err)
    assert "Signature=" not in outcome.err


@pytest.mark.parametrize(
    ("variables", "name"), [({}, "Firefox"), ({"STRAVACOOKIES_SOURCE": "chrome"}, "Chrome")]
)
def test_default_source(ask: Run, home: Path, variables: dict[str, str], name: str) -> None:
    """The source in the user's config.toml or environment is what the next run uses."""
    directory = home / ".config" / "stravacookies"
    directory.mkdir(parents=True)
    (directory / "config.toml").write_text('source = "firefox"')

    assert (
        f"✓ Session         none yet; the next run uses {name}\n" in ask("doctor", **variables).out
    )


def finding(ask: Run, check: str) -> dict[str, object]:
    """Return what a check finds."""
    found = json.loads(ask("doctor", "--json").out)["findings"]
    by_name: dict[str, dict[str, object]] = {each["name"]: each for each in found}
    return by_name[check]


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize(
    ("check", "name", "content"),
    [
        ("Cartograph", f"cartograph/{HOT}", "{"),
        ("Cartograph", f"cartograph/{HOT}", None),
        ("Layers", "strava-heatmap.xml", "<imagery>"),
        ("Layers", "strava-heatmap.xml", "<imagery/>"),
        ("Layers", "strava-heatmap.xml", Path),
        ("Registration", "preferences.xml", None),
        ("Tile", "strava-heatmap.xml", Signer),
        ("Colours", "strava-heatmap.xml", "retired"),
    ],
)
def test_advice_repairs(
    ask: Run, josm_directory: Path, strava: Strava, check: str, name: str, content: object
) -> None:
    """After the user has followed the advice, the check is good."""
    path = josm_directory / name
    if content is Signer:
        strava.signer = Signer()  # which makes all cookies invalid
    elif check == "Colours":
        strava.retired_colors = ("blue", "orange")
    elif isinstance(content, str):
        path.write_text(content)  # the file stays private
    else:
        path.unlink()
        if content is Path:
            path.mkdir()
    before = finding(ask, check)
    advice = str(before["advice"])
    if advice.startswith("remove it"):
        shutil.rmtree(path)
    ask(*advice.partition("'stravacookies ")[2].partition("'")[0].split())

    assert (False, True) == (before["ok"], finding(ask, check)["ok"])


def test_colours_are_for_a_terminal(environment: dict[str, str], run: Run) -> None:
    """On a terminal the marks have colours, unless the user wants none."""
    _, colored = converse(environment, [], "doctor")
    _, plain = converse(environment | {"NO_COLOR": "1"}, [], "doctor")

    assert "\x1b[32m✓\x1b[0m Program" in colored
    assert "\x1b[31m✗\x1b[0m Session" in colored
    assert "\x1b[33m–\x1b[0m Tile" in colored
    assert "✓ Program" in plain
    assert "\x1b" not in plain + run("doctor").out


def test_terminal_without_the_marks(run: Run) -> None:
    """Where the marks cannot be shown, words and a hyphen stand for them. A sentence sums up."""
    outcome = run("doctor", PYTHONIOENCODING="ascii")

    assert "ok Program         stravacookies" in outcome.out
    assert f"no Session         none yet\n{'':19}{LOGIN}\n" in outcome.out
    assert "-  Tile            not checked" in outcome.out
    assert outcome.out.endswith(
        "\n3 problems: Session, Cookies and JOSM directory. Not checked: Login, Tile, Colours,"
        " Preferences, Registration, Layers, JOSM, Remote control and Cartograph.\n"
    )
