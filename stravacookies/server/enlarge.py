"""Tiles beyond Strava's highest zoom level, cut from those of that level and enlarged."""

from io import BytesIO

from PIL import Image

from stravacookies.errors import StravaError
from stravacookies.heatmap import MAX_ZOOM, Tile

_SIZE = (512, 512)
"""The pixels of Strava's tiles."""


def parent(tile: Tile) -> Tile:
    """Return the tile of Strava's that contains a tile; the same one up to its highest zoom."""
    levels = max(0, tile.z - MAX_ZOOM)
    return Tile(tile.x >> levels, tile.y >> levels, tile.z - levels)


def cut(png: bytes, tile: Tile) -> bytes:
    """Return a tile as a PNG that is as large as its parent, which contains it.

    Args:
        png: The parent.
        tile: A tile beyond Strava's highest zoom level.

    Raises:
        StravaError: The parent is not a picture of a tile.
    """
    parts = 1 << (tile.z - MAX_ZOOM)
    length = _SIZE[0] / parts
    left, top = tile.x % parts * length, tile.y % parts * length
    try:
        image = _decoded(png)
    except Exception:  # noqa: BLE001 - Pillow raises almost any for a damaged picture
        raise StravaError("Strava sent a picture that is not a tile.") from None
    box = (left, top, left + length, top + length)
    part = BytesIO()
    # Not much is gained by compressing more: it is for programs on this computer.
    image.resize(_SIZE, Image.Resampling.BILINEAR, box).save(part, "PNG", compress_level=1)
    return part.getvalue()


def _decoded(png: bytes) -> Image.Image:
    with Image.open(BytesIO(png), formats=["PNG"]) as image:  # this does not decode it
        if image.size != _SIZE:  # a larger one could take much memory
            raise ValueError("It has another size.")
        return image.convert("RGBA")
