"""The questions to a person at a terminal."""

from pathlib import Path

import pytest

from stravacookies.errors import NotLoggedInError
from tests.command import Run
from tests.standin.server import StandIn
from tests.standin.strava import Strava
from tests.terminal import converse


def test_email_and_password(
    environment: dict[str, str], josm_directory: Path, strava: Strava
) -> None:
    """A person without a session is asked for email and password, which is not shown."""
    answers = [
        ("session): ", "not an email"),
        ("Error: That is not an email address.", strava.email),
        ("Password (not shown): ", strava.password),
    ]
    code, shown = converse(environment, answers, "josm-prefs")

    assert 0 == code, shown
    assert strava.email in shown
    assert strava.password not in shown
    assert 1 == strava.logins


def test_session(
    environment: dict[str, str], josm_directory: Path, strava: Strava, stand_in: StandIn, run: Run
) -> None:
    """A pasted session is not shown. It is kept once Strava has accepted it."""
    session = strava.open_session()
    answers = [("session): ", ""), ("Session (not shown): ", session)]
    code, shown = converse(environment, answers, "josm-prefs")

    assert 0 == code, shown
    assert session not in shown
    assert 0 == run("josm-prefs", "--refresh").code
    assert 2 == len(stand_in.requests)


def test_refused_session(environment: dict[str, str], josm_directory: Path, home: Path) -> None:
    """A pasted session that Strava refuses is not kept."""
    answers = [("session): ", ""), ("Session (not shown): ", "ended")]
    code, shown = converse(environment, answers, "josm-prefs")

    assert 3 == code
    assert "stravacookies: The session from what you entered is not logged in to Strava" in shown
    assert [] == [path for path in home.rglob("*") if path.is_file()]


def test_bytes_that_are_not_text(environment: dict[str, str]) -> None:
    """What a terminal sends in another encoding is refused in a sentence."""
    answers = [("Session (not shown): ", "\udcff\udcfe")]
    strict = environment | {"PYTHONIOENCODING": "utf-8:strict"}
    code, shown = converse(strict, answers, "login", "--from", "-")

    assert 3 == code, shown
    assert "What you entered contains characters that cannot be sent." in shown


@pytest.mark.parametrize(
    ("source", "words"),
    [("-", "Logged in to Strava with what you entered."), ("password", "it lasts at least until")],
)
def test_login(environment: dict[str, str], strava: Strava, source: str, words: str) -> None:
    """On a terminal, `login` asks for what `--from` names."""
    session = strava.open_session()
    answers = {
        "-": [("Session (not shown): ", session)],
        "password": [("Email: ", strava.email), ("Password (not shown): ", strava.password)],
    }
    code, shown = converse(environment, answers[source], "login", "--from", source)

    assert 0 == code, shown
    assert words in shown
    assert session not in shown
    assert strava.password not in shown


def test_no_terminal(run_here: Run) -> None:
    """Without a terminal, the error says how else to give email and password."""
    with pytest.raises(NotLoggedInError) as error:
        run_here("login", "--from", "password")
    assert (
        "There is no terminal to ask for an email and password: set STRAVA_EMAIL and"
        " STRAVA_PASSWORD."
    ) == str(error.value)
