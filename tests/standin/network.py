"""Makes up roads, trails and rivers from hashes, without map data, the same wherever one looks.

Cells of a grid are cut into four, again and again. Chance bends each cut and makes some lines.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

MARGIN = 24
"""Pixels around a tile from which what is painted there reaches into it."""

ROADS, TRAILS, RIVERS = range(3)
_NETWORKS = (  # seed, bend, first and last level of lines, how often
    (12, 0.26, 5, 18, 0.8),
    (13, 0.5, 7, 16, 0.55),
    (29, 0.65, 6, 10, 0.5),
)
_CITIES = (0.5213 + 0.35947j, 0.52308 + 0.35152j, 0.77539 + 0.44727j)  # Turin, Lucerne, 8/198/114
_SMALLEST = 36  # pixels of a cell that is still cut

Node = tuple[complex, complex]
"""A corner of cells: its place in the world before any bend, and its pixel on a canvas."""

_Part = tuple[Sequence[Node], int, float, tuple[complex, int] | None]


class Canvas(NamedTuple):
    """A canvas of twice the size of a tile with its margins. Its pixel (0, 0) is in the middle.

    Attributes:
        zoom, x, y: The tile.
        size: The tile's pixels each way.
    """

    zoom: int
    x: int
    y: int
    size: int

    @property
    def world(self) -> float:
        """The width of the world in pixels."""
        return self.size * 2.0 ** (self.zoom + 1)

    @property
    def half(self) -> int:
        """The pixels from the middle to an edge."""
        return self.size + 2 * MARGIN

    def pixel(self, place: complex) -> complex:
        """Return the pixel at a place, which is a part of the world."""
        return (place - complex(self.x + 0.5, self.y + 0.5) / 2.0**self.zoom) * self.world


class Cell(NamedTuple):
    """A cell of a network.

    Attributes:
        corners: Its corners, around it from the upper left one.
        edges: The middles of its edges, around it from the upper one.
        middle: Its middle.
        level: How often the world was cut to get it.
        heat: How hot it is, up to 1.
        block: The middle and the level of the cell around it that is too cold for lines, if any.
        is_whole: Whether it is not cut into further cells.
    """

    corners: tuple[Node, Node, Node, Node]
    edges: tuple[Node, Node, Node, Node]
    middle: Node
    level: int
    heat: float
    block: tuple[complex, int] | None
    is_whole: bool


class Line(NamedTuple):
    """A line of a network.

    Attributes:
        heat: How hot it is, up to 1.
        kind: The network.
        rank: How small it is among the lines of its network, from 0 to 1.
        key: A number of its own.
        pixels: The coordinates of its pixels by turns, counted from a corner, as Pillow does.
    """

    heat: float
    kind: int
    rank: float
    key: complex
    pixels: list[float]


def chance(*of: complex) -> float:
    """Return a number from 0 up to 1 that depends on the arguments only."""
    return hash(of) % 65521 / 65521


def cells(canvas: Canvas, kind: int, finest: int = 0) -> Iterator[Cell]:
    """Yield the cells of a network that touch a canvas, each before those in it.

    Args:
        canvas: The canvas.
        kind: The network.
        finest: The level down to which cells without lines are cut, too.
    """
    seed, bend, first, last, _ = _NETWORKS[kind]
    world = [(place, canvas.pixel(place)) for place in (0j, 1 + 0j, 1 + 1j, 1j)]
    left: list[_Part] = [(world, 0, 1.0, None)]
    while left:
        (a, b, c, d), level, heat, block = left.pop()
        width, rank = canvas.world / 2**level, (level - first) / (last - first)
        ends, bent = rank > 1 or width < _SMALLEST, bend * width / 2
        at = (a[1] + b[1] + c[1] + d[1]) / 4
        reach = canvas.half + bent + max(abs(corner[1] - at) for corner in (a, b, c, d))
        if (ends and not finest) or max(abs(at.real), abs(at.imag)) > reach:
            continue
        n, e, s, w = (_cut(seed, bent, *pair) for pair in ((a, b), (b, c), (d, c), (a, d)))
        m = _cut(seed, bent, n, s)
        if not ends and not block:
            # A cell is about as hot as the one that it is part of, unless it is near a city.
            heat *= 1 + (chance(m[0], seed) - 0.55) * (1.5 if level < 7 else 0.8)
            away = min(abs(at - canvas.pixel(city)) for city in _CITIES)
            away /= width + 1.5e-4 * canvas.world
            heat = min(1.0, max(heat, 1 - away * away / 2))
            block = (m[0], level) if heat < max(0.2, 0.8 * rank) else None
        is_whole = width < _SMALLEST or (level >= finest if block else ends)
        yield Cell((a, b, c, d), (n, e, s, w), m, level, heat, block, is_whole)
        if not is_whole:
            parts = [a, n, m, w], [n, b, e, m], [m, e, c, s], [w, m, s, d]
            left += [(part, level + 1, heat, block) for part in parts]


@lru_cache(16)
def lines(canvas: Canvas) -> list[Line]:
    """Return the lines of all networks that touch a canvas, the hottest last."""
    found = []
    for kind, (seed, bend, first, last, often) in enumerate(_NETWORKS):
        for cell in cells(canvas, kind):
            rank, width = (cell.level - first) / (last - first), canvas.world / 2**cell.level
            if cell.block or rank < 0:
                continue
            for end, way in zip(cell.edges, (1, 2, 1, 2), strict=True):
                if (luck := chance(cell.middle[0], seed, way) / often) < 1:
                    heat = cell.heat * (1.1 - rank / 2) * (0.4 + 0.6 * luck) * min(1.0, width / 150)
                    pixels = _path(seed, bend * width / 2, end, cell.middle, canvas.half)
                    found.append(Line(heat, kind, rank, cell.middle[0] * way, pixels))
    return sorted(found, key=lambda line: line.heat)


def outline(canvas: Canvas, kind: int, cell: Cell) -> list[float]:
    """Return the pixels around a cell, as Pillow counts them; lines on its edges follow them."""
    seed, bend = _NETWORKS[kind][:2]
    bend *= canvas.world / 2**cell.level
    pairs = zip(cell.corners, (*cell.corners[1:], cell.corners[0]), strict=True)
    return [x for pair in pairs for x in _path(seed, bend, *pair, canvas.half)]


def _cut(seed: int, bend: float, a: Node, b: Node) -> Node:
    """Return the node between two others, the same for all cells that share it."""
    place = (a[0] + b[0]) / 2
    luck = hash((place, seed)) % 1000**2
    return place, (a[1] + b[1]) / 2 + bend * complex(luck % 1000 - 500, luck // 1000 - 500) / 1000


def _path(seed: int, bend: float, a: Node, b: Node, half: float) -> list[float]:
    """Return the pixels from one node to another, closer together on the canvas."""
    middle, reach = (a[1] + b[1]) / 2, half + bend + abs(a[1] - b[1]) / 2
    if abs(a[1] - b[1]) < 24 or max(abs(middle.real), abs(middle.imag)) > reach:
        return [half + x for node in (a, b) for x in (node[1].real, node[1].imag)]
    m = _cut(seed, bend / 2, a, b)
    return _path(seed, bend / 2, a, m, half) + _path(seed, bend / 2, m, b, half)
