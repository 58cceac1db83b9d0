"""The questions to a person at a terminal."""

import shlex
import sys
from pathlib import Path

import pytest

from stravacookies.errors import NotLoggedInError
from tests.command import Run
from tests.standin.server import StandIn
from tests.standin.strava import Strava
from tests.terminal import converse, on_terminal


def test_email_and_password(
    environment: dict[str, str], josm_directory: Path, strava: Strava
) -> None:
    """A person may choose email and password, which is not shown."""
    answers = [
        ("Your choice [1]: ", "4"),
        ("'4' is not one of '1', '2', '3'.", "3"),
        ("Email: ", "not an email"),
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
    answers = [("[1]: ", ""), ("Session (not shown): ", session)]
    code, shown = converse(environment, answers, "josm-prefs")

    assert 0 == code, shown
    assert session not in shown
    assert 0 == run("josm-prefs", "--refresh").code
    assert 2 == len(stand_in.requests)


def test_file(environment: dict[str, str], strava: Strava, export: Path, run: Run) -> None:
    """A person may choose a file, as a terminal pastes it. What failed is told, without advice."""
    run("login", export)
    strava.end_sessions()
    export.write_text(strava.open_session())
    answers = [("[1]: ", "2"), ("File: ", "missing.json"), ("File: ", f"'{export}' ")]
    code, shown = converse(environment, answers, "cookies", "--refresh")
    told, _, rest = shown.partition("How do you want to log in to Strava?\r\n")

    assert 0 == code, shown
    assert (
        f"stravacookies: The session from {export} is not logged in to Strava: it has ended, or it"
        " is the kind that every visitor gets.\r\n"
    ) == told
    assert "File: Error: missing.json is not a file.\r\n" in rest.replace("missing.json\r\n", "", 1)
    assert (
        "  1  paste the session from a browser (its cookie _strava4_session)\r\n"
        "  2  read a file that a browser's add-on exported\r\n"
        "  3  enter your email and password (Strava refuses them from most programs)\r\n"
        "Your choice [1]: "
    ) in rest
    assert f"stravacookies: Logged in to Strava with {export}.\r\n" in rest


def test_refused_session(environment: dict[str, str], josm_directory: Path, home: Path) -> None:
    """A pasted session that Strava refuses is not kept."""
    answers = [("[1]: ", ""), ("Session (not shown): ", "ended")]
    code, shown = converse(environment, answers, "josm-prefs")

    assert 3 == code
    assert "stravacookies: The session from what you pasted is not logged in to Strava" in shown
    assert [] == [path for path in home.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    "paste",
    [
        "a={filler}; _strava4_session={session}; b={filler}",
        "curl 'https://www.strava.com/maps' \\\n  -H 'a: b' \\\n  -b 'a={filler};"
        " _strava4_session={session}' \\\n  --compressed",
        "a mistake\x15{session}x\x7f",
    ],
)
def test_paste(environment: dict[str, str], strava: Strava, tmp_path: Path, paste: str) -> None:
    """A paste may be longer than a terminal's line and have many lines; the shell gets none."""
    script = f"{sys.executable} -m stravacookies login --from -; echo code $?; cat >rest; echo end"
    text = paste.format(session=strava.open_session(), filler="x" * 5000)
    keys = [("Session (not shown): ", f"{text}\n"), ("code ", "\4")]
    command = ["sh", "-c", f"cd {shlex.quote(str(tmp_path))}; {script}"]
    _, shown = on_terminal(command, environment, keys)

    assert "Logged in to Strava with what you pasted." in shown
    assert "code 0" in shown
    assert "xxx" not in shown
    assert "" == (tmp_path / "rest").read_text()


def test_end_of_input(environment: dict[str, str]) -> None:
    """Ctrl-D ends the program, and typing is shown again."""
    keys = [("(not shown): ", "\4"), ("code", "typed\n")]
    script = f"{sys.executable} -m stravacookies login --from -; echo code $?; head -n 1"
    _, shown = on_terminal(["sh", "-c", script], environment, keys)

    assert "Aborted!\r\ncode 1\r\ntyped\r\ntyped\r\n" in shown


@pytest.mark.parametrize(
    ("source", "answers"),
    [
        ("-", [("Session (not shown): ", "")]),
        ("password", [("Email: ", "a@b.c"), ("Password (not shown): ", "")]),
    ],
)
def test_empty_answer(
    environment: dict[str, str], source: str, answers: list[tuple[str, str]]
) -> None:
    """Without an answer to a hidden question, a sentence says why the login ends."""
    code, shown = converse(environment, answers, "login", source)

    what = answers[-1][0].partition(" ")[0].lower()
    words = f"No {what} was entered. To try again, or to log in another way, run "
    assert (3, True) == (code, f"stravacookies: {words}" in shown), shown


@pytest.mark.parametrize(
    ("source", "question", "words"),
    [
        ("-", "Session", "What you pasted is neither an export of cookies, nor the value of "),
        ("password", "Password", "The email or the password contains characters that cannot be "),
    ],
)
def test_bytes_that_are_not_text(
    environment: dict[str, str], source: str, question: str, words: str
) -> None:
    """What a terminal sends in another encoding is refused in a sentence."""
    answers = [("Email: ", "a@b.c")] if source == "password" else []
    answers.append((f"{question} (not shown): ", "\udcfe\udcfd"))
    code, shown = converse(environment, answers, "login", "--from", source)

    assert 3 == code, shown
    assert f"stravacookies: {words}" in shown


@pytest.mark.parametrize(
    ("source", "words"),
    [("-", "Logged in to Strava with what you pasted."), ("password", "it lasts at least until")],
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
