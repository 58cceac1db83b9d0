"""Places on the map, as users type or paste them."""

import re

import click

from stravacookies.heatmap import MAX_LATITUDE, is_on_map

_NUMBER = r"([-+]?[0-9]+(?:\.[0-9]*)?)"

_FORMS = [
    form.format(number=_NUMBER)
    for form in (
        r"{number}(?:\s*,\s*|\s+){number}",
        r"geo:{number},{number}(?:[,;][^?]*)?(?:\?z=[0-9.]+)?",
        r"\S*[?&]m?lat={number}&m?lon={number}(?![0-9]).*",
        r"\S*#(?:\S*&)?map=[0-9.]+/{number}/{number}(?![0-9]).*",
    )
]
"""A pair of numbers, a geo URI, and links to OpenStreetMap's map and to its editors.

A marker or a point in a link comes before the map around it.

Sources: https://wiki.openstreetmap.org/wiki/Permalink, https://www.rfc-editor.org/rfc/rfc5870
"""

_SHORT_LINK = (
    r"(?:https?://)?(?:www\.)?(?:osm|openstreetmap)\.org/go/([A-Za-z0-9_~@]+)[-=]*(?:[?#].*)?"
)

_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_~"
"""The digits of a short link, of six bits each."""


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
        found = _find(value.strip())
        if not found:
            self.fail(
                f"{value!r} is not a place. Give latitude and longitude, such as 47.05,8.31, or a"
                " link to a map on openstreetmap.org.",
                param,
                ctx,
            )
        latitude, longitude = found
        if not is_on_map(latitude, longitude):
            self.fail(_not_on_the_map(value, latitude, longitude), param, ctx)
        return latitude, longitude


def _find(text: str) -> tuple[float, float] | None:
    """Return the latitude and longitude that a text states, if it is in a known form."""
    for form in _FORMS:
        if match := re.fullmatch(form, text):
            latitude, longitude = match.groups()
            return float(latitude) + 0.0, float(longitude) + 0.0  # -0.0 becomes 0.0
    match = re.fullmatch(_SHORT_LINK, text)
    return _decoded(match[1].replace("@", "~")) if match else None


def _decoded(code: str) -> tuple[float, float]:
    """Return the place in a short link.

    The bits of longitude and latitude take turns, and count fractions of the whole world.
    Source: https://wiki.openstreetmap.org/wiki/Shortlink
    """
    bits = "".join(f"{_DIGITS.index(digit):06b}" for digit in code)
    east, north = (int(each, 2) / (1 << len(each)) for each in (bits[::2], bits[1::2]))
    return north * 180 - 90, east * 360 - 180


def _not_on_the_map(text: str, latitude: float, longitude: float) -> str:
    if is_on_map(longitude, latitude):
        return f"There is no latitude {latitude:g}. Did you mean {longitude:g},{latitude:g}?"
    return (
        f"{text!r} is not on the map: latitude comes first, from -{MAX_LATITUDE} to"
        f" {MAX_LATITUDE}, then longitude, from -180 to 180."
    )


PLACE = _Place()
