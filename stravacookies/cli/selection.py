"""Choose the layers of a command from the names that the user gave."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import click
from click.core import ParameterSource

from stravacookies.cli.config import VARIABLES
from stravacookies.heatmap import CLASSIC, CURRENT, Layer, TileHost, default_show
from stravacookies.wording import listed


def host(classic: bool) -> TileHost:
    """Return the tile host that `--classic` chooses."""
    return CLASSIC if classic else CURRENT


def layers(
    host: TileHost,
    activities: Sequence[str],
    colors: Sequence[str],
    only: Sequence[str],
    usual: Sequence[str] = (),
) -> Sequence[Layer]:
    """Return the layers that the user chose for the command that runs, in the host's order.

    Args:
        host: The host that has them.
        activities: The values of `--activity`.
        colors: The values of `--color`.
        only: The values of `--only`.
        usual: The activities to take where the user named none; all if empty.
    """
    if _counts(only, activities, colors):
        named = by_key(host, only)
        return [layer for layer in host.layers() if layer in named]
    with _renamed_errors(host):
        return host.layers(activities or usual, colors)


def by_key(host: TileHost, keys: Iterable[str]) -> Sequence[Layer]:
    """Return layers by their keys, ACTIVITY:COLOR, in this order."""
    with _renamed_errors(host):
        return [host.layer(key) for key in dict.fromkeys(keys)]


def layers_and_shown(
    host: TileHost,
    activities: Sequence[str],
    colors: Sequence[str],
    only: Sequence[str],
    show: Sequence[str],
) -> tuple[Sequence[Layer], Sequence[Layer]]:
    """Return the layers to write, and those of them to show in JOSM's menu.

    A layer that is shown is always written, too, unless `--only` overrides what is shown.
    """
    chosen = layers(host, activities, colors, only)
    one_by_one = _counts(only, activities, colors)
    if one_by_one and _distance("only") < _distance("show"):
        show = ()
    shown = by_key(host, show) or (chosen if one_by_one else default_show(chosen))
    ids = {layer.id for layer in (*chosen, *shown)}
    return [layer for layer in host.layers() if layer.id in ids], shown


def _counts(only: Sequence[str], activities: Sequence[str], colors: Sequence[str]) -> bool:
    """Return whether `--only` counts, and not `--activity` and `--color`: the nearer ones do.

    Options are nearer than environment variables, and these are nearer than config.toml.
    """
    values = {"activities": activities, "colors": colors}
    other = min((_distance(name) for name, value in values.items() if value), default=len(_SOURCES))
    if only and _distance("only") == other:
        by_option = _SOURCES[other] is ParameterSource.COMMANDLINE
        names = [VARIABLES[name] for name in ("only", *values)]
        first, *others = ["--only", "--activity", "--color"] if by_option else names
        raise click.UsageError(f"{first} cannot be combined with {listed(others, 'or')}.")
    return bool(only) and _distance("only") < other


_SOURCES = (
    ParameterSource.COMMANDLINE,
    ParameterSource.ENVIRONMENT,
    ParameterSource.DEFAULT_MAP,
    ParameterSource.DEFAULT,
)
"""Where values come from, the nearest first. DEFAULT_MAP is config.toml."""


def _distance(name: str) -> int:
    """Return how far away a parameter's value comes from, as an index of `_SOURCES`."""
    source = click.get_current_context().get_parameter_source(name)
    return _SOURCES.index(source or ParameterSource.DEFAULT)


@contextmanager
def _renamed_errors(host: TileHost) -> Iterator[None]:
    """Turn the error for a name that the host does not have into a usage error."""
    try:
        yield
    except ValueError as error:
        activities = ", ".join(activity.key for activity in host.activities)
        colors = ", ".join(color.key for color in host.colors)
        raise click.BadParameter(
            f"{error}. It has the activities {activities}, in the colours {colors}.",
            param_hint="--classic",
        ) from None
