"""Waits for work that no timeout of its own ends, but not for ever."""

import threading
from collections.abc import Callable
from typing import TypeVar

_Result = TypeVar("_Result")


class DeadlineError(Exception):
    """The work has not ended in time."""


def within(seconds: float, work: Callable[[], _Result]) -> _Result:
    """Return what some work returns, or raise what it raises.

    It is done in a thread of its own, which is left behind when its time is over: the timeout of a
    socket ends neither the lookup of a name, nor an answer of which a byte comes now and then.

    Args:
        seconds: How long to wait.
        work: What to do.

    Raises:
        DeadlineError: It has not ended in time.
    """
    results: list[_Result] = []
    errors: list[Exception] = []

    def run() -> None:
        try:
            results.append(work())
        except Exception as error:  # noqa: BLE001 - it is raised again below
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(max(0.0, seconds))
    if errors:
        raise errors[0]
    if not results:
        raise DeadlineError
    return results[0]
