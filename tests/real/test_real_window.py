"""Real browsers with a window on a virtual screen, in which a person logs in to the stand-in."""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from stravacookies.credentials.window import Patience, renewed, sessions
from stravacookies.credentials.window_browsers import Program
from stravacookies.errors import NotLoggedInError
from stravacookies.strava.fetcher import CookieFetcher
from tests import screen
from tests.command import missing, require
from tests.pretended_browser import has_ended
from tests.standin import html
from tests.standin.server import StandIn
from tests.standin.strava import Guard, Strava

pytestmark = [
    pytest.mark.browser,
    # A browser drops connections at any moment; see _Proxy in tests/standin/server.py.
    pytest.mark.filterwarnings("ignore:Exception ignored in. <ssl.SSLSocket"),
]

PATIENCE = Patience(give_up=60)

PROGRAMS = {"chromium": "chromium", "firefox": "firefox-esr"}

# Chromium refuses to run as root otherwise, as in CI.
CHROMIUM = """#!/bin/sh
exec chromium --no-sandbox --disable-gpu --disable-quic "$@"
"""
# Our own profile does not exist before the first start, so it cannot trust the stand-in earlier.
FIREFOX = """#!/bin/sh
for word; do
    test "$last" = --profile && profile=$word
    last=$word
done
if ! test -f "$profile/cert9.db"; then
    certutil -d "sql:$profile" -N --empty-password
    certutil -d "sql:$profile" -A -n stand-in -t C,, -i "{ca}"
fi
exec firefox-esr "$@"
"""


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    """Require the browsers, and a screen."""
    found = {package: shutil.which(package) for package in PROGRAMS.values()}
    found["libnss3-tools"] = shutil.which("certutil")
    require(missing("A browser window", {**found, **screen.PACKAGES}))


@pytest.fixture(scope="module")
def display(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a virtual screen."""
    process, name = screen.start(tmp_path_factory.mktemp("screen") / "xvfb.log")
    with process:
        yield name
        process.terminate()


@pytest.fixture
def strava(stand_in: StandIn) -> Strava:
    """A Strava that asks for a one-time code, and sends the session cookie of October 2026."""
    stand_in.strava.guard = Guard.CODE_AFTER
    stand_in.strava.remembers = False
    return stand_in.strava


@pytest.fixture
def environ(
    home: Path, stand_in: StandIn, display: str, monkeypatch: pytest.MonkeyPatch
) -> Mapping[str, str]:
    """The environment of a user with a screen, whose Strava is the stand-in."""
    proxy = f"http://127.0.0.1:{stand_in.server_port}"
    proxies = {"http_proxy": proxy, "https_proxy": proxy}
    for name, value in {"HOME": str(home), "DISPLAY": display, **proxies}.items():
        monkeypatch.setenv(name, value)
    return os.environ


@pytest.fixture(params=PROGRAMS)
def program(request: pytest.FixtureRequest, home: Path, stand_in: StandIn) -> Program:
    """A browser that trusts the stand-in."""
    browser: str = request.param
    path = home / browser
    path.write_text(CHROMIUM if browser == "chromium" else FIREFOX.format(ca=stand_in.ca))
    path.chmod(0o700)
    store = home / ".pki" / "nssdb"  # Chromium's, for all profiles
    store.mkdir(parents=True)
    for words in (
        ["-N", "--empty-password"],
        ["-A", "-n", "stand-in", "-t", "C,,", "-i", str(stand_in.ca)],
    ):
        command = ["certutil", "-d", f"sql:{store}", *words]
        subprocess.run(command, check=True, capture_output=True, timeout=30)
    return Program(browser, path, home / "window")


class Person:
    """Someone at the screen, who acts while the program waits."""

    def __init__(self, environ: Mapping[str, str], stand_in: StandIn) -> None:
        self.environ = environ
        self.stand_in = stand_in
        self.logged_in_at = 0.0

    def acts(self, act: Callable[[], None]) -> threading.Thread:
        """Start to act."""
        thread = threading.Thread(target=act, daemon=True)
        thread.start()
        return thread

    def logs_in(self) -> None:
        """Type email, password and code, and wait until Strava shows the first page."""
        strava = self.stand_in.strava
        self.sees("/favicon.ico")
        self.types(strava.email, "Tab", strava.password, "Return")
        self.sees("/session")
        self.types("123456", "Return")
        self.sees("/dashboard")
        self.logged_in_at = time.monotonic()

    def shows_the_window(self, path: Path) -> None:
        """Type an email address, save a picture of the screen, and close the window."""
        self.sees("/favicon.ico")
        self.types(self.stand_in.strava.email)
        # Chromium warns of an option that the tests need.
        screen.xdotool(self.environ, "mousemove", "1030", "125", "click", "1", "sleep", "1")
        screen.hide_pointer(self.environ)
        picture = screen.grab(self.environ)
        screen.save(picture.crop(picture.getbbox()), path)
        self.types("ctrl+w")

    def closes_the_window(self) -> None:
        """Close the only tab, and so the window."""
        self.sees("/favicon.ico")
        self.types("ctrl+w")

    def types(self, *words: str) -> None:
        """Type words and press keys, once the page is there, with the pointer on it."""
        time.sleep(1)
        screen.xdotool(self.environ, "mousemove", "600", "400")
        for word in words:
            how = "key" if word in ("Tab", "Return", "ctrl+w") else "type"
            screen.xdotool(self.environ, how, word)

    def sees(self, path: str) -> None:
        """Wait until the browser has requested a page."""
        end = time.monotonic() + 60
        while path not in [request.path for request in self.stand_in.requests]:
            assert time.monotonic() < end, f"the browser does not request {path}"
            time.sleep(0.02)


def pages(stand_in: StandIn) -> list[str]:
    """Return the pages that were requested; a window's icon may be noted after its end."""
    return [request.path for request in stand_in.requests if request.path != "/favicon.ico"]


def test_person_logs_in(
    program: Program,
    environ: Mapping[str, str],
    stand_in: StandIn,
    strava: Strava,
    fetcher: CookieFetcher,
) -> None:
    """The window's session opens the heatmap, and so does that of its profile, time after time."""
    assert strava.guard is Guard.CODE_AFTER
    person = Person(environ, stand_in)
    acting = person.acts(person.logs_in)
    with closing(sessions(program, print, PATIENCE)) as found:
        session, now = next(found), time.monotonic()
    acting.join(20)
    assert has_ended(program)
    before = pages(stand_in)
    times = []
    for _ in range(2):
        start = time.monotonic()
        assert session == renewed(program)
        times.append(time.monotonic() - start)

    assert before == pages(stand_in)
    assert fetcher.fetch(session).expires
    assert {"_strava4_session"} == session.cookies().keys()
    assert has_ended(program)
    seconds = now - person.logged_in_at
    # On a quiet computer, the figures are 2 and 3.
    assert seconds < 10
    assert max(times) < 10


def test_person_gives_up(program: Program, environ: Mapping[str, str], stand_in: StandIn) -> None:
    """Someone who closes the window before the login is told so, and nothing is left behind."""
    person = Person(environ, stand_in)
    person.acts(person.closes_the_window)
    with pytest.raises(NotLoggedInError, match="You closed the window"):
        next(sessions(program, print, PATIENCE))

    assert has_ended(program)


@pytest.mark.parametrize("program", ["chromium"], indirect=True)
def test_picture_of_the_window(
    program: Program, environ: Mapping[str, str], stand_in: StandIn, pictures: Path
) -> None:
    """The window shows the login page, whose note says that it is made up."""
    path = pictures / "login-window.png"
    person = Person(environ, stand_in)
    acting = person.acts(lambda: person.shows_the_window(path))
    with pytest.raises(NotLoggedInError, match="You closed the window"):
        next(sessions(program, print, PATIENCE))
    acting.join(20)

    with Image.open(path) as picture:
        note = ImageChops.difference(
            picture.convert("RGB"), Image.new("RGB", picture.size, html.NOTE_COLOR)
        )
        pixels = note.convert("L").histogram()[0]
    assert pixels > 10 * picture.width
