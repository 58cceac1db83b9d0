"""JOSM's preferences as text: registers a site, and leaves every other byte as it is.

Only the place of the change is looked up with a parser; writing a parsed document anew would lose
line breaks in values, quotes and white space.
"""

import codecs
import re
from dataclasses import dataclass, field
from xml.parsers import expat

NAMESPACE = "http://josm.openstreetmap.de/preferences-1.0"

SITES = "imagery.layers.sites"
"""The list of imagery files that JOSM reads at each start."""

DEFAULT_SITE = "https://josm.openstreetmap.de/maps%<?ids=>"
"""The site that JOSM uses when the list is absent; without it JOSM drops the user's imagery.

Source: https://josm.openstreetmap.de/browser/josm/trunk/src/org/openstreetmap/josm/data/imagery/ImageryLayerInfo.java
"""

NEW = f"""<?xml version="1.0" encoding="UTF-8"?>
<preferences xmlns="{NAMESPACE}"/>
""".encode()
"""The preferences of a JOSM that was never started."""

_TAG = re.compile(rb"""<(?:[^'">]|'[^']*'|"[^"]*")*>""")
_DECLARED_ENCODING = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([\w.-]+)["']""")


class MalformedError(ValueError):
    """The text is no preferences of JOSM; the message says why, and in which line."""


def add_site(content: bytes, site: str) -> bytes:
    """Return the content with a site registered as well, and JOSM's own if the list was absent.

    Args:
        content: A `preferences.xml`, in any encoding.
        site: The absolute path of an imagery file, or its URL.

    Raises:
        MalformedError: The content is no preferences of JOSM.
        ValueError: The site holds a character that XML cannot.
    """
    document, encoding = _to_utf8(content)
    outline = _read(document)
    if site in outline.sites:
        return content
    if outline.site_list:
        edited = _append(document, outline.site_list, "list", [_entry(site)])
    else:
        lines = [
            f'<list key="{SITES}">',
            f"  {_entry(DEFAULT_SITE)}",
            f"  {_entry(site)}",
            "</list>",
        ]
        edited = _append(document, outline.root, "preferences", lines)
    if not _lists(edited, site):
        raise MalformedError("it is laid out in a way that JOSM never writes")
    return edited.decode().encode(encoding, "xmlcharrefreplace") if encoding else edited


@dataclass
class _Element:
    """Where an element stands in a document: byte offsets.

    Attributes:
        start: Of its start tag.
        end: Of its end tag or, for an empty-element tag, of what stands behind it.
        last_child: Of the last element directly in it.
    """

    start: int
    end: int = -1
    last_child: int | None = None


@dataclass
class _Outline:
    """What matters of a document: its root, its list of sites, and what is in that."""

    root: _Element = field(default_factory=lambda: _Element(0))
    site_list: _Element | None = None
    sites: list[str] = field(default_factory=list)


def _lists(document: bytes, site: str) -> bool:
    """Tell whether a document in UTF-8 is well-formed and lists a site."""
    try:
        return site in _read(document).sites
    except MalformedError:
        return False


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
    try:
        if codecs.lookup(encoding).name == "utf-8":
            return content, None
        text = content.decode(encoding)
        if text.encode(encoding) == content:
            return text.encode(), encoding
    except (LookupError, UnicodeError):
        pass
    raise MalformedError(f"it cannot be decoded as {encoding}")


def _read(document: bytes) -> _Outline:
    """Parse a document in UTF-8, and return what matters of it."""
    parser = expat.ParserCreate("utf-8", " ")
    outline = _Outline()
    ancestors: list[_Element] = []

    def malformed(why: str) -> MalformedError:
        return MalformedError(f"line {parser.CurrentLineNumber}: {why}")

    def start(name: str, attributes: dict[str, str]) -> None:
        element = _Element(parser.CurrentByteIndex)
        match ancestors:
            case []:
                plain = document.startswith(b"<preferences", element.start)
                if name != f"{NAMESPACE} preferences" or not plain:
                    raise malformed("the root element is not that of JOSM's preferences")
                outline.root = element
            case [_] if name == f"{NAMESPACE} list" and attributes.get("key") == SITES:
                # Of two lists with one key, JOSM takes the last.
                outline.site_list, outline.sites = element, []
            case [_, parent] if parent is outline.site_list:
                outline.sites.append(attributes.get("value", ""))
        if ancestors:
            ancestors[-1].last_child = element.start
        ancestors.append(element)

    def end(_: str) -> None:
        ancestors.pop().end = parser.CurrentByteIndex

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


def _append(document: bytes, element: _Element, name: str, lines: list[str]) -> bytes:
    """Return a document with lines of XML put behind the last child of an element."""
    outer = _space_before(document, element.start) or b"\n"
    if element.last_child is None:
        inner = outer + b"  "
        inside = element.start
    else:
        inner = _space_before(document, element.last_child)
        inside = element.last_child
    new = b"".join(inner + line.encode() for line in lines)
    tag_end = next(_TAG.finditer(document, element.start)).end()
    if tag_end == element.end and document.endswith(b"/>", 0, tag_end):
        rest = tag_end
        before = document[: tag_end - len("/>")].rstrip() + b">"
        new += outer + f"</{name}>".encode()
    else:
        rest = inside + len(document[inside : element.end].rstrip())
        before = document[:rest]
        if rest == element.end:
            new += outer
    return b"".join((before, new, document[rest:]))


def _space_before(document: bytes, position: int) -> bytes:
    """Return the white space that stands before a position."""
    start = position
    while start and document[start - 1 : start].isspace():
        start -= 1
    return document[start:position]


def _entry(site: str) -> str:
    """Write a site as XML."""
    from lxml import etree

    return etree.tostring(etree.Element("entry", value=site), encoding="unicode")
