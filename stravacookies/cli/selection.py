"""Choose the layers of a command from the names that the user gave."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import click

from stravacookies.heatmap import CLASSIC, CURRENT, Layer, TileHost, default_show


def host(classic: bool) -> TileHost:
    """Return the tile host that `--classic` chooses."""
    return CLASSIC if classic else CURRENT


def layers(host: TileHost, activities: Iterable[str], colors: Iterable[str]) -> Sequence[Layer]:
    """Return the layers of some activities in some colours; all where none are named."""
    with _renamed_errors(host):
        return host.layers(activities, colors)


def by_key(host: TileHost, keys: Iterable[str]) -> Sequence[Layer]:
    """Return layers by their keys, ACTIVITY:COLOR, in this order."""
    with _renamed_errors(host):
        return [host.layer(key) for key in dict.fromkeys(keys)]


def layers_and_shown(
    host: TileHost, activities: Iterable[str], colors: Iterable[str], show: Iterable[str]
) -> tuple[Sequence[Layer], Sequence[Layer]]:
    """Return the layers to write, and those of them to show in JOSM's menu.

    A layer that is shown is always written, too.
    """
    chosen = layers(host, activities, colors)
    shown = by_key(host, show) or default_show(chosen)
    ids = {layer.id for layer in (*chosen, *shown)}
    return [layer for layer in host.layers() if layer.id in ids], shown


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
