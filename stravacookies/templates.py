"""Where the templates are, and a fingerprint of all that goes into the files made with them."""

import hashlib
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


def fingerprint(layers: Sequence[Layer], shown: Sequence[Layer], cookies: HeatmapCookies) -> str:
    """Return a text that is the same only if the same files would be made.

    Args:
        layers: What the files are made of.
        shown: Those of them that JOSM puts in its Imagery menu by itself.
        cookies: What opens the tiles; nothing of them can be told from the text.
    """
    digest = hashlib.sha256(f"{__version__}\n{cookies.header()}\n".encode())
    for group in (layers, shown):
        digest.update("".join(f"{layer.host.key} {layer.id}\n" for layer in group).encode())
        digest.update(b"\n")
    for path in sorted(directory().iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()
