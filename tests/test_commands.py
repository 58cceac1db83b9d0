"""The commands around `josm-prefs`, as a user runs them, against the stand-in."""

import json
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from stravacookies import summary
from stravacookies.errors import NoHomeError
from stravacookies.josm.preferences import NEW
from stravacookies.sources import BROWSERS
from stravacookies.status import CookiesStatus, JosmStatus, SessionStatus, Status
from tests import command
from tests.command import run_stravacookies
from tests.conftest import Run
from tests.made_up import token, values
from tests.standin.server import StandIn
from tests.standin.strava import Strava

STATE = Path(".local/state/stravacookies")
MINUTES = r"\d\d \w+ \d{4}, \d\d:\d\d, that is for \d+ h \d+ min"


def files(home: Path) -> list[Path]:
    """All files below a home directory."""
    return [path for path in home.rglob("*") if path.is_file()]


@pytest.fixture
def export(tmp_path: Path, strava: Strava) -> Path:
    """A file that an add-on exported from a browser that is logged in."""
    path = tmp_path / "cookies.json"
    path.write_text(json.dumps([{"name": "_strava4_session", "value": strava.open_session()}]))
    return path


def test_login_from_a_file(run: Run, export: Path, home: Path, stand_in: StandIn) -> None:
    """A session is proved with one request and kept, with what is known of its end."""
    outcome = run("login", "--from", export)

    assert (0, "") == (outcome.code, outcome.err)
    assert re.fullmatch(
        rf"Logged in to Strava with {export}\. The cookies last until {MINUTES}\.\n"
        r"The session is kept in a file of your own; it lasts for as long as Strava lets it\.\n",
        outcome.out,
    ), outcome.out
    assert ["HEAD"] == [request.method for request in stand_in.requests]
    assert {0o600} == {path.stat().st_mode & 0o777 for path in files(home / STATE)}


def test_login_from_standard_input(
    environment: dict[str, str], tmp_path: Path, strava: Strava
) -> None:
    """With `-`, whatever form comes in is taken."""
    outcome = run_stravacookies(
        *("login", "--from", "-"),
        environment=environment,
        folder=tmp_path,
        typed=f"_strava4_session={strava.open_session()}; sp=x\n",
    )

    assert (0, "") == (outcome.code, outcome.err)
    assert outcome.out.startswith("Logged in to Strava with standard input.")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("ended", "The session from standard input is not logged in at Strava: "),
        ("CloudFront-Policy=x; sp=y", "standard input holds no Strava session: "),
    ],
)
def test_standard_input_is_named(
    environment: dict[str, str], tmp_path: Path, typed: str, words: str
) -> None:
    """What comes in and cannot be used is called standard input, not `-`."""
    outcome = run_stravacookies(
        "login", "--from", "-", environment=environment, folder=tmp_path, typed=typed
    )

    assert 3 == outcome.code
    assert outcome.err.startswith(f"stravacookies: {words}"), outcome.err


def test_login_with_a_password(run: Run, strava: Strava) -> None:
    """The password comes from the environment; the remember token tells how long it lasts."""
    login = {"STRAVA_EMAIL": strava.email, "STRAVA_PASSWORD": strava.password}
    outcome = run("login", "--from", "password", **login)
    end = datetime.now() + timedelta(days=30)

    assert 0 == outcome.code
    assert f"it lasts until {end:%d %B %Y}" in outcome.out


def test_password_without_a_terminal(run: Run) -> None:
    """Without a terminal or variables, the password cannot be had."""
    outcome = run("login", "--from", "password")

    assert (
        3,
        "stravacookies: There is no terminal to ask for email and password on: set STRAVA_EMAIL and"
        " STRAVA_PASSWORD.\n",
    ) == (outcome.code, outcome.err)


def test_heatmap_cookies_alone(run: Run, tmp_path: Path, stand_in: StandIn, home: Path) -> None:
    """An export with the heatmap's cookies and no session is taken with no request at all."""
    end = datetime.now(UTC) + timedelta(hours=20)
    path = tmp_path / "cookies.txt"
    path.write_text("; ".join(f"{name}={value}" for name, value in values(end).items()))
    outcome = run("login", "--from", path)

    assert (0, "") == (outcome.code, outcome.err)
    assert outcome.out.endswith("There was no session to keep: these cookies cannot be renewed.\n")
    assert [] == stand_in.requests
    assert ["cookies-today.json"] == [file.name for file in files(home)]


def test_anonymous_session(run: Run, tmp_path: Path, home: Path) -> None:
    """A session of a visitor, which has the same name, is told by Strava's answer."""
    path = tmp_path / "session"
    path.write_text("0123456789abcdef")
    outcome = run("login", "--from", path)

    assert 3 == outcome.code
    assert outcome.err.startswith(
        f"stravacookies: The session from {path} is not logged in at Strava: it has ended, or"
        " is an anonymous one, which every visitor has."
    )
    assert [] == files(home)


def test_expired_token(run: Run, tmp_path: Path, home: Path, stand_in: StandIn) -> None:
    """A remember token that has expired is told with its date, and not sent."""
    path = tmp_path / "cookies"
    end = datetime(2026, 1, 2, 12, tzinfo=UTC)
    path.write_text(f"strava_remember_id=7; strava_remember_token={token(end)}")
    outcome = run("login", "--from", path)

    assert (
        3,
        "stravacookies: The cookie strava_remember_token expired on 02 January 2026, and there is"
        " no other session: log in at https://www.strava.com again.\n",
    ) == (outcome.code, outcome.err)
    assert [] == stand_in.requests
    assert [] == files(home)


def test_expired_token_beside_heatmap_cookies(run: Run, tmp_path: Path) -> None:
    """Heatmap cookies with time left are taken, whatever has expired beside them."""
    path = tmp_path / "cookies"
    old = token(datetime(2026, 1, 2, 12, tzinfo=UTC))
    cookies = values(datetime.now(UTC) + timedelta(hours=20)) | {"strava_remember_token": old}
    path.write_text("; ".join(f"{name}={value}" for name, value in cookies.items()))

    assert 0 == run("login", "--from", path).code


def test_login_that_cannot_be_kept_is_an_error(run: Run, export: Path, home: Path) -> None:
    """A login is for the next run; if that will not have it, the user hears so."""
    (home / ".local").write_text("a file where a directory should be")
    outcome = run("login", "--from", export)

    assert (
        1,
        "",
        "stravacookies: The session could not be kept for the next run: Not a directory.\n",
    ) == (outcome.code, outcome.out, outcome.err)


@pytest.mark.parametrize("length", [0, 300])
def test_session_on_the_command_line_is_not_repeated(run: Run, length: int) -> None:
    """Who gives a session in place of its source does not see it again."""
    outcome = run("login", "--from", f"_strava4_session=SECRET{'x' * length}; sp=1")

    assert 2 == outcome.code
    assert outcome.err.startswith("stravacookies: What stands behind --from is neither a file nor")
    assert "SECRET" not in outcome.err


@pytest.mark.parametrize("value", ["0123456789abcdef0123456789abcdef", "QUJDREVGR0hJSktMTU5PUA/x"])
def test_bare_session_on_the_command_line_is_not_repeated(run: Run, value: str) -> None:
    """Nor does who gives nothing but its value."""
    outcome = run("login", "--from", value)

    assert 2 == outcome.code
    assert outcome.err.startswith("stravacookies: What stands behind --from is neither a file nor")


@pytest.mark.parametrize("name", ["login", "josm-prefs", "cookies"])
def test_empty_source(run: Run, josm_directory: Path, name: str) -> None:
    """A variable that is not set does not mean that no source was named."""
    outcome = run(name, "--from", "")

    assert 2 == outcome.code
    assert outcome.err.startswith("stravacookies: '' is neither a file nor a known source")


def test_standard_input_may_be_closed(environment: dict[str, str], tmp_path: Path) -> None:
    """Where nothing can come in, there is no session."""
    line = f"{sys.executable} -m stravacookies login --from - <&-"
    outcome = command.run("sh", "-c", line, environment=environment, folder=tmp_path)

    assert 3 == outcome.code
    assert outcome.err.startswith("stravacookies: Standard input holds no Strava session:")


def test_standard_output_may_be_closed(environment: dict[str, str], tmp_path: Path) -> None:
    """Without a standard output, `doctor` ends as it does with one: cookies are missing."""
    line = f"{sys.executable} -m stravacookies doctor >&-"
    outcome = command.run("sh", "-c", line, environment=environment, folder=tmp_path)

    assert (1, "") == (outcome.code, outcome.err)


@pytest.mark.parametrize(
    "arguments", [["josm-prefs", "--josm-dir", "~nobody-here/x"], ["preview", "-o", "~nobody-here"]]
)
def test_home_directory_of_nobody(run_here: Run, arguments: list[str]) -> None:
    """A path below the home directory of a user who is not known is exit 2."""
    outcome = run_here(*arguments)

    assert 2 == outcome.code
    assert f"there is no home directory for '{arguments[-1]}'.\n" in outcome.err


def test_user_without_a_home_directory(run_here: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user without a home directory, as in some containers, is told to set one."""

    def nowhere() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", nowhere)

    with pytest.raises(NoHomeError) as error:
        run_here("status")
    assert "There is no home directory: set HOME to a folder that is yours." == str(error.value)


def test_directory_with_a_name_that_cannot_be(run: Run, tmp_path: Path) -> None:
    """What is out of reach as JOSM's directory is exit 5, and named."""
    directory = tmp_path / ("long" * 99)
    outcome = run("status", "--josm-dir", directory)

    assert (5, f"stravacookies: {directory} could not be read: File name too long.\n") == (
        outcome.code,
        outcome.err,
    )


def test_clock_that_cannot_be(run: Run, josm_directory: Path, strava: Strava) -> None:
    """With a time zone that is none, times are told in UTC."""
    outcome = run("josm-prefs", STRAVA_SESSION=strava.open_session(), TZ="XXX+24")

    assert (0, "") == (outcome.code, outcome.err)
    assert " UTC, that is for 23 h 59 min." in outcome.out


@pytest.mark.parametrize("name", ["login", "josm-prefs", "cookies"])
def test_unknown_source(run: Run, josm_directory: Path, name: str) -> None:
    """What is neither a browser nor a file is a usage error, with the list."""
    outcome = run(name, "--from", "firefix")

    assert (
        2,
        "stravacookies: 'firefix' is neither a file nor a known source of a session; known are"
        f" {', '.join(BROWSERS)} (perhaps with :PROFILE), - for standard input, and password.\n",
    ) == (outcome.code, outcome.err)


def test_browser_that_is_not_there(run: Run, home: Path) -> None:
    """A browser that is not installed is exit 3."""
    outcome = run("login", "--from", "vivaldi")

    words = "stravacookies: There is no vivaldi on this computer, or it was never started.\n"
    assert (3, words) == (outcome.code, outcome.err)
    assert [] == files(home)


def test_no_browser_at_all(run: Run, home: Path) -> None:
    """Without a source and a browser, the ways are explained."""
    outcome = run("login")

    assert (
        3,
        "stravacookies: No browser with a Strava session was found. Log in at"
        " https://www.strava.com in a browser and run this again; or export its cookies with an"
        " add-on, and name the file with --from; or copy the value of its cookie _strava4_session,"
        " and paste it into 'stravacookies login --from -'.\n",
    ) == (outcome.code, outcome.err)
    assert [] == files(home)


def test_browser_extra_is_missing(environment: dict[str, str], tmp_path: Path, home: Path) -> None:
    """Without the extra, it is said how to install it."""
    (tmp_path / "yt_dlp.py").write_text("raise ImportError\n")
    hidden = {"PYTHONPATH": str(tmp_path)}
    outcome = run_stravacookies(
        "login", "--from", "firefox", environment=environment | hidden, folder=tmp_path
    )

    assert (
        3,
        "stravacookies: Reading a browser needs an optional part: run 'make browser' in a clone; or"
        ", with what installed this, pipx install --force '.[browser]' or pip install '.[browser]'"
        " there.\n",
    ) == (outcome.code, outcome.err)


def test_josm_prefs_from_a_source(run: Run, josm_directory: Path, export: Path) -> None:
    """`josm-prefs --from` does all in one go, and keeps the session."""
    outcome = run("josm-prefs", "--from", export)

    assert (0, "") == (outcome.code, outcome.err)
    assert (josm_directory / "strava-heatmap.xml").exists()
    assert 0 == run("josm-prefs", "--refresh").code


def test_logout(run: Run, export: Path, home: Path) -> None:
    """All that was kept is removed, and named; then there is nothing."""
    run("login", "--from", export)
    outcome = run("logout")

    assert (
        0,
        f"Removed {home / STATE}/session.json.\nRemoved {home / STATE}/cookies-today.json.\n",
    ) == (outcome.code, outcome.out)
    assert [] == files(home / STATE)
    assert "Nothing was kept.\n" == run("logout").out


def test_status_of_nothing(run: Run) -> None:
    """With nothing there, a refresh is due."""
    outcome = run("status")

    assert (
        1,
        "Session  none: run 'stravacookies login'\n"
        "Cookies  none yet\n"
        "JOSM     no preferences directory: start JOSM once\n"
        "\nNext: run 'stravacookies josm-prefs' before you map.\n",
    ) == (outcome.code, outcome.out)


def test_status_when_all_is_ready(run: Run, josm_directory: Path, export: Path) -> None:
    """After a run, a mapper can start."""
    run("josm-prefs", "--from", export)
    outcome = run("status")

    assert 0 == outcome.code
    assert re.fullmatch(
        rf"Session  from {export}, kept in: file\n"
        rf"Cookies  fresh: they last until {MINUTES}\n"
        rf"JOSM     {josm_directory}\n"
        r"         287 layers, registered; JOSM is not running\n"
        r"\nNext: start JOSM\.\n",
        outcome.out,
    ), outcome.out


@pytest.mark.parametrize(
    ("registered", "running", "advice"),
    [
        (True, False, "start JOSM"),
        (
            True,
            True,
            "choose from JOSM's Imagery menu; what is missing there comes when JOSM starts again",
        ),
        (False, False, "run 'stravacookies josm-prefs' before you map"),
        (False, True, "close JOSM, and run 'stravacookies josm-prefs' before you map"),
    ],
)
def test_status_tells_what_to_do(registered: bool, running: bool, advice: str) -> None:
    """What to do next depends on whether JOSM runs: a first run would be refused then."""
    now = Status(
        SessionStatus(),
        CookiesStatus(datetime.now(UTC), fresh=True),
        JosmStatus("/josm", registered, entries=287, current=True, running=running),
    )

    assert summary.of_status(now).endswith(f"\n\nNext: {advice}.")


def test_status_for_programs(
    run: Run, josm_directory: Path, export: Path, stand_in: StandIn
) -> None:
    """The same as JSON, with no secret in it, and without asking Strava."""
    run("josm-prefs", "--from", export)
    outcome = run("status", "--json")
    status = json.loads(outcome.out)
    expires = datetime.fromisoformat(status["cookies"].pop("expires"))

    assert {
        "session": {"stored": "file", "source": str(export), "expires": None},
        "cookies": {"fresh": True},
        "josm": {
            "directory": str(josm_directory),
            "registered": True,
            "entries": 287,
            "current": True,
            "running": False,
        },
    } == status
    assert timedelta(0) == expires.utcoffset()
    assert 1 == len(stand_in.requests)


def test_status_when_a_refresh_is_due(
    run: Run, josm_directory: Path, export: Path, strava: Strava
) -> None:
    """Cookies with less than six hours left are due."""
    strava.lifetime = 3600
    run("josm-prefs", "--from", export)
    outcome = run("status")

    assert 1 == outcome.code
    assert "Cookies  a refresh is due: they last until" in outcome.out


def test_status_when_josm_has_older_cookies(
    run: Run, josm_directory: Path, export: Path, strava: Strava
) -> None:
    """Cookies that were refreshed for another program are not in JOSM's files yet."""
    run("josm-prefs", "--from", export)
    strava.lifetime += 60  # within one second Strava would sign the same again
    run("cookies", "--refresh")
    outcome = run("status")

    assert 1 == outcome.code
    assert "287 layers with older cookies, registered" in outcome.out
    assert outcome.out.endswith("Next: run 'stravacookies josm-prefs' before you map.\n")


def test_status_after_classic(run: Run, josm_directory: Path, export: Path) -> None:
    """The cookies that count are those that JOSM has."""
    run("josm-prefs", "--classic", "--from", export)

    assert 0 == run("status").code


def test_status_with_damaged_preferences(run: Run, josm_directory: Path) -> None:
    """What is wrong with JOSM's files is told as elsewhere."""
    (josm_directory / "preferences.xml").touch()
    outcome = run("status")

    assert 5 == outcome.code
    assert "is not a JOSM preferences file (line 1: no element found)" in outcome.err


def test_logout_that_fails(run: Run, export: Path, home: Path) -> None:
    """What could not be removed is told, after what was."""
    run("login", "--from", export)
    (home / STATE / "session.json").unlink()
    (home / STATE / "session.json").mkdir()
    outcome = run("logout")

    assert (
        1,
        f"Removed {home / STATE}/cookies-today.json.\n",
        f"stravacookies: Could not remove {home / STATE}/session.json: is the keyring locked, or a"
        " file protected?\n",
    ) == (outcome.code, outcome.out, outcome.err)


def test_cookies_open_a_tile(run: Run, export: Path, stand_in: StandIn) -> None:
    """The header that is printed is one that opens tiles; it is all that is printed."""
    run("login", "--from", export)
    outcome = run("cookies")
    answer = requests.get(
        "https://content-a.strava.com/identified/globalheat/all/hot/8/198/114.png",
        headers={"Cookie": outcome.out.strip()},
        proxies={"https": stand_in.environment()["HTTPS_PROXY"]},
        verify=str(stand_in.ca),
        timeout=10,
    )

    assert (0, "", 1) == (outcome.code, outcome.err, outcome.out.count("\n"))
    assert 200 == answer.status_code


def test_cookies_as_query(run: Run, export: Path) -> None:
    """The query string is that of the classic host."""
    outcome = run("cookies", "--format", "query", "--from", export)

    assert re.fullmatch(r"Key-Pair-Id=\w+&Policy=[\w~-]+&Signature=[\w~-]+\n", outcome.out)


def test_cookies_as_json(run: Run, export: Path) -> None:
    """The four cookies by name, and when they end."""
    content = json.loads(run("cookies", "--format", "json", "--from", export).out)

    assert timedelta(0) == datetime.fromisoformat(content.pop("expires")).utcoffset()
    assert [
        "CloudFront-Key-Pair-Id",
        "CloudFront-Policy",
        "CloudFront-Signature",
        "_strava_idcf",
    ] == list(content)


def test_cookies_as_netscape(run: Run, export: Path, tmp_path: Path) -> None:
    """A cookies.txt is what Python's own reader of that form takes, too."""
    from http.cookiejar import MozillaCookieJar

    path = tmp_path / "cookies.txt"
    path.write_text(run("cookies", "--format", "netscape", "--from", export).out)
    jar = MozillaCookieJar(path)
    jar.load()

    assert 4 == len(jar)
    assert {(".strava.com", True)} == {(cookie.domain, cookie.secure) for cookie in jar}


def test_url_for_josm(run: Run, export: Path) -> None:
    """One line, in the form that JOSM's dialog takes."""
    run("login", "--from", export)
    outcome = run("url", "sport_Hike", "blue")

    assert re.fullmatch(
        r"tms\[3,15\]:\{header\(Cookie,CloudFront-Key-Pair-Id=[^}]+; _strava_idcf=[^}]+\)\}"
        r"https://content-a\.strava\.com/identified/globalheat/sport_Hike/blue"
        r"/\{zoom\}/\{x\}/\{y\}\.png\?v=19\n",
        outcome.out,
    ), outcome.out


def test_url_of_a_layer_in_one_word(run_here: Run) -> None:
    """A layer may be written as it is in options."""
    one, two = run_here("url", "sport_Hike:blue"), run_here("url", "sport_Hike", "blue")

    assert (0, one.out) == (two.code, two.out)


@pytest.mark.parametrize("arguments", [["sport_Hike"], ["Hike:blue"]])
def test_url_of_half_a_layer(run_here: Run, arguments: list[str]) -> None:
    """Half a name is a usage error that shows a whole one."""
    outcome = run_here("url", *arguments)

    assert 2 == outcome.code
    assert f"{arguments[0]!r} is not to be had; did you mean sport_Hike:" in outcome.err


def test_classic_url_for_josm(run: Run, export: Path) -> None:
    """The classic form is that of the program's first version."""
    run("login", "--from", export)
    outcome = run("url", "ride", "hot", "--classic")

    assert re.fullmatch(
        r"tms\[3,15\]:https://\{switch:heatmap-external-a,heatmap-external-b,heatmap-external-c\}"
        r"\.strava\.com/tiles-auth/ride/hot/\{zoom\}/\{x\}/\{y\}\.png\?Key-Pair-Id=\S+\n",
        outcome.out,
    ), outcome.out


def test_url_of_an_unknown_layer(run: Run) -> None:
    """A layer that there is not is a usage error."""
    outcome = run("url", "ride", "pink")

    assert 2 == outcome.code
    assert "ACTIVITY:COLOR: 'ride:pink' is not to be had; did you mean ride:purple" in outcome.err


@pytest.mark.parametrize(
    "content", [b"", b"\x00" * 1000, b'[{"name": "_strava4_session", "value": "a}b"}]']
)
def test_bad_export_changes_nothing(
    run: Run, josm_directory: Path, tmp_path: Path, home: Path, stand_in: StandIn, content: bytes
) -> None:
    """A file with no session is exit 3, one sentence, with nothing kept, written or asked."""
    path = tmp_path / "export"
    path.write_bytes(content)
    outcome = run("josm-prefs", "--from", path)

    assert (3, "") == (outcome.code, outcome.out)
    assert outcome.err.startswith(f"stravacookies: {path} holds no Strava session: ")
    assert [] == files(home)
    assert [] == stand_in.requests


def test_huge_export(run: Run, tmp_path: Path) -> None:
    """A file of 50 MB is not read to its end."""
    path = tmp_path / "export"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    outcome = run("login", "--from", path)

    assert 3 == outcome.code
    assert f"{path} holds no Strava session: it is far too long." in outcome.err


def test_remove(run: Run, josm_directory: Path, strava: Strava, home: Path) -> None:
    """`remove` takes all of ours out of JOSM, says what, and leaves session and cookies."""
    preferences = josm_directory / "preferences.xml"
    preferences.write_bytes(NEW)
    run("josm-prefs", "--color", "hot", STRAVA_SESSION=strava.open_session())
    outcome = run("remove")

    assert (
        0,
        f"""\
The Strava heatmap is no longer in JOSM, in {josm_directory}:

  preferences.xml     no longer lists it; all else in there is as it was
  strava-heatmap.xml  removed
  cartograph/strava-heatmap-hot.onlinemap  removed
  preferences.xml.stravacookies.bak  removed

Session and cookies are still kept: 'stravacookies logout' removes them.
""",
        "",
    ) == (outcome.code, outcome.out, outcome.err)
    assert [preferences] == list(josm_directory.iterdir())
    assert (home / STATE / "cookies-today.json").exists()
    again = run("remove")
    assert (0, f"There is nothing of the Strava heatmap in {josm_directory}.\n", "") == (
        again.code,
        again.out,
        again.err,
    )


def test_remove_without_josm(run: Run) -> None:
    """Without JOSM's directory there is nothing to remove from, and it says so."""
    assert 5 == run("remove").code


def test_remove_from_damaged_preferences(run: Run, josm_directory: Path) -> None:
    """From preferences that cannot be understood nothing is removed."""
    (josm_directory / "preferences.xml").write_text("<preferences>")
    (josm_directory / "strava-heatmap.xml").touch()
    outcome = run("remove")

    assert (5, 1) == (outcome.code, outcome.err.count("\n"))
    assert (josm_directory / "strava-heatmap.xml").exists()
