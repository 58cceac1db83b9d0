"""Places as users type them: two numbers, or a link to OpenStreetMap's map."""

import click
import pytest

from stravacookies.cli.places import PLACE


@pytest.mark.parametrize(
    "text",
    [
        "47.05,8.31",
        "47.05, 8.31",
        " 47.05 8.31 ",
        "+47.050\t8.31",
        "https://www.openstreetmap.org/#map=13/47.05/8.31",
        "https://www.openstreetmap.org/way/1#map=13.5/47.05/8.31&layers=D",
        "https://www.openstreetmap.org/edit#background=Bing&map=13/47.05/8.31",
        "https://www.openstreetmap.org/?mlat=47.05&mlon=8.31#map=13/50/10",
        "https://osm.org/?mlat=47.05&mlon=8.31&zoom=12",
        "http://www.openstreetmap.org/?lat=47.05&lon=8.31&zoom=15&layers=M",
        "https://www.openstreetmap.org/query?lat=47.05&lon=8.31#map=13/50/10",
        "www.openstreetmap.org/#map=13/47.05/8.31",
        "https://www.openstreetmap.org/edit?editor=id#map=13/47.05/8.31",
        "https://rapideditor.org/edit#background=Bing&map=13.00/47.05/8.31/45&poweruser=false",
        "geo:47.05,8.31?z=15\n",
        "geo:47.05,8.31,436;crs=wgs84;u=35",
    ],
)
def test_places(text: str) -> None:
    """A place is two numbers, or what a link says: of its point, or else of its map."""
    assert (47.05, 8.31) == PLACE.convert(text, None, None)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("https://osm.org/go/0EEQjE==", (51.5108, 0.0549)),
        ("https://www.openstreetmap.org/go/0EEQjE--?m=", (51.5108, 0.0549)),
        ("http://openstreetmap.org/go/0EEQjE?node=1&layers=N", (51.5108, 0.0549)),
        ("osm.org/go/0OP4tR~rx", (51.876, 19.579)),
        ("https://osm.org/go/0OP4tR@rx#", (51.876, 19.579)),
        ("https://osm.org/go/0OP4tR~rx#map=13/47.05/8.31", (47.05, 8.31)),
    ],
)
def test_short_links(text: str, place: tuple[float, float]) -> None:
    """The place in a short link is read without a request, whatever comes after it."""
    assert place == pytest.approx(PLACE.convert(text, None, None), abs=5e-5)


def test_on_the_equator() -> None:
    """A zero has no sign, so that it is shown without one."""
    assert ["0.0", "-3.0"] == [*map(str, PLACE.convert("-0,-3.", None, None))]


HINT = "Give latitude and longitude, such as 47.05,8.31, or a link to a map on openstreetmap.org."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        *(
            (text, f"{text!r} is not a place. {HINT}")
            for text in (
                *("", "47.05", "47,8,9", "47,05 8,31", "0,inf", "1e1,2", "geo:0,0?q=47.05,8.31"),
                *("https://osm.org/", "https://osm.org/go/", "https://example.com/go/0EEQjE"),
            )
        ),
        ("139.7,35.7", "There is no latitude 139.7. Did you mean 35.7,139.7?"),
        (
            "8.31,247.05",
            "'8.31,247.05' is not on the map: latitude comes first, from -85.05 to 85.05, then"
            " longitude, from -180 to 180.",
        ),
    ],
)
def test_mistakes(text: str, message: str) -> None:
    """What is not a place is refused; of swapped coordinates, the right order is named."""
    with pytest.raises(click.BadParameter) as error:
        PLACE.convert(text, None, None)
    assert message == error.value.message
