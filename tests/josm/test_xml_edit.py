"""The byte offsets of settings, and which files are refused."""

import codecs

import pytest

from stravacookies.josm.xml_edit import NAMESPACE, Document, MalformedError
from tests.josm.documents import FULL, document

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
        (FULL.replace(b"</list>", b""), "line 10: mismatched tag"),
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


def test_settings_are_found() -> None:
    """A setting is where JOSM has it, and nowhere else; of duplicates, the last counts."""
    found = Document(
        document(
            "<tag key='port' value='1'/><list key='port'><entry value='2'/></list>"
            "<maps key='x'><map><tag key='port' value='3'/><tag key='id' value='y'/></map></maps>"
            "<lists key='l'><list key='port'><entry value='4'/></list></lists>"
            "<list key='x'><entry value='z'/></list><tag key='port' value='8111'/>"
        ),
        lists=["port", "x", "l", "absent"],
        maps=["x", "port"],
        tags=["port", "absent"],
    )
    lists = {key: [each.value for each in found.lists[key].children] for key in found.lists}

    assert {"port": "8111"} == found.tags
    assert ({"port": ["2"], "x": ["z"]}, {"x"}) == (lists, found.repeated)


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
