"""Deadlines: blocking calls that end in time, and pauses that do not count."""

import threading
import time
from contextlib import suppress

import pytest

from stravacookies.deadline import Deadline


def test_result() -> None:
    """A call that ends in time gives what it returns, even if that is an error or None."""
    error = ValueError("not a failure")

    assert error is Deadline(10).run(lambda: error)
    assert Deadline(10).run(lambda: None) is None


def test_failure() -> None:
    """A call that fails raises what it raised."""

    def fail() -> None:
        raise KeyError("why")

    with pytest.raises(KeyError, match="why"):
        Deadline(10).run(fail)


@pytest.mark.parametrize("seconds", [0.05, -1])
def test_endless_call(seconds: float) -> None:
    """A call is left behind at the deadline, at once if that has passed."""
    ended = threading.Event()

    with pytest.raises(TimeoutError):
        Deadline(seconds).run(ended.wait)
    ended.set()


def test_time_that_is_left() -> None:
    """Time passes until nothing is left, but not in a pause, even if that ends with an error."""
    deadline, over = Deadline(10), Deadline(0.01)
    before = deadline.left
    with suppress(KeyError), deadline.paused():
        time.sleep(0.3)
        raise KeyError

    assert before - 0.25 < deadline.left < before <= 10
    assert 0 == over.left
