"""What counts as a JOSM that runs, told from command lines; a real one is elsewhere."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import BaseRequestHandler, TCPServer

import pytest

from stravacookies.josm.preferences import NAMESPACE
from stravacookies.josm.process import is_josm, is_running, runs_on
from tests.josm_app import pretended

HERE = Path("/home/m/.config/JOSM")
JAR = "/usr/share/josm/josm.jar"


@pytest.mark.parametrize(
    "command",
    [
        ["java", "-jar", JAR],
        ["/usr/bin/java", "-Xmx2g", "-jar", "/opt/josm-tested.jar", "file.osm"],
        ["java", "-cp", "/opt/josm.jar:/opt/x.jar", "Main"],
        ["java", "-cp", "/opt/all.jar", "org.openstreetmap.josm.gui.MainApplication"],
        ["/usr/bin/javaws", "https://josm.openstreetmap.de/download/josm.jnlp"],
        [r"C:\Program Files\Java\bin\javaw.exe", "-jar", r"C:\Users\m\josm-snapshot-18646.jar"],
        [r"C:\Users\m\JOSM\JOSM.exe"],
        ["/Applications/JOSM.app/Contents/MacOS/JOSM"],
    ],
)
def test_josm(command: list[str]) -> None:
    """JOSM is started from its jar, by its main class, from the web, or by its own launcher."""
    assert is_josm(command)


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["java", "-jar", "other.jar"],
        ["java", "-jar", "/home/josm/other.jar"],
        ["less", "josm.jar"],
        ["wget", "https://josm.openstreetmap.de/josm-tested.jar"],
        ["vim", "josm.jar.txt"],
    ],
)
def test_anything_else(command: list[str]) -> None:
    """Other programs are not JOSM, even if its file is their matter."""
    assert not is_josm(command)


@pytest.mark.parametrize(
    ("words", "runs"),
    [
        (["-Djosm.pref=/home/m/.config/JOSM"], True),
        (["-Djosm.home=/home/m/.config/../.config/JOSM"], True),
        (["-Djosm.home=.config/JOSM"], True),
        (["-Djosm.home=/tmp/other"], False),
        (["-Djosm.home=JOSM"], False),
    ],
)
def test_named_directory(words: list[str], runs: bool) -> None:
    """A JOSM that names a directory runs on that, seen from where it was started."""
    command = ["java", *words, "-jar", JAR]

    assert runs == runs_on(command, HERE, folder=Path("/home/m"), usual=not runs)


@pytest.mark.parametrize("usual", [True, False])
def test_directory_that_is_not_named(usual: bool) -> None:
    """A JOSM that names no directory runs on the usual one."""
    assert usual == runs_on(["java", "-jar", JAR], HERE, folder=Path("/"), usual=usual)


@pytest.mark.parametrize(
    ("words", "runs"),
    [([], True), (["-Djosm.home=.config/JOSM"], True), (["-Djosm.home=other"], False)],
)
def test_system_shows_a_josm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], runs: bool
) -> None:
    """A process that runs is noticed, on its usual directory or on the one that it names."""
    monkeypatch.setenv("HOME", str(tmp_path))
    directory = tmp_path / ".config" / "JOSM"
    directory.mkdir(parents=True)
    with pretended(tmp_path, *words):
        assert runs == is_running(directory)
        assert not is_running(tmp_path)
    assert not is_running(directory)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give directories away")
def test_josm_of_another_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose JOSM runs on the usual directory of its user does not run on another user's."""
    monkeypatch.setenv("HOME", str(tmp_path))
    directory = tmp_path / ".josm"
    directory.mkdir()
    os.chown(directory, 65534, 65534)
    with pretended(tmp_path):
        assert not is_running(directory)


def test_nothing_runs_on_a_new_directory(tmp_path: Path) -> None:
    """The system's processes can be looked at."""
    assert not is_running(tmp_path)


@contextmanager
def program(answer: bytes) -> Iterator[int]:
    """A program that gives everybody the same answer, on a port of its own."""

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(4096)
            self.request.sendall(answer)

    with TCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
# As revision 18646 answers.
JOSM = HEAD + (
    b'{"protocolversion":{"major":1,"minor":11},"application":"JOSM RemoteControl","version":18646}'
)


def set_up(directory: Path, port: int, enabled: str = "true") -> None:
    """Write preferences with a remote control on a port."""
    directory.joinpath("preferences.xml").write_text(
        f'<preferences xmlns="{NAMESPACE}"><tag key="remotecontrol.enabled" value="{enabled}"/>'
        f'<tag key="remote.control.port" value="{port}"/></preferences>'
    )


@pytest.fixture
def no_josm(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system shows no process of JOSM, as if it ran in a container."""
    monkeypatch.setattr("psutil.process_iter", lambda _: [])


@pytest.mark.usefixtures("no_josm")
@pytest.mark.parametrize(
    ("answer", "runs"),
    [
        (JOSM, True),
        (HEAD + b'{"application":"another"}', False),
        (HEAD + b"[]", False),
        (HEAD + b"\xff", False),
        (b"SSH-2.0-OpenSSH_9.2\r\n", False),
        (b"", False),
    ],
)
def test_remote_control_is_a_second_sign(tmp_path: Path, answer: bytes, runs: bool) -> None:
    """Where no process is seen, a JOSM that answers on the port of its preferences runs on them."""
    with program(answer) as port:
        set_up(tmp_path, port)
        assert runs == is_running(tmp_path)


@pytest.mark.usefixtures("no_josm")
def test_remote_control_that_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that listens and says nothing is not waited for, and is no JOSM."""
    monkeypatch.setattr("stravacookies.josm.remote._TIMEOUT", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        set_up(tmp_path, listener.getsockname()[1])
        assert not is_running(tmp_path)


@pytest.mark.usefixtures("no_josm")
def test_remote_control_counts_only_where_it_is_on(tmp_path: Path) -> None:
    """If these preferences have none, or a port that cannot be, another JOSM answers there."""
    with program(JOSM) as port:
        for number, enabled in [(port, "false"), (port + 65536, "true"), (0, "true")]:
            set_up(tmp_path, number, enabled)
            assert not is_running(tmp_path)


def test_josm_elsewhere_is_not_taken_for_this_one(tmp_path: Path) -> None:
    """If there is a process, it tells the directory; who answers on the port tells nothing more."""
    with program(JOSM) as port, pretended(tmp_path, "-Djosm.home=/elsewhere"):
        set_up(tmp_path, port)
        assert not is_running(tmp_path)
