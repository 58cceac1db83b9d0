"""Where the templates are, and a checksum of all that goes into the files made with them."""

import zlib
from collections.abc import Sequence
from pathlib import Path

from stravacookies import __version__
from stravacookies.cookies import HeatmapCookies
from stravacookies.heatmap import Layer


def directory() -> Path:
    """Return where the templates are: inside an installed package, beside one in a checkout."""
    package = Path(__file__).parent
    installed = package / "templates"
    return installed if installed.is_dir() else package.parent / "templates"


def checksum(layers: Sequence[Layer], shown: Sequence[Layer], cookies: HeatmapCookies) -> str:
    """Return a text that changes with whatever goes into the files that are made.

    Args:
        layers: What the files are made of.
        shown: Those of them that JOSM puts in its Imagery menu by itself.
        cookies: What opens the tiles; nothing of them can be told from the text.
    """
    lines = [__version__, cookies.header(), *(str(layer.host) for layer in layers[:1])]
    for group in (layers, shown):
        lines += [*(f"{layer.host.key} {layer.id}" for layer in group), ""]
    total = zlib.crc32("\n".join(lines).encode())
    for path in sorted(directory().iterdir()):
        total = zlib.crc32(path.read_bytes(), total)
    return f"{total:08x}"
