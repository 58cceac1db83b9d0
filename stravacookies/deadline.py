"""Deadlines that can be paused, and blocking calls that end by a deadline."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

_Result = TypeVar("_Result")


class Deadline:
    """A time at which to give up.

    Args:
        seconds: The time until then.
    """

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """The seconds left, never less than 0."""
        return max(0.0, self._end - time.monotonic())

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Stop the clock during a `with` block, such as while a person is asked."""
        begun = time.monotonic()
        try:
            yield
        finally:
            self._end += time.monotonic() - begun

    def run(self, work: Callable[[], _Result]) -> _Result:
        """Return what a blocking call returns, or raise what it raises.

        The call runs in a thread, which is left behind at the deadline: a socket's own timeout ends
        neither a name lookup nor an answer that arrives one byte at a time.

        Raises:
            TimeoutError: The call did not end in time.
        """
        results: list[_Result] = []
        errors: list[Exception] = []

        def run() -> None:
            try:
                results.append(work())
            except Exception as error:  # noqa: BLE001 - raised again below
                errors.append(error)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        thread.join(self.left)
        if errors:
            raise errors[0]
        if not results:
            raise TimeoutError
        return results[0]
