"""`stravacookies remove`: takes the heatmap out of JOSM."""

from pathlib import Path

import click

from stravacookies import cartograph
from stravacookies.cli import messages, options, printing, server_messages, user
from stravacookies.computer import this_computer
from stravacookies.errors import FileError
from stravacookies.josm import desktop_icon, install
from stravacookies.server import at_login


@click.command("remove", epilog=options.examples("remove", "remove --josm-dir ~/my-josm"))
@options.josm_dir
def command(josm_dir: Path | None) -> None:
    """Take the heatmap out of JOSM's preferences, and remove all files that were written for it.

    This also undoes josm --icon and serve --at-login. The session and the cookies stay; logout
    removes them.
    """
    directory = user.josm_if_any(josm_dir)
    if not directory:
        printing.say(messages.NOTHING_TO_REMOVE)
        left = _remove_from_desktop()  # JOSM may be gone, and these may not
    else:
        removed = install.remove(directory, cartograph.PATHS.values())
        left = [*removed.left, *_remove_from_desktop()]
        if removed.registration or removed.files or not left:
            printing.say(messages.removal_summary(directory, removed))
    if left:
        raise FileError("\n".join(map(str, [*left, "Fix that, then run this again."])))


def _remove_from_desktop() -> list[FileError]:
    """Remove the icon, and the server's start at login; return why one of them is left."""
    computer, left = this_computer(), []
    try:
        if desktop_icon.remove(computer):
            printing.say(f"Removed '{desktop_icon.NAME}' from the desktop's menu.")
    except FileError as error:
        left.append(error)
    try:
        if server := at_login.remove(computer):
            printing.say(server_messages.removed_from_login(server))
    except FileError as error:
        left.append(error)
    return left
