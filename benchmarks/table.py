"""The lines of the table that is printed."""


def line(what: str, against: str, ratio: str, goal: str, here: str, runs: str) -> str:
    """Put the fields of a line, or of the heading, into their columns."""
    return f"{what:40} {against:30} {ratio:>7} {goal:>7} {here:>9} {runs:>4}"


def compared(
    what: str, against: str, times: float, goal: float, here: float, unit: str, runs: int
) -> str:
    """Tell how two things compare.

    Args:
        what: What is compared.
        against: What with.
        times: How many times as much it takes.
        goal: How many times that may be.
        here: What it takes on this computer.
        unit: Of that.
        runs: How often it was measured.
    """
    measured = f"{here:.{0 if here >= 10 else 1}f} {unit}"
    told = line(what, against, f"{times:.2f}", f"<= {goal:g}", measured, str(runs))
    return told if times <= goal else f"{told}  missed"
