"""A running Chromium, asked over its own debugging connection.

Source: https://chromedevtools.github.io/devtools-protocol/
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stravacookies.strava.session import StoredCookie

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

PORT_FILE = "DevToolsActivePort"
"""The file in a profile folder in which a Chromium writes its port, and the path to connect to."""

_PATIENCE = 10.0
"""Seconds to wait for an answer of a program on this computer."""


class DevToolsError(Exception):
    """The browser has gone, or speaks no DevTools."""


class DevTools:
    """A connection to the browser that runs on a profile folder.

    Raises:
        FileNotFoundError: It has not written its port yet.
        DevToolsError: As the class says; so does each method.
    """

    def __init__(self, profile: Path) -> None:
        from websockets.exceptions import WebSocketException  # imported here: 65 ms
        from websockets.sync.client import connect

        self._failures = (OSError, EOFError, ValueError, TypeError, LookupError, WebSocketException)
        self._calls = 0
        port, _, path = (profile / PORT_FILE).read_text(encoding="utf-8").partition("\n")
        try:
            # Not through the user's proxy, and without a limit for the size of an answer.
            self._connection: ClientConnection = connect(
                f"ws://127.0.0.1:{int(port)}{path.strip()}",
                proxy=None,
                compression=None,
                max_size=None,
                open_timeout=_PATIENCE,
            )
        except self._failures as error:
            raise DevToolsError(type(error).__name__) from None

    def cookies(self) -> list[StoredCookie]:
        """Return all cookies but those of sites that are framed by others."""
        cookies = self._call("Storage.getCookies")["cookies"]
        return [
            StoredCookie(cookie["name"], cookie["value"], cookie["domain"])
            for cookie in cookies
            if "partitionKey" not in cookie
        ]

    def pages(self) -> list[str]:
        """Return the addresses of the pages that are open."""
        targets = self._call("Target.getTargets")["targetInfos"]
        return [target["url"] for target in targets if target["type"] == "page"]

    def close_browser(self) -> None:
        """End the browser as a user would, so that it saves its cookies."""
        self._call("Browser.close")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _call(self, method: str) -> Any:
        self._calls += 1
        try:
            self._connection.send(json.dumps({"id": self._calls, "method": method}))
            while True:
                answer = json.loads(self._connection.recv(timeout=_PATIENCE))
                if answer.get("id") == self._calls:
                    return answer["result"]
        except self._failures as error:
            raise DevToolsError(type(error).__name__) from None
