"""What checks find: whether a part of the setup works, and what to do if it does not."""

from enum import Enum
from typing import NamedTuple


class State(Enum):
    """Whether a part of the setup works."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"  # it could not be checked, because an earlier part does not work


class Finding(NamedTuple):
    """The result of one check.

    Attributes:
        name: What was checked.
        state: Whether it works.
        detail: What was found.
        advice: What to do, if it does not work and the detail does not say so.
    """

    name: str
    state: State
    detail: str
    advice: str | None = None


Result = tuple[State, str, str | None]
"""A finding without its name."""


# Details and advice are parts of a line, so what was a sentence loses its full stop.
def good(detail: str) -> Result:
    """Return that a part works."""
    return State.GOOD, detail, None


def bad(detail: str, advice: str | None = None) -> Result:
    """Return that a part does not work, and what to do, unless the detail says so."""
    return State.BAD, detail.removesuffix("."), advice and advice.removesuffix(".")


def unchecked(why: str) -> Result:
    """Return why a part could not be checked."""
    return State.UNKNOWN, f"not checked: {why.removesuffix('.')}", None
