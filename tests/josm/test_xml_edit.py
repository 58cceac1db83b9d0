"""The byte offsets of settings, and which files are refused."""

import codecs

import pytest
from lxml import etree

from stravacookies.josm.schema import NAMESPACE
from stravacookies.josm.xml_edit import Document, MalformedError
from tests.josm.documents import FULL, SCHEMA, document

BODY = FULL[FULL.index(b"<preferences") :]
TEXT = FULL.decode()
BOMB = (
    b'<?xml version="1.0"?>\n<!DOCTYPE a [\n <!ENTITY a0 "ha">\n'
    + b"".join(b'<!ENTITY a%d "%s">\n' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12))
    + b"]>\n"
    + document("<tag key='a' value='&a11;'/>", head="")
)
DOCTYPE = "its DOCTYPE contains declarations that JOSM does not use"
NOT_ROOT = "line 1: the root element is not that of JOSM's preferences"
ENCODING = "line 1: it is in UTF-16 or begins with a byte-order mark, and JOSM can read neither"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "line 1: no element found"),
        (b"\n\nhello", "line 3: syntax error"),
        (FULL[:-30], "line 9: unclosed token"),
        (
            FULL.replace(b"<!-- mine -->", b"<list key='b'>"),
            "line 4: JOSM does not expect the element 'tag' there",
        ),
        (FULL.replace(b"</list>", b"</lists>"), "line 8: mismatched tag"),
        (b"<imagery/>", NOT_ROOT),
        (b"<preferences/>", NOT_ROOT),
        (f"<preferences-defaults xmlns='{NAMESPACE}'/>".encode(), NOT_ROOT),
        (
            TEXT.replace("line", "é").encode("latin-1"),
            "line 4: it is not in UTF-8, and JOSM reads nothing else",
        ),
        (codecs.BOM_UTF8 + FULL, ENCODING),
        (TEXT.encode("utf-16"), ENCODING),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), ENCODING),
        (TEXT.encode("utf-16-le"), ENCODING),
        (TEXT.encode("utf-16-be"), ENCODING),
        (BOMB, f"line 3: {DOCTYPE}"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]>' + BODY, f"line 1: {DOCTYPE}"),
        (b'<!DOCTYPE a [\n<!ATTLIST list key CDATA "x">]>' + BODY, f"line 2: {DOCTYPE}"),
        (b'<!DOCTYPE a SYSTEM "x.dtd">' + BODY, f"line 1: {DOCTYPE}"),
    ],
)
def test_anything_else_is_refused(content: bytes, why: str) -> None:
    """What JOSM did not write or cannot read is refused, with the reason and the line."""
    with pytest.raises(MalformedError) as error:
        Document(content)

    assert why == str(error.value)


@pytest.mark.parametrize("declared", ["UTF-8", "utf-16", "windows-1252", "no", "base64"])
def test_declared_encoding_does_not_matter(declared: str) -> None:
    """Like JOSM, this reads UTF-8 whatever the file declares."""
    head = f"<?xml version='1.0' encoding='{declared}'?>\n"

    assert {"a": "ö地"} == Document(document("<tag key='a' value='ö地'/>", head), tags=["a"]).tags


@pytest.mark.parametrize("head", ["<!DOCTYPE a>", "<!DOCTYPE a [<!ELEMENT a ANY><!-- b -->]>"])
def test_doctype_without_meaning(head: str) -> None:
    """A DOCTYPE is read where JOSM reads it, which ignores what it declares."""
    assert {"a": "b"} == Document(document("<tag key='a' value='b'/>", head), tags=["a"]).tags


@pytest.mark.parametrize(
    ("inside", "why"),
    [
        ("<other key='a'/>", "does not expect the element 'other' there"),
        ("<list xmlns='https://example.org' key='a'/>", "does not expect the element 'list' there"),
        (
            "<lists key='a'><list key='b'/></lists>",
            "expects other attributes of the element 'list'",
        ),
        (
            "<list key='a'><tag key='b' value='c'/></list>",
            "does not expect the element 'tag' there",
        ),
        ("<list key='a'><entry/></list>", "expects other attributes of the element 'entry'"),
        ("<list><entry value='a'/></list>", "expects other attributes of the element 'list'"),
        ("<tag key='a'/>", "expects other attributes of the element 'tag'"),
        ("<tag key='a' value='b' c='d'/>", "expects other attributes of the element 'tag'"),
        ("<maps key='a'><map key='b'/></maps>", "expects other attributes of the element 'map'"),
        ("text", "expects no text there"),
        ("\u00a0<!-- -->", "expects no text there"),
        ("<list key='a'> b </list>", "expects no text there"),
        ("<![CDATA[a]]>", "expects no text there"),
        ("<tag key='a' value='b'> </tag>", "expects no text there"),
        (
            "<x:list xmlns:x='{0}' key='a'><x:entry value='b'>\t</x:entry></x:list>",
            "expects no text there",
        ),
    ],
)
def test_schema(inside: str, why: str) -> None:
    """What JOSM's schema does not allow is refused, since JOSM then refuses the whole file."""
    with pytest.raises(MalformedError) as error:
        Document(content := document(inside.replace("{0}", NAMESPACE)))

    assert not SCHEMA.validate(etree.fromstring(content))
    assert f"line 2: JOSM {why}" == str(error.value)


@pytest.mark.parametrize(
    "inside",
    [
        "<![CDATA[ ]]>&#32;<list key='a'><!-- b --><entry value='>'><!-- > c --></entry></list>",
        "<tag xmlns:x='http://www.w3.org/2001/XMLSchema-instance' x:schemaLocation='a b'"
        " value='c' key='d'></tag>",
        "<lists key='a'><list><entry value='b'/></list></lists><maps key='a'><map/></maps>",
    ],
)
def test_all_that_the_schema_allows(inside: str) -> None:
    """Comments and white space do not matter, nor does the order of attributes."""
    Document(content := document(inside))

    assert SCHEMA.validate(etree.fromstring(content))


def test_version_of_xml() -> None:
    """What only a future XML could mean is refused."""
    with pytest.raises(MalformedError) as error:
        Document(document("", "<?xml version='1.2'?>"))

    assert "line 1: it is in version 1.2 of XML, which JOSM cannot read" == str(error.value)


def test_settings_are_found() -> None:
    """A setting is where JOSM has it; of those with its key, of any kind, the last counts."""
    found = Document(
        document(
            "<tag key='port' value='1'/><tag key='on' value='2'/><tag key='on' value='3'/>"
            "<maps key='m'><map><tag key='port' value='4'/><tag key='id' value='y'/></map></maps>"
            "<lists key='l'><list><entry value='5'/></list></lists><tag key='x' value='6'/>"
            "<list key='x'><entry value='7'/></list><list key='x'><entry value='z'/></list>"
            "<list key='l'><entry value='8'/></list><tag key='l' value='9'/>"
            "<list key='l'><entry value='l'/></list><list key='on'/><list key='port'/>"
            "<tag key='port' value='8111'/><maps key='gone'/><list key='gone'/>"
        ),
        lists=["x", "l", "absent"],
        maps=["m", "gone"],
        tags=["port", "on", "absent"],
    )
    lists = {key: [each.value for each in found.lists[key].children] for key in found.lists}

    assert {"port": "8111"} == found.tags
    assert ({"m": ["y"], "x": ["z"], "l": ["l"]}, {"x"}) == (lists, found.repeated)


@pytest.mark.parametrize(
    ("inside", "line"),
    [
        ("\n<list key='x'><entry value='a'/></list>", 3),
        ("\n\n<list key='x'/>", 4),
    ],
)
def test_edit_with_an_unexpected_result_is_refused(inside: str, line: int) -> None:
    """An edit is made only if the lists then contain what they should."""
    found = Document(document(inside), ["x"])
    edit = found.append(found.lists["x"], ["<entry value='b'/>"])
    with pytest.raises(MalformedError) as error:
        found.edited([edit], {"x": ["b", "c"]})

    assert f"line {line}: its layout is not one that JOSM writes" == str(error.value)
