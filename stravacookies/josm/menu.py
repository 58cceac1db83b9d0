"""Which layers are in JOSM's Imagery menu, or will be when JOSM next starts.

Source: https://josm.openstreetmap.de/browser/josm/trunk/src/org/openstreetmap/josm/data/imagery/ImageryLayerInfo.java
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from stravacookies.heatmap import Layer
from stravacookies.josm.entry_set import tile_url
from stravacookies.josm.preferences import ENTRIES, OFFERED
from stravacookies.josm.xml_edit import Document
from stravacookies.strava.cookies import HeatmapCookies


class Menu(NamedTuple):
    """What JOSM's preferences say of its Imagery menu. `repr` hides the URLs, and cookies in them.

    Attributes:
        ids: The ids of its entries.
        urls: The URLs of its TMS entries without an id.
        offered: The ids of entries that JOSM has put into it by itself, or their URLs.
    """

    ids: frozenset[str] = frozenset()
    urls: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Menu {sorted(self.ids)}>"


def read(document: Document) -> Menu:
    """Return the menu in JOSM's preferences, which `preferences.read` has returned."""
    entries, offered = (
        document.lists[key].children if key in document.lists else () for key in (ENTRIES, OFFERED)
    )
    # JOSM drops an entry that lacks one of these.
    whole = [each for each in entries if {"name", "type", "url"} <= each.tags.keys()]
    nameless = [each.tags for each in whole if "id" not in each.tags]
    return Menu(
        frozenset(each.value for each in whole),
        tuple(tags["url"] for tags in nameless if tags["type"] == "tms"),
        tuple(each.value for each in offered),
    )


def held(
    menu: Menu, layers: Sequence[Layer], shown: Collection[Layer], cookies: HeatmapCookies | None
) -> list[Layer]:
    """Return those of the layers in the entry set that the menu holds once JOSM has started.

    JOSM keeps the entries that are in its menu. It adds each one that is to be shown, unless it has
    done so before, or the menu has an entry without an id whose URL is similar.
    """

    def is_added(layer: Layer) -> bool:
        url = tile_url(layer, cookies)
        others = (*menu.urls, *menu.offered)
        return layer.id not in menu.offered and not any(
            other and (other in url or url in other) for other in others
        )

    return [
        layer for layer in layers if layer.id in menu.ids or (layer in shown and is_added(layer))
    ]
