"""The command as a user runs it, against the stand-in: what is printed, written, and asked."""

import json
import re
import shutil
import sys
from pathlib import Path

import psutil
import pytest
import requests
from lxml import etree

import stravacookies
from stravacookies.heatmap import CLASSIC
from tests import command
from tests.command import Outcome, converse, run_stravacookies
from tests.conftest import Run
from tests.josm_app import pretended
from tests.standin.faults import Place, reset
from tests.standin.server import StandIn
from tests.standin.strava import Guard, Request, Response, Strava


def entries(josm_directory: Path) -> dict[str, str]:
    """The entries of the set that was written: URLs by ids."""
    tree = etree.parse(josm_directory / "strava-heatmap.xml")
    return {str(e.findtext("{*}id")): str(e.findtext("{*}url")) for e in tree.getroot()}


def test_first_run_from_nothing(run: Run, josm_directory: Path, strava: Strava) -> None:
    """With a session in the environment, one command writes all and says what it did."""
    outcome = run("josm-prefs", STRAVA_SESSION=strava.open_session())
    end = r"\d\d \w+ \d{4}, \d\d:\d\d"

    assert (0, "") == (outcome.code, outcome.err)
    assert re.fullmatch(
        f"""\
The Strava heatmap is ready for JOSM, in {josm_directory}:

  strava-heatmap.xml  287 layers: 41 activities x 7 colours
  preferences.xml     made anew: JOSM has not run here yet
  cartograph/         7 files for Cartograph Maps

In the Imagery menu, unless you have removed them there:
  All Activities, hot
  All Rides, purple
  All on Foot, orange
  All Water Sports, blue
  All Winter Sports, gray

The cookies in these files last until {end}, that is for 23 h 59 min\\.
They are yours alone: share none of these files\\.

Next: start JOSM, and choose from its Imagery menu\\.
There are more layers in Imagery > Imagery preferences: search, for example, for 'hike blue'\\.
Run this again before you map another day\\.
""",
        outcome.out,
    ), outcome.out
    assert 287 == len(entries(josm_directory))


def test_entries_open_tiles(
    run: Run, josm_directory: Path, strava: Strava, stand_in: StandIn
) -> None:
    """The URL of an entry, asked as JOSM asks it, gives a tile."""
    run("josm-prefs", STRAVA_SESSION=strava.open_session())
    url = entries(josm_directory)["strava-heatmap-all-hot"]
    match = re.fullmatch(r"\{header\(([^,]+),([^}]+)\)\}(.*)", url)
    assert match
    tile = match[3].replace("{zoom}", "8").replace("{x}", "198").replace("{y}", "114")
    answer = requests.get(
        tile,
        headers={match[1]: match[2]},
        proxies={"https": stand_in.environment()["HTTPS_PROXY"]},
        verify=str(stand_in.ca),
        timeout=10,
    )

    assert (200, b"\x89PNG") == (answer.status_code, answer.content[:4])


def test_fresh_cookies_are_not_fetched_again(
    run: Run, josm_directory: Path, strava: Strava, stand_in: StandIn
) -> None:
    """A second run asks nothing of Strava, and needs no session for that."""
    run("josm-prefs", STRAVA_SESSION=strava.open_session())
    before = entries(josm_directory)
    outcome = run("josm-prefs")

    assert 0 == outcome.code
    assert "preferences.xml     lists them already, so it was not touched" in outcome.out
    assert (
        "Next: start JOSM, and choose from its Imagery menu.\n"
        "A JOSM that is open takes the new cookies when you start it again; or press 'Update\n"
        "default entries' and OK in Imagery > Imagery preferences, and open its layers anew.\n"
    ) in outcome.out
    assert 1 == len(stand_in.requests)
    assert before == entries(josm_directory)


def test_refresh_always_asks(
    run: Run, josm_directory: Path, strava: Strava, stand_in: StandIn
) -> None:
    """With `--refresh`, Strava is asked even if cookies are fresh: once, on one connection."""
    session = strava.open_session()
    run("josm-prefs", STRAVA_SESSION=session)
    before = len(stand_in.requests), len(stand_in.connections)
    outcome = run("josm-prefs", "--refresh", STRAVA_SESSION=session)

    assert 0 == outcome.code
    assert ((1, 1), (2, 2)) == (before, (len(stand_in.requests), len(stand_in.connections)))


def test_cookies_with_less_than_six_hours_are_refreshed(
    run: Run, josm_directory: Path, strava: Strava, stand_in: StandIn
) -> None:
    """Cookies that could end within an editing session are replaced."""
    session = strava.open_session()
    strava.lifetime = 6 * 60 * 60 - 60
    run("josm-prefs", STRAVA_SESSION=session)
    strava.lifetime = 24 * 60 * 60
    outcome = run("josm-prefs", STRAVA_SESSION=session)

    assert 2 == len(stand_in.requests)
    assert "for 23 h 59 min." in outcome.out


def test_password_logs_in_once(
    run: Run, josm_directory: Path, strava: Strava, stand_in: StandIn
) -> None:
    """The session won with a password is kept: the next refresh is one request."""
    login = {"STRAVA_EMAIL": strava.email, "STRAVA_PASSWORD": strava.password}
    assert 0 == run("josm-prefs", **login).code
    assert 0 == run("josm-prefs", "--refresh").code

    assert ["GET", "POST", "HEAD", "HEAD"] == [request.method for request in stand_in.requests]


def test_kept_session_that_ended_is_won_anew(
    run: Run, josm_directory: Path, strava: Strava, home: Path
) -> None:
    """When Strava refuses the kept session, the password wins another."""
    login = {"STRAVA_EMAIL": strava.email, "STRAVA_PASSWORD": strava.password}
    run("josm-prefs", **login)
    kept = home / ".local" / "state" / "stravacookies" / "session.json"
    kept.write_text(json.dumps({"_strava4_session": "ended"}))

    assert 0 == run("josm-prefs", "--refresh", **login).code
    assert 2 == strava.logins


def test_classic(run: Run, josm_directory: Path, strava: Strava) -> None:
    """The classic host gives 25 entries and 5 map sources, and has cookies of its own."""
    outcome = run("josm-prefs", "--classic", STRAVA_SESSION=strava.open_session())

    assert (0, "") == (outcome.code, outcome.err)
    assert "25 layers: 5 activities x 5 colours" in outcome.out
    assert {layer.id for layer in CLASSIC.layers()} == entries(josm_directory).keys()
    assert 5 == len(list((josm_directory / "cartograph").iterdir()))


def test_narrowed_set(run: Run, josm_directory: Path, strava: Strava) -> None:
    """Options narrow the set and choose what is in the menu."""
    outcome = run(
        *("josm-prefs", "--activity", "sport_Hike", "--activity", "run", "--color", "blue"),
        *("--show", "run:blue"),
        STRAVA_SESSION=strava.open_session(),
    )

    assert "removed them there:\n  All on Foot, blue\n" in outcome.out
    assert ["strava-heatmap-run-blue", "strava-heatmap-sport_Hike-blue"] == list(
        entries(josm_directory)
    )


def test_users_preferences_survive(run: Run, josm_directory: Path, strava: Strava) -> None:
    """What the user had is there byte for byte, with one entry more."""
    before = (
        "<preferences xmlns='http://josm.openstreetmap.de/preferences-1.0' version='18646'>\n"
        "  <tag key='oauth.access-token.key' value='a\nb'/>\n"
        "  <list key='imagery.layers.sites'>\n"
        "    <entry value='https://example.org/mine.xml'/>\n"
        "  </list>\n</preferences>\n"
    )
    (josm_directory / "preferences.xml").write_text(before)
    run("josm-prefs", STRAVA_SESSION=strava.open_session())

    entry = f'\n    <entry value="{josm_directory}/strava-heatmap.xml"/>'
    assert (
        before.replace("mine.xml'/>", f"mine.xml'/>{entry}")
        == (josm_directory / "preferences.xml").read_text()
    )


NO_SESSION = """\
stravacookies: There is no Strava session yet: run 'stravacookies login' (in a clone \
'make login'), or set STRAVA_SESSION to the value of your browser's cookie _strava4_session, or \
set STRAVA_EMAIL and STRAVA_PASSWORD.
"""


def refused(source: str) -> str:
    """What is said when Strava does not take the session from a source."""
    return (
        f"stravacookies: The session from {source} is not logged in at Strava: it has ended, or is"
        " an anonymous one, which every visitor has. Log in at https://www.strava.com in your"
        " browser, wait half a minute or close the browser, and run 'stravacookies login' (in a"
        " clone 'make login').\n"
    )


def check_failure(outcome: Outcome, code: int, err: str, home: Path) -> None:
    """A failure ends with its code and its words alone, and leaves no file."""
    assert (code, "", err) == (outcome.code, outcome.out, outcome.err)
    assert [] == [path for path in home.rglob("*") if path.is_file()]


def test_no_session(run: Run, josm_directory: Path, home: Path, stand_in: StandIn) -> None:
    """Without a session and a terminal, it says what to set, and asks nothing of Strava."""
    check_failure(run("josm-prefs"), 3, NO_SESSION, home)
    assert [] == stand_in.requests


def test_refused_session(run: Run, josm_directory: Path, home: Path) -> None:
    """A session that Strava refuses ends with what to do, and nothing is kept."""
    way_out = ", unset STRAVA_SESSION, which comes first, and run 'stravacookies"
    words = refused("STRAVA_SESSION").replace(", and run 'stravacookies", way_out)
    check_failure(run("josm-prefs", STRAVA_SESSION="ended"), 3, words, home)


def test_kept_session_refused(run: Run, josm_directory: Path, strava: Strava) -> None:
    """When the kept session has ended and there is no other, the user hears just that."""
    login = {"STRAVA_EMAIL": strava.email, "STRAVA_PASSWORD": strava.password}
    run("josm-prefs", "--classic", **login)
    (josm_directory.parents[1] / ".local/state/stravacookies/session.json").write_text(
        '{"source": "password", "_strava4_session": "ended"}'
    )
    outcome = run("josm-prefs")

    assert (3, refused("password")) == (outcome.code, outcome.err)


@pytest.mark.parametrize(
    ("guard", "words"),
    [
        (Guard.FIREWALL, "Strava's firewall keeps programs from the login page (403)."),
        (Guard.CAPTCHA, "Strava asks for a captcha, which only a person in a browser can solve."),
        (Guard.CODE, "Strava asks for a one-time code, which it sends by mail,"),
        (Guard.NO_FORM, "Strava's login page has no form for email and password (any more)."),
    ],
)
def test_refused_login_points_to_the_browser(
    run: Run, josm_directory: Path, strava: Strava, guard: Guard, words: str
) -> None:
    """Each refusal is one sentence, and the way that works another."""
    strava.guard = guard
    outcome = run("josm-prefs", STRAVA_EMAIL=strava.email, STRAVA_PASSWORD=strava.password)

    assert (3, "") == (outcome.code, outcome.out)
    assert outcome.err.startswith(f"stravacookies: {words}")
    assert outcome.err.endswith("and run 'stravacookies login' (in a clone 'make login').\n")


def test_strava_out_of_reach(run: Run, josm_directory: Path, home: Path) -> None:
    """A network that is down is exit 4."""
    outcome = run("josm-prefs", STRAVA_SESSION="any", HTTPS_PROXY="http://127.0.0.1:1")

    check_failure(
        outcome,
        4,
        "stravacookies: www.strava.com could not be reached: the proxy in HTTPS_PROXY does not let"
        " it through.\n",
        home,
    )


def test_missing_cookie(run: Run, josm_directory: Path, strava: Strava, home: Path) -> None:
    """An answer without one of the cookies is exit 4, and nothing is written or kept."""
    strava.changes["_strava_idcf"] = None
    outcome = run("josm-prefs", STRAVA_SESSION=strava.open_session())

    check_failure(
        outcome, 4, "stravacookies: Strava's answer lacks the cookie _strava_idcf.\n", home
    )


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("x" * 9000, "it is longer than 4096 characters"),
        ('a"b', "it holds characters that no cookie may hold"),
        ("a}b", "it holds characters that no cookie may hold"),
        ("a<b", "it holds characters that no cookie may hold"),
        ("a,b", "it holds characters that no cookie may hold"),
        ("a b", "it holds characters that no cookie may hold"),
        ("a\u00e9", "it holds characters that no cookie may hold"),
    ],
)
def test_cookie_that_cannot_be_used(
    run: Run, josm_directory: Path, strava: Strava, home: Path, value: str, why: str
) -> None:
    """A cookie that would break out of a header or a file is exit 4, and touches no file."""
    strava.changes["CloudFront-Signature"] = value
    outcome = run("josm-prefs", STRAVA_SESSION=strava.open_session())

    check_failure(
        outcome,
        4,
        f"stravacookies: Strava sent a cookie CloudFront-Signature that cannot be used: {why}.\n",
        home,
    )


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Response(404), "404 Not Found"),
        (Response(403), "403 Forbidden"),
        (Response(429, [("Retry-After", "60")]), "429 Too Many Requests"),
        (
            Response(302, [("Location", "http://www.strava.com/maps")]),
            "a redirect to 'http://www.strava.com'",
        ),
        (Response(302, [("Location", "/maps")]), "a redirect to 'https://www.strava.com'"),
        (
            Response(302, [("Location", f"https://user:password@{'long.' * 99}example.org/")]),
            f"a redirect to 'https://{'long.' * 14}lo'",
        ),
    ],
)
def test_unexpected_answer(
    run: Run,
    josm_directory: Path,
    home: Path,
    strava: Strava,
    monkeypatch: pytest.MonkeyPatch,
    answer: Response,
    words: str,
) -> None:
    """Any other answer of Strava is exit 4, one sentence, and touches no file."""
    monkeypatch.setattr(strava, "answer", lambda _: answer)
    outcome = run("josm-prefs", STRAVA_SESSION=strava.open_session())

    check_failure(
        outcome,
        4,
        f"stravacookies: https://www.strava.com/maps answered {words}, which was not expected: try"
        " again later.\n",
        home,
    )


def test_broken_connections_are_made_again(
    run: Run, josm_directory: Path, strava: Strava, stand_in: StandIn
) -> None:
    """A connection that breaks off once is no reason to give up, or to say anything."""
    stand_in.faults = iter([(Place.SITE, reset)])
    outcome = run("josm-prefs", STRAVA_SESSION=strava.open_session())

    assert (0, "") == (outcome.code, outcome.err)
    assert 287 == len(entries(josm_directory))


def test_verbose_shows_all_but_values(
    run: Run, josm_directory: Path, strava: Strava, stand_in: StandIn
) -> None:
    """With `--verbose`, what is asked and answered can be followed, by names and lengths."""
    login = {"STRAVA_EMAIL": strava.email, "STRAVA_PASSWORD": strava.password}
    outcome = run("josm-prefs", "--verbose", **login)

    assert 0 == outcome.code
    assert strava.email not in outcome.err
    for line in [
        "> GET https://www.strava.com/login",
        "> POST https://www.strava.com/session",
        f">   field 'password': ({len(strava.password)} characters)",
        "< 302 Found",
        "> HEAD https://www.strava.com/maps",
        ">   cookie '_strava4_session': (32 characters)",
        "< 200 OK",
        "<   cookie 'CloudFront-Policy' of .strava.com: ",
        "<   cookie 'CloudFront-Policy': (0 characters)",
    ]:
        assert f"\nstravacookies: {line}" in f"\n{outcome.err}"


def test_verbose_shows_what_goes_wrong(run: Run, josm_directory: Path, stand_in: StandIn) -> None:
    """A refusal too can be followed."""
    outcome = run("josm-prefs", "-v", STRAVA_SESSION="an ended session".replace(" ", "-"))

    assert 3 == outcome.code
    assert "<   'Location': (28 characters)\n" in outcome.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is full")
@pytest.mark.parametrize("command_line", ["status", "cookies", "josm-prefs"])
def test_output_that_cannot_be_written(
    environment: dict[str, str], josm_directory: Path, strava: Strava, command_line: str
) -> None:
    """If the output goes where there is no room, one sentence says so."""
    line = f"{sys.executable} -m stravacookies {command_line} >/dev/full"
    session = {"STRAVA_SESSION": strava.open_session()}
    outcome = command.run(
        "sh", "-c", line, environment=environment | session, folder=josm_directory
    )

    assert (1, "stravacookies: The output could not be written: No space left on device.\n") == (
        outcome.code,
        outcome.err,
    )


def test_no_josm(run: Run, home: Path, strava: Strava, stand_in: StandIn) -> None:
    """Without JOSM's directory it is exit 5, before Strava is asked."""
    outcome = run("josm-prefs", STRAVA_SESSION=strava.open_session())

    check_failure(
        outcome,
        5,
        "stravacookies: There is no JOSM preferences directory (looked for:"
        f" {home}/.josm, {home}/.config/JOSM, {home}/.var/app/org.openstreetmap.josm/config/JOSM)."
        " Start JOSM once, which makes it, or give its path to --josm-dir.\n",
        home,
    )
    assert [] == stand_in.requests


def test_damaged_preferences(
    run: Run, josm_directory: Path, strava: Strava, stand_in: StandIn
) -> None:
    """Preferences that cannot be understood are exit 5, before Strava is asked, and stay."""
    path = josm_directory / "preferences.xml"
    path.write_text("<preferences>\n<tag")
    outcome = run("josm-prefs", STRAVA_SESSION=strava.open_session())

    assert (
        5,
        f"stravacookies: {path} is not a JOSM preferences file (line 1: the root element is not"
        " that of JOSM's preferences); nothing was changed. Start JOSM, which restores it from its"
        " own copy, close it, and run this again.\n",
    ) == (outcome.code, outcome.err)
    assert [path] == list(josm_directory.iterdir())
    assert [] == stand_in.requests


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["--activity", "Hike"],
            "--activity: 'Hike' is not to be had; did you mean sport_Hike?",
        ),
        (
            ["--activity", "chess"],
            "--activity: 'chess' is not to be had; 'stravacookies josm-prefs --help' lists all.",
        ),
        (
            ["--classic", "--color", "orange"],
            "--color: 'orange' is not to be had; there are hot, blue, purple, gray, bluered.",
        ),
        (
            ["--color", "hot", "--show", "rde:hot"],
            "--show: 'rde:hot' is not to be had; did you mean ride:hot or",
        ),
    ],
)
def test_usage_errors(run: Run, arguments: list[str], words: str) -> None:
    """What cannot be meant is exit 2, with a hint."""
    outcome = run("josm-prefs", *arguments)

    assert 2 == outcome.code
    assert f"Error: Invalid value for {words}" in outcome.err


def test_installation_that_lacks_its_templates(
    run: Run, strava: Strava, josm_directory: Path, tmp_path: Path
) -> None:
    """A fault of the installation is told with the file that it is about, and no traceback."""
    shutil.copytree(Path(stravacookies.__file__).parent, tmp_path / "stravacookies")
    outcome = run("josm-prefs", STRAVA_SESSION=strava.open_session())

    words = f"{tmp_path / 'templates'} cannot be used: No such file or directory."
    assert (1, f"stravacookies: {words}\n") == (outcome.code, outcome.err)
    assert [] == list(josm_directory.iterdir())


def test_force_registers_under_a_josm_that_runs(
    run: Run, strava: Strava, josm_directory: Path, tmp_path: Path
) -> None:
    """Only `--force` changes the preferences of a JOSM that runs, and says what may happen."""
    session = {"STRAVA_SESSION": strava.open_session()}
    with pretended(tmp_path):
        refused = run("josm-prefs", **session)
        before = list(josm_directory.iterdir())
        forced = run("josm-prefs", "--force", **session)

    assert (6, []) == (refused.code, before)
    assert (
        0,
        "stravacookies: JOSM is running: when it next saves its preferences, our entry in them is"
        " lost. If the layers are missing then, close JOSM and run this again.\n",
    ) == (forced.code, forced.err)
    assert b"strava-heatmap.xml" in (josm_directory / "preferences.xml").read_bytes()


def test_secrets_are_in_no_title(
    environment: dict[str, str],
    strava: Strava,
    stand_in: StandIn,
    josm_directory: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """While Strava is being asked, the system shows nobody what with."""
    shown: list[str] = []
    real = strava.answer

    def look(request: Request) -> Response:
        shown.extend(str(process.cmdline()) for process in psutil.Process().children())
        return real(request)

    monkeypatch.setattr(strava, "answer", look)
    login = {"STRAVA_EMAIL": strava.email, "STRAVA_PASSWORD": strava.password}
    run_stravacookies("josm-prefs", environment=environment | login, folder=josm_directory)

    assert any("josm-prefs" in line for line in shown)
    secrets = stand_in.secrets() | {strava.email}
    assert [] == [secret for secret in secrets if any(secret in line for line in shown)]


def test_password_is_no_option(run: Run) -> None:
    """Secrets never stand on a command line, where other users could read them."""
    outcome = run("josm-prefs", "--password", "x")

    assert 2 == outcome.code
    assert "No such option '--password'." in outcome.err


def test_state_that_cannot_be_kept_is_a_warning(
    run: Run, josm_directory: Path, strava: Strava, home: Path
) -> None:
    """If nothing can be kept, JOSM gets its files all the same, and the user a warning."""
    (home / ".local").write_text("a file where a directory should be")
    outcome = run("josm-prefs", STRAVA_SESSION=strava.open_session())

    assert 0 == outcome.code
    assert (
        "stravacookies: The cookies could not be kept for the next run: Not a directory.\n"
        == outcome.err
    )
    assert 287 == len(entries(josm_directory))


@pytest.mark.parametrize("damage", ["cut", "garbage", "unwritable"])
def test_compiled_templates_do_not_matter(
    run: Run, josm_directory: Path, strava: Strava, home: Path, damage: str
) -> None:
    """Templates are kept compiled in the user's cache; without that, all is as it was."""
    cache = home / ".cache" / "stravacookies"
    run("josm-prefs", STRAVA_SESSION=strava.open_session())
    before = (josm_directory / "strava-heatmap.xml").read_bytes()
    assert 2 == len(list(cache.iterdir()))
    if damage == "unwritable":
        shutil.rmtree(cache)
        cache.touch()
    else:
        for path in cache.iterdir():
            path.write_bytes(path.read_bytes()[:20] if damage == "cut" else b"garbage")
    outcome = run("josm-prefs")

    assert (0, "") == (outcome.code, outcome.err)
    assert before == (josm_directory / "strava-heatmap.xml").read_bytes()


def test_no_secret_is_printed(run: Run, josm_directory: Path, strava: Strava, home: Path) -> None:
    """Neither session nor password nor cookies are in any output."""
    login = {"STRAVA_EMAIL": strava.email, "STRAVA_PASSWORD": strava.password}
    outcome = run("josm-prefs", **login)
    state = home / ".local" / "state" / "stravacookies"
    secrets = [strava.password]
    for name in ["session.json", "cookies-today.json"]:
        secrets += json.loads((state / name).read_text()).values()

    assert 0 == outcome.code
    assert [] == [secret for secret in secrets if secret in outcome.out + outcome.err]


def test_terminal_asks_for_email_and_password(
    environment: dict[str, str], josm_directory: Path, strava: Strava
) -> None:
    """On a terminal the user is asked; the password is not shown."""
    answers = [("session): ", strava.email), ("Password (not shown): ", strava.password)]
    code, shown = converse(environment, answers, "josm-prefs")

    assert 0 == code, shown
    assert strava.email in shown
    assert strava.password not in shown
    assert 1 == strava.logins


def test_terminal_takes_a_session_and_keeps_it(
    environment: dict[str, str], josm_directory: Path, strava: Strava, stand_in: StandIn, run: Run
) -> None:
    """A pasted session is not shown; it is kept once Strava has taken it."""
    session = strava.open_session()
    answers = [("session): ", ""), ("Session (not shown): ", session)]
    code, shown = converse(environment, answers, "josm-prefs")

    assert 0 == code, shown
    assert session not in shown
    assert 0 == run("josm-prefs", "--refresh").code
    assert 2 == len(stand_in.requests)


def test_terminal_refused_session_is_not_kept(
    environment: dict[str, str], josm_directory: Path, home: Path
) -> None:
    """A pasted session that Strava refuses is forgotten."""
    answers = [("session): ", ""), ("Session (not shown): ", "ended")]
    code, shown = converse(environment, answers, "josm-prefs")

    assert 3 == code
    assert refused("what you pasted").strip() in shown
    assert [] == [path for path in home.rglob("*") if path.is_file()]


def test_standard_input_may_be_closed(
    environment: dict[str, str], josm_directory: Path, strava: Strava, tmp_path: Path
) -> None:
    """A program that is started without any standard input asks nobody."""
    line = f"{sys.executable} -m stravacookies josm-prefs <&-"
    session = {"STRAVA_SESSION": strava.open_session()}
    outcome = command.run("sh", "-c", line, environment=environment | session, folder=tmp_path)

    assert (0, "") == (outcome.code, outcome.err)


def test_terminal_that_cannot_show_a_path(run: Run, tmp_path: Path, strava: Strava) -> None:
    """A path that standard output cannot write is shown as well as can be."""
    directory = tmp_path / "日本"
    directory.mkdir()
    outcome = run(
        *("josm-prefs", "--josm-dir", directory),
        STRAVA_SESSION=strava.open_session(),
        PYTHONIOENCODING="latin-1",
    )

    assert (0, "") == (outcome.code, outcome.err)
    assert "\\u65e5\\u672c" in outcome.out


def test_empty_directory_is_none(run: Run, strava: Strava) -> None:
    """A variable that is not set does not mean the current folder."""
    outcome = run("josm-prefs", "--josm-dir", "", STRAVA_SESSION=strava.open_session())

    assert 2 == outcome.code
    assert "it is empty, or the current folder" in outcome.err


@pytest.mark.parametrize("variable", ["STRAVA_EMAIL", "STRAVA_PASSWORD"])
def test_password_that_is_no_text(
    environment: dict[str, str], josm_directory: Path, tmp_path: Path, variable: str
) -> None:
    """Bytes that are no text are refused before anything is sent."""
    login = {"STRAVA_EMAIL": "a@example.org", "STRAVA_PASSWORD": "secret"} | {variable: "\udcff"}
    outcome = run_stravacookies("josm-prefs", environment=environment | login, folder=tmp_path)

    assert (
        3,
        "stravacookies: The email or the password holds characters that cannot be sent.\n",
    ) == (outcome.code, outcome.err)


def test_login_from_the_clipboard(environment: dict[str, str], strava: Strava) -> None:
    """On a terminal, `--from -` asks for what is to be pasted, and does not show it."""
    session = strava.open_session()
    answers = [("Session (not shown): ", session)]
    code, shown = converse(environment, answers, "login", "--from", "-")

    assert 0 == code, shown
    assert "Logged in to Strava with what you pasted." in shown
    assert session not in shown
