"""`stravacookies remove`: the heatmap out of JOSM."""

from pathlib import Path

import click

from stravacookies import options, output, summary
from stravacookies.commands import environment


@click.command(
    "remove",
    epilog=options.examples("remove", "remove --josm-dir ~/my-josm"),
)
@options.josm_dir
def command(josm_dir: Path | None) -> None:
    """Take the heatmap out of JOSM's preferences, and remove all files that were written for it.

    The session and the cookies stay; 'stravacookies logout' removes them.
    """
    directory = josm_dir or environment.find_josm()
    click.echo(summary.of_removal(directory, output.remove(directory)))
