"""The map source files of Cartograph Maps: one for each colour."""

from collections.abc import Iterable
from pathlib import Path

from stravacookies.heatmap import TODAY, Color, Layer

ICLOUD = Path("Library", "Mobile Documents", "com~apple~CloudDocs", "Cartograph Pro")
"""The folder of the app on a Mac, below the home directory: what is in it appears on the phone.

Source: https://github.com/solitone/stravaheatmap
"""


def by_file(layers: Iterable[Layer]) -> dict[str, list[Layer]]:
    """Group layers by the name of the file that they belong in."""
    files: dict[str, list[Layer]] = {}
    for layer in layers:
        files.setdefault(_file_name(layer.color), []).append(layer)
    return files


def _file_name(color: Color) -> str:
    return f"strava-heatmap-{color.key}.onlinemap"


FILE_NAMES = tuple(map(_file_name, TODAY.colors))
"""Every name that `by_file` can give."""
