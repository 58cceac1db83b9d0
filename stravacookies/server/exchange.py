"""A request to the server and the answer to it, as ASGI hands them over.

Source: https://asgi.readthedocs.io/en/latest/specs/www.html
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Exchange:
    """A request to the server and the answer to it.

    Attributes:
        method: The method of the request.
        path: Its path with the query, as it was sent.
        headers: Its headers, with names in lower case.
    """

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.method: str = scope["method"]
        path, query = scope["raw_path"], scope["query_string"]
        self.path: str = (path + b"?" + query if query else path).decode("latin-1")
        self.headers = _joined(scope["headers"])
        self._receive, self._send = receive, send

    @asynccontextmanager
    async def while_wanted(self) -> AsyncIterator[None]:
        """Cancel the block when the caller leaves."""
        watch = asyncio.create_task(self._watch(asyncio.current_task()))
        try:
            yield
        finally:
            watch.cancel()

    async def _watch(self, task: "asyncio.Task[None] | None") -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass  # a part of a body, which means nothing here
        if task:
            task.cancel()

    async def answer(self, status: int, headers: Mapping[str, str], body: bytes = b"") -> None:
        """Send a whole answer."""
        length = {} if status in (204, 304) else {"Content-Length": str(len(body))}
        await self.begin(status, {**headers, **length})
        await self.end(body)

    async def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """Send the head of an answer."""
        raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        await self._send({"type": "http.response.start", "status": status, "headers": raw})

    async def add(self, part: bytes) -> None:
        """Send a part of the body."""
        await self._send({"type": "http.response.body", "body": part, "more_body": True})

    async def end(self, part: bytes = b"") -> None:
        """Send the last part of the body."""
        await self._send({"type": "http.response.body", "body": part})


def _joined(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return headers as text; several of one name are one, as in RFC 9110, section 5.3."""
    headers: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers
