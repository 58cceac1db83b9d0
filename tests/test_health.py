"""The checks behind `status` and `doctor`: all is well, and each part is damaged by itself."""

import json
import os
import platform
import re
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from importlib import metadata
from pathlib import Path

import pytest

from stravacookies import health
from stravacookies.credentials.store import CredentialStore
from stravacookies.facts import Facts
from stravacookies.findings import Finding, State
from stravacookies.heatmap import CLASSIC, CURRENT, Layer, TileHost
from stravacookies.josm import directory, entry_set, live
from stravacookies.strava.fetcher import CookieFetcher
from stravacookies.strava.session import Session
from tests import josm_app
from tests.josm.remotes import JOSM, Remote
from tests.made_up import token
from tests.situations import BLUE, DAMAGES, HOT, LAYERS, SECRETS, SESSION, User
from tests.standin.strava import Response, Strava

RUN = "run 'stravacookies josm-prefs'"
RENEW = "run 'stravacookies josm-prefs --refresh'"
LOGIN = "run 'stravacookies login'"

ALL_WELL = {
    "Program": "✓ stravacookies N, Python N, SYSTEM",
    "Packages": "✓ click N, jinja2 N, lxml N, lz4 N, platformdirs N, psutil N, requests N,"
    " urllib3 N, websockets N, httptools N, keyring N, pillow N, pycurl N, uvicorn N, yt-dlp N",
    "Session": "✓ from ~/cookies.json, kept in a file",
    "Cookies": "✓ fresh until TIME",
    "JOSM directory": "✓ ~/.config/JOSM",
    "Preferences": "✓ readable",
    "Registration": "✓ JOSM's preferences list strava-heatmap.xml",
    "Layers": "✓ 7 layers with fresh cookies",
    "JOSM": "✓ version 18646, not running",
    "Remote control": "✓ off (it is optional)",
    "Cartograph": "✓ 7 files with the cookies of JOSM's layers",
}
"""What each check that does not ask Strava finds, after its mark; advice follows below."""

MARKS = {State.GOOD: "✓", State.BAD: "✗", State.UNKNOWN: "–"}


def findings(
    user: User, *checks: str, environ: Mapping[str, str] = {}, source: str | None = None
) -> dict[str, str]:
    """Make checks, and return what they found; no finding may show a secret or the home."""
    facts = Facts(CredentialStore(user.state), environ, None, source)
    found = health.examine(facts, checks or tuple(ALL_WELL))
    told = {finding.name: masked(finding) for finding in found}
    text = "".join(told.values())
    assert [] == [each for each in {*SECRETS, str(user.home), "jane"} if each in text]
    return told


def masked(finding: Finding) -> str:
    """Write a finding without the parts that differ between days and computers."""
    text = f"{MARKS[finding.state]} {finding.detail}"
    text += f"\n{finding.advice}" if finding.advice else ""
    text = text.replace(platform.platform(), "SYSTEM")
    text = re.sub(r"\b\d+(\.\d+)+\b", "N", text)
    text = re.sub(r"\((line|it is not).* again$", "(WHY)", text)
    return re.sub(r"\d\d \w+ \d{4}, \d\d:\d\d( \((\d+ h \d+ min left|expired)\))?", "TIME", text)


def pattern(finding: str) -> str:
    """Return the pattern of a finding in which an ellipsis stands for any text."""
    return re.escape(finding).replace("…", "(?s:.*)")


@pytest.fixture
def user(home: Path, josm_directory: Path, monkeypatch: pytest.MonkeyPatch) -> User:
    """A user on whose computer everything is set up."""
    monkeypatch.setenv("HOME", str(home))
    return User(home, josm_directory)


UNUSABLE_PREFERENCES = {
    "Preferences": "✗ ~/.config/JOSM/preferences.xml is not a JOSM preferences file (WHY)",
    "Registration": "– not checked: the preferences cannot be used",
    "Remote control": "– not checked: the preferences cannot be used",
}
UNREGISTERED = {"Registration": f"✗ JOSM's preferences do not list strava-heatmap.xml\n{RUN}"}
NO_LAYERS = {"Cartograph": "– not checked: there are no layers to compare them with"}

RUN_SERVER = "run 'stravacookies serve --port 1'"
SERVED = "✓ none, since JOSM's layers have no cookies"
DUE = {"Layers": f"✗ 7 layers, whose cookies expire on TIME\n{RUN}"}
SITUATIONS = {
    "nothing": {
        "Session": f"✗ none yet\n{LOGIN}",
        "Cookies": f"✗ none yet\n{RUN}",
        "Layers": f"✗ there is no strava-heatmap.xml\n{RUN}",
        **UNREGISTERED,
        **NO_LAYERS,
    },
    "ready": {},
    "second login": {},
    "no kept cookies": {},
    "cookies are due": DUE | {"Cookies": f"✗ a refresh is due: they expire on TIME\n{RUN}"},
    "cookies have expired": DUE | {"Cookies": f"✗ expired on TIME\n{RUN}"},
    "no server": {
        "Layers": f"✗ 7 layers, but nothing serves them on port 1\n{RUN_SERVER}",
        "Cartograph": SERVED,
    },
    "no server, and expired": {
        "Cookies": f"✗ expired on TIME\n{RUN_SERVER}",
        "Layers": f"✗ 7 layers, but nothing serves them on port 1\n{RUN_SERVER}",
        "Cartograph": SERVED,
    },
    "classic host": {
        "Layers": "✓ 5 layers with fresh cookies",
        "Cartograph": "✓ 5 files with the cookies of JOSM's layers",
    },
    "layers are malformed": {
        "Layers": f"✗ strava-heatmap.xml is malformed in line 2: undefined entity\n{RENEW}",
        **NO_LAYERS,
    },
    "layers are gone": {
        "Layers": f"✗ strava-heatmap.xml contains no heatmap layers\n{RENEW}",
        **NO_LAYERS,
    },
    "layers without cookies": {
        "Layers": f"✗ 1 layer without usable cookies\n{RENEW}",
        **NO_LAYERS,
    },
    "map sources are damaged": {
        "Cartograph": f"✗ {HOT} is missing, {BLUE} cannot be read\n{RENEW}",
    },
    "map source has other cookies": {
        "Cartograph": f"✗ {HOT} has different cookies from JOSM's layers\n{RENEW}",
    },
    "not registered": UNREGISTERED,
    "no preferences": {
        "Preferences": f"✗ there is no preferences.xml\n{RUN}",
        "JOSM": "✓ version unknown, not running",
        **UNREGISTERED,
    },
    "preferences are cut short": {
        "JOSM": "✓ version unknown, not running",
        **UNUSABLE_PREFERENCES,
    },
    "no JOSM": {
        "JOSM directory": "✗ none (looked in: ~/.josm, ~/.config/JOSM,"
        " ~/.var/app/org.openstreetmap.josm/config/JOSM, ~/snap/josm/current/.josm,"
        " ~/snap/josm/current/.config/JOSM, ~/.josm-latest, ~/.config/JOSM-latest,"
        ' ~/."josm-latest", ~/.config/"JOSM-latest")\n'
        "install JOSM from https://josm.openstreetmap.de; if you have it, start it once, or run"
        " 'stravacookies josm-prefs --josm-dir DIR'",
        **dict.fromkeys(list(ALL_WELL)[5:], "– not checked: there is no JOSM directory"),
    },
}
"""The findings that differ from `ALL_WELL` after each of `DAMAGES`."""


@pytest.mark.parametrize("name", DAMAGES)
def test_situations(user: User, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Each check finds what is wrong, and says what to do about it."""
    monkeypatch.setattr(directory, "to_create", directory.find)  # as if none were installed here
    DAMAGES[name](user)

    assert ALL_WELL | SITUATIONS[name] == findings(user)


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
@pytest.mark.parametrize("name", ["preferences.xml", entry_set.FILE, f"cartograph/{HOT}"])
def test_something_else_in_place_of_a_file(
    user: User, name: str, make: Callable[[Path], None]
) -> None:
    """A folder is not a file, and neither is a pipe, which is not read."""
    path = user.josm / name
    path.unlink()
    make(path)
    found = findings(user)

    assert [
        {
            "preferences.xml": UNUSABLE_PREFERENCES["Preferences"],
            entry_set.FILE: "✗ strava-heatmap.xml could not be read: it is not a file\nremove it,"
            f" then {RUN}",
        }.get(name, f"✗ {HOT} cannot be read\n{RENEW}")
    ] == [text for text in found.values() if text.startswith("✗")]


def test_directory_that_is_not_writable(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """A directory in which no run could write is bad, even if all in it can be read."""
    monkeypatch.setattr(os, "access", lambda *_: False)
    advice = "make it writable for you: ~/.config/JOSM"

    found = {"JOSM directory": f"✗ ~/.config/JOSM, which is not writable\n{advice}"}
    assert ALL_WELL | found == findings(user)


def test_directory_in_a_git_repository(user: User) -> None:
    """A repository that does not ignore our files is bad, since they contain cookies."""
    (user.home / ".git").touch()

    found = (
        "✗ ~/.config/JOSM, in a git repository that does not ignore cookies\nadd"
        " strava-heatmap.xml, cartograph/ and preferences.xml.stravacookies.bak to .gitignore there"
    )
    assert ALL_WELL | {"JOSM directory": found} == findings(user)


def test_josm_that_has_not_run(user: User) -> None:
    """A JOSM that is installed gets its directory from the next run."""
    DAMAGES["no JOSM"](user)
    (user.home / "josm").touch(mode=0o755)
    found = findings(user, "JOSM directory", environ={"PATH": str(user.home)})

    assert {
        "JOSM directory": f"✗ none yet: JOSM is installed, but has not run here\n{RUN}"
    } == found
    assert not user.josm.exists()


def test_named_directory_that_does_not_exist(tmp_path: Path) -> None:
    """If the user named a directory, no other place is searched."""
    facts = Facts(CredentialStore(tmp_path), {}, tmp_path / "nowhere")
    (finding,) = health.examine(facts, ["JOSM directory"])

    assert (
        f"✗ there is no directory {tmp_path}/nowhere\ncorrect the path, or create it"
    ) == masked(finding)


@pytest.mark.parametrize("name", ["home", "link"])
def test_home_behind_a_link(user: User, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A home that is a symbolic link is shown by neither of its names."""
    link = user.home.with_name("link")
    link.symlink_to(user.home)
    monkeypatch.setenv("HOME", str(link))
    facts = Facts(CredentialStore(user.state), {}, user.home.with_name(name) / ".config" / "JOSM")
    (finding,) = health.examine(facts, ["JOSM directory"])

    assert "~/.config/JOSM" == finding.detail


MONTH = token(datetime.now(UTC) + timedelta(days=30))
REMEMBERED = {"strava_remember_id": "7", "strava_remember_token": MONTH}
FROM_JANE = {"source": "firefox:jane.doe"}
EXPIRED = {"_strava4_session": ""}
LOGIN_DATA = {"STRAVA_EMAIL": "me@example.org", "STRAVA_PASSWORD": "a password"}


ENDED = "Strava does not accept the session: it has ended"
LOG_IN = "log in at https://www.strava.com in your browser, then"


@pytest.mark.parametrize(
    ("kept", "other", "finding"),
    [
        (FROM_JANE, "", "✓ from Firefox, kept in a file; when it ends, …"),
        (REMEMBERED, "", f"{ALL_WELL['Session']}; it lasts at least until TIME"),
        ({"place": "keyring"}, "", f"✗ The Strava session is kept in the …\n{LOGIN}"),
        (EXPIRED, "", f"✗ The kept Strava session has expired or is damaged\n{LOGIN}"),
        (EXPIRED, "/nowhere", f"✗ The kept … is damaged. The source …\n{LOGIN}"),
        (EXPIRED | FROM_JANE, "", "✓ the kept one cannot be used; the next run uses Firefox"),
        ({}, {"STRAVA_SESSION": SESSION}, "✓ from STRAVA_SESSION"),
        ({}, {"STRAVA_SESSION": "{"}, f"✗ STRAVA_SESSION …\nunset STRAVA_SESSION, then {LOGIN}"),
        (None, LOGIN_DATA, "✓ none yet; the next run uses STRAVA_EMAIL and STRAVA_PASSWORD"),
        (None, "firefox:jane", "✓ none yet; the next run uses Firefox"),
        (None, "/dev/null", "✓ none yet; the next run uses /dev/null"),
        (None, "/nowhere", f"✗ The source of the session is neither a known browser …\n{LOGIN}"),
        (None, "", f"✗ none yet\n{LOGIN}"),
    ],
)
def test_session(
    user: User, kept: dict[str, str] | None, other: dict[str, str] | str, finding: str
) -> None:
    """The session that the next run would use is named, without a browser's profile.

    It is the kept one, or another in the environment or from the user's default source.
    """
    path = user.state / "session.json"
    content = json.loads(path.read_text())
    path.write_text("" if kept is None else json.dumps(content | kept))
    environ, source = ({}, other) if isinstance(other, str) else (other, None)

    found = findings(user, "Session", environ=environ, source=source or None)["Session"]
    assert re.fullmatch(pattern(finding), found)


@pytest.mark.parametrize(
    ("source", "environ", "finding"),
    [
        ("firefox:jane", {}, f"✗ {ENDED}\n{LOG_IN} {LOGIN}"),
        (
            "what you pasted",
            {},
            f"✗ {ENDED}\n{LOG_IN} copy …, and run 'stravacookies login -' again",
        ),
        (None, {"STRAVA_SESSION": "a"}, f"✗ {ENDED}\nunset STRAVA_SESSION, then {LOG_IN} {LOGIN}"),
        (None, LOGIN_DATA, "– not checked: no session is kept"),
    ],
)
@pytest.mark.usefixtures("fetcher")  # the stand-in is asked
def test_login(
    user: User, strava: Strava, source: str | None, environ: dict[str, str], finding: str
) -> None:
    """A session that has ended is bad, and the advice is that for its source."""
    (user.state / "session.json").unlink()
    if source:
        CredentialStore(user.state).keep_session(Session(strava.open_session()), source)
        assert "✓ Strava accepts the session" == findings(user, "Login")["Login"]
    strava.end_sessions()

    assert re.fullmatch(pattern(finding), findings(user, "Login", environ=environ)["Login"])


def test_login_without_network(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """If Strava cannot be asked, the session is neither good nor bad."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{josm_app.free_port()}")

    found = findings(user, "Login")["Login"]
    assert re.fullmatch(pattern("– not checked: www.strava.com could not be reached…"), found)


def test_missing_package(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package is missing if the system knows no version of it; an extra may be missing."""
    version = metadata.version

    def without(name: str) -> str:
        if name in ("lxml", "keyring"):
            raise metadata.PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr(metadata, "version", without)

    assert (
        "✗ click N, jinja2 N, lz4 N, platformdirs N, psutil N, requests N, urllib3 N,"
        " websockets N, httptools N, pillow N, pycurl N, uvicorn N, yt-dlp N;"
        " not installed: lxml\n"
        "run 'make clean', then 'make josm-prefs'"
    ) == findings(user, "Packages")["Packages"]


NEWER = JOSM.replace(b"18646", b"19000")
OTHER = b"HTTP/1.1 200 OK\r\n\r\n{}"


@pytest.mark.parametrize(
    ("answer", "runs_on", "josm", "remote_control"),
    [
        (None, None, "18646, not running", "✓ on, on port PORT when JOSM runs"),
        (None, "JOSM", "18646, running", f"✗ on, but nothing listens on port PORT\n{live.ENABLE}"),
        (NEWER, "JOSM", "19000, running", "✓ JOSM answers on port PORT"),
        (NEWER, "x", "18646, not running", "✓ on; a JOSM with another directory answers on …"),
        (OTHER, None, "18646, not running", f"✗ another program …port PORT\n{live.FREE_PORT}"),
    ],
)
def test_remote_control(
    user: User, answer: bytes | None, runs_on: str | None, josm: str, remote_control: str
) -> None:
    """The remote control must answer if JOSM runs; no other program may answer in its place."""
    with ExitStack() as stack:
        port = josm_app.free_port()
        if answer:
            remote = stack.enter_context(Remote())
            remote.version, port = answer, remote.port
        if runs_on:
            words = f"-Djosm.home={user.josm.with_name(runs_on)}"
            stack.enter_context(josm_app.pretended(user.home, words))
        user.turn_on_remote_control(port)
        found = findings(user)

    remote_control = pattern(remote_control.replace("PORT", str(port)))
    assert re.fullmatch(remote_control, found.pop("Remote control"))
    assert (ALL_WELL | {"JOSM": f"✓ version {josm}"}).items() >= found.items()


def log_in(user: User, strava: Strava, fetcher: CookieFetcher, layers: tuple[Layer, ...]) -> None:
    """Write layers for JOSM with cookies that open the stand-in's tiles."""
    host = layers[0].host
    cookies = fetcher.fetch(Session(strava.open_session()), host)
    CredentialStore(user.state).keep_cookies(cookies, host)
    user.install(layers)


UNOPENED = "– not checked: no tile with heat was opened"


@pytest.mark.parametrize(
    ("host", "status", "tile", "colors"),
    [
        (CURRENT, 200, "✓ content-a.strava.com answered 200", "✓ 7 different ones"),
        (CLASSIC, 200, "✓ heatmap-external-a.strava.com answered 200", "✓ 5 different ones"),
        (CURRENT, 404, "✓ content-a… answered 404: opened, but there is no heat", UNOPENED),
        (CURRENT, 403, f"✗ content-a.strava.com answered 403: …\n{RENEW}", UNOPENED),
        (CURRENT, 401, f"✗ content-a.strava.com answered 401: …\n{RENEW}", UNOPENED),
        (CURRENT, 410, "✗ content-a… answered 410, which is unexpected\ntry again later", UNOPENED),
        (CURRENT, None, "✗ content-a.strava.com could not be reached: …HTTPS_PROXY", UNOPENED),
    ],
)
def test_tile(
    user: User,
    strava: Strava,
    fetcher: CookieFetcher,
    monkeypatch: pytest.MonkeyPatch,
    host: TileHost,
    status: int | None,
    tile: str,
    colors: str,
) -> None:
    """A tile without heat is as good as one with heat; the host of JOSM's layers is asked."""
    log_in(user, strava, fetcher, host.layers(["ride"]))
    if not status:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{josm_app.free_port()}")
    elif status != 200:
        monkeypatch.setattr(strava, "answer", lambda _: Response(status))
    found = findings(user, "Tile", "Colours")

    assert re.fullmatch(pattern(tile), found["Tile"])
    assert colors == found["Colours"]


@pytest.mark.parametrize(
    ("retired", "used", "finding"),
    [
        (
            ["mobileblue", "orange"],
            [],
            "✗ Strava now draws light blue and orange as hot\nchoose other colours: run"
            " 'stravacookies josm-prefs --color hot --color blue --color purple --color gray"
            " --color bluered'",
        ),
        (["blue"], ["hot", "blue"], "✗ Strava now draws blue as hot\nchoose other colours: …"),
        (
            [color.key for color in CURRENT.colors],
            ["orange"],
            "✗ Strava now draws blue, …, light blue and orange as hot\nchoose …--color hot'",
        ),
        (
            ["blue", "gray"],
            ["hot", "orange"],
            "✓ Strava now draws blue and gray as hot; none of your layers has such a colour",
        ),
    ],
)
def test_retired_colors_in_use(
    user: User,
    strava: Strava,
    fetcher: CookieFetcher,
    retired: list[str],
    used: list[str],
    finding: str,
) -> None:
    """All colours that Strava draws as hot are named; they are bad if JOSM's layers have them."""
    strava.retired_colors = retired
    log_in(user, strava, fetcher, CURRENT.layers(["ride"], used))

    assert re.fullmatch(pattern(finding), findings(user, "Colours")["Colours"])


def test_colors_that_cannot_be_compared(
    user: User, strava: Strava, fetcher: CookieFetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If a tile in another colour does not open, the colours are not checked."""
    log_in(user, strava, fetcher, LAYERS)
    real = strava.answer
    gone = Response(410)
    monkeypatch.setattr(strava, "answer", lambda each: gone if "/gray/" in each.url else real(each))

    assert re.fullmatch(
        pattern("– not checked: https://…/gray/8/198/114.png?v=19 sent an unexpected answer …"),
        findings(user, "Colours")["Colours"],
    )


@pytest.mark.parametrize("name", ["nothing", "cookies have expired"])
def test_no_tile_without_cookies(user: User, name: str) -> None:
    """Cookies that are missing or expired are not sent."""
    DAMAGES[name](user)

    why = "– not checked: there are no valid cookies"
    assert {"Tile": why, "Colours": why} == findings(user, "Tile", "Colours")
