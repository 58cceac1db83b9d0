"""JOSM's preferences as text: registers a site or takes it out, and leaves every other byte.

Only the places of a change are looked up with a parser; writing a parsed document anew would lose
line breaks in values, quotes and white space.
"""

import codecs
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from xml.parsers import expat

NAMESPACE = "http://josm.openstreetmap.de/preferences-1.0"

SITES = "imagery.layers.sites"
"""The list of imagery files that JOSM reads at each start."""

DEFAULT_SITE = "https://josm.openstreetmap.de/maps%<?ids=>"
"""The site that JOSM uses when the list is absent; without it JOSM drops the user's imagery.

Source: https://josm.openstreetmap.de/browser/josm/trunk/src/org/openstreetmap/josm/data/imagery/ImageryLayerInfo.java
"""

ENTRIES = "imagery.entries"
"""The imagery entries that are in the user's menu."""

OFFERED = "imagery.layers.default"
"""The ids of the entries that JOSM has put into the menu by itself once, and will not again."""

NEW = f"""<?xml version="1.0" encoding="UTF-8"?>
<preferences xmlns="{NAMESPACE}"/>
""".encode()
"""The preferences of a JOSM that was never started."""

_LISTS = {f"{NAMESPACE} list": (SITES, OFFERED), f"{NAMESPACE} maps": (ENTRIES,)}
"""The settings that are looked into, by the names of their elements."""

_SINGLE = f"{NAMESPACE} tag"

_SPACE = re.compile(rb"\s*")
_TAG = re.compile(rb"""<(?:[^'">]|'[^']*'|"[^"]*")*>""")
_DECLARED_ENCODING = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([\w.-]+)["']""")


class MalformedError(ValueError):
    """The text is no preferences of JOSM; the message says why, and in which line."""


@lru_cache(maxsize=1)  # a run asks more than once, in case that JOSM has written meanwhile
def register(content: bytes, site: str) -> bytes:
    """Return the content with a site listed once, and JOSM's own too if the list was absent.

    A file of the same name that is listed in another spelling, or in another directory, as of a
    JOSM that has moved, gives way to it.

    Args:
        content: A `preferences.xml`, in any encoding.
        site: The absolute path of an imagery file.

    Raises:
        MalformedError: The content is no preferences of JOSM.
        ValueError: The site holds a character that XML cannot.
    """
    document, encoding = _to_utf8(content)
    outline = _read(document)
    sites = outline.lists.get(SITES)
    if sites is None:
        expected = [DEFAULT_SITE, site]
        entries = [f"  {_entry(value)}" for value in expected]
        lines = [f'<list key="{SITES}">', *entries, "</list>"]
        edits = [_insertion(document, outline.root, "preferences", lines)]
        places = [edits[0][:2]]
    else:
        ours = dict.fromkeys(_spellings(sites, site))
        right = next((element for element in ours if element.value == site), None)
        kept = right or next(iter(ours), None)
        edits = [_cut(document, element) for element in ours if element is not kept]
        expected = [
            site if element is kept else element.value
            for element in sites.children
            if element is kept or element not in ours
        ]
        if kept is None:
            edits.append(_insertion(document, sites, "list", [_entry(site)]))
            expected.append(site)
        elif kept is not right:
            edits.append((*_place(document, kept), _entry(site).encode()))
        places = [_place(document, sites)]
    if not edits:
        return content
    _check(document, outline.root, places, edits, {SITES: expected})
    return _edited(document, edits, encoding)


def unregister(content: bytes, site: str, id_prefix: str) -> bytes:
    """Return the content without a site, and without what JOSM has taken from it into the menu.

    A list that then holds no more than JOSM assumes without one goes, too.

    Args:
        content: A `preferences.xml`, in any encoding.
        site: The absolute path of an imagery file; its other spellings are taken out, too.
        id_prefix: What the ids of its entries begin with.

    Raises:
        MalformedError: The content is no preferences of JOSM.
    """
    document, encoding = _to_utf8(content)
    edits, places, expected = [], [], {}
    outline = _read(document)
    for key, setting in outline.lists.items():
        if key == SITES:
            ours = dict.fromkeys(_spellings(setting, site))
        else:
            ours = {each: None for each in setting.children if each.value.startswith(id_prefix)}
        others = [each.value for each in setting.children if each not in ours]
        # An empty list of sites is the user's choice; of the others, JOSM writes none.
        without = [DEFAULT_SITE] if key == SITES else []
        # Behind a list that goes whole, an earlier one of its key would come to the fore.
        if ours and others == without and key not in outline.repeated:
            ours, others = {setting: None}, []
        if ours:
            edits += [_cut(document, element) for element in ours]
            places.append(_cut(document, setting)[:2])
            expected[key] = others
    if not edits:
        return content
    _check(document, outline.root, places, edits, expected)
    return _edited(document, edits, encoding)


def tags(content: bytes, keys: Collection[str]) -> dict[str, str]:
    """Return the values of single settings, by key, as far as they are there.

    Raises:
        MalformedError: The content is no preferences of JOSM.
    """
    return _read(_to_utf8(content)[0], tags=keys).tags


@dataclass(slots=True, eq=False)
class _Element:
    """Where an element stands in a document: byte offsets.

    Attributes:
        start: Of its start tag.
        end: Of its end tag or, for an empty-element tag, of what stands behind it.
        value: What it adds to the list that it is in.
        children: The elements of it, if it is a list that is looked into.
    """

    start: int
    end: int = -1
    value: str = ""
    children: list["_Element"] = field(default_factory=list)


_Edit = tuple[int, int, bytes]
"""The bytes from one offset to another, and what takes their place."""


@dataclass(slots=True)
class _Outline:
    """What matters of a document.

    Attributes:
        root: Its outermost element.
        lists: Those of `_LISTS` that are there, by key.
        repeated: The keys of those that are there more than once.
        tags: Of the single settings that were asked for, the values by key.
    """

    root: _Element = field(default_factory=lambda: _Element(0))
    lists: dict[str, _Element] = field(default_factory=dict)
    repeated: set[str] = field(default_factory=set)
    tags: dict[str, str] = field(default_factory=dict)


def _read(document: bytes, tags: Collection[str] = ()) -> _Outline:
    """Parse a document in UTF-8, and return what matters of it."""
    parser = expat.ParserCreate("utf-8", " ")
    outline = _Outline()
    root = outline.root
    looked_into: _Element | None = None
    depth = 0

    def malformed(why: str) -> MalformedError:
        return MalformedError(f"line {parser.CurrentLineNumber}: {why}")

    # Called for each element of what may be 100 MB, so each does no more than it must.
    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal looked_into, depth
        depth += 1
        if looked_into is not None:
            if depth == 3:
                child = _Element(parser.CurrentByteIndex, value=attributes.get("value", ""))
                looked_into.children.append(child)
            elif depth == 4 and attributes.get("key") == "id":
                looked_into.children[-1].value = attributes.get("value", "")
        elif depth == 2:
            # Of two settings with one key, JOSM takes the last.
            if name in _LISTS:
                if (key := attributes.get("key", "")) in _LISTS[name]:
                    if key in outline.lists:
                        outline.repeated.add(key)
                    looked_into = outline.lists[key] = _Element(parser.CurrentByteIndex)
            elif tags and name == _SINGLE and (key := attributes.get("key", "")) in tags:
                outline.tags[key] = attributes.get("value", "")
        elif depth == 1:
            root.start = parser.CurrentByteIndex
            plain = document.startswith(b"<preferences", root.start)
            if name != f"{NAMESPACE} preferences" or not plain:
                raise malformed("the root element is not that of JOSM's preferences")

    def end(_: str) -> None:
        nonlocal looked_into, depth
        if looked_into is not None:
            if depth == 3:
                looked_into.children[-1].end = parser.CurrentByteIndex
            elif depth == 2:
                looked_into.end = parser.CurrentByteIndex
                looked_into = None
        elif depth == 1:
            root.end = parser.CurrentByteIndex
        depth -= 1

    def doctype(*_: object) -> None:
        raise malformed("it has a DOCTYPE, which JOSM never writes")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(document, True)
    except expat.ExpatError as error:
        raise MalformedError(f"line {error.lineno}: {expat.ErrorString(error.code)}") from None
    return outline


def _spellings(sites: _Element, site: str) -> list[_Element]:
    """Return the entries of a list that name a file on this computer like the one of a site."""
    name = _file_name(site)
    return [
        element
        for element in sites.children
        if _file_name(element.value) == name
        and not element.value.lower().startswith(("http:", "https:"))
    ]


def _file_name(site: str) -> str:
    if site.lower().startswith("file:"):
        from urllib.parse import unquote  # only here, where it is rare

        site = unquote(site)
    return re.split(r"[/\\]", site.strip())[-1]


def _to_utf8(content: bytes) -> tuple[bytes, str | None]:
    """Return a document in UTF-8, and the encoding that it came in if that was another."""
    if content.startswith((codecs.BOM_UTF16_LE, b"<\0")):
        encoding = "utf-16-le"
    elif content.startswith((codecs.BOM_UTF16_BE, b"\0<")):
        encoding = "utf-16-be"
    elif declared := _DECLARED_ENCODING.match(content):
        encoding = declared[1].decode()
    else:
        return content, None
    line = 1
    try:
        if codecs.lookup(encoding).name == "utf-8":
            return content, None
        text = content.decode(encoding)
        if text.encode(encoding) == content:
            return text.encode(), encoding
    except UnicodeDecodeError as error:
        line += content.count(b"\n", 0, error.start)
    except (LookupError, UnicodeError):
        pass
    raise MalformedError(f"line {line}: it cannot be decoded as {encoding}")


def _check(
    document: bytes,
    root: _Element,
    places: Iterable[tuple[int, int]],
    edits: Iterable[_Edit],
    expected: dict[str, list[str]],
) -> None:
    """Insist that edits come out as expected, by parsing what they change once more.

    Args:
        document: In UTF-8, and well-formed.
        root: Its outermost element.
        places: From where to where the settings are that change, or the place of a new one.
        edits: They are within those places.
        expected: What the lists among these settings hold then, by key.

    Raises:
        MalformedError: They do not: something is where nobody has put it before.
    """
    tag = _start_tag(document, root)
    if tag.endswith(b"/>"):  # there is nothing else
        changed = _apply(edits, document, 0, len(document))
    else:
        parts = [_apply(edits, document, *place) for place in places]
        changed = b"".join([tag, *parts, b"</preferences>"])
    try:
        lists = _read(changed).lists
    except MalformedError:
        lists = {}
    none = _Element(0)
    found = {key: [each.value for each in lists.get(key, none).children] for key in expected}
    if found != expected:
        raise _odd_layout(document, min(places)[0])


def _edited(document: bytes, edits: Iterable[_Edit], encoding: str | None) -> bytes:
    """Return a document with edits made, in the encoding that it came in if not in UTF-8."""
    edited = _apply(edits, document, 0, len(document))
    return edited.decode().encode(encoding, "xmlcharrefreplace") if encoding else edited


def _apply(edits: Iterable[_Edit], document: bytes, start: int, end: int) -> bytes:
    """Return a part of a document, with those edits made that are within it."""
    parts, position = [], start
    for first, last, new in sorted(edits):
        if start <= first and last <= end:
            parts += [document[position:first], new]
            position = last
    return b"".join([*parts, document[position:end]])


def _insertion(document: bytes, element: _Element, name: str, lines: list[str]) -> _Edit:
    """Put lines of XML behind all that is in an element, indented as what is in it."""
    outer = _space_before(document, element.start) or b"\n"
    tag = _start_tag(document, element)
    inside = element.start + len(tag)
    inner = _SPACE.match(document, inside)[0]  # type: ignore[index]  # it matches nothing, too
    if tag.endswith(b"/>") or inside + len(inner) == element.end:
        inner = outer + b"  "
    new = b"".join(inner + line.encode() for line in lines)
    if tag.endswith(b"/>"):
        start = inside - len(tag) + len(tag[: -len("/>")].rstrip())
        return start, inside, b">" + new + outer + f"</{name}>".encode()
    start = element.end - len(_space_before(document, element.end))
    return start, start, new + outer if start == element.end else new


def _cut(document: bytes, element: _Element) -> _Edit:
    """Take an element out, with the white space before it."""
    start, end = _place(document, element)
    return start - len(_space_before(document, start)), end, b""


def _place(document: bytes, element: _Element) -> tuple[int, int]:
    """Return where an element begins, and where it ends with its end tag."""
    if _start_tag(document, element).endswith(b"/>"):
        return element.start, element.end
    return element.start, document.index(b">", element.end) + 1


def _start_tag(document: bytes, element: _Element) -> bytes:
    """Return the start tag of an element, or the tag that is all of it, such as `<entry/>`."""
    tag_match = _TAG.match(document, element.start)
    if not tag_match:
        raise _odd_layout(document, element.start)
    return tag_match[0]


def _space_before(document: bytes, position: int) -> bytes:
    """Return the white space that stands before a position."""
    start = position
    while start and document[start - 1 : start].isspace():
        start -= 1
    return document[start:position]


def _odd_layout(document: bytes, position: int) -> MalformedError:
    line = document.count(b"\n", 0, position) + 1
    return MalformedError(f"line {line}: it is laid out in a way that JOSM never writes")


def _entry(site: str) -> str:
    """Write a site as XML."""
    from lxml import etree

    return etree.tostring(etree.Element("entry", value=site), encoding="unicode")
