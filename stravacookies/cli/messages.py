"""What commands print at the end: summaries, findings, and what to do next."""

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stravacookies.cli import printing
from stravacookies.cli.run_messages import served
from stravacookies.credentials import sources
from stravacookies.credentials.store import KEYRING, StoredSession
from stravacookies.errors import RUN_JOSM_PREFS
from stravacookies.findings import Finding, State
from stravacookies.heatmap import Layer
from stravacookies.installation import command
from stravacookies.josm.directory import PREFERENCES
from stravacookies.strava.cookies import HeatmapCookies
from stravacookies.wording import count, listed, local_time, until

if TYPE_CHECKING:
    from stravacookies.credentials.acquire import Acquired
    from stravacookies.josm.install import Removed
    from stravacookies.preview import View

_MARKS = {
    State.GOOD: ("✓", "ok", "green"),
    State.BAD: ("✗", "no", "red"),
    State.UNKNOWN: ("–", "- ", "yellow"),
}
"""For each state of a finding: its mark, the same in ASCII, and its colour."""


def login_summary(acquired: "Acquired", kept: StoredSession | None) -> str:
    """Say how long a login lasts, and where its session is kept, if there is one."""
    source = sources.label(acquired.source)
    expiry = f"The cookies expire on {until(acquired.cookies.expires)}."
    if not (acquired.session and kept and kept.session):
        return (
            f"Found heatmap cookies in {source}, but no session, so they cannot be refreshed."
            f"\n{expiry}"
        )
    end = kept.session.expires
    lasts = f"at least until {local_time(end)}" if end else "as long as Strava accepts it"
    place = "the system's keyring" if kept.place == KEYRING else "a file that only you can read"
    return (
        f"Logged in to Strava with {source}.\n{expiry}\n"
        f"The session is kept in {place}; it lasts {lasts}.\n\nNext: {RUN_JOSM_PREFS}."
    )


def preview_summary(file: Path, view: "View", *, opened: bool) -> str:
    """Say what the preview shows and, unless it was opened, how to look at it."""
    without = sum(not picture for picture in view.pictures.values())
    no_heat = f"; no heat there in {without} of them" if without else ""
    where = f"{view.latitude:.4f}, {view.longitude:.4f}, zoom level {view.zoom}"
    summary = f"""\
The preview is ready, in {file}:

  {count(len(view.pictures), "layer")} at {where}{no_heat}"""
    if without == len(view.pictures):
        summary += f"\n  To choose another place, run '{command('preview', '--at', 'PLACE')}'"
    if view.retired:
        retired = listed(color.name for color in view.retired)
        summary += f"\n  Strava now draws {retired} as hot: choose other colours"
    return summary if opened else f"{summary}\n\nNext: open it in your browser."


_TO_PHONE = (
    "On iPhone and iPad, put a file into iCloud Drive, or mail it to yourself. Tap it in the Files"
    " app, and share it with Cartograph.\n"
    "On Android, copy a file to the phone, or mail it to yourself. Tap it, and open it with"
    " Cartograph."
)

_FROM_ICLOUD = (
    "On iPhone and iPad, they appear in iCloud Drive, in the folder Cartograph Pro. Tap one in the"
    " Files app, and share it with Cartograph."
)


def map_sources_summary(
    directory: Path, names: Sequence[str], cookies: HeatmapCookies, *, icloud: bool = False
) -> str:
    """Say where the map sources are, and how to get them into Cartograph Maps."""
    files = "\n".join(f"  {name}" for name in names)
    return f"""\
{count(len(names), "file")} for Cartograph Maps, one for each colour, in {directory}:

{files}

{_FROM_ICLOUD if icloud else _TO_PHONE}

The cookies in these files expire on {until(cookies.expires)}.
They are yours alone: do not share these files. When they expire, run this again."""


def editor_summary(
    file: Path, layers: Sequence[Layer], cookies: HeatmapCookies | None, next_step: str
) -> str:
    """Say what is in the file for another editor, and how to get it into that editor."""
    tiles = (
        f"The cookies in this file expire on {until(cookies.expires)}.\n"
        "They are yours alone: do not share the file."
        if cookies
        else served(layers)
    )
    return f"""\
{count(len(layers), "layer")} in {file}.

{tiles}

Next: {next_step}
Use the heatmap only to map in OpenStreetMap."""


NOTHING_TO_REMOVE = (
    "JOSM has no preferences directory here, so the heatmap is not in it. If yours is in an unusual"
    f" place, run '{command('remove', '--josm-dir', 'DIR')}'."
)
"""What `remove` says without a directory."""


def removal_summary(directory: Path, removed: "Removed") -> str:
    """Say what was taken out of JOSM."""
    if not removed.registration and not removed.files:
        return f"The Strava heatmap is not in {directory}."
    lines = [f"The Strava heatmap is no longer in JOSM, in {directory}:", ""]
    if removed.registration:
        lines.append(
            f"  changed  {PREFERENCES}: it no longer lists the heatmap; nothing else changed"
        )
    lines += [f"  removed  {path.relative_to(directory)}" for path in removed.files]
    lines += ["", f"To remove the kept session and cookies as well, run '{command('logout')}'."]
    return "\n".join(lines)


_FIRST_STEPS = ("Session", "JOSM directory", "Registration", "Cookies", "Layers")
"""The findings whose advice comes first, if they are bad."""


def next_step(findings: Iterable[Finding], *, running: bool) -> str:
    """Say what to do before mapping.

    Args:
        findings: What keeps a mapper from starting; none if everything is ready.
        running: Whether JOSM is running.
    """
    bad = {finding.name: finding.advice for finding in findings if finding.advice}
    steps = [bad[name] for name in _FIRST_STEPS if name in bad]
    if steps:
        return steps[0]
    if running:
        return (
            "choose a layer from JOSM's Imagery menu; if JOSM was running when you ran josm-prefs,"
            " restart it first"
        )
    return "start JOSM"


def echo_findings(findings: Sequence[Finding]) -> None:
    """Print findings with marks that standard output can show, and below each what to do.

    The text says what a mark and its colour mean, too: some screen readers skip them.
    """
    width = max(len(finding.name) for finding in findings)
    ascii_only = not _can_show("✓✗–")
    # click leaves colours out where there is no terminal; https://no-color.org
    colored = False if os.environ.get("NO_COLOR") else None
    for finding in findings:
        *marks, color = _MARKS[finding.state]
        mark = marks[ascii_only]
        line = f"{mark} {finding.name:{width}}  {finding.detail}"
        if finding.advice:
            line += f"\n{' ' * (len(mark) + width + 3)}{finding.advice}"
        text = printing.fitted(line).removeprefix(mark)
        click.echo(click.style(mark, fg=color) + text, file=sys.stdout, color=colored)


def verdict(findings: Sequence[Finding]) -> str:
    """Say in a line which checks have found something."""
    problems = [finding.name for finding in findings if finding.state is State.BAD]
    unknown = [finding.name for finding in findings if finding.state is State.UNKNOWN]
    parts = [f"{count(len(problems), 'problem')}: {listed(problems)}."] if problems else []
    parts += [f"Not checked: {listed(unknown)}."] if unknown else []
    return " ".join(parts) or "All is well."


def _can_show(text: str) -> bool:
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except UnicodeEncodeError:
        return False
    return True
