"""The options that commands share, and what may be given to them."""

import logging
import textwrap
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import click

from stravacookies.heatmap import (
    CLASSIC,
    DEFAULT_SHOW,
    MAX_LATITUDE,
    MAX_ZOOM,
    MIN_ZOOM,
    TODAY,
    Layer,
    TileHost,
    is_on_map,
)

_Complete = Callable[[click.Context, click.Parameter, str], list[str]]

_Option = Callable[[Callable[..., None]], Callable[..., None]]
"""What `click.option` returns: it gives a command one more option."""


def _complete(words: Collection[str]) -> _Complete:
    """Let a shell complete one of some words."""
    return lambda context, parameter, begun: [word for word in words if word.startswith(begun)]


def _name(layer: Layer) -> str:
    """Write a layer as options do."""
    return f"{layer.activity.key}:{layer.color.key}"


_ACTIVITIES = [activity.key for activity in TODAY.activities]
_COLORS = [color.key for color in TODAY.colors]

complete_layers = _complete([_name(layer) for layer in TODAY.layers()])


def _usable_path(context: click.Context, option: click.Parameter, path: Path | None) -> Path | None:
    """Refuse an empty path, as of a variable that is not set: it would be the current folder."""
    if path == Path():
        raise click.BadParameter("the path is empty; for the current folder, name it in full.")
    return path.expanduser() if path else None


def _place(
    context: click.Context, option: click.Parameter, text: str | None
) -> tuple[float, float] | None:
    """Read a place, as map programs write one."""
    if text is None:
        return None
    try:
        latitude, longitude = map(float, text.split(","))
    except ValueError:
        raise click.BadParameter(f"{text!r} is no place; one is 47.05,8.31, for example.") from None
    if not is_on_map(latitude, longitude):
        raise click.BadParameter(
            f"{text!r} is not on the map: latitude comes first, from -{MAX_LATITUDE} to"
            f" {MAX_LATITUDE}, then longitude, from -180 to 180."
        )
    return latitude, longitude


def _log_requests(context: click.Context, option: click.Parameter, wanted: bool) -> None:
    if wanted:
        logging.getLogger("stravacookies").setLevel(logging.INFO)


josm_dir = click.option(
    "--josm-dir",
    metavar="DIR",
    envvar="STRAVACOOKIES_JOSM_DIR",
    type=click.Path(path_type=Path),
    callback=_usable_path,
    help="JOSM's preferences directory. Looked for where JOSM keeps it if left out.",
)
source = click.option(
    "--from",
    "source",
    metavar="SOURCE",
    help="Take the session from here: a browser (firefox, chrome, …, or firefox:PROFILE), a file"
    " that an add-on exported, - for standard input, or password.",
)
activities = click.option(
    "--activity",
    "activities",
    metavar="ACTIVITY",
    multiple=True,
    envvar="STRAVACOOKIES_ACTIVITIES",
    shell_complete=_complete(_ACTIVITIES),
    help="Only this activity, and no other. Repeat it for more.",
)
colors = click.option(
    "--color",
    "colors",
    metavar="COLOR",
    multiple=True,
    envvar="STRAVACOOKIES_COLORS",
    shell_complete=_complete(_COLORS),
    help="Only this colour, and no other. Repeat it for more.",
)
show = click.option(
    "--show",
    metavar="ACTIVITY:COLOR",
    multiple=True,
    envvar="STRAVACOOKIES_SHOW",
    shell_complete=complete_layers,
    help="Show this layer in the Imagery menu at once. Repeat it for more.  [default:"
    f" {' '.join(':'.join(keys) for keys in DEFAULT_SHOW)}]",
)
classic = click.option(
    "--classic", is_flag=True, help="Use Strava's older tile host: 5 groups, 5 colours."
)
refresh = click.option(
    "--refresh", is_flag=True, help="Ask Strava for new cookies even if they are fresh."
)
force = click.option(
    "--force",
    is_flag=True,
    help="Change the preferences of a JOSM that is running, too. It may undo the change.",
)
at = click.option(
    "--at",
    "place",
    metavar="LAT,LON",
    callback=_place,
    help="The place to look at, in degrees north and east.  [default: where JOSM downloaded last]",
)
zoom = click.option(
    "--zoom",
    metavar="ZOOM",
    type=click.IntRange(MIN_ZOOM, MAX_ZOOM),
    default=12,
    show_default=True,
    help="How close to look.",
)
as_json = click.option("--json", "as_json", is_flag=True, help="For programs.")
verbose = click.option(
    "-v",
    "--verbose",
    is_flag=True,
    expose_value=False,
    callback=_log_requests,
    help="Show what is asked of Strava, and answered, without the values.",
)


def output(name: str, explanation: str, default: str | None = None) -> _Option:
    """Return the option for where a command writes to.

    Args:
        name: `file` or `directory`, as the command calls it.
        explanation: What its help says.
        default: What it is if left out.
    """
    return click.option(
        "-o",
        "--output",
        name,
        metavar={"file": "FILE", "directory": "DIR"}[name],
        type=click.Path(path_type=Path),
        callback=_usable_path,
        default=default,
        show_default=default is not None,
        help=explanation,
    )


CHOICES = "\n\n".join(
    f"\b\n{title}:\n{textwrap.fill(' '.join(keys), 78)}"
    for title, keys in (("Activities", _ACTIVITIES), ("Colours", _COLORS))
)
"""The part of a help text that lists what there is."""


def examples(*lines: str) -> str:
    """Return the part of a help text that shows how a command may be used."""
    return "\n".join(["\b", "Examples:", *(f"  stravacookies {line}" for line in lines)])


def host(classic: bool) -> TileHost:
    """Return the tile host that `--classic` chooses."""
    return CLASSIC if classic else TODAY


def layers(
    host: TileHost,
    activities: tuple[str, ...],
    colors: tuple[str, ...],
    options: tuple[str, str] = ("--activity", "--color"),
) -> tuple[Layer, ...]:
    """Return the layers that activities and colours choose, all if there are none.

    Raises:
        click.BadParameter: The host does not have one.
    """
    return host.layers(
        _known(activities, [activity.key for activity in host.activities], options[0]),
        _known(colors, [color.key for color in host.colors], options[1]),
    )


def chosen(names: tuple[str, ...], layers: Sequence[Layer], option: str) -> Sequence[Layer]:
    """Return the layers that are named as ACTIVITY:COLOR.

    Raises:
        click.BadParameter: There is none of such a name.
    """
    by_name = {_name(layer): layer for layer in layers}
    return [by_name[name] for name in _known(names, by_name, option)]


def _known(given: tuple[str, ...], known: Collection[str], option: str) -> tuple[str, ...]:
    """Return what an option was given, or end with a usage error for what is not known."""
    for key in given:
        if key not in known:
            import difflib  # only here, where a run ends

            alike = [name for name in known if key.lower() in name.lower()]
            alike = alike[:4] or difflib.get_close_matches(key, known)
            if alike:
                hint = f"did you mean {' or '.join(alike)}?"
            elif len(known) < 10:
                hint = f"there are {', '.join(known)}."
            else:
                hint = "'stravacookies josm-prefs --help' lists all."
            raise click.BadParameter(f"{key!r} is not to be had; {hint}", param_hint=option)
    return given
