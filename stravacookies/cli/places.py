"""Places on the map, as users type or paste them."""

import re

import click

from stravacookies.heatmap import MAX_LATITUDE, is_on_map

_NUMBER = r"([-+]?[0-9]+(?:\.[0-9]*)?)"

_FORMS = [
    re.compile(form.format(number=_NUMBER))
    for form in (
        r"\s*{number}(?:\s*,\s*|\s+){number}\s*",
        r"https?://\S*[?&]mlat={number}&mlon={number}(?![0-9]).*",
        r"https?://\S*#(?:\S*&)?map=[0-9.]+/{number}/{number}(?![0-9]).*",
    )
]
"""A pair of numbers, and links to OpenStreetMap's map: a marker comes before the map around it.

Source: https://wiki.openstreetmap.org/wiki/Permalink
"""

_SHORT_LINK = re.compile(r"https?://(?:www\.)?(?:osm\.org|openstreetmap\.org)/go/")


class _Place(click.ParamType[tuple[float, float]]):
    """A parameter type for a place: latitude and longitude, in degrees north and east."""

    name = "place"

    def convert(
        self,
        value: str | tuple[float, float],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[float, float]:
        """Return the place, or end with a usage error."""
        if isinstance(value, tuple):
            return value
        found = next(filter(None, (form.fullmatch(value) for form in _FORMS)), None)
        if not found:
            self.fail(_not_a_place(value), param, ctx)
        latitude, longitude = (float(number) + 0.0 for number in found.groups())  # -0.0 becomes 0.0
        if not is_on_map(latitude, longitude):
            self.fail(_not_on_the_map(value, latitude, longitude), param, ctx)
        return latitude, longitude


def _not_a_place(text: str) -> str:
    if _SHORT_LINK.match(text):
        return (
            f"{text!r} is a short link. Open it, and give the address that the browser then shows."
        )
    return (
        f"{text!r} is not a place. Give latitude and longitude, such as 47.05,8.31, or a link to a"
        " map on openstreetmap.org."
    )


def _not_on_the_map(text: str, latitude: float, longitude: float) -> str:
    if is_on_map(longitude, latitude):
        return f"There is no latitude {latitude:g}. Did you mean {longitude:g},{latitude:g}?"
    return (
        f"{text!r} is not on the map: latitude comes first, from -{MAX_LATITUDE} to"
        f" {MAX_LATITUDE}, then longitude, from -180 to 180."
    )


PLACE = _Place()
