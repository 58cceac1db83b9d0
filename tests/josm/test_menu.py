"""JOSM's Imagery menu: which of our layers it will hold, predicted from the preferences."""

import pytest

from stravacookies.heatmap import CURRENT
from stravacookies.josm import menu, preferences
from stravacookies.strava.cookies import HeatmapCookies
from tests.josm.documents import FULL, USED
from tests.made_up import values

GLOBAL = "https://content-a.strava.com/identified/globalheat/"


@pytest.mark.parametrize(
    ("colors", "shown", "expected"),
    [
        # JOSM has offered `all:hot` by its id, and `water:blue` by its URL.
        ([], ["all:hot", "water:blue", "winter:gray"], ["winter:gray", "sport_Hike:blue"]),
        # It has not offered these; one is in the menu with the same URL, and one by its id.
        ([], ["run:orange", "sport_Hike:blue", "all:blue"], ["all:blue", "sport_Hike:blue"]),
        ([], [], ["sport_Hike:blue"]),
        # JOSM drops an entry that the entry set no longer has.
        (["hot"], ["run:hot"], ["run:hot"]),
    ],
)
def test_layers_that_the_menu_holds(
    colors: list[str], shown: list[str], expected: list[str]
) -> None:
    """JOSM keeps what is in the menu, and adds a layer once, if nothing similar is there."""
    layers = CURRENT.layers(colors=colors)
    found = menu.held(
        menu.read(preferences.read(USED.encode())),
        layers,
        [CURRENT.layer(key) for key in shown],
        HeatmapCookies.from_values(values()),
    )

    assert expected == [layer.key for layer in found]


def test_other_settings_do_not_count() -> None:
    """Entries without an id count by their URL if they are TMS; no URL is shown by `repr`."""
    text = USED.replace("value='tms'", "value='wms'")

    assert (f"{GLOBAL}run/orange/{{zoom}}/{{x}}/{{y}}.png?v=19",) == menu.read(
        preferences.read(USED.encode())
    ).urls
    assert () == menu.read(preferences.read(text.encode())).urls
    assert menu.Menu() == menu.read(preferences.read(FULL))
    assert "strava.com" not in repr(menu.read(preferences.read(USED.encode())))


@pytest.mark.parametrize("name", ["name", "type", "url"])
def test_entry_that_is_not_whole(name: str) -> None:
    """JOSM drops an entry without a name, a type or a URL, whose id or URL then does not count."""
    found = menu.read(preferences.read(USED.replace(f"key='{name}'", "key='x'").encode()))

    assert (frozenset(), ()) == (found.ids, found.urls)
