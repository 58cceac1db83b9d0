"""`stravacookies remove`: takes the heatmap out of JOSM."""

from pathlib import Path

import click

from stravacookies import cartograph
from stravacookies.cli import messages, options, user
from stravacookies.errors import FileError
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
    left = list(removed.left)
    try:
        if desktop_icon.remove(user.computer()):
            click.echo(f"Removed '{desktop_icon.NAME}' from the desktop's menu.")
    except FileError as error:
        left.append(error)
    if removed.registration or removed.files or not left:
        click.echo(messages.removal_summary(directory, removed))
    if left:
        raise FileError("\n".join(map(str, [*left, "Fix that, then run this again."])))
