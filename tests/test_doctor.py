"""The walk along the chain, as a user sees it: all well, and each link broken by itself."""

import json
import os
import platform
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from stravacookies.doctor import Finding, examine
from stravacookies.josm.preferences import NAMESPACE
from stravacookies.vault import Vault
from tests import josm_app
from tests.command import Outcome, converse, run_in_process
from tests.conftest import Run
from tests.standin.server import StandIn
from tests.standin.signing import Signer
from tests.standin.strava import Response, Strava

STATE = Path(".local/state/stravacookies")

RUN = "run 'stravacookies josm-prefs' (in a clone 'make josm-prefs')"
LOGIN = "run 'stravacookies login' (in a clone 'make login')"

ALL_WELL = {
    "Program": "✓ stravacookies N, Python N, SYSTEM",
    "Packages": "✓ click N, jinja2 N, lxml N, platformdirs N, psutil N, requests N, keyring N,"
    " yt-dlp N",
    "Session": "✓ from ~/cookies.json, kept in: file",
    "Cookies": "✓ fresh: they last for TIME more",
    "Tile": "✓ content-a.strava.com answered 200",
    "JOSM directory": "✓ ~/.config/JOSM",
    "Preferences": "✓ readable",
    "Site": "✓ strava-heatmap.xml is registered",
    "Entry set": "✓ 287 layers with the kept cookies",
    "JOSM": "✓ version 18646, not running",
    "Remote control": "✓ off, as it may be",
    "Cartograph": "✓ 7 files with the kept cookies",
}
"""What is told of each link: a mark, and what was found."""


def lines(changes: dict[str, str]) -> str:
    """What is printed when all is well but for some links; a line break stands before advice."""
    text = ""
    for name, told in (ALL_WELL | changes).items():
        mark, _, rest = told.partition(" ")
        detail, _, advice = rest.partition("\n")
        text += f"{mark} {name:14}  {detail}\n"
        if advice:
            text += f"{'':18}{advice}\n"
    return text


def masked(text: str) -> str:
    """A text without what differs from day to day, and from computer to computer."""
    text = text.replace(platform.platform(), "SYSTEM")
    text = re.sub(r"\b\d+(\.\d+)+\b", "N", text)
    return re.sub(r"\d+ h \d+ min", "TIME", text)


@pytest.fixture(autouse=True)
def preferences(josm_directory: Path) -> str:
    """The preferences of a mapper who has used JOSM, with its remote control off."""
    off = {"remotecontrol.enabled": "false"}
    text = josm_app.preferences(remote_port=josm_app.free_port(), tags=off)
    (josm_directory / "preferences.xml").write_text(text)
    return text


@pytest.fixture
def export(home: Path, strava: Strava) -> Path:
    """A file at home that an add-on exported from a browser that is logged in."""
    path = home / "cookies.json"
    path.write_text(json.dumps([{"name": "_strava4_session", "value": strava.open_session()}]))
    return path


@pytest.fixture
def ask(environment: dict[str, str], stand_in: StandIn) -> Run:
    """Runs `stravacookies` in this process, and lets it ask the stand-in; it shows no secret."""

    def ask(*arguments: str | Path, **variables: str) -> Outcome:
        outcome = run_in_process(*arguments, environment=environment | variables)
        if "cookies" not in arguments:
            shown = outcome.out + outcome.err
            assert [] == [secret for secret in stand_in.secrets() if secret in shown]
        return outcome

    return ask


@pytest.fixture
def ready(ask: Run, export: Path) -> None:
    """All is set up, so that a mapper can start."""
    assert 0 == ask("josm-prefs", "--from", export).code


def diagnosis(ask: Run, home: Path, **variables: str) -> Outcome:
    """Run `doctor`, which never shows where the user is at home."""
    outcome = ask("doctor", **variables)
    assert str(home) not in outcome.out + outcome.err
    return Outcome(outcome.code, masked(outcome.out), outcome.err)


def test_home_behind_a_link(run_here: Run, home: Path, tmp_path: Path) -> None:
    """A home that is a symbolic link is shown by neither of its names."""
    link = tmp_path / "link"
    link.symlink_to(home)
    shown = [
        run_here("doctor", "--josm-dir", path / ".config" / "JOSM", HOME=str(link)).out
        for path in (home, link)
    ]

    assert [1, 1] == [text.count("~/.config/JOSM") for text in shown], shown
    assert str(home) not in shown[0]
    assert str(link) not in shown[1]


def turn_on_remote_control(josm_directory: Path, port: int) -> None:
    """Change JOSM's preferences so that it should listen on a port."""
    path = josm_directory / "preferences.xml"
    text = re.sub("(remotecontrol.enabled' value=')false", r"\1true", path.read_text())
    path.write_text(re.sub(r"(remote.control.port' value=')\d+", rf"\g<1>{port}", text))


@pytest.mark.usefixtures("ready")
def test_all_is_well(run: Run, home: Path, stand_in: StandIn) -> None:
    """When all holds, each link is told in a line; one tile is asked for, and nothing changed."""
    stand_in.exchanges.clear()
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    outcome = diagnosis(run, home)
    after = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}

    assert Outcome(0, lines({}), "") == outcome
    assert ["/identified/globalheat/all/hot/8/198/114.png"] == [
        request.path for request in stand_in.requests
    ]
    assert before == after


@pytest.mark.usefixtures("ready")
def test_for_programs(ask: Run, home: Path) -> None:
    """The same as JSON."""
    outcome = ask("doctor", "--json")
    told = json.loads(outcome.out)

    assert (0, True, "") == (outcome.code, told["ok"], outcome.err)
    assert list(ALL_WELL) == [finding["name"] for finding in told["findings"]]
    assert {
        "name": "JOSM directory",
        "ok": True,
        "detail": "~/.config/JOSM",
        "advice": None,
    } == told["findings"][5]
    assert str(home) not in outcome.out


def test_for_programs_when_something_is_wrong(ask: Run) -> None:
    """As JSON, a link that does not hold has advice, and one that could not be told has null."""
    outcome = ask("doctor", "--json")
    told = json.loads(outcome.out)

    assert (1, False) == (outcome.code, told["ok"])
    assert [
        {"name": "Cookies", "ok": False, "detail": "none are kept", "advice": RUN},
        {
            "name": "Tile",
            "ok": None,
            "detail": "not asked for: there are no cookies that could open it",
            "advice": None,
        },
    ] == told["findings"][3:5]


def test_nothing_yet(ask: Run, home: Path, stand_in: StandIn) -> None:
    """Before the first run, what to do is told, and Strava is not asked."""
    outcome = diagnosis(ask, home)

    changes = {
        "Session": f"✗ none is kept\n{LOGIN}",
        "Cookies": f"✗ none are kept\n{RUN}",
        "Tile": "– not asked for: there are no cookies that could open it",
        "Site": f"✗ strava-heatmap.xml is not registered\nclose JOSM, and {RUN}",
        "Entry set": f"✗ there is no strava-heatmap.xml\n{RUN}",
        "Cartograph": "– not looked for: the entry set does not tell which files there should be",
    }
    assert Outcome(1, lines(changes), "") == outcome
    assert [] == stand_in.requests


@pytest.mark.usefixtures("ready")
def test_no_session(ask: Run, home: Path) -> None:
    """Without a session, the next refresh will fail."""
    (home / STATE / "session.json").unlink()

    changes = {"Session": f"✗ none is kept\n{LOGIN}"}
    assert Outcome(1, lines(changes), "") == diagnosis(ask, home)


@pytest.mark.usefixtures("ready")
def test_session_in_the_environment(ask: Run, home: Path) -> None:
    """A session in the environment is told by its variable; one that cannot be one is told too."""
    good = diagnosis(ask, home, STRAVA_SESSION="0123456789abcdef")
    bad = diagnosis(ask, home, STRAVA_SESSION="not a {session}")

    changes = {"Session": "✓ from STRAVA_SESSION"}
    assert Outcome(0, lines(changes), "") == good
    changes = {
        "Session": f"✗ STRAVA_SESSION is set, and holds no session\nunset it, and {LOGIN}",
    }
    assert Outcome(1, lines(changes), "") == bad


@pytest.mark.parametrize(
    ("environ", "source", "ok", "detail"),
    [
        (
            {"STRAVA_EMAIL": "me@example.org", "STRAVA_PASSWORD": "a password"},
            "firefox",
            True,
            "none is kept; the next 'josm-prefs' logs in with STRAVA_EMAIL and STRAVA_PASSWORD",
        ),
        ({}, "firefox:jane", True, "none is kept; the next 'josm-prefs' logs in with firefox"),
        ({}, "/dev/null", True, "none is kept; the next 'josm-prefs' logs in with /dev/null"),
        (
            {},
            "/nowhere",
            False,
            "'/nowhere' is neither a file nor a known source of a session; known are firefox,"
            " chrome, chromium, brave, edge, opera, safari, vivaldi, whale (perhaps with"
            " :PROFILE), - for standard input, and password",
        ),
        ({}, None, False, "none is kept"),
    ],
)
def test_session_that_the_next_run_would_get(
    tmp_path: Path, environ: dict[str, str], source: str | None, ok: bool, detail: str
) -> None:
    """Where a run would log in by itself, it is told with what, unless that is not there."""
    findings = examine(Vault(tmp_path), environ, tmp_path, source)

    assert Finding("Session", ok, detail, None if ok else LOGIN) == findings[2]


def test_source_among_the_defaults(ask: Run, home: Path) -> None:
    """The user's defaults and the environment name such a source."""
    directory = home / ".config" / "stravacookies"
    directory.mkdir()
    (directory / "config.toml").write_text('source = "firefox"')
    for variables, name in [({}, "firefox"), ({"STRAVACOOKIES_SOURCE": "chrome"}, "chrome")]:
        told = ask("doctor", HTTPS_PROXY="http://127.0.0.1:1", **variables).out
        assert f"✓ Session         none is kept; the next 'josm-prefs' logs in with {name}" in told


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"source": "firefox:jane.doe"}, "✓ from firefox, kept in: file"),
        (
            {"place": "keyring"},
            "✗ kept in the system's keyring, which is locked or out of reach\nunlock the keyring,"
            f" or {LOGIN}",
        ),
        (
            {"_strava4_session": ""},
            f"✗ what is kept of it has expired or is damaged\n{LOGIN}",
        ),
    ],
)
def test_kept_session(ask: Run, home: Path, change: dict[str, str], told: str) -> None:
    """Of a kept session, it is told if it cannot be had, and never the profile of a browser."""
    path = home / STATE / "session.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    outcome = diagnosis(ask, home)

    assert Outcome(int(told[0] != "✓"), lines({"Session": told}), "") == outcome


@pytest.mark.usefixtures("ready")
def test_expired_cookies(ask: Run, home: Path, stand_in: StandIn) -> None:
    """Cookies that have expired are not sent."""
    path = home / STATE / "cookies-today.json"
    past = {"_strava_CloudFront-Expires": "1700000000000"}
    path.write_text(json.dumps(json.loads(path.read_text()) | past))
    stand_in.exchanges.clear()
    outcome = diagnosis(ask, home)

    changes = {
        "Cookies": f"✗ expired TIME ago\n{RUN}",
        "Tile": "– not asked for: there are no cookies that could open it",
    }
    assert Outcome(1, lines(changes), "") == outcome
    assert [] == stand_in.requests


def test_cookies_that_are_due(ask: Run, home: Path, export: Path, strava: Strava) -> None:
    """Cookies with less than six hours left still open a tile, but do not hold."""
    strava.lifetime = 3600
    ask("josm-prefs", "--from", export)

    changes = {"Cookies": f"✗ a refresh is due: they last for TIME more\n{RUN}"}
    assert Outcome(1, lines(changes), "") == diagnosis(ask, home)


@pytest.mark.usefixtures("ready")
def test_cookies_that_do_not_open(ask: Run, home: Path, strava: Strava) -> None:
    """A tile that is refused says that the cookies are no good, whatever they claim."""
    strava.signer = Signer()

    changes = {
        "Tile": "✗ content-a.strava.com answered 403: the cookies do not open it\n"
        "run 'stravacookies josm-prefs --refresh', which asks for new cookies"
    }
    assert Outcome(1, lines(changes), "") == diagnosis(ask, home)


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize(
    ("status", "told"),
    [
        (404, "✓ content-a.strava.com answered 404: open, without heat"),
        (418, "✗ content-a.strava.com answered 418, which was not expected\ntry again later"),
    ],
)
def test_other_answers(
    ask: Run,
    home: Path,
    strava: Strava,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    told: str,
) -> None:
    """A tile without heat is as good as one with it; all else is not."""
    monkeypatch.setattr(strava, "answer", lambda _: Response(status))

    assert Outcome(int(told[0] != "✓"), lines({"Tile": told}), "") == diagnosis(ask, home)


@pytest.mark.usefixtures("ready")
def test_strava_is_out_of_reach(ask: Run, home: Path) -> None:
    """What stands in the way to Strava is told."""
    outcome = diagnosis(ask, home, HTTPS_PROXY=f"http://127.0.0.1:{josm_app.free_port()}")

    changes = {
        "Tile": "✗ content-a.strava.com could not be reached: the proxy in HTTPS_PROXY does not"
        " let it through\n"
        "see if a browser here opens https://www.strava.com; behind a proxy, set HTTPS_PROXY"
    }
    assert Outcome(1, lines(changes), "") == outcome


def test_classic_host(run: Run, home: Path, export: Path) -> None:
    """The host that JOSM has is asked; its secrets stand in the query, which no log shows."""
    run("josm-prefs", "--classic", "--from", export)
    outcome = run("doctor", "--verbose")

    changes = {
        "Tile": "✓ heatmap-external-a.strava.com answered 200",
        "Entry set": "✓ 25 layers with the kept cookies",
        "Cartograph": "✓ 5 files with the kept cookies",
    }
    assert (0, lines(changes)) == (outcome.code, masked(outcome.out))
    assert "stravacookies: >   query: (" in outcome.err
    assert "Signature" not in outcome.err


@pytest.mark.usefixtures("ready")
def test_no_josm_directory(ask: Run, home: Path, josm_directory: Path) -> None:
    """Without JOSM's directory, nothing of JOSM is looked for."""
    shutil.rmtree(josm_directory)

    unseen = "– not looked for: there is no JOSM directory"
    names = ["Preferences", "Site", "Entry set", "JOSM", "Remote control", "Cartograph"]
    changes = {
        "JOSM directory": "✗ none; looked for: ~/.josm, ~/.config/JOSM,"
        " ~/.var/app/org.openstreetmap.josm/config/JOSM\n"
        "start JOSM once, which makes it, or give its path to --josm-dir",
    } | dict.fromkeys(names, unseen)
    assert Outcome(1, lines(changes), "") == diagnosis(ask, home)


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (
            "cut",
            "✗ preferences.xml is not what JOSM writes (line 1: unclosed token)\n"
            "start JOSM, which restores it from its own copy, close it, and run this again",
        ),
        ("missing", f"✗ there is no preferences.xml\n{RUN}"),
        ("folder", "✗ preferences.xml is no file\nremove it, and start JOSM once"),
    ],
)
def test_damaged_preferences(
    ask: Run, home: Path, josm_directory: Path, damage: str, told: str
) -> None:
    """What stands in preferences that cannot be read is not guessed."""
    path = josm_directory / "preferences.xml"
    path.unlink()
    if damage == "cut":
        path.write_text("<preferences")
    elif damage == "folder":
        path.mkdir()

    unseen = "– not looked for: the preferences are not readable"
    changes = {
        "Preferences": told,
        "Site": unseen,
        "JOSM": "✓ version unknown, not running",
        "Remote control": unseen,
    }
    assert Outcome(1, lines(changes), "") == diagnosis(ask, home)


@pytest.mark.usefixtures("ready")
def test_not_registered(ask: Run, home: Path, josm_directory: Path, preferences: str) -> None:
    """Preferences that have lost our site, as by a JOSM that was running, are told."""
    (josm_directory / "preferences.xml").write_text(preferences)

    changes = {"Site": f"✗ strava-heatmap.xml is not registered\nclose JOSM, and {RUN}"}
    assert Outcome(1, lines(changes), "") == diagnosis(ask, home)


@pytest.mark.usefixtures("ready")
def test_preferences_that_cannot_be_changed(ask: Run, home: Path, josm_directory: Path) -> None:
    """Preferences in a layout of another program are told in the words of `josm-prefs`."""
    (josm_directory / "preferences.xml").write_text(
        f"<preferences xmlns='{NAMESPACE}'><tag key='josm.version' value='18646'/>\n"
        f"<p:list xmlns:p='{NAMESPACE}' key='imagery.layers.sites'/></preferences>"
    )

    changes = {
        "Site": "✗ the preferences cannot be changed\n"
        "~/.config/JOSM/preferences.xml is not a JOSM preferences file (line 2: it is laid out in a"
        " way that JOSM never writes); nothing was changed. Start JOSM, which restores it from its"
        " own copy, close it, and run this again."
    }
    assert Outcome(1, lines(changes), "") == diagnosis(ask, home)


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize(
    ("content", "told", "files"),
    [
        (
            "<imagery>\n<entry>&secret;",
            "✗ strava-heatmap.xml is malformed in line 2",
            "– not looked for: the entry set does not tell which files there should be",
        ),
        (
            "<imagery/>",
            "✗ strava-heatmap.xml holds no layers of ours",
            "– not looked for: the entry set does not tell which files there should be",
        ),
        (
            "<imagery><entry><id>strava-heatmap-all-hot</id></entry></imagery>",
            "✗ 1 layer with other cookies than the kept ones",
            "✓ 1 file with the kept cookies",
        ),
    ],
)
def test_damaged_entry_set(
    ask: Run, home: Path, josm_directory: Path, content: str, told: str, files: str
) -> None:
    """An entry set that JOSM cannot use is told, and none of what is in it is shown."""
    (josm_directory / "strava-heatmap.xml").write_text(content)

    changes = {"Entry set": f"{told}\n{RUN}", "Cartograph": files}
    assert Outcome(1, lines(changes), "") == diagnosis(ask, home)


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
def test_something_else_in_place_of_the_entry_set(
    tmp_path: Path, josm_directory: Path, make: Callable[[Path], None]
) -> None:
    """A folder cannot be replaced by a file: it has to be removed first. A pipe is not read."""
    make(josm_directory / "strava-heatmap.xml")
    findings = examine(Vault(tmp_path), {}, josm_directory)

    assert (
        Finding("Entry set", False, "strava-heatmap.xml is no file", f"remove it, and {RUN}")
        == findings[8]
    )


@pytest.mark.usefixtures("ready")
def test_older_cookies_in_files(ask: Run, home: Path, strava: Strava) -> None:
    """Cookies that were refreshed for another program are not in the files yet."""
    strava.lifetime += 60  # within one second Strava would sign the same again
    ask("cookies", "--refresh")

    changes = {
        "Entry set": f"✗ 287 layers with other cookies than the kept ones\n{RUN}",
        "Cartograph": f"✗ 7 files with other cookies than the kept ones\n{RUN}",
    }
    assert Outcome(1, lines(changes), "") == diagnosis(ask, home)


@pytest.mark.usefixtures("ready")
def test_files_without_kept_cookies(ask: Run, home: Path) -> None:
    """Without kept cookies nobody knows how new those in the files are."""
    (home / STATE / "cookies-today.json").unlink()

    changes = {
        "Cookies": f"✗ none are kept\n{RUN}",
        "Tile": "– not asked for: there are no cookies that could open it",
        "Entry set": "– 287 layers; no cookies are kept to compare theirs with",
        "Cartograph": "– 7 files; no cookies are kept to compare theirs with",
    }
    assert Outcome(1, lines(changes), "") == diagnosis(ask, home)


@pytest.mark.usefixtures("ready")
def test_cartograph_files_are_missing(ask: Run, home: Path, josm_directory: Path) -> None:
    """There is to be a file for each colour of the entry set, and it is to be one that is read."""
    (josm_directory / "cartograph" / "strava-heatmap-hot.onlinemap").unlink()
    (josm_directory / "cartograph" / "strava-heatmap-blue.onlinemap").write_text("{")

    changes = {
        "Cartograph": "✗ strava-heatmap-hot.onlinemap is missing, strava-heatmap-blue.onlinemap"
        f" cannot be read\n{RUN}"
    }
    assert Outcome(1, lines(changes), "") == diagnosis(ask, home)


def test_files_of_a_narrowed_set(ask: Run, home: Path, export: Path) -> None:
    """Where the user has chosen a colour, no file of another is missed."""
    ask("josm-prefs", "--from", export, "--activity", "run", "--color", "blue")

    changes = {
        "Entry set": "✓ 1 layer with the kept cookies",
        "Cartograph": "✓ 1 file with the kept cookies",
    }
    assert Outcome(0, lines(changes), "") == diagnosis(ask, home)


@pytest.mark.usefixtures("ready")
def test_remote_control_of_a_josm_that_does_not_run(
    ask: Run, home: Path, josm_directory: Path
) -> None:
    """A remote control that is on need not answer before JOSM runs."""
    port = josm_app.free_port()
    turn_on_remote_control(josm_directory, port)

    changes = {"Remote control": f"✓ on, on port {port}, when JOSM runs"}
    assert Outcome(0, lines(changes), "") == diagnosis(ask, home)


@pytest.mark.usefixtures("ready")
def test_directory_that_cannot_be_written(
    ask: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A directory in which no run could write is not well, though all in it can be read."""
    monkeypatch.setattr(os, "access", lambda *_: False)

    changes = {
        "JOSM directory": "✗ ~/.config/JOSM, which cannot be written into\n"
        "make it yours to write: ~/.config/JOSM"
    }
    assert Outcome(1, lines(changes), "") == diagnosis(ask, home)


@pytest.mark.usefixtures("ready")
def test_remote_control_that_does_not_listen(ask: Run, home: Path, josm_directory: Path) -> None:
    """A JOSM that runs must listen, if its preferences say so."""
    port = josm_app.free_port()
    turn_on_remote_control(josm_directory, port)
    with josm_app.pretended(home, f"-Djosm.home={josm_directory}"):
        outcome = diagnosis(ask, home)

    changes = {
        "JOSM": "✓ version 18646, running",
        "Remote control": f"✗ on, but nothing listens on port {port}\n"
        "tick 'Enable remote control' in JOSM's Preferences > Remote Control",
    }
    assert Outcome(1, lines(changes), "") == outcome


@pytest.mark.usefixtures("ready")
def test_another_program_on_the_port(
    ask: Run, home: Path, josm_directory: Path, stand_in: StandIn
) -> None:
    """Another program where JOSM's remote control should be is told, whether JOSM runs or not."""
    turn_on_remote_control(josm_directory, stand_in.server_port)

    changes = {
        "Remote control": f"✗ another program listens on port {stand_in.server_port}\n"
        "end it and start JOSM again, or set another port as 'remote.control.port' in JOSM's"
        " Preferences > Advanced Preferences, and start JOSM again"
    }
    assert Outcome(1, lines(changes), "") == diagnosis(ask, home)


def test_josm_of_another_version(
    josm_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A JOSM that runs tells its version itself: its preferences have that of the one before."""
    turn_on_remote_control(josm_directory, 8111)
    monkeypatch.setattr("stravacookies.doctor.is_running", lambda _: True)
    monkeypatch.setattr("stravacookies.josm.remote.version", lambda _: "19000")
    findings = {finding.name: finding for finding in examine(Vault(tmp_path), {}, josm_directory)}

    assert "version 19000, running" == findings["JOSM"].detail
    assert "JOSM answers on port 8111" == findings["Remote control"].detail


def test_another_josm_on_the_port(
    josm_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a JOSM on another directory says is not taken for what the user's own would say."""
    turn_on_remote_control(josm_directory, 8111)
    monkeypatch.setattr("stravacookies.doctor.is_running", lambda _: False)
    monkeypatch.setattr("stravacookies.josm.remote.version", lambda _: "19000")
    findings = {finding.name: finding for finding in examine(Vault(tmp_path), {}, josm_directory)}

    assert "version 18646, not running" == findings["JOSM"].detail
    assert (
        Finding(
            "Remote control", True, "on, on port 8111, where a JOSM on another directory answers"
        )
        == findings["Remote control"]
    )


def test_package_that_is_missing(run: Run, home: Path, tmp_path: Path) -> None:
    """A package of which the system knows no version is told."""
    (tmp_path / "sitecustomize.py").write_text(
        "from importlib import metadata\n"
        "version = metadata.version\n"
        "def without_lxml(name):\n"
        "    if name == 'lxml':\n"
        "        raise metadata.PackageNotFoundError(name)\n"
        "    return version(name)\n"
        "metadata.version = without_lxml\n"
    )
    outcome = diagnosis(run, home, PYTHONPATH=str(tmp_path))

    assert 1 == outcome.code
    assert (
        "✗ Packages        click N, jinja2 N, platformdirs N, psutil N, requests N, keyring N,"
        " yt-dlp N; not installed: lxml"
    ) in outcome.out


@pytest.mark.parametrize("name", ["jinja2", "lxml", "platformdirs", "psutil", "requests"])
def test_package_that_cannot_be_imported(run: Run, tmp_path: Path, name: str) -> None:
    """A package without which this program does not run is told, and no traceback shown."""
    (tmp_path / f"{name}.py").write_text(
        f"raise ModuleNotFoundError(\"No module named '{name}'\", name='{name}')\n"
    )
    (tmp_path / "sitecustomize.py").write_text(
        "from importlib import metadata\n"
        "version = metadata.version\n"
        "def without(name):\n"
        f"    if name == '{name}':\n"
        "        raise metadata.PackageNotFoundError(name)\n"
        "    return version(name)\n"
        "metadata.version = without\n"
    )
    outcome = run("doctor", PYTHONPATH=str(tmp_path))

    assert 1 == outcome.code
    if name == "jinja2":  # which is not needed to get so far
        assert "not installed: jinja2\n" in outcome.out
    else:
        assert (
            "stravacookies: A package that is needed could not be loaded (No module named"
            f" '{name}'): install stravacookies again, with pipx or pip; in a clone, 'make clean'"
            " and 'make josm-prefs' do.\n"
        ) == outcome.err


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
    """Where the marks cannot be shown, words and a hyphen stand for them."""
    outcome = run("doctor", PYTHONIOENCODING="ascii")

    assert "ok Program         stravacookies" in outcome.out
    assert f"no Session         none is kept\n{'':19}{LOGIN}\n" in outcome.out
    assert "-  Tile            not asked for" in outcome.out
