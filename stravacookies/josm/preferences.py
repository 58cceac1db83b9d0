"""Which imagery files are registered in JOSM's preferences: bytes in, bytes out."""

import re
from collections.abc import Collection

from stravacookies.josm.schema import NAMESPACE
from stravacookies.josm.xml_edit import Document, Element, MalformedError

SITES = "imagery.layers.sites"
"""The list of imagery files that JOSM reads at each start."""

DEFAULT_SITE = "https://josm.openstreetmap.de/maps%<?ids=>"
"""The site that JOSM uses when the list is absent; without it JOSM drops the user's imagery.

Source: https://josm.openstreetmap.de/browser/josm/trunk/src/org/openstreetmap/josm/data/imagery/ImageryLayerInfo.java
"""

ENTRIES = "imagery.entries"
"""The imagery entries that are in the user's menu."""

OFFERED = "imagery.layers.default"
"""The ids of entries that JOSM has put into the menu by itself; it does so only once."""

_SCHEME = r"([A-Za-z][A-Za-z0-9+.-]+):"  # longer than a drive of Windows

NEW = f"""<?xml version="1.0" encoding="UTF-8"?>
<preferences xmlns="{NAMESPACE}"/>
""".encode()
"""The preferences of a JOSM that was never started."""


def read(content: bytes) -> Document:
    """Return the settings of imagery in JOSM's preferences; a `MalformedError` if they are not."""
    return Document(content, lists=[SITES, OFFERED], maps=[ENTRIES])


def register(document: Document, site: str) -> bytes:
    """Return preferences with a site listed once, and JOSM's own too if the list was absent.

    A site is the absolute path of an imagery file. A file of the same name that is listed in
    another spelling, or in another directory because JOSM has moved, is replaced by it.
    A `ValueError` means that XML does not allow a character of the site.
    """
    sites = document.lists.get(SITES)
    if sites is None:
        xmlns = document.xmlns(document.root)
        expected = [DEFAULT_SITE, site]
        entries = [f"  {_entry(value)}" for value in expected]
        lines = [f'<list{xmlns} key="{SITES}">', *entries, "</list>"]
        return document.edited([document.append(document.root, lines)], {SITES: expected})
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
        edits.append(document.append(sites, [_entry(site, document.xmlns(sites))]))
        expected.append(site)
    elif kept is not right:
        edits.append((*document.place(kept), _entry(site, document.xmlns(sites)).encode()))
    return document.edited(edits, {SITES: expected}) if edits else document.content


def unregister(document: Document, site: str, ids: Collection[str], backup: bytes = b"") -> bytes:
    """Return preferences without a site, and without the entries that JOSM has taken from it.

    Other spellings of the site are removed, too, and so is a list that then contains only what
    JOSM assumes without it. The ids are those of the site's entries. If nothing has changed since
    `register`, the result is the backup from before it: what `register` returns does not show
    whether a list or the root was empty, absent or explicit.
    """
    if backup and _is_original(backup, document.content, site, ids):
        return backup
    edits, expected = [], {}
    for key, setting in document.lists.items():
        if key == SITES:
            ours = dict.fromkeys(_spellings(setting, site))
        else:
            ours = {each: None for each in setting.children if each.value in ids}
        others = [each.value for each in setting.children if each not in ours]
        # An empty list of sites is the user's choice; other lists mean the same if they are absent.
        without = [DEFAULT_SITE] if key == SITES else []
        # If a list that is removed had an earlier duplicate, JOSM would then use that one.
        if ours and others == without and key not in document.repeated:
            ours, others = {setting: None}, []
        if ours:
            edits += [document.cut(element) for element in ours]
            expected[key] = others
    return document.edited(edits, expected) if edits else document.content


def _is_original(backup: bytes, content: bytes, site: str, ids: Collection[str]) -> bool:
    """Return whether `register` has made the content from a backup without our site."""
    try:
        original = read(backup)
        return unregister(original, site, ids) == backup and register(original, site) == content
    except MalformedError:
        return False


def _spellings(sites: Element, site: str) -> list[Element]:
    """Return the entries of a list that are local files with the same name as a site."""
    name = _file_name(site)
    return [element for element in sites.children if _file_name(element.value) == name]


def _file_name(site: str) -> str:
    """Return the name of a local file, in any spelling that JOSM reads; nothing for a URL."""
    site = site.strip()
    match = re.match(_SCHEME, site)
    scheme = match[1].lower() if match else ""
    if scheme not in ("", "file", "josmdir"):
        return ""
    if scheme == "file":
        from urllib.parse import unquote  # imported here: JOSM rarely lists files in this way

        site = unquote(site)
    return re.split("/" if site.startswith("/") else r"[/\\]", site)[-1]


def _entry(site: str, xmlns: str = "") -> str:
    """Write a site as XML, in ASCII, with the attribute that declares its namespace, if any."""
    from lxml import etree  # imported here: 6 ms, and it is needed once in a lifetime

    entry = etree.tostring(etree.Element("entry", value=site)).decode()
    return entry.replace("<entry", f"<entry{xmlns}", 1)
