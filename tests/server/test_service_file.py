"""The file that starts the server at each login, as each system reads it."""

import plistlib
import shutil
import subprocess
from pathlib import Path

import pytest

from stravacookies.computer import Computer
from stravacookies.server import service_file
from stravacookies.server.service_file import Service
from tests.command import missing, require

SERVICE = Service(
    ["/my files/100%/py'th\"on", "-m", "stravacookies", "back\\slash", "$HOME", "é", "x\ny"],
    {"PATH": "/a b:/bin", "XDG_STATE_HOME": '/%h "quoted"'},
    8765,
)

UNIT = r"""[Unit]
Description=Tiles of the Strava heatmap for the programs on this computer
StartLimitIntervalSec=10min
StartLimitBurst=5

[Service]
ExecStart=:/bin/sh -c 'exec "$0" "$@"' "/my files/100%%/py'th\"on" "-m" "stravacookies" """ + (
    r""""back\\slash" "$HOME" "é" "x\ny"
Environment="PATH=/a b:/bin"
Environment="XDG_STATE_HOME=/%%h \"quoted\""
KillSignal=SIGINT
TimeoutStopSec=10
Restart=on-failure
RestartSec=30

[Install]
WantedBy=default.target
"""
)


def test_unit_of_systemd(tmp_path: Path) -> None:
    """Systemd gets a unit in which every word is quoted, and finds nothing to say about it."""
    computer = Computer("linux", {"XDG_CONFIG_HOME": str(tmp_path / "config")}, tmp_path)
    file = service_file.path(computer)
    content = service_file.content(computer, SERVICE)

    assert tmp_path / "config" / "systemd" / "user" / "stravacookies-serve.service" == file
    assert UNIT == content.decode()
    verifier = shutil.which("systemd-analyze")
    require(missing("Verification", {"systemd": verifier}))
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    checked = subprocess.run(
        [str(verifier), "verify", "--user", file],
        env={"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (0, "", "") == (checked.returncode, checked.stdout, checked.stderr)


def test_property_list_of_launchd(home: Path) -> None:
    """A Mac gets a property list with all words; what the server says goes to a log file."""
    computer = Computer("darwin", {}, home)
    settings = plistlib.loads(service_file.content(computer, SERVICE))
    log = str(home / "Library" / "Logs" / "stravacookies-serve.log")

    assert home / "Library/LaunchAgents/stravacookies-serve.plist" == service_file.path(computer)
    assert {
        "Label": "stravacookies-serve",
        "ProgramArguments": SERVICE.command,
        "EnvironmentVariables": SERVICE.environ,
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": 30,
        "StandardOutPath": log,
        "StandardErrorPath": log,
    } == settings


def test_script_of_windows(home: Path) -> None:
    """Windows gets a script in the Startup folder."""
    computer = Computer("win32", {"APPDATA": str(home / "Roaming")}, home)
    service = SERVICE._replace(command=[r"C:\Zoë M\pythonw.exe", "serve", "100%"])
    start_menu = home / "Roaming" / "Microsoft" / "Windows" / "Start Menu"

    assert start_menu / "Programs/Startup/stravacookies-serve.cmd" == service_file.path(computer)
    assert (
        '@chcp 65001 >nul\r\n@start "" "C:\\Zoë M\\pythonw.exe" "serve" "100%%"\r\n'
    ) == service_file.content(computer, service).decode()


@pytest.mark.parametrize(
    ("given", "kept", "left_out"),
    [
        ({"PATH": "/bin", "XDG_STATE_HOME": "/s", "no_proxy": "a"}, None, []),
        ({"STRAVACOOKIES_SOURCE": "firefox", "REQUESTS_CA_BUNDLE": "/ca@home.pem"}, None, []),
        ({"HTTPS_PROXY": "http://proxy:3128", "XDG_CACHE_HOME": ""}, {"HTTPS_PROXY"}, []),
        ({"STRAVA_SESSION": "s", "STRAVA_EMAIL": "e", "STRAVA_PASSWORD": "p"}, set(), []),
        ({"HTTPS_PROXY": "http://me:secret@proxy", "HOME": "/h"}, set(), ["HTTPS_PROXY"]),
    ],
)
def test_kept_environment(
    given: dict[str, str], kept: set[str] | None, left_out: list[str]
) -> None:
    """The server gets what it needs to find files and Strava, but never what may be secret."""
    names = given.keys() if kept is None else kept

    assert ({name: given[name] for name in names}, left_out) == service_file.kept_environment(given)
