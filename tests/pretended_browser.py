"""A program that takes the arguments of a browser, and shows what a test wants of one.

What it shows changes with each look at it, from one state to the next, and stays with the last.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from stravacookies.credentials.devtools import PORT_FILE
from stravacookies.credentials.window_browsers import Program
from tests.sessionstore import sessionstore

LOGIN = "https://www.strava.com/login"

State = tuple[Sequence[str], str]
"""The pages that are open, and the value of Strava's session."""


def pretended(
    folder: Path, *states: State, browser: str = "chromium", behaviour: str = "works"
) -> Program:
    """Write a browser's program into a folder, and return it with a profile in there.

    Args:
        folder: The folder.
        states: What it shows; by default the login, and a session that is not logged in.
        browser: The browser: `firefox`, or one of Chromium's family.
        behaviour: `works`, or one of the branches of `main`.
    """
    path = folder / browser
    shown = states or (([LOGIN], "anonymous"),)
    path.write_text(
        f"#!{sys.executable}\n"
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent.parent)!r})\n"
        "from tests.pretended_browser import main\n"
        f"main({behaviour!r}, {shown!r})\n"
    )
    path.chmod(0o700)
    return Program(browser, path, folder / "profile")


def started(program: Program) -> dict[str, Any]:
    """Return the arguments and the environment with which it was started."""
    found: dict[str, Any] = json.loads((program.profile / "started.json").read_text())
    return found


def processes(program: Program) -> list[str]:
    """Return the command lines of the processes that use its profile."""
    lines = (" ".join(each.info["cmdline"] or ()) for each in psutil.process_iter(["cmdline"]))
    return [line for line in lines if str(program.profile) in line]


def has_ended(program: Program) -> bool:
    """Return whether no process uses its profile. One that was just killed may take a moment."""
    end = time.monotonic() + 2
    while processes(program) and time.monotonic() < end:
        time.sleep(0.05)
    return not processes(program)


def main(behaviour: str, states: Sequence[State]) -> None:
    """Run it: this is the program."""
    words = sys.argv[1:]
    is_firefox = "--profile" in words
    profile = Path(
        words[words.index("--profile") + 1]
        if is_firefox
        else next(each for each in words if each.startswith("--user-data-dir=")).partition("=")[2]
    )
    about = {"arguments": words, "environment": dict(os.environ)}
    (profile / "started.json").write_text(json.dumps(about))
    match behaviour:
        case "ends":
            sys.exit(1)
        case "ends and leaves a child":
            child = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)"
            subprocess.Popen([sys.executable, "-c", f"{child}; time.sleep(60)", str(profile)])
            sys.exit()
        case "shows nothing":
            time.sleep(60)
        case "is stubborn":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        case "speaks no DevTools":
            _speak_no_devtools(profile)
    if is_firefox:
        _write_windows(profile, behaviour, states)
    else:
        _speak_devtools(profile, behaviour, states)


def _write_windows(profile: Path, behaviour: str, states: Sequence[State]) -> None:
    backups = profile / "sessionstore-backups"
    backups.mkdir(exist_ok=True)
    for pages, session in states:
        partial = backups / "partial"
        partial.write_bytes(sessionstore({"_strava4_session": session}, pages))
        partial.replace(backups / "recovery.jsonlz4")
        time.sleep(1)
    if behaviour == "closes":
        sys.exit()
    time.sleep(60)


def _speak_no_devtools(profile: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        (profile / PORT_FILE).write_text(f"{server.getsockname()[1]}\n/devtools/browser/1")
        while True:
            connection, _ = server.accept()
            connection.recv(4096)
            connection.sendall(b"220 mail.example.org\r\n")
            connection.close()


def _speak_devtools(profile: Path, behaviour: str, states: Sequence[State]) -> None:
    looks = iter(states)
    now: list[State] = [states[0]]

    def answer(connection: ServerConnection) -> None:
        for message in connection:
            call = json.loads(message)
            result: object = {}
            match call["method"]:
                case "Target.getTargets":
                    now[0] = next(looks, now[0])
                    result = {"targetInfos": [{"type": "page", "url": url} for url in now[0][0]]}
                case "Storage.getCookies":
                    cookie = {"name": "_strava4_session", "value": now[0][1]}
                    result = {"cookies": [cookie | {"domain": ".strava.com"}]}
            if behaviour == "answers nonsense":
                result = 7
            connection.send(json.dumps({"id": call["id"], "result": result}))
            if call["method"] == "Browser.close" and behaviour != "is stubborn":
                os._exit(0)

    def handle(connection: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            answer(connection)

    with serve(handle, "127.0.0.1", 0) as server:
        port = server.socket.getsockname()[1]
        (profile / PORT_FILE).write_text(f"{port}\n/devtools/browser/1")
        server.serve_forever()
