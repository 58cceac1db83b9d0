"""The options that commands share, and what may be given to them."""

import logging
import textwrap
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import click
from click.core import ParameterSource

from stravacookies import names
from stravacookies.heatmap import (
    CLASSIC,
    DEFAULT_SHOW,
    MAX_LATITUDE,
    MAX_ZOOM,
    MIN_ZOOM,
    TODAY,
    Layer,
    TileHost,
    default_show,
    is_on_map,
)

_Complete = Callable[[click.Context, click.Parameter, str], list[str]]

_Option = Callable[[Callable[..., None]], Callable[..., None]]
"""What `click.option` returns: it gives a command one more option."""


def _complete(words: Collection[str]) -> _Complete:
    """Let a shell complete one of some words."""
    return lambda context, parameter, begun: [word for word in words if word.startswith(begun)]


complete_activity = _complete(names.ACTIVITIES)
complete_color = _complete(names.COLORS)
complete_layer = _complete(names.LAYERS)


def _usable_path(context: click.Context, option: click.Parameter, path: Path | None) -> Path | None:
    """Refuse an empty path, as of a variable that is not set: it would be the current folder.

    What begins with a tilde is below a home directory.
    """
    if path == Path():
        raise click.BadParameter("it is empty, or the current folder: name that in full.")
    try:
        return path.expanduser() if path else None
    except RuntimeError:
        raise click.BadParameter(f"there is no home directory for {str(path)!r}.") from None


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
    return latitude + 0.0, longitude + 0.0  # there is no -0


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
    shell_complete=complete_activity,
    help="Only this activity, and no other. Repeat it for more.",
)
colors = click.option(
    "--color",
    "colors",
    metavar="COLOR",
    multiple=True,
    envvar="STRAVACOOKIES_COLORS",
    shell_complete=complete_color,
    help="Only this colour, and no other. Repeat it for more.",
)
show = click.option(
    "--show",
    metavar="ACTIVITY:COLOR",
    multiple=True,
    envvar="STRAVACOOKIES_SHOW",
    shell_complete=complete_layer,
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
    help="The place to look at, in degrees north and east.  [default: where JOSM downloaded last,"
    " or else Lucerne]",
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
    for title, keys in (("Activities", names.ACTIVITIES), ("Colours", names.COLORS))
)
"""The part of a help text that lists what there is."""


def examples(*lines: str) -> str:
    """Return the part of a help text that shows how a command may be used."""
    return "\n".join(["\b", "Examples:", *(f"  stravacookies {line}" for line in lines)])


def host(classic: bool) -> TileHost:
    """Return the tile host that `--classic` chooses."""
    return CLASSIC if classic else TODAY


def layers(
    host: TileHost, activities: tuple[str, ...], colors: tuple[str, ...]
) -> tuple[Layer, ...]:
    """Return the layers that activities and colours choose, all if there are none.

    Where they were said, click knows: it is asked within the command that has these options.

    Raises:
        click.BadParameter: One is not known, or was typed and the host does not have it.
    """
    return host.layers(
        _usable(
            "activities",
            activities,
            [activity.key for activity in host.activities],
            names.ACTIVITIES,
            "--activity",
        ),
        _usable("colors", colors, [color.key for color in host.colors], names.COLORS, "--color"),
    )


def layers_and_shown(
    host: TileHost,
    activities: tuple[str, ...],
    colors: tuple[str, ...],
    show: tuple[str, ...],
) -> tuple[Sequence[Layer], Sequence[Layer]]:
    """Return the layers that are chosen, and those of them to show in a menu.

    What was said nearer to the command counts: a layer to be shown is among those that are chosen
    even if what stands farther away leaves it out. Where that was, click knows: it is asked within
    the command that has these options.

    Raises:
        click.BadParameter: One is not known, or was typed and is not to be had.
    """
    for layer in _named(host.layers(), show):
        if activities and _is_nearer("show", "activities"):
            activities += (layer.activity.key,)
        if colors and _is_nearer("show", "colors"):
            colors += (layer.color.key,)
    chosen = layers(host, activities, colors)
    usable = _usable("show", show, [*map(names.of_layer, chosen)], names.LAYERS, "--show")
    return chosen, _named(chosen, usable) or default_show(chosen)


def named_layers(host: TileHost, layers: tuple[str, ...]) -> Sequence[Layer]:
    """Return the layers of the arguments ACTIVITY:COLOR.

    Raises:
        click.BadParameter: The host has none of such a name.
    """
    known = [*map(names.of_layer, host.layers())]
    return _named(host.layers(), _known(layers, known, "ACTIVITY:COLOR"))


def _named(layers: Sequence[Layer], given: tuple[str, ...]) -> Sequence[Layer]:
    """Return those of some layers that have names that were given, in the order of these."""
    by_name = {names.of_layer(layer): layer for layer in layers}
    return [by_name[name] for name in given if name in by_name]


_NEAREST_FIRST = (
    ParameterSource.COMMANDLINE,
    ParameterSource.ENVIRONMENT,
    ParameterSource.DEFAULT_MAP,
)
"""Where the value of an option may stand, by how near to the command that is."""


def _distance(parameter: str) -> int:
    source = click.get_current_context().get_parameter_source(parameter)
    return _NEAREST_FIRST.index(source) if source in _NEAREST_FIRST else len(_NEAREST_FIRST)


def is_typed(parameter: str) -> bool:
    """Tell whether an option of the command that runs was typed."""
    return _distance(parameter) == 0


def _is_nearer(parameter: str, other: str) -> bool:
    """Tell whether an option was said nearer to the command than another one."""
    return _distance(parameter) < _distance(other)


def _usable(
    parameter: str,
    given: tuple[str, ...],
    available: Collection[str],
    known: Collection[str],
    option: str,
) -> tuple[str, ...]:
    """Return what an option was given; of what stands as a default, only what is available."""
    if is_typed(parameter):
        return _known(given, available, option)
    variable = f"STRAVACOOKIES_{parameter.upper()}"  # the names in config.toml have been checked
    return tuple(name for name in _known(given, known, variable) if name in available)


def _known(given: tuple[str, ...], known: Collection[str], option: str) -> tuple[str, ...]:
    """Return what an option was given, or end with a usage error for what is not known."""
    for name in given:
        if name not in known:
            raise click.BadParameter(names.explain_unknown(name, known), param_hint=option)
    return given
