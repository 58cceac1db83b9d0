"""Find settings in JOSM's preferences by byte offset, and edit them without touching the rest.

expat gives the offsets. A document that is parsed and written again would lose line breaks in
values, quotes and white space.
"""

import re
from collections.abc import Collection, Iterable
from xml.parsers import expat

from stravacookies.josm.schema import DOCUMENT, LIST, MAPS, NAMESPACE, TAG, problem

_WHITE_SPACE = " \t\r\n"
"""What may be between elements: https://www.w3.org/TR/xml/#NT-S"""

_MAYBE_TEXT = re.compile(rb">\s*(?:[^\s<]|<!\[CDATA|</(?:[^>]*:)?(?:tag|entry)\b)")
"""Where text may be, as may a quoted `>`. Only then is each text looked at, which takes 20 % more.

No text, not even white space, is allowed in elements that contain no others.
"""

_OTHER_ENCODING = re.compile(rb"\xef\xbb\xbf|\xff\xfe|\xfe\xff|<\0|\0<")
_SPACE = re.compile(rb"\s*")
_START_TAG = re.compile(rb"""<([^\s/>]+)(?:[^'">]|'[^']*'|"[^"]*")*>""")


class MalformedError(ValueError):
    """The text is not JOSM's preferences; the message says why, and on which line."""


class Element:
    """Where an element is in a document, in byte offsets.

    Attributes:
        start: The offset of its start tag.
        end: The offset of its end tag; for an empty-element tag, the offset behind it.
        value: Its value in the list that contains it; for one of several maps, its id.
        tags: The values of a map, by key.
        children: The entries of a list or of maps.
    """

    __slots__ = ("children", "end", "start", "tags", "value")

    def __init__(self, start: int, value: str = "") -> None:
        self.start = start
        self.end = -1
        self.value = value
        self.tags: dict[str, str] = {}
        self.children: list[Element] = []


Edit = tuple[int, int, bytes]
"""The bytes between two offsets, and what replaces them."""


class Document:
    """The settings of interest in a `preferences.xml`.

    JOSM reads the file as UTF-8 without a byte-order mark, whatever it declares. So does this.

    Args:
        content: The file.
        lists: The keys of the lists of interest.
        maps: The keys of the lists of maps of interest.
        tags: The keys of the single settings of interest.

    Attributes:
        root: The outermost element.
        lists: The lists of interest that exist, of maps too, by key.
        repeated: The keys of those with an earlier duplicate, which JOSM would use without them.
        tags: The values of the single settings of interest, by key.
    """

    def __init__(
        self,
        content: bytes,
        lists: Collection[str] = (),
        maps: Collection[str] = (),
        tags: Collection[str] = (),
    ) -> None:
        self.content = content
        self.root = Element(0)
        self.lists: dict[str, Element] = {}
        self.repeated: set[str] = set()
        self.tags: dict[str, str] = {}
        self._wanted = {LIST: lists, MAPS: maps, TAG: tags}
        self._keys = {*lists, *maps, *tags}
        self._forms = [DOCUMENT]
        self._list: Element | None = None
        self._parser = expat.ParserCreate("utf-8", " ")
        self._parse()

    def _parse(self) -> None:
        if _OTHER_ENCODING.match(self.content):  # expat would read it
            why = "it is in UTF-16 or begins with a byte-order mark, and JOSM can read neither"
            raise MalformedError(f"line 1: {why}")
        self._parser.XmlDeclHandler = self._xml_declaration
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        if _MAYBE_TEXT.search(self.content):
            self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._start_doctype
        self._parser.EntityDeclHandler = self._parser.AttlistDeclHandler = self._declaration
        try:
            self._parser.Parse(self.content, True)
        except expat.ExpatError as error:
            why = expat.ErrorString(error.code)
            try:
                self.content.decode()
            except UnicodeDecodeError:
                why = "it is not in UTF-8, and JOSM reads nothing else"
            raise MalformedError(f"line {error.lineno}: {why}") from None
        finally:
            del self._parser  # it refers back to this object

    # These handlers run for each element of what may be 100 MB, so they do no more than they must.
    def _start(self, name: str, attributes: dict[str, str]) -> None:
        forms = self._forms
        form = forms[-1].children.get(name)
        if form is None or attributes.keys() != form.attributes:
            if why := problem(forms[-1], name, attributes):
                raise self._malformed(why)
            form = forms[-1].children[name]
        depth = len(forms)
        forms.append(form)
        if self._list is not None:
            if depth == 3:
                offset = self._parser.CurrentByteIndex
                self._list.children.append(Element(offset, attributes.get("value", "")))
            elif depth == 4:
                child = self._list.children[-1]
                child.tags[attributes["key"]] = attributes["value"]
                child.value = child.tags.get("id", "")
        elif depth == 2:
            if attributes["key"] in self._keys:
                self._start_setting(name, attributes)
        elif depth == 1:
            self.root.start = self._parser.CurrentByteIndex

    def _start_setting(self, name: str, attributes: dict[str, str]) -> None:
        """Begin a setting of interest, or one of another kind with its key: the last one counts."""
        key = attributes["key"]
        self.tags.pop(key, None)
        earlier = self.lists.pop(key, None)
        self.repeated.discard(key)
        if key not in self._wanted.get(name, ()):
            return
        if name == TAG:
            self.tags[key] = attributes["value"]
            return
        if earlier:
            self.repeated.add(key)
        self._list = self.lists[key] = Element(self._parser.CurrentByteIndex)

    def _text(self, text: str) -> None:
        if text.strip(_WHITE_SPACE) or not self._forms[-1].children:
            raise self._malformed("JOSM expects no text there")

    def _end(self, _: str) -> None:
        depth = len(self._forms) - 1
        if self._list is not None:
            if depth == 3:
                self._list.children[-1].end = self._parser.CurrentByteIndex
            elif depth == 2:
                self._list.end = self._parser.CurrentByteIndex
                self._list = None
        elif depth == 1:
            self.root.end = self._parser.CurrentByteIndex
        self._forms.pop()

    def _xml_declaration(self, version: str, *_: object) -> None:
        if version not in ("1.0", "1.1"):
            raise self._malformed(f"it is in version {version} of XML, which JOSM cannot read")

    def _start_doctype(self, _: str, system_id: str | None, *__: object) -> None:
        if system_id is not None:
            self._declaration()

    def _declaration(self, *_: object) -> None:
        raise self._malformed("its DOCTYPE contains declarations that JOSM does not use")

    def _malformed(self, why: str) -> MalformedError:
        return MalformedError(f"line {self._parser.CurrentLineNumber}: {why}")

    def place(self, element: Element) -> tuple[int, int]:
        """Return where an element begins and ends, including its end tag."""
        if self._start_tag(element)[0].endswith(b"/>"):
            return element.start, element.end
        return element.start, self.content.index(b">", element.end) + 1

    def cut(self, element: Element) -> Edit:
        """Return the edit that removes an element with the white space before it."""
        start, end = self.place(element)
        return start - len(self._space_before(start)), end, b""

    def xmlns(self, element: Element) -> str:
        """Return the attribute that elements without a prefix need within an element, if any."""
        return f' xmlns="{NAMESPACE}"' if b":" in self._start_tag(element)[1] else ""

    def append(self, element: Element, lines: Iterable[str]) -> Edit:
        """Return the edit that adds lines of XML at the end of an element, indented as it is."""
        outer = self._space_before(element.start) or b"\n"
        tag, name = self._start_tag(element)
        inside = element.start + len(tag)
        inner = _SPACE.match(self.content, inside)[0]  # type: ignore[index]  # it always matches
        if tag.endswith(b"/>") or inside + len(inner) == element.end:
            inner = outer + b"  "
        new = b"".join(inner + line.encode() for line in lines)
        if tag.endswith(b"/>"):
            start = inside - len(tag) + len(tag[: -len("/>")].rstrip())
            return start, inside, b">" + new + outer + b"</" + name + b">"
        start = element.end - len(self._space_before(element.end))
        return start, start, new

    def edited(self, edits: Collection[Edit], expected: dict[str, list[str]]) -> bytes:
        """Return the content with edits made, if the lists then contain what is expected, by key.

        Only the changed settings are parsed again, framed by the root element: the rest was
        well-formed and stays the same. Parsing all of 10 MB twice takes 2.4 times as long as
        lxml takes to read and write them.
        """
        tag, name = self._start_tag(self.root)
        if tag.endswith(b"/>"):  # there are no settings
            changed = self._apply(edits, 0, len(self.content))
        else:
            parts = [self._apply(edits, *place) for place in self._changed_places(edits, expected)]
            changed = b"".join([tag, *parts, b"</", name, b">"])
        try:
            lists = Document(changed, expected, expected).lists
        except MalformedError:
            lists = {}
        none = Element(0)
        found = {key: [each.value for each in lists.get(key, none).children] for key in expected}
        if found != expected:
            raise self._odd_layout(min(edits)[0])
        return self._apply(edits, 0, len(self.content))

    def _changed_places(
        self, edits: Collection[Edit], expected: dict[str, list[str]]
    ) -> list[tuple[int, int]]:
        """Return where the changed settings begin and end, or where a new one goes."""
        settings = [self.lists[key] for key in expected if key in self.lists]
        if not settings:
            return [edit[:2] for edit in edits]
        return [self.cut(setting)[:2] for setting in settings]

    def _apply(self, edits: Iterable[Edit], start: int, end: int) -> bytes:
        """Return a part of the content, with the edits within it made."""
        parts, position = [], start
        for first, last, new in sorted(edits):
            if start <= first and last <= end:
                parts += [self.content[position:first], new]
                position = last
        return b"".join([*parts, self.content[position:end]])

    def _start_tag(self, element: Element) -> tuple[bytes, bytes]:
        """Return the start tag of an element, which may be all of it (`<entry/>`), and its name."""
        match = _START_TAG.match(self.content, element.start)
        if not match:
            raise self._odd_layout(element.start)
        return match[0], match[1]

    def _space_before(self, offset: int) -> bytes:
        """Return the white space that ends at an offset."""
        start = offset
        while start and self.content[start - 1 : start].isspace():
            start -= 1
        return self.content[start:offset]

    def _odd_layout(self, offset: int) -> MalformedError:
        line = self.content.count(b"\n", 0, offset) + 1
        return MalformedError(f"line {line}: its layout is not one that JOSM writes")
