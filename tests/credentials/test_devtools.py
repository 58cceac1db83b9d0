"""Asking a Chromium over a real WebSocket."""

import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from websockets.sync.server import ServerConnection, serve

from stravacookies.credentials.devtools import PORT_FILE, DevTools
from stravacookies.strava.session import StoredCookie

COOKIE = {"name": "_strava4_session", "value": "s3cr3t-value", "domain": ".strava.com"}


@contextmanager
def chromium(profile: Path, answer: Callable[[int, str], object]) -> Iterator[None]:
    """Serve DevTools that send one or more messages for the id and the method of a call."""
    connections = []

    def handle(connection: ServerConnection) -> None:
        connections.append(connection)
        for message in connection:
            call = json.loads(message)
            answers = answer(call["id"], call["method"])
            for each in answers if isinstance(answers, list) else [answers]:
                connection.send(each if isinstance(each, str) else json.dumps(each))

    # Pings would use `random` in the middle of another test, which hypothesis refuses.
    with serve(handle, "127.0.0.1", 0, ping_interval=None) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.socket.getsockname()[1]
        (profile / PORT_FILE).write_text(f"{port}\n/devtools/browser/a-b-1")
        yield
        server.shutdown()
        for connection in connections:
            connection.close()


def test_only_cookies_of_strava_are_returned(tmp_path: Path) -> None:
    """Cookies of other sites, and of a Strava that another site frames, stay in the browser."""
    cookies = [
        COOKIE | {"domain": "notstrava.com"},
        COOKIE | {"domain": ".example.org"},
        COOKIE | {"partitionKey": {"topLevelSite": "https://example.org"}},
        COOKIE,
        COOKIE | {"domain": "www.strava.com", "name": "other"},
        {"name": "no value"},
        7,
    ]
    event = {"method": "Target.targetCreated", "params": {}}
    with chromium(tmp_path, lambda call, _: [event, {"id": call, "result": {"cookies": cookies}}]):
        found = DevTools(tmp_path).cookies()

    assert [
        StoredCookie("_strava4_session", "s3cr3t-value", ".strava.com"),
        StoredCookie("other", "s3cr3t-value", "www.strava.com"),
    ] == found


def test_pages_are_returned(tmp_path: Path) -> None:
    """The addresses of tabs and popups are returned, and none of workers and the like."""
    targets = [
        {"type": "page", "url": "https://www.strava.com/login"},
        {"type": "service_worker", "url": "https://www.strava.com/worker.js"},
        {"type": "page", "url": "https://accounts.google.com/"},
        {"type": "page"},
        "nonsense",
    ]
    with chromium(tmp_path, lambda call, _: {"id": call, "result": {"targetInfos": targets}}):
        pages = DevTools(tmp_path).pages()

    assert ["https://www.strava.com/login", "https://accounts.google.com/"] == pages


def test_no_log_shows_a_cookie(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Not even at the level at which the library for WebSockets logs every message."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("websockets.client").setLevel(logging.DEBUG)
    with chromium(tmp_path, lambda call, _: {"id": call, "result": {"cookies": [COOKIE]}}):
        tools = DevTools(tmp_path)
        text = f"{tools.cookies()!r} {tools!r} {vars(tools)}"

    client = [record for record in caplog.records if record.name != "websockets.server"]
    assert [] == client
    assert "s3cr3t" not in text


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lambda call, _: {"id": call, "error": {"code": -32601}}, id="error"),
        pytest.param(lambda call, _: {"id": call, "result": 7}, id="number"),
        pytest.param(lambda call, _: {"id": call, "result": {}}, id="without a list"),
        pytest.param(lambda call, _: {"id": call, "result": {"cookies": {}}}, id="no list"),
    ],
)
def test_nonsense_is_named(tmp_path: Path, answer: Callable[[int, str], object]) -> None:
    """An answer that is none of DevTools is said to make no sense."""
    with (
        chromium(tmp_path, answer),
        pytest.raises(ConnectionError, match=r"^its answer makes no sense$"),
    ):
        DevTools(tmp_path).cookies()


@pytest.mark.parametrize("answer", ["no JSON", "[" * 100_000])
def test_damaged_answers_are_errors(tmp_path: Path, answer: str) -> None:
    """An answer that cannot be read ends the connection, and nothing else."""
    with chromium(tmp_path, lambda *_: answer), pytest.raises(ConnectionError):
        DevTools(tmp_path).pages()


def test_browser_that_is_gone_is_an_error(tmp_path: Path) -> None:
    """A call after the browser's end fails at once."""
    with chromium(tmp_path, lambda call, _: {"id": call, "result": {}}):
        tools = DevTools(tmp_path)
    with pytest.raises(ConnectionError):
        tools.pages()


def test_nobody_listens(tmp_path: Path) -> None:
    """A port on which nothing listens, or something else, is an error."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        (tmp_path / PORT_FILE).write_text(f"{port}\n/devtools/browser/1")
    with pytest.raises(ConnectionError, match=r"^ConnectionRefusedError$"):
        DevTools(tmp_path)


@pytest.mark.parametrize("content", [None, b"", b"12", b"12345\n", b"\xff\xfe", b"x\n/devtools"])
def test_port_that_is_not_written_yet(tmp_path: Path, content: bytes | None) -> None:
    """As long as the port file is missing, or incomplete, the browser is still starting."""
    if content is not None:
        (tmp_path / PORT_FILE).write_bytes(content)
    with pytest.raises(FileNotFoundError):
        DevTools(tmp_path)
