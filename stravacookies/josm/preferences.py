"""Which imagery files are registered in JOSM's preferences: text in, text out."""

import re
from collections.abc import Collection

from stravacookies.josm.xml_edit import NAMESPACE, Document, Element

SITES = "imagery.layers.sites"
"""The list of imagery files that JOSM reads at each start."""

DEFAULT_SITE = "https://josm.openstreetmap.de/maps%<?ids=>"
"""The site that JOSM uses when the list is absent; without it JOSM drops the user's imagery.

Source: https://josm.openstreetmap.de/browser/josm/trunk/src/org/openstreetmap/josm/data/imagery/ImageryLayerInfo.java
"""

_ENTRIES = "imagery.entries"
"""The imagery entries that are in the user's menu."""

_OFFERED = "imagery.layers.default"
"""The ids of entries that JOSM has put into the menu by itself; it does so only once."""

NEW = f"""<?xml version="1.0" encoding="UTF-8"?>
<preferences xmlns="{NAMESPACE}"/>
""".encode()
"""The preferences of a JOSM that was never started."""


def register(content: bytes, site: str) -> bytes:
    """Return the content with a site listed once, and JOSM's own too if the list was absent.

    A site is the absolute path of an imagery file. A file of the same name that is listed in
    another spelling, or in another directory because JOSM has moved, is replaced by it.
    A `ValueError` means that XML does not allow a character of the site.
    """
    document = Document(content, [SITES])
    sites = document.lists.get(SITES)
    if sites is None:
        expected = [DEFAULT_SITE, site]
        entries = [f"  {_entry(value)}" for value in expected]
        lines = [f'<list key="{SITES}">', *entries, "</list>"]
        edits = [document.append(document.root, "preferences", lines)]
        return document.edited(edits, {SITES: expected})
    ours = dict.fromkeys(_spellings(sites, site))
    right = next((element for element in ours if element.value == site), None)
    kept = right or next(iter(ours), None)
    edits = [document.cut(element) for element in ours if element is not kept]
    expected = [
        site if element is kept else element.value
        for element in sites.children
        if element is kept or element not in ours
    ]
    if kept is None:
        edits.append(document.append(sites, "list", [_entry(site)]))
        expected.append(site)
    elif kept is not right:
        edits.append((*document.place(kept), _entry(site).encode()))
    return document.edited(edits, {SITES: expected}) if edits else content


def unregister(content: bytes, site: str, ids: Collection[str]) -> bytes:
    """Return the content without a site, and without the entries that JOSM has taken from it.

    Other spellings of the site are removed, too, and so is a list that then contains only what
    JOSM assumes without it. The ids are those of the site's entries.
    """
    document = Document(content, lists=[SITES, _OFFERED], maps=[_ENTRIES])
    edits, expected = [], {}
    for key, setting in document.lists.items():
        if key == SITES:
            ours = dict.fromkeys(_spellings(setting, site))
        else:
            ours = {each: None for each in setting.children if each.value in ids}
        others = [each.value for each in setting.children if each not in ours]
        # An empty list of sites is the user's choice; JOSM writes no other empty list.
        without = [DEFAULT_SITE] if key == SITES else []
        # If a list that is removed had an earlier duplicate, JOSM would then use that one.
        if ours and others == without and key not in document.repeated:
            ours, others = {setting: None}, []
        if ours:
            edits += [document.cut(element) for element in ours]
            expected[key] = others
    return document.edited(edits, expected) if edits else content


def _spellings(sites: Element, site: str) -> list[Element]:
    """Return the entries of a list that are local files with the same name as a site."""
    name = _last_part(site)
    return [
        element
        for element in sites.children
        if _last_part(element.value) == name
        and not element.value.lower().startswith(("http:", "https:"))
    ]


def _last_part(site: str) -> str:
    if site.lower().startswith("file:"):
        from urllib.parse import unquote  # imported here: JOSM rarely lists files in this way

        site = unquote(site)
    return re.split(r"[/\\]", site.strip())[-1]


def _entry(site: str) -> str:
    """Write a site as XML, in ASCII."""
    from lxml import etree  # imported here: 6 ms, and it is needed once in a lifetime

    return etree.tostring(etree.Element("entry", value=site)).decode()
