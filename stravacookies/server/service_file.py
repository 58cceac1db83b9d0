"""The file that makes the system start the server at each login: its place and its content."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from stravacookies.computer import Computer, windows_script

NAME = "stravacookies-serve"
"""The name of the service, and of its file."""

UNIT = f"{NAME}.service"

# A service inherits nothing that only a shell has set. What is listed here is written into a file,
# so it is never a session, an email or a password.
_KEPT = (
    "PATH",  # where browsers are, from which the session is renewed
    *("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"),  # where our files are, and browsers'
    *("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),  # without these and proxies, Strava is out of reach
    "STRAVACOOKIES_SOURCE",
)
_PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy")

_PAUSE = 30
"""Seconds until the system restarts a server that has failed."""

_THROUGH_SHELL = """:/bin/sh -c 'exec "$0" "$@"'"""
"""Starts any program: systemd itself takes none whose path contains quotes or a backslash.

The colon lets a dollar sign be one: systemd does not look for variables.
"""


class Service(NamedTuple):
    """What to start at each login.

    Attributes:
        command: The command.
        environ: What to add to its environment; see `kept_environment`.
        port: The port on which it listens.
    """

    command: Sequence[str]
    environ: Mapping[str, str]
    port: int


def kept_environment(environ: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Return the variables that the server needs, and the names of proxies with a password.

    These are left out.
    """
    found = {name: environ[name] for name in (*_KEPT, *_PROXIES) if environ.get(name)}
    secret = [name for name in _PROXIES if "@" in found.get(name, "")]
    return {name: value for name, value in found.items() if name not in secret}, secret


def path(computer: Computer) -> Path:
    """Return where the file is.

    Sources: https://www.freedesktop.org/software/systemd/man/latest/systemd.unit.html,
    https://keith.github.io/xcode-man-pages/launchd.8.html,
    https://learn.microsoft.com/windows/win32/shell/knownfolderid (Startup)
    """
    if computer.platform == "win32":
        return computer.start_menu / "Startup" / f"{NAME}.cmd"
    if computer.platform == "darwin":
        return computer.home / "Library" / "LaunchAgents" / f"{NAME}.plist"
    config = Path(computer.environ.get("XDG_CONFIG_HOME") or computer.home / ".config")
    return config / "systemd" / "user" / UNIT


def log(computer: Computer) -> Path:
    """Return the file on macOS with what the server says."""
    return computer.home / "Library" / "Logs" / f"{NAME}.log"


def content(computer: Computer, service: Service) -> bytes:
    """Return what is in the file."""
    if computer.platform == "win32":
        # Windows gives it the variables that the user has set in the settings of the system.
        return windows_script(service.command)
    if computer.platform == "darwin":
        return _agent(service, log(computer))
    return _unit(service)


def _unit(service: Service) -> bytes:
    """Return a unit of systemd, which is restarted after failures, but not for ever.

    Sources: https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html,
    https://www.freedesktop.org/software/systemd/man/latest/systemd.syntax.html
    """
    words = " ".join(map(_quoted, service.command))
    variables = (_quoted(f"{name}={value}") for name, value in service.environ.items())
    environment = "".join(f"Environment={variable}\n" for variable in variables)
    return f"""\
[Unit]
Description=Tiles of the Strava heatmap for the programs on this computer
StartLimitIntervalSec=10min
StartLimitBurst=5

[Service]
ExecStart={_THROUGH_SHELL} {words}
{environment}KillSignal=SIGINT
TimeoutStopSec=10
Restart=on-failure
RestartSec={_PAUSE}

[Install]
WantedBy=default.target
""".encode(errors="surrogateescape")


def _quoted(word: str) -> str:
    escaped = re.sub(r'(["\\])', r"\\\1", word).replace("\n", r"\n").replace("%", "%%")
    return f'"{escaped}"'


def _agent(service: Service, log: Path) -> bytes:
    """Return a property list of launchd, which supports a pause between restarts, but no limit.

    Source: https://keith.github.io/xcode-man-pages/launchd.plist.5.html
    """
    import plistlib  # imported here: only a Mac needs it

    settings = {
        "Label": NAME,
        "ProgramArguments": list(service.command),
        "EnvironmentVariables": dict(service.environ),
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": _PAUSE,
        "StandardOutPath": str(log),
        "StandardErrorPath": str(log),
    }
    return plistlib.dumps(settings)
