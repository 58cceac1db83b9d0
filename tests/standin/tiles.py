"""Paints made-up heatmap tiles: roads, trails and rivers from hashes, without map data.

Cells of a grid are cut into four, again and again. Chance bends each cut and makes some lines.
"""

import re
from functools import lru_cache
from io import BytesIO
from itertools import pairwise

from PIL import Image, ImageChops, ImageDraw, ImageFilter

RAMPS = {  # the RGBA colours of heat 0, 45, 120 and 256
    "hot": ((110, 10, 0, 0), (200, 30, 0, 170), (255, 120, 0, 235), (255, 250, 190, 255)),
    "blue": ((10, 20, 120, 0), (20, 60, 200, 170), (70, 150, 255, 235), (235, 250, 255, 255)),
    "purple": ((60, 0, 90, 0), (120, 20, 170, 170), (200, 80, 230, 235), (255, 235, 255, 255)),
    "gray": ((60, 60, 60, 0), (105, 105, 105, 170), (170, 170, 170, 235), (255, 255, 255, 255)),
    "bluered": ((20, 30, 160, 0), (40, 60, 230, 170), (170, 40, 170, 235), (255, 40, 30, 255)),
    "mobileblue": ((0, 40, 130, 0), (0, 85, 215, 170), (40, 150, 255, 235), (200, 235, 255, 255)),
    "orange": ((130, 40, 0, 0), (200, 70, 0, 170), (252, 110, 20, 235), (255, 225, 180, 255)),
}
_MARGIN = 24  # pixels around a tile from which lines glow into it
_CITIES = (0.5213 + 0.35947j, 0.52308 + 0.35152j, 0.77539 + 0.44727j)  # Turin, Lucerne, 8/198/114
_NETWORKS = (  # roads, trails, rivers: seed, bend, first and last level of lines, how often
    (12, 0.26, 5, 18, 0.8),
    (13, 0.5, 7, 16, 0.55),
    (29, 0.65, 6, 10, 0.5),
)
_TASTES = (  # how fine the roads, trails and rivers are that an activity still uses
    ("winter|ski|snow|skate", (0.3, 0.8, 0.0)),
    ("water|swim|row|kayak|canoe|sail|surf|paddl", (0.0, 0.0, 1.0)),
    ("trail|hike|mountain|gravel", (0.4, 1.0, 0.0)),
    ("ride|bike|cycl", (0.8, 0.4, 0.0)),
    ("", (0.7, 0.7, 0.0)),
)
_Node = tuple[complex, complex]  # a corner of cells: its place before any bend, and its pixel
_Line = tuple[float, int, float, complex, list[float]]  # heat, network, rank, key, pixels


def _chance(*of: complex) -> float:
    """Return a number from 0 up to 1 that depends on the arguments only."""
    return hash(of) % 65521 / 65521


def _cut(seed: int, bend: float, a: _Node, b: _Node) -> _Node:
    """Return the node between two others, the same for all cells that share it."""
    place = (a[0] + b[0]) / 2
    luck = hash((place, seed)) % 1000**2
    return place, (a[1] + b[1]) / 2 + bend * complex(luck % 1000 - 500, luck // 1000 - 500) / 1000


def _path(seed: int, bend: float, a: _Node, b: _Node, half: float) -> list[float]:
    """Return the pixels from one node to another, closer together on the canvas."""
    middle, reach = (a[1] + b[1]) / 2, half + bend + abs(a[1] - b[1]) / 2
    if abs(a[1] - b[1]) < 24 or max(abs(middle.real), abs(middle.imag)) > reach:
        return [half + x for node in (a, b) for x in (node[1].real, node[1].imag)]
    m = _cut(seed, bend / 2, a, b)
    return _path(seed, bend / 2, a, m, half) + _path(seed, bend / 2, m, b, half)


@lru_cache(16)
def _lines(zoom: int, x: int, y: int, size: int) -> list[_Line]:
    """Return the lines on a canvas of twice the size of a tile, the hottest last."""
    center, world = complex(x + 0.5, y + 0.5) / 2**zoom, size * 2.0 ** (zoom + 1)
    half, lines = size + 2 * _MARGIN, []
    corners = [(p, (p - center) * world) for p in (0j, 1 + 0j, 1 + 1j, 1j)]
    cells = [(kind, corners, 0, 1.0) for kind in range(3)]
    while cells:
        kind, (a, b, c, d), level, heat = cells.pop()
        seed, bend, first, last, often = _NETWORKS[kind]
        width, rank = world / 2**level, (level - first) / (last - first)
        at, bend = (a[1] + b[1] + c[1] + d[1]) / 4, bend * width / 2
        reach = half + bend + max(abs(corner[1] - at) for corner in (a, b, c, d))
        if rank > 1 or width < 36 or max(abs(at.real), abs(at.imag)) > reach:
            continue
        n, e, s, w = (_cut(seed, bend, *ends) for ends in ((a, b), (b, c), (d, c), (a, d)))
        m = _cut(seed, bend, n, s)
        # A cell is about as hot as the one that it is part of, unless it is near a city.
        heat *= 1 + (_chance(m[0], seed) - 0.55) * (1.5 if level < 7 else 0.8)
        away = min(abs(at - (city - center) * world) for city in _CITIES) / (width + 1.5e-4 * world)
        heat = min(1.0, max(heat, 1 - away * away / 2))
        if heat < max(0.2, 0.8 * rank):
            continue
        parts = [a, n, m, w], [n, b, e, m], [m, e, c, s], [w, m, s, d]
        cells += [(kind, part, level + 1, heat) for part in parts]
        for end, way in ((n, 1), (s, 1), (w, 2), (e, 2)) if rank >= 0 else ():
            if (luck := _chance(m[0], seed, way) / often) < 1:
                shown = heat * (1.1 - rank / 2) * (0.4 + 0.6 * luck) * min(1.0, width / 150)
                lines.append((shown, kind, rank, m[0] * way, _path(seed, bend, end, m, half)))
    return sorted(lines, key=lambda line: line[0])


@lru_cache(64)
def _heat(activity: str, zoom: int, x: int, y: int, size: int) -> Image.Image:
    """Return how much an activity heats each pixel of a tile."""
    tastes = next(tastes for words, tastes in _TASTES if re.search(words, activity, re.IGNORECASE))
    draw = ImageDraw.Draw(canvas := Image.new("L", (2 * (size + 2 * _MARGIN),) * 2))
    for heat, kind, rank, key, pixels in _lines(zoom, x, y, size):
        if activity == "all" or 0.3 * _chance(key, *activity.encode()) + 0.7 * rank < tastes[kind]:
            width = max(3.0, 9 * 2 ** ((zoom - 15) * 0.4)) * (0.5 + 0.7 * heat)
            draw.line(pixels, round(255 * heat), round(width))
    canvas = canvas.reduce(2)
    glow = canvas.reduce(4).filter(ImageFilter.GaussianBlur(1)).resize(canvas.size)
    canvas = ImageChops.add(canvas.filter(ImageFilter.BoxBlur(0.7)), glow, 1.1)
    return canvas.crop((_MARGIN, _MARGIN, _MARGIN + size, _MARGIN + size))


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
