"""A running Chromium, asked over its own debugging connection.

Source: https://chromedevtools.github.io/devtools-protocol/
"""

import json
import logging
import re
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stravacookies.deadline import Deadline
from stravacookies.strava.session import StoredCookie, is_strava

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

PORT_FILE = "DevToolsActivePort"
"""The file in a profile folder in which a Chromium writes its port, and the path to connect to."""

_PATIENCE = 10.0
"""Seconds to wait for an answer of a program on this computer."""

_LARGEST = 64 * 2**20
"""Bytes of an answer; all cookies that a Chromium may keep take a tenth."""


class DevTools:
    """A connection to the browser that runs on a profile folder.

    Raises:
        FileNotFoundError: It has not written its port yet.
        ConnectionError: It has gone, or does not speak DevTools; each method raises this, too.
    """

    def __init__(self, profile: Path) -> None:
        from websockets.exceptions import WebSocketException  # imported here: 65 ms
        from websockets.sync.client import connect

        self._failures = (OSError, EOFError, ValueError, RecursionError, WebSocketException)
        self._calls = 0
        content = (profile / PORT_FILE).read_bytes()[:1000].decode("ascii", "replace")
        address = re.fullmatch(r"(\d{1,5})\n(/[\w/-]+)\s*", content)
        if not address:  # it is just being written
            raise FileNotFoundError
        silent = logging.Logger("websockets", logging.CRITICAL)  # others log answers, with cookies
        self._stack = ExitStack()
        try:
            connection = connect(
                f"ws://127.0.0.1:{address[1]}{address[2]}",
                proxy=None,  # not through the user's
                compression=None,
                max_size=_LARGEST,
                open_timeout=_PATIENCE,
                close_timeout=1,
                ping_interval=None,
                logger=silent,
            )
            self._connection: ClientConnection = self._stack.enter_context(connection)
        except self._failures as error:
            raise ConnectionError(type(error).__name__) from None

    def cookies(self) -> list[StoredCookie]:
        """Return Strava's cookies, but for those that are partitioned (framed by another site)."""
        found = []
        for cookie in _list(self._call("Storage.getCookies"), "cookies"):
            match cookie:
                case {"partitionKey": _}:
                    continue
                case {"name": str(name), "value": str(value), "domain": str(domain)}:
                    found += [StoredCookie(name, value, domain)] if is_strava(domain) else []
        return found

    def pages(self) -> list[str]:
        """Return the addresses of the pages that are open."""
        pages = []
        for target in _list(self._call("Target.getTargets"), "targetInfos"):
            match target:
                case {"type": "page", "url": str(url)}:
                    pages.append(url)
        return pages

    def close_browser(self) -> None:
        """End the browser as a user would, so that it saves its cookies."""
        with self._stack:
            self._call("Browser.close")

    def _call(self, method: str) -> Any:
        """Call a method, and return its result."""
        self._calls += 1
        deadline = Deadline(_PATIENCE)
        answer: Any = None
        try:
            self._connection.send(json.dumps({"id": self._calls, "method": method}))
            while not (isinstance(answer, dict) and answer.get("id") == self._calls):
                if not deadline.left:  # it sends, but no answer
                    raise TimeoutError
                answer = json.loads(self._connection.recv(timeout=deadline.left))
        except self._failures as error:
            raise ConnectionError(type(error).__name__) from None
        return answer.get("result")


def _list(result: Any, key: str) -> list[Any]:
    """Return the list that a result holds under a key."""
    found = result.get(key) if isinstance(result, dict) else None
    if not isinstance(found, list):
        raise ConnectionError("its answer makes no sense")
    return found
