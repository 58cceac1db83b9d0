"""What counts as a JOSM that runs, told from command lines; a real one is elsewhere."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import BaseRequestHandler, TCPServer
from types import SimpleNamespace

import pytest

from stravacookies.josm.preferences import NAMESPACE
from stravacookies.josm.process import is_running, runs_on

HERE = Path("/home/m/.config/JOSM")
JAR = "/usr/share/josm/josm.jar"


@pytest.mark.parametrize(
    "command",
    [
        ["java", "-jar", JAR],
        ["/usr/bin/java", "-Xmx2g", "-jar", "/opt/josm-tested.jar", "file.osm"],
        ["java", "-Djosm.pref=/home/m/.config/JOSM", "-jar", JAR],
        ["java", "-Djosm.home=/home/m/.config/../.config/JOSM", "-jar", JAR],
        [r"C:\\Users\\m\\JOSM\\JOSM.exe"],
    ],
)
def test_josm_on_the_usual_directory(command: list[str]) -> None:
    """A JOSM that names no directory, or this one, runs on it."""
    assert runs_on(command, HERE, usual=True)


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["java", "-jar", "other.jar"],
        ["java", "-Djosm.home=/tmp/other", "-jar", JAR],
        ["vim", "josm.jar.txt"],
    ],
)
def test_anything_else(command: list[str]) -> None:
    """Other programs, and a JOSM on another directory, do not."""
    assert not runs_on(command, HERE, usual=True)


def test_unusual_directory() -> None:
    """A JOSM that names no directory does not run on one that is not usual."""
    assert not runs_on(["java", "-jar", JAR], HERE, usual=False)


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
    ("answer", "is_josm"),
    [
        (JOSM, True),
        (HEAD + b'{"application":"another"}', False),
        (HEAD + b"[]", False),
        (HEAD + b"\xff", False),
        (b"SSH-2.0-OpenSSH_9.2\r\n", False),
        (b"", False),
    ],
)
def test_remote_control_is_a_second_sign(tmp_path: Path, answer: bytes, is_josm: bool) -> None:
    """Where no process is seen, a JOSM that answers on the port of its preferences runs on them."""
    with program(answer) as port:
        set_up(tmp_path, port)
        assert is_josm == is_running(tmp_path)


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


def test_josm_elsewhere_is_not_taken_for_this_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If there is a process, it tells the directory; who answers on the port tells nothing more."""
    process = SimpleNamespace(info={"cmdline": ["java", "-Djosm.home=/elsewhere", "-jar", JAR]})
    monkeypatch.setattr("psutil.process_iter", lambda _: [process])
    with program(JOSM) as port:
        set_up(tmp_path, port)
        assert not is_running(tmp_path)
