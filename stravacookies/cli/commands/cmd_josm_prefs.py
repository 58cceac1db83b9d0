"""`stravacookies josm-prefs`: writes the layers, with fresh cookies, for JOSM."""

from collections.abc import Sequence
from pathlib import Path

import click

from stravacookies import cartograph
from stravacookies.cli import options, printing, run_messages, selection, user
from stravacookies.facts import JosmFacts
from stravacookies.heatmap import Layer
from stravacookies.josm import entry_set, install, menu
from stravacookies.strava.cookies import HeatmapCookies


@click.command(
    "josm-prefs",
    epilog=options.examples(
        "josm-prefs",
        "josm-prefs --from firefox",
        "josm-prefs --show sport_Hike:blue --show sport_Ride:hot",
        "josm-prefs --activity sport_Hike --color blue --color hot",
        'josm-prefs --only "Hike, blue" --only ride:hot',
        "josm-prefs --local",
    )
    + options.CHOICES,
)
@options.josm_dir
@options.source
@options.activities
@options.colors
@options.only
@options.show
@options.classic
@options.local
@options.refresh
@options.force
@options.verbose
def command(
    josm_dir: Path | None,
    source: str | None,
    activities: tuple[str, ...],
    colors: tuple[str, ...],
    only: tuple[str, ...],
    show: tuple[str, ...],
    classic: bool,
    port: int | None,
    refresh: bool,
    force: bool,
    next_start: str = "start JOSM",
) -> None:
    """Write the heatmap's layers, with fresh cookies, into JOSM's preferences.

    The Strava session comes from the first of these that exists: --from, STRAVA_SESSION, the
    session that an earlier run or login kept, STRAVA_EMAIL and STRAVA_PASSWORD, your default
    source (STRAVACOOKIES_SOURCE, or the one in config.toml), and the browsers on this computer. If
    there is none, you are asked.

    With --local, no session is needed here: the command serve has it, and renews the cookies.

    Layers that you leave out also disappear from JOSM's menu, until you write them again.
    """
    host = selection.host_for_files(classic=classic, port=port, source=source)
    layers, shown = selection.layers_and_shown(host, activities, colors, only, show)
    directory = user.josm_to_write(
        josm_dir, [entry_set.FILE, entry_set.IMAGES, cartograph.DIRECTORY]
    )
    registration = install.prepare(directory, force=force)
    cookies = None if port else user.cookies(host, source, refresh=refresh)
    beside = _beside(layers, cookies)
    obsolete = {*cartograph.PATHS.values(), *entry_set.ICONS.values()} - beside
    mark = entry_set.mark(layers, shown, cookies)
    installed = install.Installed(menu=registration.menu)
    if (
        refresh
        or registration.after is not None
        or not install.is_current(directory, mark, beside, obsolete)
    ):
        files = _files(layers, shown, cookies)
        installed = install.write(directory, files, registration, obsolete, force=force)
    facts = JosmFacts(directory)
    if force and installed.registered and facts.is_running:
        printing.warn(run_messages.AT_RISK)
        next_start = "restart JOSM"
    in_menu = menu.held(installed.menu, layers, shown, cookies)
    is_served = port is not None and facts.is_served  # it reads the entry set, so only if needed
    josm = run_messages.NextStart(directory, in_menu, next_start, is_served)
    printing.say(run_messages.run_summary(josm, layers, cookies, installed))
    if facts.is_exposed:
        printing.say(run_messages.IN_GIT)


def _beside(layers: Sequence[Layer], cookies: HeatmapCookies | None) -> set[str]:
    """Return the paths of all files but the entry set, below JOSM's directory."""
    if cookies:
        return {cartograph.PATHS[name] for name in cartograph.by_file(layers)}
    return {entry_set.ICONS[layer.color.key] for layer in layers}


def _files(
    layers: Sequence[Layer], shown: Sequence[Layer], cookies: HeatmapCookies | None
) -> dict[str, bytes]:
    """Return the content of all files, by their paths below JOSM's directory."""
    if cookies:
        map_sources = cartograph.map_sources(layers, cookies)
        files = {cartograph.PATHS[name]: content for name, content in map_sources.items()}
    else:
        files = entry_set.icons(layers)
    return files | {entry_set.FILE: entry_set.render(layers, shown, cookies)}
