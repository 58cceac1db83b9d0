"""The lines of the table that the benchmarks print."""

from collections.abc import Sequence
from statistics import median


def line(what: str, against: str, ratio: str, goal: str, here: str, runs: object) -> str:
    """Return a line of the table, or its heading."""
    return f"{what:40} {against:30} {ratio:>7} {goal:>7} {here:>9} {runs!s:>4}"


def comparison(
    what: str,
    against: str,
    values: Sequence[float],
    others: Sequence[float],
    goal: float,
    unit: str = "s",
) -> str:
    """Return the line of a comparison, with a note if it misses its goal.

    Args:
        what: What was measured.
        against: What it was measured against.
        values: What it took, run by run.
        others: What the other took in the same rounds.
        goal: The largest acceptable ratio, as the median of all runs.
        unit: The unit of the values.
    """
    ratio = median(one / other for one, other in zip(values, others, strict=False))
    here = median(values)
    if unit == "s" and here < 1:
        here, unit = here * 1000, "ms"
    measured = f"{here:.{0 if here >= 10 else 1}f} {unit}"
    row = line(what, against, f"{ratio:.2f}", f"<= {goal:g}", measured, len(values))
    return row if ratio <= goal else f"{row}  missed"
