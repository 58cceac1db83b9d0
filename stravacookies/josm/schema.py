"""What JOSM's preferences may contain; JOSM refuses the whole file if one element is different.

Source: https://josm.openstreetmap.de/browser/josm/trunk/resources/data/preferences.xsd
"""

from collections.abc import Mapping
from typing import NamedTuple

NAMESPACE = "http://josm.openstreetmap.de/preferences-1.0"

ROOT = f"{NAMESPACE} preferences"
TAG = f"{NAMESPACE} tag"
LIST = f"{NAMESPACE} list"
MAPS = f"{NAMESPACE} maps"
"""Names of elements, as expat gives them."""

_ABOUT_SCHEMAS = "http://www.w3.org/2001/XMLSchema-instance"
_ANYWHERE = {f"{_ABOUT_SCHEMAS} schemaLocation", f"{_ABOUT_SCHEMAS} noNamespaceSchemaLocation"}
"""Attributes that any element may have."""


class Form(NamedTuple):
    """What an element must have and may contain.

    Attributes:
        attributes: The names of its attributes.
        children: The forms of the elements in it, by name.
    """

    attributes: frozenset[str]
    children: "Mapping[str, Form]"


_NONE: frozenset[str] = frozenset()
_KEY = frozenset({"key"})
_PAIRS = {TAG: Form(frozenset({"key", "value"}), {})}
_ENTRIES = {f"{NAMESPACE} entry": Form(frozenset({"value"}), {})}
_SETTINGS = _PAIRS | {
    LIST: Form(_KEY, _ENTRIES),
    f"{NAMESPACE} lists": Form(_KEY, {LIST: Form(_NONE, _ENTRIES)}),
    MAPS: Form(_KEY, {f"{NAMESPACE} map": Form(_NONE, _PAIRS)}),
}

DOCUMENT = Form(_NONE, {ROOT: Form(_NONE, _SETTINGS)})
"""The form of the whole file."""


def problem(parent: Form, name: str, attributes: Mapping[str, str]) -> str:
    """Return why JOSM refuses an element in another one; nothing if it does not."""
    short = name.rpartition(" ")[2]
    form = parent.children.get(name)
    if not form:
        if parent is DOCUMENT:
            return "the root element is not that of JOSM's preferences"
        return f"JOSM does not expect the element {short!r} there"
    optional = _ANYWHERE | {"version"} if name == ROOT else _ANYWHERE
    if {*attributes} - optional == form.attributes:
        return ""
    return f"JOSM expects other attributes of the element {short!r}"
