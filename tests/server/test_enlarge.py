"""Tiles beyond Strava's highest zoom level."""

from io import BytesIO
from itertools import product
from zlib import crc32

import pytest
from PIL import Image

from stravacookies.errors import StravaError
from stravacookies.heatmap import Tile
from stravacookies.server.enlarge import cut, parent


def png(image: Image.Image) -> bytes:
    """Return a picture as a PNG."""
    written = BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


BLACK = png(Image.new("L", (512, 512)))
"""A PNG. Its first chunk, which states the size, ends at byte 33; its last one has 12 bytes."""


@pytest.mark.parametrize(
    ("tile", "expected"),
    [
        (Tile(198, 114, 8), Tile(198, 114, 8)),
        (Tile(7, 9, 15), Tile(7, 9, 15)),
        (Tile(7, 9, 16), Tile(3, 4, 15)),
        (Tile(524287, 524287, 19), Tile(32767, 32767, 15)),
    ],
)
def test_parent(tile: Tile, expected: Tile) -> None:
    """Up to zoom level 15 a tile is Strava's; beyond it, it is a part of one of that level."""
    assert expected == parent(tile)


@pytest.mark.parametrize(("zoom", "across"), [(16, 2), (17, 4), (18, 8), (19, 16)])
@pytest.mark.parametrize("mode", ["P", "RGBA"])
def test_each_part_is_cut_from_its_place(zoom: int, across: int, mode: str) -> None:
    """Each tile shows its own part of the parent, in the size of the parent, in any PNG."""
    small = Image.new("P", (across, across))
    small.putpalette([part for y in range(16) for x in range(16) for part in (16 * x, 16 * y, 0)])
    for x, y in product(range(across), repeat=2):
        small.putpixel((x, y), 16 * y + x)
    source = png(small.resize((512, 512), Image.Resampling.NEAREST).convert(mode))
    for x, y in ((0, 0), (across - 1, 0), (0, across - 1), (across // 2, across - 1)):
        part = Image.open(BytesIO(cut(source, Tile(across * 5 + x, across * 9 + y, zoom))))

        assert ((512, 512), "PNG") == (part.size, part.format)
        assert (16 * x, 16 * y, 0, 255) == part.getpixel((256, 256))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x89PNG\r\n\x1a\n",
        BLACK[:-40],
        png(Image.new("1", (20_000, 20_000))),
        png(Image.new("L", (256, 256))),
        BLACK[:33] + png(Image.new("1", (9_000, 9_000)))[8:],
        BLACK[:-12] + b"\0\0\0\0iCCP" + crc32(b"iCCP").to_bytes(4),
    ],
    ids=["empty", "head only", "cut short", "huge", "small", "with two sizes", "with a bad chunk"],
)
def test_what_is_not_a_tile(content: bytes) -> None:
    """A damaged picture, or one of another size, is refused before it is decoded."""
    with pytest.raises(StravaError, match="picture that is not a tile"):
        cut(content, Tile(0, 0, 16))
