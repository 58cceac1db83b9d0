"""The end of work that has none of its own."""

import threading

import pytest

from stravacookies.deadline import DeadlineError, within


def test_result_of_the_work() -> None:
    """Work that ends in time gives what it returns, even if that is an error or nothing."""
    error = ValueError("no failure")

    assert error is within(10, lambda: error)
    assert within(10, lambda: None) is None


def test_failure_of_the_work() -> None:
    """Work that fails raises what it raised."""

    def fail() -> None:
        raise KeyError("why")

    with pytest.raises(KeyError, match="why"):
        within(10, fail)


@pytest.mark.parametrize("seconds", [0.05, -1])
def test_work_without_end(seconds: float) -> None:
    """Work is left behind when its time is over, as if there was none from the start."""
    ended = threading.Event()

    with pytest.raises(DeadlineError):
        within(seconds, ended.wait)
    ended.set()
