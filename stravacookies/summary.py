"""What the commands tell at their end, in words."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stravacookies import sources
from stravacookies.cookies import HeatmapCookies
from stravacookies.heatmap import Layer
from stravacookies.josm.directory import PREFERENCES
from stravacookies.output import CARTOGRAPH, Removed, Written
from stravacookies.vault import KEYRING, Kept

if TYPE_CHECKING:
    from stravacookies.doctor import Finding
    from stravacookies.status import Status

MARKS: Mapping[bool | None, str] = {True: "✓", False: "✗", None: "–"}
"""How it is marked whether something holds."""

PLAIN_MARKS: Mapping[bool | None, str] = {True: "ok", False: "no", None: "- "}
"""The same for a terminal that cannot show those."""

_COLORS: Mapping[bool | None, str] = {True: "green", False: "red", None: "yellow"}


_EXAMPLE = ("sport_Hike", "blue")
"""The layer, as keys of activity and colour, to search for in an example, if it is there."""


def of_login(source: str, cookies: HeatmapCookies, kept: Kept | None) -> str:
    """Tell until when a login lasts, and where its session is kept, if there is one."""
    until = _until(cookies.expires)
    lines = [f"Logged in to Strava with {sources.spoken(source)}. The cookies last until {until}."]
    if kept and kept.session:
        end = kept.session.expires
        lasts = f"until {_local(end)} at least" if end else "for as long as Strava lets it"
        place = "the system's keyring" if kept.place == KEYRING else "a file of your own"
        lines.append(f"The session is kept in {place}; it lasts {lasts}.")
    else:
        lines.append("There was no session to keep: these cookies cannot be renewed.")
    return "\n".join(lines)


def of_run(
    layers: Sequence[Layer], shown: Sequence[Layer], cookies: HeatmapCookies, written: Written
) -> str:
    """Tell what a run has written where, how long that lasts, and what to do next."""
    activities = len({layer.activity for layer in layers})
    colors = len({layer.color for layer in layers})
    hikes = [each for each in layers if (each.activity.key, each.color.key) == _EXAMPLE]
    example = (hikes or layers)[-1]
    in_menu = "\n".join(f"  {layer.name.partition(': ')[2]}" for layer in shown)
    next_step = "Next: start JOSM, and choose from its Imagery menu."
    if written.backup:
        registered = f"now lists them; as it was before: {written.backup.name}"
    elif written.registered:
        registered = "made anew: JOSM has not run here yet"
    else:
        registered = "lists them already, so it was not touched"
        next_step += (
            "\nA JOSM that is open takes the new cookies when you start it again; or press 'Update"
            "\ndefault entries' and OK in Imagery > Imagery preferences, and open its layers anew."
        )
    return f"""\
The Strava heatmap is ready for JOSM, in {written.entry_set.parent}:

  {written.entry_set.name:18}  {_count(len(layers), "layer")}: {_count(activities, "activity")} \
x {_count(colors, "colour")}
  {PREFERENCES:18}  {registered}
  {CARTOGRAPH + "/":18}  {_count(len(written.map_sources), "file")} for Cartograph Maps

In the Imagery menu, unless you have removed them there:
{in_menu}

The cookies in these files last until {_until(cookies.expires)}.
They are yours alone: share none of these files.

{next_step}
There are more layers in Imagery > Imagery preferences: search, for example, for \
'{example.activity.name.lower()} {example.color.key}'.
Run this again before you map another day."""


def of_preview(
    file: Path,
    pictures: Mapping[Layer, bytes],
    latitude: float,
    longitude: float,
    zoom: int,
    *,
    opened: bool,
) -> str:
    """Tell what the preview shows and, unless it has been opened, how to look at it."""
    without = sum(not picture for picture in pictures.values())
    no_heat = f"; {without} of them without heat there" if without else ""
    layers = _count(len(pictures), "layer")
    lines = [
        f"The preview is ready, in {file}:",
        "",
        f"  {layers} at {latitude:.4f}, {longitude:.4f}, zoom level {zoom}{no_heat}",
    ]
    if not opened:
        lines += ["", "Next: open it in your browser."]
    return "\n".join(lines)


_TO_PHONE = """\
On iPhone and iPad, put a file into iCloud Drive, or mail it to yourself; tap it in the app Files,
and choose Cartograph among what it can be shared with. On Android, copy a file to the phone, or
mail it to yourself; tap it, and open it with Cartograph."""

_FROM_ICLOUD = """\
On iPhone and iPad, they appear in iCloud Drive, in the folder Cartograph Pro; tap one in the app
Files, and choose Cartograph among what it can be shared with."""


def of_map_sources(
    map_sources: Sequence[Path], cookies: HeatmapCookies, *, icloud: bool = False
) -> str:
    """Tell where map sources of Cartograph Maps are, and how they get into the app.

    Args:
        map_sources: The files.
        cookies: What is in them.
        icloud: Whether they are in iCloud already.
    """
    names = "\n".join(f"  {path.name}" for path in map_sources)
    directory = map_sources[0].parent
    return f"""\
{_count(len(map_sources), "file")} for Cartograph Maps, for each colour one, in {directory}:

{names}

{_FROM_ICLOUD if icloud else _TO_PHONE}

The cookies in these files last until {_until(cookies.expires)};
then run this again. They are yours alone: share none of these files."""


def of_removal(directory: Path, removed: Removed) -> str:
    """Tell what was taken out of JOSM."""
    if not removed.registration and not removed.files:
        return f"There is nothing of the Strava heatmap in {directory}."
    lines = [f"The Strava heatmap is no longer in JOSM, in {directory}:", ""]
    if removed.registration:
        lines.append(f"  {PREFERENCES:18}  no longer lists it; all else in there is as it was")
    lines += [f"  {path.relative_to(directory)!s:18}  removed" for path in removed.files]
    lines += ["", "Session and cookies are still kept: 'stravacookies logout' removes them."]
    return "\n".join(lines)


def of_status(now: "Status") -> str:
    """Tell what there is in a line each for session, cookies and JOSM."""
    session, cookies, josm = now.session, now.cookies, now.josm
    lines = ["Session  none: run 'stravacookies login'"]
    if session.stored:
        end = f", until {_local(session.expires)} at least" if session.expires else ""
        lines = [
            f"Session  from {sources.spoken(session.source or '')}, kept in: {session.stored}{end}"
        ]
    if not cookies.expires:
        lines.append("Cookies  none yet")
    else:
        fresh = "fresh" if cookies.fresh else "a refresh is due"
        lines.append(f"Cookies  {fresh}: they last until {_until(cookies.expires)}")
    if josm.directory:
        registered = "registered" if josm.registered else "not registered"
        running = "running" if josm.running else "not running"
        older = " with older cookies" if josm.entries and not josm.current else ""
        lines += [
            f"JOSM     {josm.directory}",
            f"         {_count(josm.entries, 'layer')}{older}, {registered}; JOSM is {running}",
        ]
    else:
        lines.append("JOSM     no preferences directory: start JOSM once")
    lines += ["", f"Next: {_next_step(now)}."]
    return "\n".join(lines)


def _next_step(now: "Status") -> str:
    """Tell what to do before mapping."""
    run = "run 'stravacookies josm-prefs' before you map"
    if not now.is_ready:
        must_close = now.josm.running and not now.josm.registered
        return f"close JOSM, and {run}" if must_close else run
    if now.josm.running:
        return "choose from JOSM's Imagery menu; what is missing there comes when JOSM starts again"
    return "start JOSM"


def of_findings(findings: "Sequence[Finding]", marks: Mapping[bool | None, str] = MARKS) -> str:
    """Tell what was found of each link of the chain, in colour, and below it what to do, if so."""
    width = max(len(finding.name) for finding in findings)
    lines = []
    for finding in findings:
        mark = click.style(marks[finding.ok], fg=_COLORS[finding.ok])
        lines.append(f"{mark} {finding.name:{width}}  {finding.detail}")
        if finding.advice:
            margin = " " * (len(marks[finding.ok]) + width + 3)
            lines.append(f"{margin}{finding.advice}")
    return "\n".join(lines)


def _local(time: datetime) -> str:
    """Write a time as the clock on the wall shows it, or in UTC if there is none that can be."""
    try:
        return f"{time.astimezone():%d %B %Y, %H:%M}"
    except ValueError:  # a TZ of 24 hours or more
        return f"{time:%d %B %Y, %H:%M} UTC"


def _until(end: datetime) -> str:
    """Write a time, and how long it is until then."""
    minutes = int((end - datetime.now(UTC)).total_seconds()) // 60
    if minutes < 0:
        return f"{_local(end)}, which is over"
    return f"{_local(end)}, that is for {minutes // 60} h {minutes % 60} min"


def _count(number: int, what: str) -> str:
    """Write a number of things: `1 layer`, `2 activities`."""
    if number != 1:
        what = what.removesuffix("y") + ("ies" if what.endswith("y") else "s")
    return f"{number} {what}"
