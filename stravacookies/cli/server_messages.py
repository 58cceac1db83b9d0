"""Messages about the server: where it is, how it is started, and what to do next."""

from stravacookies.heatmap import local_command, serve_command
from stravacookies.installation import command
from stravacookies.server.at_login import Installed, Removed
from stravacookies.strava.cookies import HeatmapCookies
from stravacookies.wording import until


def serving(port: int, cookies: HeatmapCookies | None) -> str:
    """Say where the server is, and what to do there."""
    return f"""\
Serving the Strava heatmap to the programs on this computer, at {_address(port)}

{_renewal(cookies)} Press Ctrl+C to stop.

{_for_programs(port)}"""


def started_at_login(port: int, cookies: HeatmapCookies | None, installed: Installed) -> str:
    """Say since when the server runs, how to see what it says, and what to do with it."""
    begin = "runs now and at each login," if installed.log else "starts at the next login,"
    log = f"  messages  {installed.log}\n" if installed.log else ""
    until_then = "" if installed.log else f"\nUntil then, run '{serve_command(port)}'."
    return f"""\
The server {begin} at {_address(port)}

  file      {installed.file}
{log}  remove    {command("serve", "--not-at-login")}

{_renewal(cookies)}{until_then}

{_for_programs(port)}"""


def removed_from_login(removed: Removed | None) -> str:
    """Say that the server no longer starts at login."""
    if not removed:
        return "The server does not start at login, so there was nothing to remove."
    end = "was stopped" if removed.is_stopped else "ends when you log out, if it runs now"
    return f"The server no longer starts at login, and {end}. Removed {removed.file}."


def _address(port: int) -> str:
    return f"http://127.0.0.1:{port}/"


def _renewal(cookies: HeatmapCookies | None) -> str:
    expiry = f" expire on {until(cookies.expires)}, and" if cookies else ""
    return f"The cookies{expiry} are renewed automatically."


def _for_programs(port: int) -> str:
    return f"""\
Next, for JOSM: run '{local_command(port)}' once.
For iD, Rapid and QGIS: open {_address(port)}, and copy an address."""
