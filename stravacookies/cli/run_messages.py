"""Messages about a run that has written layers for JOSM: what, until when, and what is next."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from stravacookies import cartograph
from stravacookies.errors import RUN_JOSM_PREFS
from stravacookies.facts import IGNORE
from stravacookies.heatmap import Layer, serve_command
from stravacookies.josm import entry_set
from stravacookies.josm.directory import PREFERENCES
from stravacookies.strava.cookies import HeatmapCookies
from stravacookies.wording import count, until

if TYPE_CHECKING:
    from stravacookies.josm.install import Installed

_EXAMPLE = "sport_Hike:blue"
"""The layer to search for in an example, if it was written."""

_MOST_TITLES = 10
"""How many of the layers in JOSM's menu the summary names."""

_NOT_IN_MENU = "none of them yet: activate some in Imagery preferences"

_OTHERS = "More layers are in Imagery > Imagery preferences."


class NextStart(NamedTuple):
    """How JOSM gets what a run has written.

    Attributes:
        directory: JOSM's preferences directory.
        in_menu: The layers that are in its menu when it next starts.
        step: What the user does for that, such as `start JOSM`; empty if the program starts it.
        is_served: Whether `serve` is already running for the layers.
    """

    directory: Path
    in_menu: Sequence[Layer]
    step: str
    is_served: bool = False


def run_summary(
    josm: NextStart,
    layers: Sequence[Layer],
    cookies: HeatmapCookies | None,
    installed: "Installed",
) -> str:
    """Say what a run has written, how long that lasts, and what to do next.

    Args:
        josm: How JOSM gets it.
        layers: The layers in the entry set.
        cookies: The cookies in the files; None if they lead to `serve`.
        installed: What was done to JOSM's preferences.
    """
    activities = count(len({layer.activity for layer in layers}), "activity")
    colors = len({layer.color for layer in layers})  # and map sources
    titles = [layer.title for layer in josm.in_menu[:_MOST_TITLES]]
    if more := len(josm.in_menu) - len(titles):
        titles.append(f"… and {more} more")
    menu = "\n".join(f"  {title}" for title in titles or [_NOT_IN_MENU])
    example = next((each for each in layers if each.key == _EXAMPLE), layers[-1])
    search = f"'{example.activity.name.lower()} {example.color.name}'"
    others = (
        f"{_OTHERS} Search for {search}, for example.\n" if len(josm.in_menu) < len(layers) else ""
    )
    registration, restart = _registration_line(installed, "cookies" if cookies else "addresses")
    for_phone = f"{count(colors, 'file')} for Cartograph Maps" if cookies else _NOT_FOR_PHONE
    images = "" if cookies else f"  {entry_set.IMAGES + '/':18}  {count(colors, 'icon')}\n"
    tiles, first, last = _about_tiles(layers, cookies)
    return f"""\
The Strava heatmap is ready for JOSM, in {josm.directory}:

  {entry_set.FILE:18}  {count(len(layers), "layer")}: {activities}, {count(colors, "colour")}
  {PREFERENCES:18}  {registration}
{images}  {cartograph.DIRECTORY + "/":18}  {for_phone}

In JOSM's Imagery menu:
{menu}

{tiles}

{_next(josm, "" if josm.is_served else first)}
{restart if josm.step else ""}{others}{last}"""


def _next(josm: NextStart, first: str) -> str:
    """Say what to do after a run: what comes first, if anything, and JOSM's start."""
    steps = [step for step in (first, josm.step) if step]
    before = f"{', '.join(steps)}, and " if steps else ""
    choose = "choose a layer from its Imagery menu" if josm.in_menu else "activate a layer"
    return f"{'' if josm.step else 'JOSM starts now. '}Next: {before}{choose}."


_NOT_FOR_PHONE = "no files, since they would contain cookies"


def _about_tiles(layers: Sequence[Layer], cookies: HeatmapCookies | None) -> tuple[str, str, str]:
    """Say how long layers work, what must come before JOSM starts, and when to run this again."""
    if cookies:
        lasts = f"The cookies in these files expire on {until(cookies.expires)}."
        private = "They are yours alone: do not share these files."
        return f"{lasts}\n{private}", "", "Run this again on each day that you map."
    return (
        served(layers),
        f"run '{_serve_command(layers)}'",
        f"To get layers with cookies again, {RUN_JOSM_PREFS}.",
    )


def served(layers: Sequence[Layer]) -> str:
    """Say how long layers of the local host work."""
    return f"The layers work as long as '{_serve_command(layers)}' runs, and contain no cookies."


def _serve_command(layers: Sequence[Layer]) -> str:
    return serve_command(int(layers[0].host.servers[0]))


AT_RISK = (
    "JOSM is running. It may undo the change to its preferences when it next saves them: if the"
    " layers are missing then, close JOSM and run this again."
)
"""What to say of a change that was forced."""

IN_GIT = f"""
This directory is in a git repository that does not ignore the files with cookies:
{IGNORE}."""
"""What a run adds to its summary then."""


def _registration_line(installed: "Installed", content: str) -> tuple[str, str]:
    """Say what was done to JOSM's preferences, and how a running JOSM gets the new content."""
    if installed.backup:
        return f"now lists them (backup: {installed.backup.name})", ""
    if installed.registered:
        return "created (JOSM has not run here yet)", ""
    return (
        "unchanged (it already lists them)",
        f"A running JOSM gets the new {content} when you restart it. Or press 'Update default"
        " entries' and OK in Imagery > Imagery preferences, then delete the open layers and choose"
        " them from the menu again.\n",
    )
