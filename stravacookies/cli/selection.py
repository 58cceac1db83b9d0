"""Choose the layers of a command from the names that the user gave."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import click
from click.core import ParameterSource

from stravacookies.heatmap import CLASSIC, CURRENT, Layer, TileHost, default_show, local_host


def host(classic: bool) -> TileHost:
    """Return the tile host that `--classic` chooses."""
    return CLASSIC if classic else CURRENT


def host_for_files(*, classic: bool, port: int | None, source: str | None) -> TileHost:
    """Return the tile host that `--classic` or `--local` chooses; the latter needs no session."""
    if port and (classic or source is not None):
        raise click.UsageError("--local cannot be combined with --classic or --from.")
    return local_host(port) if port else host(classic)


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
    if _only_counts(only):
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

    A layer that is shown is always written, too. The layers of `--only` are shown, unless the user
    typed `--show`.
    """
    chosen = layers(host, activities, colors, only)
    if _only_counts(only):
        shown = by_key(host, show if is_typed("show") else only)
    else:
        shown = by_key(host, show) or default_show(chosen)
    ids = {layer.id for layer in (*chosen, *shown)}
    return [layer for layer in host.layers() if layer.id in ids], shown


def _only_counts(only: Sequence[str]) -> bool:
    """Return whether `--only` counts, or `--activity` and `--color` do: what is typed wins."""
    others = any(map(is_typed, ("activities", "colors")))
    if others and is_typed("only"):
        raise click.UsageError("--only cannot be combined with --activity or --color.")
    return bool(only) and not others


def is_typed(name: str) -> bool:
    """Return whether a parameter was given as an option."""
    source = click.get_current_context().get_parameter_source(name)
    return source is ParameterSource.COMMANDLINE


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
