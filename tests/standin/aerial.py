"""Paints made-up aerial imagery: fields, forests, villages and lakes between the made-up roads.

Trails that lead through forests are hidden, and the heatmap shows them.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from io import BytesIO
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from tests.standin.network import (
    MARGIN,
    RIVERS,
    ROADS,
    TRAILS,
    Canvas,
    Cell,
    cells,
    chance,
    lines,
    outline,
)

_Color = tuple[int, ...]
_CROPS = ((177, 166, 116), (112, 130, 76), (128, 140, 84), (96, 118, 64), (150, 138, 100))
_MEADOWS = ((112, 130, 76), (122, 138, 84), (104, 122, 70))
_YARDS = ((128, 136, 98), (138, 140, 108), (118, 130, 90), (150, 148, 124))
_ROOFS = ((158, 98, 76), (172, 116, 90), (140, 92, 78), (128, 122, 118), (181, 130, 104))
_TREES = ((58, 80, 44), (70, 92, 52), (50, 72, 42))
_FOREST = ((16, 98), (30, 116), (16, 74))  # red, green and blue, from shadow to light
_SHADOW, _SHORE, _WATER = (64, 74, 54), (134, 130, 104), (54, 74, 80)
_TRAIL, _VERGE, _ROAD = (178, 164, 132), (112, 116, 88), (182, 178, 170)
_SMALLEST_FIELD = 18  # its level in the network of roads
_PERIOD = 1024  # pixels after which a texture repeats


def paint(zoom: int, x: int, y: int, size: int = 256) -> bytes:
    """Return a tile as a JPEG of `size` pixels each way."""
    land = _Land(Canvas(zoom, x, y, size))
    land.paint_fields()
    land.paint_water()
    land.paint_lines(TRAILS, _TRAIL, 2.6, 2.6)
    land.paint_forests()
    land.paint_hedges()
    land.paint_lines(ROADS, _VERGE, 15, 6)
    land.paint_lines(ROADS, _ROAD, 11, 4)
    land.paint_villages()
    jpeg, edges = BytesIO(), (MARGIN, MARGIN, MARGIN + size, MARGIN + size)
    land.picture.reduce(2).crop(edges).save(jpeg, "JPEG", quality=90)
    return jpeg.getvalue()


class _Land:
    """A picture on a canvas, which is painted from the ground up."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._meter = canvas.world / 2.8e7  # in pixels, at Turin's latitude
        self.picture = Image.new("RGB", (2 * canvas.half,) * 2)
        self._draw = ImageDraw.Draw(self.picture)
        self._cells = list(cells(canvas, ROADS, _SMALLEST_FIELD))

    def paint_fields(self) -> None:
        """Fill all cells with the colours of the land."""
        for cell in self._cells:
            if cell.is_whole:
                colors = {"village": _YARDS, "crops": _CROPS}.get(_use(cell), _MEADOWS)
                color = _shade(_any(colors, cell, 1), 0.93 + 0.14 * _chance(cell, 2))
                self._draw.polygon(outline(self._canvas, ROADS, cell), color)
                if colors is _CROPS and _chance(cell, 3) < 0.6:
                    self._plough(cell, color)
        grain = self._texture(1.2, 3).point([220 + v // 8 for v in range(256)])
        self.picture.paste(ImageChops.multiply(self.picture, Image.merge("RGB", [grain] * 3)))

    def paint_water(self) -> None:
        """Paint rivers, and a lake in each cell for one."""
        mask, draw = self._mask()
        for cell in self._cells:
            if _use(cell) == "lake" and cell.block == (cell.middle[0], cell.level):
                draw.polygon([self._at(cell, *part) for part in _shore()], 255)
        for line in lines(self._canvas):
            if line.kind == RIVERS:
                width = round(14 * self._meter * (1.3 - line.rank))
                draw.line(line.pixels, 255, width, "curve")
        if mask.getbbox():
            mask = mask.filter(ImageFilter.GaussianBlur(5 * self._meter))
            for color, edge in ((_SHORE, 105), (_WATER, 122)):
                self.picture.paste(color, mask=mask.point([12 * (v - edge) for v in range(256)]))

    def paint_lines(self, kind: int, color: _Color, widest: float, narrowest: float) -> None:
        """Paint roads or trails, of a width in metres."""
        for line in lines(self._canvas):
            if line.kind == kind:
                width = self._meter * (widest + (narrowest - widest) * line.rank)
                self._draw.line(line.pixels, color, max(2, round(width)), "curve")

    def paint_forests(self) -> None:
        """Paint forests with ragged edges, over what is in them."""
        mask, draw = self._mask()
        for cell in self._cells:
            if cell.is_whole and _use(cell) == "forest":
                draw.polygon(outline(self._canvas, ROADS, cell), 255)
        if not mask.getbbox():
            return
        mask = mask.filter(ImageFilter.GaussianBlur(5 * self._meter))
        mask = ImageChops.add(mask, self._texture(2 * self._meter, 8), offset=-128)
        mask = mask.point([255 * (v > 128) for v in range(256)])
        crowns = self._texture(1.3 * self._meter, 9)
        sunny = ImageChops.subtract(crowns, ImageChops.offset(crowns, 3, 3), 1, 128)
        light = ImageChops.add(sunny, crowns, 2)
        colors = [light.point([a + (b - a) * v // 255 for v in range(256)]) for a, b in _FOREST]
        shadow = ImageChops.offset(mask, round(-3 * self._meter), round(-4 * self._meter))
        self.picture.paste(_SHADOW, mask=shadow)
        self.picture.paste(Image.merge("RGB", colors), mask=mask)

    def paint_hedges(self) -> None:
        """Paint rows of trees at the edges of some fields."""
        for cell in self._cells:
            if cell.is_whole and _use(cell) == "crops" and _chance(cell, 4) < 0.4:
                for number in range(12):
                    along = (number + 0.3 + 0.4 * _chance(cell, 5, number)) / 12
                    self._paint_tree(cell, along, 0.03 * _chance(cell, 6, number))

    def paint_villages(self) -> None:
        """Paint houses and trees in the smallest cells between roads."""
        for cell in self._cells:
            if cell.is_whole and _use(cell) == "village":
                for u in (0.27, 0.73):
                    for v in (0.27, 0.73):
                        if _chance(cell, 7, u, v) < 0.85:
                            self._paint_house(cell, u, v)
                for number in range(3):
                    self._paint_tree(cell, _chance(cell, 8, number), _chance(cell, 9, number))

    def _plough(self, cell: Cell, color: _Color) -> None:
        lengthwise, width = _chance(cell, 10) < 0.5, max(1, round(2.2 * self._meter))
        for part in (number / 14 for number in range(1, 14)):
            ends = [(part, 0.04), (part, 0.96)] if lengthwise else [(0.04, part), (0.96, part)]
            self._draw.line([self._at(cell, *end) for end in ends], _shade(color, 0.94), width)

    def _paint_tree(self, cell: Cell, u: float, v: float) -> None:
        (x, y), radius = self._at(cell, u, v), self._meter * (2.2 + 2.5 * _chance(cell, 11, u, v))
        self._draw.circle((x - 0.8 * radius, y - 0.9 * radius), radius, _SHADOW)
        self._draw.circle((x, y), radius, _any(_TREES, cell, 12, u))

    def _paint_house(self, cell: Cell, u: float, v: float) -> None:
        w, h = (0.11, 0.15) if _chance(cell, 13, u, v) < 0.5 else (0.17, 0.1)
        roof = [self._at(cell, u + i, v + j) for i, j in ((-w, -h), (w, -h), (w, h), (-w, h))]
        color, (east, south) = _any(_ROOFS, cell, 14, u, v), (2.5 * self._meter, 3 * self._meter)
        self._draw.polygon([(x - east, y - south) for x, y in roof], _SHADOW)
        self._draw.polygon(roof, color)
        ridge = [self._at(cell, u + w, v), self._at(cell, u - w, v)]
        self._draw.polygon([*roof[:2], *ridge], _shade(color, 0.85))

    def _at(self, cell: Cell, u: float, v: float) -> tuple[float, float]:
        """Return the pixel at a part of a cell's width and height."""
        a, b, c, d = (corner[1] for corner in cell.corners)
        pixel = (a * (1 - u) + b * u) * (1 - v) + (d * (1 - u) + c * u) * v
        return self._canvas.half + pixel.real, self._canvas.half + pixel.imag

    def _mask(self) -> tuple[Image.Image, ImageDraw.ImageDraw]:
        mask = Image.new("L", self.picture.size)
        return mask, ImageDraw.Draw(mask)

    def _texture(self, blur: float, contrast: float) -> Image.Image:
        """Return a texture that continues on the tiles beside this one."""
        left, top = (2 * (n * self._canvas.size - MARGIN) for n in (self._canvas.x, self._canvas.y))
        return _repeated(_texture(blur, contrast), left, top, self.picture.width)


def _use(cell: Cell) -> str:
    """Return what the land of a cell is used for, which is the same within a block."""
    if not cell.block:
        return "village"
    place, level = cell.block
    luck = chance(place, 5)
    if luck < 0.1 and level < 17:
        return "lake"
    return "forest" if luck < 0.45 else "crops"


def _chance(cell: Cell, *of: float) -> float:
    return chance(cell.middle[0], *of)


def _any(colors: Sequence[_Color], cell: Cell, *of: float) -> _Color:
    return colors[int(len(colors) * _chance(cell, *of))]


def _shade(color: _Color, light: float) -> _Color:
    return tuple(round(light * part) for part in color)


def _shore() -> Iterator[tuple[float, float]]:
    """Yield the places around a lake, as parts of a cell's width and height: four Bézier curves."""
    sides = 0.42 + 0.22j, 0.78 + 0.45j, 0.5 + 0.88j, 0.12 + 0.5j
    corners = 0.9 + 0.05j, 1 + 1j, 1j, 0j
    for start, corner, end in zip(sides, corners, (*sides[1:], sides[0]), strict=True):
        for t in (number / 8 for number in range(8)):
            place = (1 - t) ** 2 * start + 2 * t * (1 - t) * corner + t * t * end
            yield place.real, place.imag


@lru_cache
def _texture(blur: float, contrast: float) -> Image.Image:
    """Return blurred noise whose edges fit each other."""
    noise = Image.frombytes("L", (_PERIOD, _PERIOD), Random(7).randbytes(_PERIOD**2))  # noqa: S311 - no secret
    noise = _repeated(noise, -64, -64, _PERIOD + 128).filter(ImageFilter.GaussianBlur(blur))
    noise = noise.point([round(128 + (v - 127.5) * contrast) for v in range(256)])
    return noise.crop((64, 64, 64 + _PERIOD, 64 + _PERIOD))


def _repeated(texture: Image.Image, x: int, y: int, size: int) -> Image.Image:
    """Return a part of the plane, which a texture covers."""
    part = Image.new(texture.mode, (size, size))
    for left in range(-(x % _PERIOD), size, _PERIOD):
        for top in range(-(y % _PERIOD), size, _PERIOD):
            part.paste(texture, (left, top))
    return part
