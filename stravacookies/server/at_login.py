"""The server as a service of the user's, which the system starts at each login."""

import shlex
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from stravacookies.computer import Computer
from stravacookies.errors import StravacookiesError
from stravacookies.files import renamed_errors, write_private
from stravacookies.heatmap import serve_command
from stravacookies.installation import quoted
from stravacookies.server import service_file
from stravacookies.server.service_file import NAME, UNIT, Service

_PATIENCE = 20.0
"""Seconds to wait for the system, and then for the server."""

_LOOK = 0.05
"""Seconds between checks of whether the server has started or ended."""


class Installed(NamedTuple):
    """What was installed.

    Attributes:
        file: The file that makes the system start the server.
        log: The command that shows what the server says; None on Windows, which does not keep that
            and starts the server at the next login only.
    """

    file: Path
    log: str | None


class Removed(NamedTuple):
    """What was removed.

    Attributes:
        file: The file that made the system start the server.
        is_stopped: Whether the server has ended; otherwise it may run until the user logs out.
    """

    file: Path
    is_stopped: bool


class _Manager(NamedTuple):
    """The commands of a system's manager of services.

    Attributes:
        check: Succeeds if it runs for this user; makes it read changed files.
        start: Start the server now and at each login.
        stop: End that; they fail if there is nothing to end.
        is_running: Succeeds until the server has ended.
    """

    check: list[str]
    start: list[list[str]]
    stop: list[list[str]]
    is_running: list[str]


def install(computer: Computer, service: Service) -> Installed:
    """Let the system start the server at each login and, except on Windows, now.

    It takes the place of one that was installed before. After an error, everything is as before.

    Raises:
        UsageError: The port cannot be used.
        FileError: The file could not be written.
        StravacookiesError: The system does not start it.
    """
    file, manager = service_file.path(computer), _manager(computer)
    content = service_file.content(computer, service)
    if not manager:
        write_private(file.parent, {file: content})
        return Installed(file, None)
    if why := _failure(manager.check):
        raise StravacookiesError(
            f"The server cannot be started at login here ({why}). If your desktop can start a"
            f" program at login, let it start this: '{' '.join(map(quoted, service.command))}'"
        )
    with renamed_errors(file, "read"):
        before = file.read_bytes() if file.exists() else None
    try:
        _stop(manager)  # it may listen on the port that is wanted now
        _start(manager, file, content, service.port)
    except BaseException:
        _stop(manager)
        if before is not None:
            write_private(file.parent, {file: before})
            _first_failure(manager.start)
        elif file.exists():
            _delete(file, manager)
        raise
    return Installed(file, _log_command(computer))


def remove(computer: Computer) -> Removed | None:
    """Stop the server, and no longer start it at login; return None if it was not installed.

    Raises:
        FileError: The file could not be removed.
    """
    file, manager = service_file.path(computer), _manager(computer)
    if not file.exists():
        return None
    is_stopped = manager is not None and _stop(manager)
    _delete(file, manager)
    return Removed(file, is_stopped)


def _manager(computer: Computer) -> _Manager | None:
    """Return how to talk to the manager of services; None on Windows, where users have none.

    Sources: https://www.freedesktop.org/software/systemd/man/latest/systemctl.html,
    https://keith.github.io/xcode-man-pages/launchctl.1.html
    """
    if computer.platform == "win32":
        return None
    if computer.platform == "darwin":
        user = f"gui/{computer.home.stat().st_uid}"
        name, file = f"{user}/{NAME}", str(service_file.path(computer))
        return _Manager(
            check=["launchctl", "print", user],
            start=[["launchctl", "enable", name], ["launchctl", "bootstrap", user, file]],
            stop=[["launchctl", "bootout", name]],
            is_running=["launchctl", "print", name],
        )
    systemctl = ("systemctl", "--user")
    return _Manager(
        check=[*systemctl, "daemon-reload"],
        start=[[*systemctl, "daemon-reload"], [*systemctl, "enable", "--now", UNIT]],
        # `reset-failed`: earlier failures and starts no longer count.
        stop=[[*systemctl, "disable", "--now", UNIT], [*systemctl, "reset-failed", UNIT]],
        is_running=[*systemctl, "is-active", UNIT],
    )


def _log_command(computer: Computer) -> str:
    if computer.platform == "darwin":
        return f"tail {shlex.quote(str(service_file.log(computer)))}"
    return f"journalctl --user -u {NAME}"


def _start(manager: _Manager, file: Path, content: bytes, port: int) -> None:
    """Write the file, start the server, and return when it listens."""
    from stravacookies.server.serving import listen  # imported here: removal needs no uvicorn

    listen(port).close()
    write_private(file.parent, {file: content})
    why = _first_failure(manager.start)
    if not why and not (_wait(lambda: _listens(port) or _has_ended(manager)) and _listens(port)):
        why = f"nothing listens on port {port}"
    if why:
        raise StravacookiesError(
            f"The server could not be started ({why}). '{serve_command(port)}' may show the reason."
        )


def _stop(manager: _Manager) -> bool:
    """Stop the server, if it runs; return whether it is known to have ended."""
    is_reachable = not _failure(manager.check)
    for command in manager.stop:
        _failure(command)
    return is_reachable and _wait(lambda: _has_ended(manager))


def _has_ended(manager: _Manager) -> bool:
    return _failure(manager.is_running) is not None


def _delete(file: Path, manager: _Manager | None) -> None:
    with renamed_errors(file, "removed"):
        file.unlink(missing_ok=True)
    if manager:
        _failure(manager.check)  # so that it forgets the file


def _first_failure(commands: Sequence[Sequence[str]]) -> str | None:
    """Run commands until one fails, and return why."""
    return next(filter(None, map(_failure, commands)), None)


def _failure(command: Sequence[str]) -> str | None:
    """Run a command, and return why it failed, if it did."""
    import subprocess  # imported here: few runs need it

    try:
        process = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"{command[0]} does not answer"
    except OSError as error:
        return f"{command[0]}: {error.strerror}"
    lines = process.stderr.strip().splitlines() or [f"exit code {process.returncode}"]
    return f"{command[0]}: {lines[-1].rstrip('.')}" if process.returncode else None


def _listens(port: int) -> bool:
    import socket  # imported here: few runs need it

    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _wait(is_so: Callable[[], bool]) -> bool:
    """Wait until a condition holds; return False if that takes too long."""
    give_up = time.monotonic() + _PATIENCE
    while not is_so():
        if time.monotonic() > give_up:
            return False
        time.sleep(_LOOK)
    return True
