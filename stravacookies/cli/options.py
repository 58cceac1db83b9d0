"""The options that several commands share."""

from collections.abc import Callable
from pathlib import Path

import click

from stravacookies.cli.config import NAMES, VARIABLES
from stravacookies.cli.layer_names import ACTIVITY, COLOR
from stravacookies.cli.places import PLACE
from stravacookies.errors import FileError
from stravacookies.files import file_type, renamed_errors
from stravacookies.heatmap import DEFAULT_PORT, DEFAULT_SHOW, MAX_ZOOM, MIN_ZOOM
from stravacookies.installation import THIS, command

_Option = Callable[[Callable[..., None]], Callable[..., None]]
"""What `click.option` returns: it adds an option to a command."""


def _usable_path(context: click.Context, option: click.Parameter, path: Path | None) -> Path | None:
    """Refuse an empty path, such as from an unset variable: it would be the current folder.

    A path that begins with a tilde is below a home directory.
    """
    if path == Path():
        raise click.BadParameter("it is empty or names the current folder: give its full path.")
    try:
        return path.expanduser() if path else None
    except RuntimeError:
        raise click.BadParameter(f"there is no home directory for {str(path)!r}.") from None


def _in_a_folder(context: click.Context, option: click.Parameter, path: Path | None) -> Path | None:
    """Refuse a path in a folder that does not exist, which is usually a typo."""
    path = _usable_path(context, option, path)
    if path:
        with renamed_errors(path.parent, "read"):
            if not file_type(path.parent):
                raise FileError(
                    f"There is no folder {path.parent}. Correct the path, or create it."
                )
    return path


def _log_requests(context: click.Context, option: click.Parameter, wanted: bool) -> None:
    if wanted:
        import logging  # imported here: 3 ms, and few runs log

        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("stravacookies: %(message)s"))
        logger = logging.getLogger("stravacookies")
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)


def _names(option: str, setting: str, metavar: str, explanation: str) -> _Option:
    """Return a repeatable option whose values are names."""
    return click.option(
        option,
        setting,
        metavar=metavar,
        multiple=True,
        envvar=VARIABLES[setting],
        show_envvar=True,
        type=NAMES[setting],
        help=explanation,
    )


josm_dir = click.option(
    "--josm-dir",
    metavar="DIR",
    envvar=VARIABLES["josm_dir"],
    show_envvar=True,
    type=click.Path(path_type=Path),
    callback=_usable_path,
    help="JOSM's preferences directory.  [default: where JOSM keeps it]",
)
source = click.option(
    "--from",
    "source",
    metavar="SOURCE",
    help="Where to take the session from: a browser (such as firefox, or firefox:PROFILE), window"
    " (opens a browser to log in), a file that an add-on exported, - for standard input, or"
    " password.",
)
activities = _names("--activity", "activities", "ACTIVITY", "Only this activity. Repeat for more.")
colors = _names("--color", "colors", "COLOR", "Only this colour. Repeat for more.")
only = _names(
    "--only",
    "only",
    "ACTIVITY:COLOR",
    "Only this layer, in place of --activity and --color. Repeat for more.",
)
show = _names(
    "--show",
    "show",
    "ACTIVITY:COLOR",
    "Write this layer, and show it in JOSM's Imagery menu. Repeat for more.  [default:"
    f" the layers of --only, or {' '.join(DEFAULT_SHOW)}]",
)
classic = click.option(
    "--classic", is_flag=True, help="Use Strava's older tile host: 5 groups, 5 colours."
)
local = click.option(
    "--local",
    "port",
    metavar="[PORT]",
    is_flag=False,
    flag_value=DEFAULT_PORT,
    type=click.IntRange(1, 65535),
    help=f"Write layers without cookies; their tiles come from '{command('serve')}' on"
    f" this port.  [default port: {DEFAULT_PORT}]",
)
refresh = click.option(
    "--refresh", is_flag=True, help="Get new cookies from Strava even if the kept ones are fresh."
)
force = click.option(
    "--force",
    is_flag=True,
    help="Change JOSM's preferences even while JOSM is running. JOSM may undo the change.",
)
at = click.option(
    "--at",
    "place",
    metavar="PLACE",
    type=PLACE,
    help="The place to look at: latitude and longitude, such as 47.05,8.31, or a link to a map on"
    " openstreetmap.org.  [default: where JOSM downloaded last, or else Lucerne]",
)
zoom = click.option(
    "--zoom",
    metavar="ZOOM",
    type=click.IntRange(MIN_ZOOM, MAX_ZOOM),
    default=12,
    show_default=True,
    help="The zoom level.",
)
port = click.option(
    "--port",
    metavar="PORT",
    type=click.IntRange(1, 65535),
    default=DEFAULT_PORT,
    show_default=True,
    help="The port to listen on.",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
verbose = click.option(
    "-v",
    "--verbose",
    is_flag=True,
    expose_value=False,
    callback=_log_requests,
    help="Show the requests to Strava and the answers, without the values of cookies.",
)


def output(name: str, metavar: str, explanation: str, default: str | None = None) -> _Option:
    """Return the option for the file or folder that a command writes."""
    return click.option(
        "-o",
        "--output",
        name,
        metavar=metavar,
        type=click.Path(path_type=Path),
        callback=_in_a_folder,
        default=default,
        show_default=default is not None,
        help=explanation,
    )


CHOICES = "".join(
    f"\n\n{title}: {', '.join(kind.known)}."
    for title, kind in (("Activities", ACTIVITY), ("Colours", COLOR))
) + (
    "\n\nOther names work, too, in upper or lower case: hike or hiking for sport_Hike, bike for"
    ' ride, mtb, "light blue" for mobileblue, "Hike, blue" for sport_Hike:blue. ride and run mean'
    " the groups, sport_Ride and sport_Run the sports."
)
"""The part of a help text that lists activities and colours, and says how else to type them."""


def examples(*lines: str) -> str:
    """Return the part of a help text with examples, as the user types them."""
    return "\n".join(["\b", "Examples:", *(f"  {THIS.typed(line)}" for line in lines)])
