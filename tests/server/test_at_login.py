"""The server as a service: how the systems' managers of services are asked to run it."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from stravacookies.computer import Computer
from stravacookies.errors import FileError, StravacookiesError, UsageError
from stravacookies.server import at_login, service_file
from stravacookies.server.service_file import Service
from tests.josm_app import free_port
from tests.services import Managers, managers


@pytest.fixture
def pretended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Managers]:
    """Pretended managers of services on the path."""
    with managers(tmp_path / "managers") as pretended:
        monkeypatch.setenv("PATH", pretended.path)
        yield pretended


@pytest.fixture
def linux(home: Path) -> Computer:
    """A computer with Linux."""
    return Computer("linux", {}, home)


def service(port: int) -> Service:
    """Return a service that listens on a port."""
    return Service(["/bin/python", "serve", "--port", str(port)], {}, port)


USER = f"gui/{os.getuid()}"
SYSTEMCTL, UNIT = "systemctl --user", "stravacookies-serve.service"
RELOAD = f"{SYSTEMCTL} daemon-reload"
STOP = [RELOAD, f"{SYSTEMCTL} disable --now {UNIT}", f"{SYSTEMCTL} reset-failed {UNIT}"]
START = [RELOAD, f"{SYSTEMCTL} enable --now {UNIT}"]
BOOTOUT = [f"launchctl print {USER}", f"launchctl bootout {USER}/stravacookies-serve"]


def bootstrap(home: Path) -> list[str]:
    """Return how launchd is asked to start the server."""
    return [
        f"launchctl enable {USER}/stravacookies-serve",
        f"launchctl bootstrap {USER} {home}/Library/LaunchAgents/stravacookies-serve.plist",
    ]


def without_looks(calls: list[str]) -> list[str]:
    """Leave out how the manager was asked whether the server runs, once or more."""
    looks = (f"{SYSTEMCTL} is-active {UNIT}", f"launchctl print {USER}/stravacookies-serve")
    return [call for call in calls if call not in looks]


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_managers(pretended: Managers, home: Path, platform: str) -> None:
    """It is started now and at each login; replaced by another one; removed without a trace."""
    computer = Computer(platform, {}, home)
    is_mac = platform == "darwin"
    check, stop = (BOOTOUT[:1], BOOTOUT) if is_mac else ([RELOAD], STOP)
    start = bootstrap(home) if is_mac else START
    log = f"tail {home}/Library/Logs/stravacookies-serve.log"
    file = service_file.path(computer)
    for port in (free_port(), free_port()):
        pretended.install(port)
        installed = at_login.install(computer, service(port))

        assert (file, log if is_mac else "journalctl --user -u stravacookies-serve") == installed
        assert service_file.content(computer, service(port)) == file.read_bytes()
        assert [*check, *stop, *start] == without_looks(pretended.calls())
        assert pretended.is_running()
    assert (file, True) == at_login.remove(computer)
    assert (False, False) == (file.exists(), pretended.is_running())
    assert [*stop, *check] == without_looks(pretended.calls())
    assert None is at_login.remove(computer)
    assert [] == pretended.calls()


def test_windows(pretended: Managers, home: Path) -> None:
    """The next login starts it; once removed, it may still run until the user logs out."""
    computer = Computer("win32", {}, home)
    pretended.install(1)
    file = service_file.path(computer)

    assert (file, None) == at_login.install(computer, service(1))
    assert service_file.content(computer, service(1)) == file.read_bytes()
    assert (file, False) == at_login.remove(computer)
    assert (False, None) == (file.exists(), at_login.remove(computer))
    assert [] == pretended.calls()


@pytest.mark.parametrize(
    ("fails", "why"),
    [
        ("*enable*", "systemctl: It failed"),
        ("*is-active*", "nothing listens on port {port}"),
    ],
)
def test_server_that_does_not_start(
    pretended: Managers, linux: Computer, fails: str, why: str
) -> None:
    """The error says why; nothing is installed, or what was installed before."""
    port, file = free_port(), service_file.path(linux)
    for before in (None, b"an older unit"):
        if before:
            file.write_bytes(before)
        pretended.install(free_port(), fails)
        with pytest.raises(StravacookiesError) as error:
            at_login.install(linux, service(port))

        assert (
            f"The server could not be started ({why.format(port=port)})."
            f" 'stravacookies serve --port {port}' may show the reason."
        ) == str(error.value)
        assert before == (file.read_bytes() if file.exists() else None)
        end = [RELOAD] if before is None else START
        assert end == without_looks(pretended.calls())[-len(end) :]
        file.parent.mkdir(parents=True, exist_ok=True)


def test_port_that_is_used(pretended: Managers, linux: Computer) -> None:
    """If another program listens on the port, the server that was installed before runs again."""
    usual, file = free_port(), service_file.path(linux)
    pretended.install(usual)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(UsageError, match=f"^Port {port} cannot be used"):
            at_login.install(linux, service(port))
        assert (False, False) == (file.exists(), pretended.is_running())
        at_login.install(linux, service(usual))
        with pytest.raises(UsageError, match=f"^Port {port} cannot be used"):
            at_login.install(linux, service(port))

    assert service_file.content(linux, service(usual)) == file.read_bytes()
    assert pretended.is_running()


def test_no_manager(
    pretended: Managers, linux: Computer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without systemd, or where it does not run for the user, nothing is written."""
    pretended.install(1, fails="*daemon-reload")
    file = service_file.path(linux)
    for path, why in (
        (pretended.path, "systemctl: It failed"),
        (str(tmp_path), "systemctl: No such file or directory"),
    ):
        monkeypatch.setenv("PATH", path)
        with pytest.raises(StravacookiesError) as error:
            at_login.install(linux, service(1))

        assert (
            f"The server cannot be started at login here ({why}). If your desktop can start a"
            " program at login, let it start this: '/bin/python serve --port 1'"
        ) == str(error.value)
        assert not file.parent.exists()
    file.parent.mkdir(parents=True)
    file.touch()
    assert (file, False) == at_login.remove(linux)
    assert not file.exists()


def test_files_that_cannot_be_changed(pretended: Managers, linux: Computer) -> None:
    """The error names the place; the server is not started."""
    pretended.install(1)
    (linux.home / ".config").touch()
    with pytest.raises(FileError) as error:
        at_login.install(linux, service(free_port()))

    place = linux.home / ".config" / "systemd"
    assert f"{place} could not be created: Not a directory." == str(error.value)
    assert not pretended.is_running()
