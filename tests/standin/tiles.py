"""Paints made-up heatmap tiles."""

import re
from functools import lru_cache
from io import BytesIO
from itertools import pairwise

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from tests.standin.network import MARGIN, Canvas, chance, lines

RAMPS = {  # the RGBA colours of heat 0, 45, 120 and 256
    "hot": ((110, 10, 0, 0), (200, 30, 0, 170), (255, 120, 0, 235), (255, 250, 190, 255)),
    "blue": ((10, 20, 120, 0), (20, 60, 200, 170), (70, 150, 255, 235), (235, 250, 255, 255)),
    "purple": ((60, 0, 90, 0), (120, 20, 170, 170), (200, 80, 230, 235), (255, 235, 255, 255)),
    "gray": ((60, 60, 60, 0), (105, 105, 105, 170), (170, 170, 170, 235), (255, 255, 255, 255)),
    "bluered": ((20, 30, 160, 0), (40, 60, 230, 170), (170, 40, 170, 235), (255, 40, 30, 255)),
    "mobileblue": ((0, 40, 130, 0), (0, 85, 215, 170), (40, 150, 255, 235), (200, 235, 255, 255)),
    "orange": ((130, 40, 0, 0), (200, 70, 0, 170), (252, 110, 20, 235), (255, 225, 180, 255)),
}
_TASTES = (  # how fine the roads, trails and rivers are that an activity still uses
    ("winter|ski|snow|skate", (0.3, 0.8, 0.0)),
    ("water|swim|row|kayak|canoe|sail|surf|paddl", (0.0, 0.0, 1.0)),
    ("trail|hike|mountain|gravel", (0.4, 1.0, 0.0)),
    ("ride|bike|cycl", (0.8, 0.4, 0.0)),
    ("", (0.7, 0.7, 0.0)),
)


@lru_cache(64)
def _heat(activity: str, zoom: int, x: int, y: int, size: int) -> Image.Image:
    """Return how much an activity heats each pixel of a tile."""
    tastes = next(tastes for words, tastes in _TASTES if re.search(words, activity, re.IGNORECASE))
    draw = ImageDraw.Draw(canvas := Image.new("L", (2 * (size + 2 * MARGIN),) * 2))
    for heat, kind, rank, key, pixels in lines(Canvas(zoom, x, y, size)):
        if activity == "all" or 0.3 * chance(key, *activity.encode()) + 0.7 * rank < tastes[kind]:
            width = max(3.0, 9 * 2 ** ((zoom - 15) * 0.4)) * (0.5 + 0.7 * heat)
            draw.line(pixels, round(255 * heat), round(width))
    canvas = canvas.reduce(2)
    glow = canvas.reduce(4).filter(ImageFilter.GaussianBlur(1)).resize(canvas.size)
    canvas = ImageChops.add(canvas.filter(ImageFilter.BoxBlur(0.7)), glow, 1.1)
    return canvas.crop((MARGIN, MARGIN, MARGIN + size, MARGIN + size))


def paint(activity: str, color: str, zoom: int, x: int, y: int, size: int = 512) -> bytes | None:
    """Return a tile as a PNG of `size` pixels each way, or None if there is no heat."""
    heat = _heat(activity, zoom, x, y, size).copy()
    if not any(heat.histogram()[12:]):
        return None
    palette, png = bytearray(), BytesIO()
    for (start, low), (end, high) in pairwise(zip((0, 45, 120, 256), RAMPS[color], strict=True)):
        for v in range(start, end):
            t = (v - start) / (end - start)
            palette += bytes(round(a + (b - a) * t) for a, b in zip(low, high, strict=True))
    heat.putpalette(bytes(palette), "RGBA")
    heat.save(png, "PNG", compress_level=2)
    return png.getvalue()
