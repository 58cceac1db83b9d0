"""`stravacookies live`: opens layers in a running JOSM."""

from collections.abc import Sequence
from pathlib import Path

import click

from stravacookies.cli import options, printing, selection, user
from stravacookies.cli.layer_names import LayersArgument
from stravacookies.errors import RUN_JOSM_PREFS, JosmStateError
from stravacookies.facts import JosmFacts
from stravacookies.heatmap import Layer, TileHost
from stravacookies.josm import live
from stravacookies.josm.registration import read_registration


@click.command(
    "live",
    epilog=options.examples(
        "live", "live hike blue", "live sport_Hike:blue ride:hot", "live --renew"
    ),
)
@click.argument("layers", metavar="[ACTIVITY:COLOR]...", nargs=-1, cls=LayersArgument)
@click.option(
    "--renew",
    is_flag=True,
    help="Open all heatmap layers that are in JOSM's Imagery menu, with new cookies.",
)
@options.josm_dir
@options.source
@options.classic
@options.refresh
@options.verbose
def command(
    layers: tuple[str, ...],
    renew: bool,
    josm_dir: Path | None,
    source: str | None,
    classic: bool,
    refresh: bool,
) -> None:
    """Open layers in a running JOSM, with fresh cookies.

    JOSM's remote control must be on. The layers stay until JOSM ends; nothing is saved in its
    preferences. Without arguments, this opens the first of the layers that josm-prefs shows.

    If the cookies expire while JOSM is open, --renew opens its layers again: then delete the old
    ones.
    """
    if renew and layers:
        raise click.UsageError(
            "--renew opens the layers that are in JOSM's menu, so it takes no names."
        )
    host = selection.host(classic)
    wanted = [] if renew else selection.by_key(host, layers) or user.default_shown(host)[:1]
    josm = user.josm_if_any(josm_dir)
    port = live.find_port(josm)
    if renew:
        host, wanted = _in_menu(josm, classic)
    # JOSM ignores a layer whose URL, which contains the cookies, is that of an open one.
    cookies = user.cookies(host, source, refresh=refresh or renew)
    for layer in wanted:
        live.open_layer(layer, cookies, port)
        printing.say(f"Opened in JOSM: {layer.name}")
    if renew:
        printing.say("\nNext: delete the older layers with the same names in JOSM.")


def _in_menu(josm: Path | None, classic: bool) -> tuple[TileHost, Sequence[Layer]]:
    """Return the layers that are in JOSM's menu, and their tile host, which JOSM's files name."""
    host = selection.host(classic)
    found: Sequence[Layer] = ()
    if josm:
        entries = JosmFacts(josm).entries
        if not classic and entries.cookies:
            host = entries.host
        ids = read_registration(josm).menu.ids
        found = [layer for layer in host.layers() if layer.id in ids]
    if not found:
        raise JosmStateError(
            "There is no heatmap layer in JOSM's Imagery menu: name a layer, such as ride:hot, or"
            f" close JOSM and {RUN_JOSM_PREFS}."
        )
    return host, found
