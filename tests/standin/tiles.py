"""Paints made-up heatmap tiles: streets, trails and rivers grown from hashes, no map data."""

import cmath
import math
from collections.abc import Iterator, Mapping
from functools import lru_cache
from io import BytesIO
from itertools import pairwise
from typing import NamedTuple
from zlib import crc32

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Rgba = tuple[int, int, int, int]

RAMPS: Mapping[str, tuple[Rgba, Rgba, Rgba, Rgba]] = {
    "hot": ((110, 10, 0, 0), (200, 30, 0, 170), (255, 120, 0, 235), (255, 250, 190, 255)),
    "blue": ((10, 20, 120, 0), (20, 60, 200, 170), (70, 150, 255, 235), (235, 250, 255, 255)),
    "purple": ((60, 0, 90, 0), (120, 20, 170, 170), (200, 80, 230, 235), (255, 235, 255, 255)),
    "gray": ((60, 60, 60, 0), (105, 105, 105, 170), (170, 170, 170, 235), (255, 255, 255, 255)),
    "bluered": ((20, 30, 160, 0), (40, 60, 230, 170), (170, 40, 170, 235), (255, 40, 30, 255)),
    "mobileblue": ((0, 40, 130, 0), (0, 85, 215, 170), (40, 150, 255, 235), (200, 235, 255, 255)),
    "orange": ((130, 40, 0, 0), (200, 70, 0, 170), (252, 110, 20, 235), (255, 225, 180, 255)),
}
"""The colors of no heat, little, much and most."""

_STEPS = (0, 45, 120, 235)  # the heat, of 255, at which a ramp's colors are reached
_SEED = 707072  # chosen for the rivers of the hubs
_MARGIN = 24  # pixels around a tile whose lines glow into it
_ROAD, _STREET, _TRAIL, _BANK, _WATER = range(5)
_TASTES = (  # how much of the roads, streets, trails, river banks and rivers an activity uses
    (("winter", "ski", "snow", "skate"), (0.25, 0.20, 0.70, 0.40, 0.0)),
    (("water", "swim", "row", "kayak", "canoe", "sail", "surf"), (0.03, 0.01, 0.02, 0.1, 1.0)),
    (("trail", "hike", "walk", "mountain", "gravel"), (0.35, 0.40, 0.95, 0.80, 0.0)),
    (("ride", "bike", "cycl"), (0.95, 0.50, 0.35, 0.80, 0.0)),
    (("run",), (0.45, 0.70, 0.45, 0.95, 0.0)),
    (("",), (0.4, 0.4, 0.4, 0.5, 0.2)),
)
_NETS = (  # level, kind, how often straight and across, least and most heat, bends: size, number
    *((level, _ROAD, (0.7, 0.2), (0.5, 1.0), 0.12, 6) for level in (4, 6, 8)),
    (10, _ROAD, (0.9, 0.3), (0.5, 1.0), 0.12, 16),
    (12, _ROAD, (0.75, 0.2), (0.2, 0.9), 0.16, 9),
    (14, _STREET, (0.45, 0.1), (0.1, 0.6), 0.18, 6),
    (10, _BANK, (0.35, 0.1), (0.5, 1.0), 0.14, 24),
    (13, _TRAIL, (0.4, 0.25), (0.15, 0.9), 0.24, 24),
    (14, _TRAIL, (0.3, 0.15), (0.1, 0.8), 0.26, 20),
    (15, _TRAIL, (0.25, 0.1), (0.1, 0.7), 0.28, 14),
)
_BENDS: tuple[tuple[float, float, float, complex], ...] = tuple(
    (math.tau * 2**level * along, math.tau * 2**level * down, start, cmath.rect(size, way))
    for level, along, down, start, size, way in (
        (11.3, 0.92, 0.39, 1, 2.4e-5, 1.6),
        (11.9, -0.5, 0.86, 2, 1.6e-5, 3.9),
        (12.7, 0.36, 0.93, 3, 6e-6, 0.3),
        (14.0, -0.94, 0.33, 4, 1.7e-6, 5.2),
    )
)


class _Line(NamedTuple):
    points: list[complex]
    kind: int
    heat: float
    seed: int


class _Window(NamedTuple):
    """The part of the world that is looked at, and its pixels per world width."""

    center: complex
    half: complex
    scale: float

    def near(self, p: complex, reach: float) -> bool:
        """Whether anything within reach of a point may be seen."""
        return (
            abs(p.real - self.center.real) < self.half.real + reach
            and abs(p.imag - self.center.imag) < self.half.imag + reach
        )

    def cells(self, level: int) -> Iterator[tuple[int, int]]:
        """The cells that are seen, and two more on each side."""
        low, high = ((self.center + side * self.half) * (1 << level) for side in (-1, 1))
        for j in range(math.floor(low.imag) - 2, math.floor(high.imag) + 3):
            for i in range(math.floor(low.real) - 2, math.floor(high.real) + 3):
                yield i, j


def _world(lon: float, lat: float) -> complex:
    """A place in web mercator, the world being one wide."""
    return complex(lon / 360 + 0.5, 0.5 - math.asinh(math.tan(math.radians(lat))) / math.tau)


_HUBS = (  # places that must be lively: center, radius; radius of the land around, its wildness
    (_world(7.67, 45.065), 2.6e-4, 1e-2, 0.3),
    (_world(6.87, 45.923), 0.6e-4, 2e-3, 1.0),
    (complex(198.5, 114.5) / 256, 3e-4, 1e-2, 0.4),
)
_TOWNS = ((10, 1.1), (12, 0.8))  # the levels with a town in each cell, and how built-up it is


def _mix(a: int, b: int, c: int = 0) -> int:
    """A hash of three numbers, 32 bits."""
    h = (a * 0x9E3779B1 ^ b * 0x85EBCA77 ^ c * 0xC2B2AE3D) & 0xFFFFFFFF
    h = (h ^ h >> 15) * 0x2C1B3C6D & 0xFFFFFFFF
    h = (h ^ h >> 12) * 0x297A2D39 & 0xFFFFFFFF
    return h ^ h >> 15


def _chance(a: int, b: int, c: int = 0) -> float:
    """A hash of three numbers, from 0 up to 1."""
    return _mix(a, b, c) / 0x100000000


@lru_cache(1 << 14)
def _corners(level: int, i: int, j: int) -> tuple[float, ...]:
    return tuple(_chance(i + k, j + m, level) for m in (0, 1) for k in (0, 1))


def _noise(p: complex, level: int) -> float:
    """Smooth noise from 0 to 1, its cells as wide as the tiles of a zoom level."""
    x, y = p.real * (1 << level), p.imag * (1 << level)
    i, j = math.floor(x), math.floor(y)
    u, v = x - i, y - j
    u, v = u * u * (3 - 2 * u), v * v * (3 - 2 * v)
    a, b, c, d = _corners(level, i, j)
    return (a + (b - a) * u) * (1 - v) + (c + (d - c) * u) * v


@lru_cache(1 << 14)
def _node(level: int, i: int, j: int) -> tuple[complex, float]:
    """A crossing somewhere in a cell, and the radius of the town around it."""
    for center, radius, *_ in _HUBS:
        if level == 10 and (i, j) == (int(center.real * 1024), int(center.imag * 1024)):
            return center, radius
    jitter = complex(_chance(i, j, level + 40), _chance(i, j, level + 80)) - 0.5 - 0.5j
    radius = 0.06 + 0.28 * _chance(i, j, level + 120) ** 2
    # A town stays within its cell, so that one cell tells how built-up a place is.
    center = complex(i + 0.5, j + 0.5) + jitter * (0.96 - 2 * radius)
    return center / (1 << level), radius / (1 << level)


def _bump(distance: float) -> float:
    return (1 - distance * distance) ** 2 if distance < 1 else 0.0


def _wild(p: complex) -> float:
    """How far from the towns people move about: 0 in a plain, 1 in the mountains."""
    wild = 1.6 * _noise(p, 8) - 0.3
    for center, _, around, there in _HUBS:
        wild += (there - wild) * _bump(abs(p - center) / around)
    return min(1.0, max(0.0, wild))


def _land(p: complex) -> float:
    """How much land there is: 0 at sea."""
    land = 3.5 * (0.7 * _noise(p, 5) + 0.3 * _noise(p, 8) - 0.36)
    return min(1.0, max(0.0, land, *(2 * _bump(abs(p - hub[0]) / hub[2]) for hub in _HUBS)))


def _built(p: complex) -> float:
    """How built-up a place is, were it on land: 1 in the middle of a city."""
    x, y, built = p.real, p.imag, 0.0
    for level, most in _TOWNS:
        center, radius = _node(level, int(x * (1 << level)), int(y * (1 << level)))
        built = max(built, most * _bump(abs(p - center) / radius))
    for center, radius, *_ in _HUBS:
        built = max(built, 1.3 * _bump(abs(p - center) / radius))
    return min(1.0, built)


def _shift(p: complex) -> complex:
    """How far the land is bent at a place, for no street to be quite straight."""
    x, y, total = p.real, p.imag, 0j
    for along, down, start, size in _BENDS:
        total += size * math.sin(along * x + down * y + start)
    return total


def _curve(
    a: complex, b: complex, seed: int, rough: float, waves: int, window: _Window
) -> list[complex]:
    """The points of a winding line, close together where it is looked at."""
    along = b - a
    shortest = (16 if waves else 40) / window.scale / abs(along)
    if not waves and shortest > 1:
        return [a, b]
    swings = []
    speed = 1.0
    for k in range(1, waves + 1):
        seed = seed * 0x5851F42D4C957F2D + 0x14057B7EF767814F & 0xFFFFFFFFFFFFFFFF
        size = rough * (seed >> 48) / 65536 / k**1.25
        speed += k * math.pi * size
        swings.append((k * math.pi, along * cmath.rect(size, seed >> 20 & 0xFFFF)))
    speed *= abs(along)
    points = [a]

    def walk(start: float, end: float) -> None:
        middle = (start + end) / 2
        p = a + along * middle
        for wave, swing in swings:
            p += swing * math.sin(wave * middle)
        if end - start > shortest and window.near(p, speed * (end - start) / 2):
            walk(start, middle)
            points.append(p)
            walk(middle, end)
        elif waves:
            points.append(p)

    walk(0.0, 1.0)
    points.append(b)
    return points


def _paths(window: _Window) -> Iterator[_Line]:
    """Roads, trails and rivers that wind from node to node."""
    for level, kind, often, (least, most), rough, waves in _NETS:
        fade = min(1.0, (window.scale / (1 << level) - 40) / 60)
        for i, j in window.cells(level) if fade > 0 else ():
            # Rivers pass by the middle of the towns.
            aside = 3e-5 * (kind == _BANK)
            a = _node(level, i, j)[0] + aside
            for way, (di, dj) in enumerate(((1, 0), (0, 1), (1, 1), (1, -1))):
                seed = _mix(i, j, level * 64 + kind * 8 + way + _SEED)
                luck = _chance(seed, 3) / often[way > 1]
                if luck > 1.2:
                    continue
                b = _node(level, i + di, j + dj)[0] + aside
                middle = (a + b) / 2
                if not window.near(middle, abs(b - a) * (0.5 + 2.5 * rough)):
                    continue
                wild = _wild(middle)
                if luck > (0.3 + wild - _built(middle) if kind == _TRAIL else 1.2 - 0.4 * wild):
                    continue
                heat = 0.3 * _chance(seed, 4) + 0.7 * _noise(middle, level - 1)
                heat = min(1.0, least + (most - least) * 1.8 * heat * heat) * fade
                line = _Line(_curve(a, b, seed, rough, waves, window), kind, heat, seed)
                yield from _river(line, window) if kind == _BANK else (line,)


def _river(line: _Line, window: _Window) -> Iterator[_Line]:
    """The water and the banks of a river."""
    points = line.points
    yield line._replace(kind=_WATER)
    sides = [
        # The banks meet at the ends, where the next river starts in another direction.
        2e-6j * (q - p) / abs(q - p) * min(1, abs(p - points[0]) * 3e4, abs(p - points[-1]) * 3e4)
        for p, q in pairwise(points)
    ]
    for side in (1, -1) if window.scale > 1e6 else (1,):
        bank = [p + side * q for p, q in zip(points, (*sides, 0), strict=True)]
        yield line._replace(points=bank, heat=line.heat * (0.7 + 0.3 * side), seed=line.seed + side)


def _streets(window: _Window) -> Iterator[_Line]:
    """Streets that halve the blocks of the towns again and again."""
    # Seen from far off a town is a glow, which takes a closer mesh.
    finest = min(23.0, 20 * math.sqrt(window.scale / (1 << 21)))
    if finest < 5:
        return
    least = max(0.2, 0.9 - 4e-7 * window.scale)
    blocks = []
    for i, j in window.cells(13):
        a, b, c, d = (_node(13, i + k, j + m)[0] for k, m in ((0, 0), (1, 0), (1, 1), (0, 1)))
        if window.scale < 40 << 13 and _built((a + c) / 2) < 0.1:
            continue
        seed = _mix(i, j, 5)
        blocks.append((a, b, c, d, seed))
        for way, end in enumerate((b, d)):
            built = _built((a + end) / 2)
            if built > least:
                heat = 0.7 * min(1.0, 3 * built)
                yield _Line(_curve(a, end, 0, 0, 0, window), _ROAD, heat, seed + way)
    while blocks:
        a, b, c, d, seed = blocks.pop()
        width, height = abs(b - a + c - d) / 2, abs(d - a + c - b) / 2
        reach = (width + height + abs(a - b + c - d) / 2) / 2
        if width < height:
            a, b, c, d, width = b, c, d, a, height
        pixels = width * window.scale
        middle = (a + b + c + d) / 4
        if pixels < finest or not window.near(middle, reach):
            continue
        built = _built(middle)
        luck, cut, skew, chance = _mix(seed, 5).to_bytes(4, "big")
        if built < least:
            # A block at the edge of a town may reach into it.
            if width < 2**-13.8 or pixels < 40:
                continue
        elif width < 2 ** -(14.8 + 3 * built + luck / 200):
            continue
        t = 0.32 + cut * 0.0014
        e, f = a + (b - a) * t, d + (c - d) * (t + (skew - 128) * 0.0008)
        blocks += ((a, e, f, d, _mix(seed, 8)), (e, b, c, f, _mix(seed, 9)))
        rank = min(1.0, max(0.0, 18.2 + math.log2(width)) / 4)
        if built < least or (rank < 0.4 and chance < 64):
            continue
        heat = 0.0012 * chance + 0.7 * _noise((e + f) / 2, 14)
        heat = (0.15 + 0.85 * rank) * (0.25 + 0.9 * heat * heat) * min(1.0, pixels / finest - 0.7)
        heat *= min(1.0, 3 * built)
        yield _Line(_curve(e, f, 0, 0, 0, window), _ROAD if rank > 0.45 else _STREET, heat, seed)


@lru_cache(256)
def _taste(activity: str) -> tuple[float, ...]:
    name = activity.lower()
    return next(taste for words, taste in _TASTES if any(word in name for word in words))


def _share(activity: str, line: _Line) -> float:
    """The part of a line's heat that an activity brings, all of it for `all`."""
    if activity == "all":
        return 0.5 if line.kind == _WATER else 1.0
    taste, who = _taste(activity)[line.kind], crc32(activity.encode())
    # Neighborhoods differ in what people do there, and all of them prefer the main lines.
    there = line.points[0] + complex(who & 0xFFF, who >> 20) / 4096
    luck = 0.5 * _noise(there, 14) + 0.1 * _chance(line.seed, who) + 0.4 * (1 - line.heat)
    return 0.0 if luck > 0.15 + 0.65 * taste else 0.5 + 0.5 * _chance(line.seed, who, 1)


@lru_cache(16)
def _palette(color: str) -> bytes:
    """The 256 colors of a ramp."""
    colors = bytearray()
    for v in range(256):
        k = max(k for k in range(3) if v >= _STEPS[k])
        t = min(1.0, (v - _STEPS[k]) / (_STEPS[k + 1] - _STEPS[k]))
        low, high = RAMPS[color][k : k + 2]
        colors += bytes(round(a + (b - a) * t) for a, b in zip(low, high, strict=True))
    return bytes(colors)


def _window(zoom: int, x: int, y: int, size: int) -> _Window:
    """What has to be looked at for a tile: the land that is bent into it."""
    reach = 0.5 + _MARGIN / size
    frame = []
    for k in range(32):
        at = complex(x + 0.5, y + 0.5) + reach * complex(1, k % 8 / 4 - 1) * 1j ** (k // 8)
        p = at = at / (1 << zoom)
        for _ in range(9):
            p = at - _shift(p)
        frame.append(p)
    xs, ys = [p.real for p in frame], [p.imag for p in frame]
    low, high = complex(min(xs), min(ys)), complex(max(xs), max(ys))
    spare = (0.02 + 0.02j) / (1 << zoom)
    return _Window((low + high) / 2, (high - low) / 2 + spare, size << zoom)


@lru_cache(16)
def _lines(zoom: int, x: int, y: int, size: int) -> list[tuple[_Line, list[tuple[float, float]]]]:
    """The lines seen from a tile, and their points on a canvas of twice its size, with margin."""
    window = _window(zoom, x, y, size)
    corner = complex(x * size - _MARGIN, y * size - _MARGIN)
    lines = []
    for line in (*_streets(window), *_paths(window)):
        bent = [((p + _shift(p)) * window.scale - corner) * 2 for p in line.points]
        lines.append((line, [(p.real, p.imag) for p in bent]))
    return lines


def _strokes(activity: str, zoom: int, x: int, y: int, size: int) -> Image.Image:
    """How much an activity heats the pixels of a tile and its margin, by its lines alone."""
    broad = min(16.0, max(3.0, 9 * 2 ** ((zoom - 15) * 0.4)))
    strokes = []
    for line, points in _lines(zoom, x, y, size):
        if line.kind == _WATER:
            # A river parts the streets, and only the roads have bridges.
            strokes.append((1, 0.0, 6.8e-6 * (size << zoom), points))
        heat = line.heat * _share(activity, line)
        if heat > 0:
            layer = 0 if line.kind in (_STREET, _TRAIL) else 2
            strokes.append((layer, heat, broad * (0.5 + 0.7 * heat), points))
    canvas = Image.new("L", (2 * (size + 2 * _MARGIN),) * 2)
    draw = ImageDraw.Draw(canvas)
    for _, heat, thick, points in sorted(strokes, key=lambda stroke: stroke[:2]):
        draw.line(points, round(255 * heat), max(2, round(thick)))
    canvas = canvas.reduce(2)
    soft = min(2.0, max(0.5, 0.7 * 2 ** ((zoom - 13) * 0.4)))
    glow = canvas.reduce(4).filter(ImageFilter.GaussianBlur(soft)).resize(canvas.size)
    glow = glow.point([v * 2 // 3 for v in range(256)])
    return ImageChops.add(canvas.filter(ImageFilter.BoxBlur(soft)), glow)


def _ground(zoom: int, x: int, y: int, size: int) -> Image.Image:
    """How lively the places of a tile are: nothing at sea, most in a city."""
    cells = 16 if zoom < 12 else 8
    values = bytes(
        round(255 * _land(p) * (0.45 + 0.55 * _built(p)))
        for j in range(-1, cells + 2)
        for i in range(-1, cells + 2)
        for p in [complex(x + i / cells, y + j / cells) / (1 << zoom)]
    )
    image = Image.frombytes("L", (cells + 3, cells + 3), values)
    # The corner of the tile is the center of a pixel, as it is in the next tile.
    box = (1.5, 1.5, cells + 1.5, cells + 1.5)
    return image.resize((size, size), Image.Resampling.BILINEAR, box)


def paint(activity: str, color: str, zoom: int, x: int, y: int, size: int = 512) -> bytes | None:
    """The PNG of one tile, RGBA, `size` pixels square, or None where no one has been."""
    heat = _strokes(activity, zoom, x, y, size)
    heat = heat.crop((_MARGIN, _MARGIN, _MARGIN + size, _MARGIN + size))
    heat = ImageChops.multiply(heat, _ground(zoom, x, y, size))
    if not any(heat.histogram()[12:]):
        return None
    heat.putpalette(_palette(color), "RGBA")
    png = BytesIO()
    heat.convert("RGBA").save(png, "PNG", compress_level=2)
    return png.getvalue()
