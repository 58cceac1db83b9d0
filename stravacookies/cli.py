"""The command line: what a user types, and what a user reads."""

import os
import sys
import textwrap
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import click

from stravacookies import __version__
from stravacookies.cookies import HeatmapCookies
from stravacookies.errors import StravacookiesError
from stravacookies.heatmap import CLASSIC, DEFAULT_SHOW, TODAY, Layer, TileHost, default_show
from stravacookies.josm.directory import PREFERENCES, find
from stravacookies.output import CARTOGRAPH, Written, check, write
from stravacookies.refresh import current_cookies
from stravacookies.session import Login, Session, session_from_text
from stravacookies.vault import Vault


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and end the process; the only place that turns errors into words.

    Args:
        arguments: What stands behind the program's name; the process's own if left out.
    """
    try:
        cli(arguments, prog_name="stravacookies")
    except StravacookiesError as error:
        click.echo(f"stravacookies: {error}", err=True)
        sys.exit(error.exit_code)
    sys.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__)
def cli() -> None:
    """Bring the Strava heatmap into JOSM, every activity and colour, with one command."""


def _choices(host: TileHost) -> str:
    """Return the part of the help that lists what a host can show, as click wants it."""
    return "\n\n".join(
        f"\b\n{title}:\n{textwrap.fill(' '.join(item.key for item in items), 78)}"
        for title, items in (("Activities", host.activities), ("Colours", host.colors))
    )


@cli.command("josm-prefs", epilog=_choices(TODAY))
@click.option(
    "--josm-dir",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="JOSM's preferences directory. Looked for where JOSM keeps it if left out.",
)
@click.option(
    "--activity",
    "activities",
    metavar="ACTIVITY",
    multiple=True,
    help="Only this activity. Repeat it for more.",
)
@click.option(
    "--color",
    "colors",
    metavar="COLOR",
    multiple=True,
    help="Only this colour. Repeat it for more.",
)
@click.option(
    "--show",
    metavar="ACTIVITY:COLOR",
    multiple=True,
    help="Show this layer in the Imagery menu at once. Repeat it for more.  [default:"
    f" {' '.join(':'.join(keys) for keys in DEFAULT_SHOW)}]",
)
@click.option("--classic", is_flag=True, help="Use Strava's older tile host: 5 groups, 5 colours.")
@click.option("--refresh", is_flag=True, help="Ask Strava for new cookies even if they are fresh.")
def josm_prefs(
    josm_dir: Path | None,
    activities: tuple[str, ...],
    colors: tuple[str, ...],
    show: tuple[str, ...],
    classic: bool,
    refresh: bool,
) -> None:
    """Write the heatmap's layers, with cookies that are fresh, into JOSM's preferences.

    The session of Strava is the one in STRAVA_SESSION, else the one kept from an earlier run, else
    one that is won with STRAVA_EMAIL and STRAVA_PASSWORD. Without any, you are asked.
    """
    host = CLASSIC if classic else TODAY
    layers = host.layers(
        _known(activities, [activity.key for activity in host.activities], "--activity"),
        _known(colors, [color.key for color in host.colors], "--color"),
    )
    shown = _shown(show, layers)
    directory = josm_dir or find(sys.platform, os.environ, Path.home())
    check(directory)
    import platformdirs  # only here, so that --help does not wait for it

    vault = Vault(platformdirs.user_state_path("stravacookies", appauthor=False))
    ask = _ask if sys.stdin.isatty() else None
    cookies = current_cookies(host, vault, os.environ, ask, refresh=refresh)
    written = write(directory, layers, shown, cookies)
    click.echo(_summary(layers, shown, cookies, written))


def _known(given: tuple[str, ...], known: Collection[str], option: str) -> tuple[str, ...]:
    """Return what an option was given, or end with a usage error for what is not known."""
    for key in given:
        if key not in known:
            import difflib  # only here, where a run ends

            alike = [name for name in known if key.lower() in name.lower()]
            alike = alike[:4] or difflib.get_close_matches(key, known)
            hint = f"did you mean {' or '.join(alike)}?" if alike else "--help lists all."
            raise click.BadParameter(f"{key!r} is not among the layers; {hint}", param_hint=option)
    return given


def _shown(show: tuple[str, ...], layers: Sequence[Layer]) -> Sequence[Layer]:
    """Return the layers that an option wants in the menu, or the usual ones."""
    by_name = {f"{layer.activity.key}:{layer.color.key}": layer for layer in layers}
    return [by_name[name] for name in _known(show, by_name, "--show")] or default_show(layers)


def _ask() -> Session | Login:
    """Ask the person at the terminal for a session, or for an email and a password."""
    click.echo(
        "Strava has to know who you are. What works best is the session of your browser: log in\n"
        "at https://www.strava.com there, and copy the value of its cookie _strava4_session.\n",
        err=True,
    )
    email = click.prompt(
        "Email (or only Enter, to paste a session)", default="", show_default=False, err=True
    )
    if "@" in email:
        return Login(email, click.prompt("Password (not shown)", hide_input=True, err=True))
    session = email or click.prompt("Session (not shown)", hide_input=True, err=True)
    return session_from_text(session, "What you pasted")


def _summary(
    layers: Sequence[Layer], shown: Sequence[Layer], cookies: HeatmapCookies, written: Written
) -> str:
    """Tell what was written where, how long it lasts, and what to do next."""
    activities = len({layer.activity for layer in layers})
    colors = len({layer.color for layer in layers})
    in_menu = ", ".join(f"{layer.activity.name} in {layer.color.key}" for layer in shown)
    in_menu = textwrap.fill(in_menu, 96, initial_indent="  ", subsequent_indent="  ")
    registered = "now lists them" if written.registered else "lists them already: not touched"
    minutes = int((cookies.expires - datetime.now(UTC)).total_seconds()) // 60
    return f"""\
The Strava heatmap is ready for JOSM, in {written.entry_set.parent}:

  {written.entry_set.name:18} {_count(len(layers), "layer")}: {_count(activities, "activity")} \
x {_count(colors, "colour")}
  {PREFERENCES:18} {registered}
  {CARTOGRAPH + "/":18} {_count(len(written.map_sources), "file")} for Cartograph Maps

In the Imagery menu:
{in_menu}

The cookies in these files last until {cookies.expires.astimezone():%d %B %Y, %H:%M}, that is for \
{minutes // 60} h {minutes % 60} min.
They are yours alone: share none of these files.

Next: start JOSM, or close it and start it again, and choose from its Imagery menu. Other layers
are added under Imagery > Imagery preferences. Run this again before you map another day."""


def _count(number: int, what: str) -> str:
    """Write a number of things: `1 layer`, `2 activities`."""
    if number != 1:
        what = what.removesuffix("y") + ("ies" if what.endswith("y") else "s")
    return f"{number} {what}"
