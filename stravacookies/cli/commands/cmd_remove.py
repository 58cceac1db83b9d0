"""`stravacookies remove`: takes the heatmap out of JOSM."""

from pathlib import Path

import click

from stravacookies import cartograph
from stravacookies.cli import messages, options, user
from stravacookies.josm import desktop_icon, install


@click.command("remove", epilog=options.examples("remove", "remove --josm-dir ~/my-josm"))
@options.josm_dir
def command(josm_dir: Path | None) -> None:
    """Take the heatmap out of JOSM's preferences, and remove all files that were written for it.

    The icon that 'stravacookies josm --icon' has added is removed, too.

    The session and the cookies are still kept; 'stravacookies logout' removes them.
    """
    directory = user.josm(josm_dir)
    names = [f"{cartograph.DIRECTORY}/{name}" for name in cartograph.FILE_NAMES]
    removed = install.remove(directory, names)
    if desktop_icon.remove(user.computer()):
        click.echo(f"Removed '{desktop_icon.NAME}' from the desktop's menu.")
    click.echo(messages.removal_summary(directory, removed))
