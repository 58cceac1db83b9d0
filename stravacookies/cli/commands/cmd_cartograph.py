"""`stravacookies cartograph`: writes map sources for the phone."""

from pathlib import Path

import click

from stravacookies import cartograph
from stravacookies.cli import messages, options, printing, selection, user
from stravacookies.errors import StravacookiesError
from stravacookies.files import write_private


@click.command(
    "cartograph",
    epilog=options.examples(
        "cartograph -o ~/heatmap --color hot",
        "cartograph --icloud",
        "cartograph --version 2",
    ),
)
@options.output("directory", "DIR", f"The folder to write into.  [default: {cartograph.DIRECTORY}]")
@click.option("--icloud", is_flag=True, help="Write into the app's folder in iCloud, on a Mac.")
@click.option(
    "--version",
    type=click.Choice(["2", "3"]),
    default="3",
    show_default=True,
    help="The version of the app.",
)
@options.activities
@options.colors
@options.only
@options.source
@options.classic
@options.refresh
@options.verbose
def command(
    directory: Path | None,
    icloud: bool,
    version: str,
    activities: tuple[str, ...],
    colors: tuple[str, ...],
    only: tuple[str, ...],
    source: str | None,
    classic: bool,
    refresh: bool,
) -> None:
    """Write map sources for the app Cartograph Maps, to open on the phone."""
    if icloud and directory:
        raise click.UsageError("--icloud cannot be combined with --output.")
    host = selection.host(classic)
    layers = selection.layers(host, activities, colors, only)
    place = _icloud() if icloud else directory or Path(cartograph.DIRECTORY)
    if place.suffix == ".onlinemap" and not place.is_dir():
        raise click.UsageError("--output must be a folder: each colour gets a file in it.")
    cookies = user.cookies(host, source, refresh=refresh)
    sources = cartograph.map_sources(layers, cookies, int(version))
    write_private(place, {place / name: content for name, content in sources.items()})
    printing.say(messages.map_sources_summary(place, list(sources), cookies, icloud=icloud))


def _icloud() -> Path:
    place = Path.home() / cartograph.ICLOUD
    if not place.is_dir():
        raise StravacookiesError(
            f"Cartograph's folder in iCloud was not found (looked for: {place}). Only a Mac with"
            " iCloud Drive has one; leave out --icloud to write into another folder."
        )
    return place
