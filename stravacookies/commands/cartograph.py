"""`stravacookies cartograph`: map sources for the phone."""

from pathlib import Path

import click

from stravacookies import options, output, summary
from stravacookies.cartograph import ICLOUD
from stravacookies.commands import credentials
from stravacookies.errors import NoICloudError


@click.command(
    "cartograph",
    epilog=options.examples(
        "cartograph -o ~/Desktop/heatmap --color hot",
        "cartograph --icloud",
        "cartograph --version 2",
    ),
)
@options.output("directory", "Where to.  [default: cartograph]")
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
    source: str | None,
    classic: bool,
    refresh: bool,
) -> None:
    """Write the map source files for the app Cartograph Maps, to be opened on the phone."""
    host = options.host(classic)
    layers = options.layers(host, activities, colors)
    if icloud and directory:
        raise click.UsageError("--icloud and --output are two places.")
    if directory and directory.suffix == ".onlinemap" and not directory.is_dir():
        raise click.UsageError("--output is a folder, for a file of each colour.")
    place = Path.home() / ICLOUD if icloud else directory or Path("cartograph")
    if icloud and not place.is_dir():
        raise NoICloudError(place)
    cookies = credentials.cookies(host, source, refresh=refresh)
    written = output.write_map_sources(place, layers, cookies, int(version))
    click.echo(summary.of_map_sources(written, cookies, icloud=icloud))
