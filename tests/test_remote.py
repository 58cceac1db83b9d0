"""JOSM's remote control, as far as a stand-in of a few lines can tell; a real JOSM is elsewhere."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from time import monotonic, sleep
from types import SimpleNamespace
from urllib.parse import unquote

import pytest

from stravacookies.errors import (
    JosmElsewhereError,
    JosmNotRunningError,
    PortTakenError,
    RemoteControlAnswerError,
    RemoteControlRefusedError,
)
from stravacookies.josm import live
from stravacookies.josm import remote as remote_control
from stravacookies.josm.preferences import NAMESPACE
from tests.conftest import Run
from tests.standin.server import StandIn
from tests.standin.strava import Strava


class Remote(ThreadingHTTPServer):
    """What listens on JOSM's port, within a `with` block.

    Attributes:
        says: What it answers who asks for its version.
        status: What it answers a layer with.
        asks_user: Whether it asks its user first, who does not answer.
        breaks_off: Whether it ends instead of an answer.
        layers: The layers that it was asked to open.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.says = '{"application":"JOSM RemoteControl","version":18646}'
        self.status = 200
        self.asks_user = False
        self.breaks_off = False
        self.layers: list[str] = []


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Answer as JOSM does, a version or that it is done."""
        server = self.server
        assert isinstance(server, Remote)
        if self.path == "/version":
            self.send_response(200)
            body = server.says.encode()
        elif server.asks_user:
            self.rfile.read()  # until the client has had enough
            return
        elif server.breaks_off:
            return
        else:
            server.layers.append(unquote(self.path))
            self.send_response(server.status)
            body = b"OK\r\n"
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def remote(josm_directory: Path) -> Iterator[Remote]:
    """A remote control where JOSM's preferences say that it is."""
    with Remote() as remote:
        threading.Thread(target=remote.serve_forever, args=(0.05,), daemon=True).start()
        set_port(josm_directory, remote.server_port)
        yield remote
        remote.shutdown()


def set_port(directory: Path, port: int) -> None:
    """Write preferences with the remote control on a port."""
    tag = f'<tag key="remote.control.port" value="{port}"/>'
    (directory / "preferences.xml").write_text(
        f'<preferences xmlns="{NAMESPACE}">{tag}</preferences>'
    )


def test_layers_are_opened(run: Run, remote: Remote, strava: Strava, josm_directory: Path) -> None:
    """The layers that are named are opened with their name, zoom levels, and cookies in the URL."""
    session = {"STRAVA_SESSION": strava.open_session()}
    before = (josm_directory / "preferences.xml").read_bytes()
    outcome = run("live", "sport_Hike:blue", "ride:purple", **session)

    assert (
        0,
        "Opened in JOSM: Strava Heatmap: Hike, blue\n"
        "Opened in JOSM: Strava Heatmap: All Rides, purple\n",
        "",
    ) == (outcome.code, outcome.out, outcome.err)
    header = run("cookies").out.strip()
    assert (
        "/imagery?title=Strava Heatmap: Hike, blue&type=tms&min_zoom=3&max_zoom=15"
        f"&url={{header(Cookie,{header})}}https://content-a.strava.com/identified/globalheat"
        "/sport_Hike/blue/{zoom}/{x}/{y}.png?v=19"
    ) == remote.layers[0]
    assert before == (josm_directory / "preferences.xml").read_bytes()


def test_first_layer_of_the_menu_is_the_usual(run_here: Run, remote: Remote) -> None:
    """Without arguments, all activities in hot are opened; the classic host has them, too."""
    run_here("live")
    run_here("live", "--classic")

    assert "/all/hot/" in remote.layers[0]
    assert "{switch:heatmap-external-a,heatmap-external-b,heatmap-external-c}" in remote.layers[1]


@pytest.mark.parametrize(
    ("config", "variables", "opened"),
    [
        ('show = ["sport_Hike:blue", "ride:hot"]', {}, "/sport_Hike/blue/"),
        ('activities = ["water"]\ncolors = ["gray"]', {}, "/water/gray/"),
        ('show = ["ride:hot"]', {"STRAVACOOKIES_SHOW": "run:blue"}, "/run/blue/"),
        ('show = ["ride:hot"]', {"STRAVACOOKIES_ACTIVITIES": "winter"}, "/winter/gray/"),
        ("", {"STRAVACOOKIES_COLORS": "purple"}, "/all/purple/"),
    ],
)
def test_first_layer_of_the_menu_is_the_users(
    run_here: Run,
    remote: Remote,
    home: Path,
    config: str,
    variables: dict[str, str],
    opened: str,
) -> None:
    """Without arguments, the layer is opened that `josm-prefs` would show first."""
    directory = home / ".config" / "stravacookies"
    directory.mkdir()
    (directory / "config.toml").write_text(config)

    assert 0 == run_here("live", **variables).code
    assert opened in remote.layers[0]


def test_directory_that_is_overridden(run_here: Run, remote: Remote, josm_directory: Path) -> None:
    """A directory in the environment does not count, whatever it is, when one is typed."""
    outcome = run_here("live", "--josm-dir", josm_directory, STRAVACOOKIES_JOSM_DIR=".")

    assert (0, 1) == (outcome.code, len(remote.layers))


def test_first_layer_of_the_menu_on_the_classic_host(run_here: Run, remote: Remote) -> None:
    """Of the layers to be shown, the first one that the host has is opened."""
    run_here("live", "--classic", STRAVACOOKIES_SHOW="sport_Hike:blue run:orange ride:hot")

    assert "/ride/hot/" in remote.layers[0]


def test_layer_that_the_defaults_leave_out(run_here: Run, remote: Remote) -> None:
    """What is named is opened, whatever the defaults are."""
    run_here("live", "run:orange", STRAVACOOKIES_ACTIVITIES="ride", STRAVACOOKIES_COLORS="hot")

    assert "/run/orange/" in remote.layers[0]


def test_directory_in_the_environment(
    run_here: Run, remote: Remote, josm_directory: Path, tmp_path: Path
) -> None:
    """The JOSM on the directory that the environment names is asked, not the usual one."""
    (josm_directory / "preferences.xml").rename(tmp_path / "preferences.xml")
    outcome = run_here("live", STRAVACOOKIES_JOSM_DIR=str(tmp_path))

    assert (0, 1) == (outcome.code, len(remote.layers))


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (
            403,
            "JOSM does not permit it: tick 'Load imagery layers' in its Preferences > Remote"
            " Control or, if it asked you, say yes.",
        ),
        (400, "JOSM's remote control answered 400, which was not expected."),
    ],
)
def test_josm_that_does_not_want_to(
    run: Run, remote: Remote, strava: Strava, status: int, words: str
) -> None:
    """A refusal is exit 6, and says which setting to change."""
    remote.status = status
    outcome = run("live", STRAVA_SESSION=strava.open_session())

    assert (6, "", f"stravacookies: {words}\n") == (outcome.code, outcome.out, outcome.err)


@pytest.fixture
def nobody_listens(josm_directory: Path) -> None:
    """JOSM's preferences name a port on which nothing listens."""
    with Remote() as remote:
        port = remote.server_port
    set_port(josm_directory, port)


def show_processes(monkeypatch: pytest.MonkeyPatch, *commands: list[str]) -> None:
    """Let the system have these processes, and no other."""
    processes = [SimpleNamespace(info={"cmdline": each}, cwd=lambda: "/") for each in commands]
    monkeypatch.setattr("psutil.process_iter", lambda _: processes)


@pytest.mark.usefixtures("nobody_listens")
def test_no_josm_is_found_out_first(run: Run, stand_in: StandIn) -> None:
    """Where nobody listens, Strava is not asked."""
    outcome = run("live", STRAVA_SESSION="any")

    assert (6, "", 1) == (outcome.code, outcome.out, outcome.err.count("\n"))
    assert [] == stand_in.requests


@pytest.mark.usefixtures("nobody_listens")
def test_no_josm(run_here: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no JOSM at all, it is to be started."""
    show_processes(monkeypatch, ["vim", "josm.txt"])

    with pytest.raises(JosmNotRunningError) as error:
        run_here("live")
    assert "JOSM is not running: start it, and run this again." == str(error.value)


@pytest.mark.usefixtures("nobody_listens")
def test_josm_on_another_directory(
    run_here: Run, monkeypatch: pytest.MonkeyPatch, josm_directory: Path
) -> None:
    """A JOSM that runs elsewhere is not there for nothing: it is said how to name it."""
    show_processes(monkeypatch, ["java", "-Djosm.home=/elsewhere", "-jar", "josm.jar"])

    with pytest.raises(JosmElsewhereError) as error:
        run_here("live")
    assert (
        f"JOSM is running, but its preferences directory is not {josm_directory}: give its path to"
        " --josm-dir."
    ) == str(error.value)


def test_josm_without_a_usual_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    """So it is where there is no directory at all in the usual places."""
    with Remote() as remote:
        monkeypatch.setattr("stravacookies.josm.remote.USUAL_PORT", remote.server_port)
    show_processes(monkeypatch, ["java", "-Djosm.home=/elsewhere", "-jar", "josm.jar"])

    with pytest.raises(JosmElsewhereError) as error:
        live.find(None)
    assert "its preferences directory is not where it usually is: give" in str(error.value)


def test_stale_cookies_are_refreshed(
    run: Run, remote: Remote, strava: Strava, stand_in: StandIn
) -> None:
    """Kept cookies that would end soon are not given to JOSM."""
    session = {"STRAVA_SESSION": strava.open_session()}
    strava.lifetime = 3600
    run("cookies", **session)
    strava.lifetime = 24 * 3600
    run("live", **session)

    assert 2 == len(stand_in.requests)
    assert f"header(Cookie,{run('cookies').out.strip()})" in remote.layers[0]


def test_session_from_a_source(
    run: Run, remote: Remote, strava: Strava, stand_in: StandIn, tmp_path: Path
) -> None:
    """With `--from`, the session is taken from there, and kept."""
    (tmp_path / "session").write_text(strava.open_session())
    outcome = run("live", "--from", "session")

    assert (0, 1) == (outcome.code, len(remote.layers))
    assert 0 == run("live", "--refresh").code
    assert 2 == len(stand_in.requests)


def test_user_who_does_not_answer(
    run_here: Run, remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where JOSM asks its user and nobody answers, that is no permission."""
    monkeypatch.setattr("stravacookies.josm.live._USERS_TIMEOUT", 0.1)
    remote.asks_user = True

    with pytest.raises(RemoteControlRefusedError):
        run_here("live")


def test_connection_that_breaks(run_here: Run, remote: Remote) -> None:
    """A JOSM that ends instead of an answer has not opened the layer."""
    remote.breaks_off = True

    with pytest.raises(RemoteControlAnswerError) as error:
        run_here("live")
    assert "JOSM's remote control answered nothing, which was not expected." == str(error.value)


@pytest.mark.parametrize("sent", ["HTTP/1.1 100 Continue\r\n\r\n", "H", "HTTP/1.1 200 OK\r\nX: "])
def test_answer_without_end(monkeypatch: pytest.MonkeyPatch, sent: str) -> None:
    """Whoever sends on and on is not listened to for longer than somebody who says nothing."""
    monkeypatch.setattr("stravacookies.josm.remote._TIMEOUT", 0.5)

    class Endless(StreamRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                while True:
                    self.wfile.write(sent.encode())
                    sleep(0.05)

    with ThreadingTCPServer(("127.0.0.1", 0), Endless) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        begun = monotonic()
        with pytest.raises(PortTakenError):
            remote_control.version(server.server_address[1])
        server.shutdown()
    assert monotonic() - begun < 10


@pytest.mark.parametrize("said", ["[" * 990, '{"application": {}}', "null", '{"version": 1}'])
def test_answer_that_is_none_of_josm(remote: Remote, said: str) -> None:
    """Whatever an answer holds, it is that of JOSM or of another program."""
    remote.says = said

    assert not remote_control.answers(remote.server_port)


@pytest.mark.parametrize("version", ['"\\u001b[31m"', "null", "[]"])
def test_version_that_is_no_number(remote: Remote, version: str) -> None:
    """What is shown as JOSM's version is a number, or nothing."""
    remote.says = f'{{"application": "JOSM RemoteControl", "version": {version}}}'

    assert "" == remote_control.version(remote.server_port)


def test_another_program_on_the_port(
    run: Run, remote: Remote, stand_in: StandIn, josm_directory: Path
) -> None:
    """Whatever else listens on the port gets no cookies."""
    remote.says = '{"application":"another","version":18646}'
    outcome = run("live", STRAVA_SESSION="any")

    assert (
        6,
        f"stravacookies: Another program listens on port {remote.server_port}, where JOSM's remote"
        " control should: end it and start JOSM again, or set another port as"
        " 'remote.control.port' in JOSM's Advanced Preferences, and start JOSM again.\n",
    ) == (outcome.code, outcome.err)
    assert [] == remote.layers
    assert [] == stand_in.requests


def test_unknown_layer(run_here: Run, remote: Remote) -> None:
    """A layer that is not to be had is exit 2, with a hint."""
    outcome = run_here("live", "rde:hot")

    assert 2 == outcome.code
    assert "'rde:hot' is not to be had; did you mean ride:hot or" in outcome.err
