"""The preferences editor: one entry more, and every other byte as it was."""

import codecs
from pathlib import Path

import pytest
from lxml import etree

from stravacookies.josm.preferences import (
    DEFAULT_SITE,
    NAMESPACE,
    NEW,
    MalformedError,
    register,
    tags,
    unregister,
)

SITE = "/home/mapper/.config/JOSM/strava-heatmap.xml"
ENTRY = f'<entry value="{SITE}"/>'
SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).parent / "data" / "preferences.xsd"))


def document(inside: str, head: str = "<?xml version='1.0' encoding='UTF-8'?>\n") -> bytes:
    """A `preferences.xml` with something in it."""
    return (
        f"{head}<preferences xmlns='{NAMESPACE}' version='18646'>{inside}</preferences>\n"
    ).encode()


def sites(content: bytes) -> list[str]:
    """The sites that JOSM would read, found with another parser than the product's."""
    tree = etree.fromstring(content)
    assert SCHEMA.validate(tree), SCHEMA.error_log
    lists = tree.xpath("/*/*[local-name()='list'][@key='imagery.layers.sites']")
    return [entry.get("value") for entry in lists[-1].iter("{*}entry")]


FULL = document(
    """
  <!-- mine -->
  <tag key='a' value='line one
line two'/>
  <list key='imagery.layers.sites'>
    <entry value='https://example.org/maps'/>
  </list>
  <tag key="z"   value="&lt;&#10;&apos;"/>
"""
)


def test_entry_joins_a_list() -> None:
    """Behind the entries that are there comes one more, in the same indentation."""
    after = register(FULL, SITE)

    assert ["https://example.org/maps", SITE] == sites(after)
    assert FULL.replace(b"maps'/>", f"maps'/>\n    {ENTRY}".encode()) == after


def test_absent_list_gets_the_default_too() -> None:
    """Without JOSM's own site JOSM would drop the user's imagery."""
    before = document("\n  <tag key='a' value='b'/>\n")
    after = register(before, SITE)

    assert [DEFAULT_SITE, SITE] == sites(after)
    assert (
        document(
            "\n  <tag key='a' value='b'/>"
            '\n  <list key="imagery.layers.sites">'
            '\n    <entry value="https://josm.openstreetmap.de/maps%&lt;?ids=&gt;"/>'
            f"\n    {ENTRY}\n  </list>\n"
        )
        == after
    )


@pytest.mark.parametrize(
    "empty",
    [
        "<list key='imagery.layers.sites'/>",
        '<list key="imagery.layers.sites" />',
        "<list key='imagery.layers.sites'></list>",
        "<list key='imagery.layers.sites'>\n  </list>",
        "<list key='imagery.layers.sites'><!-- none --></list>",
        "<list\n\tkey = 'imagery.layers.sites'\n/>",
    ],
)
def test_empty_list_is_the_users_choice(empty: str) -> None:
    """A user who emptied the list wants no default: only ours is added."""
    before = document(f"\n  <tag key='a' value='/>'/>\n  {empty}\n  <tag key='b' value='c'/>\n")

    assert [SITE] == sites(register(before, SITE))


@pytest.mark.parametrize("inside", ["", "\n", "<tag key='a' value='b'/>", "<!-- > /> -->"])
def test_unusual_layout(inside: str) -> None:
    """Where white space is unusual, the result is valid nevertheless."""
    assert [DEFAULT_SITE, SITE] == sites(register(document(inside), SITE))


def test_new_preferences() -> None:
    """A JOSM that was never started gets preferences of two sites, and nothing else."""
    assert [DEFAULT_SITE, SITE] == sites(register(NEW, SITE))


def test_registered_site_changes_nothing() -> None:
    """The second run finds its entry, and returns the very same content."""
    once = register(FULL, SITE)

    assert once is register(once, SITE)


def test_last_of_two_lists_counts() -> None:
    """Of two lists with the same key JOSM reads the last."""
    one = f"<list key='imagery.layers.sites'><entry value='{SITE}'/></list>"
    other = "<list key='imagery.layers.sites'><entry value='x'/></list>"

    assert ["x", SITE] == sites(register(document(one + other), SITE))


def test_list_elsewhere_is_another_list() -> None:
    """A list inside `lists` or a setting of the same name is not the list of sites."""
    inside = (
        "<lists key='imagery.layers.sites'><list><entry value='a'/></list></lists>"
        "<tag key='imagery.layers.sites' value='b'/>"
    )

    assert [DEFAULT_SITE, SITE] == sites(register(document(inside), SITE))


@pytest.mark.parametrize(
    "site", ["/a & b/<c>'d\".xml", "C:\\Users\\Jörg\\JOSM\\x.xml", "/地図.xml"]
)
def test_site_is_escaped(site: str) -> None:
    """Any path that a user's home may have comes out of the file as it went in."""
    assert [DEFAULT_SITE, site] == sites(register(NEW, site))


def test_site_that_xml_cannot_hold() -> None:
    """A path with a control character is refused, since no XML could hold it."""
    with pytest.raises(ValueError, match="XML"):
        register(NEW, "/a\x01b.xml")


@pytest.mark.parametrize(
    ("encoding", "bom"),
    [
        ("UTF-16LE", b""),
        ("UTF-16BE", b""),
        ("UTF-8", codecs.BOM_UTF8),
        ("UTF-16", codecs.BOM_UTF16_LE),
        ("UTF-16", codecs.BOM_UTF16_BE),
        ("ISO-8859-1", b""),
        ("windows-1252", b""),
    ],
)
def test_encoding_stays(encoding: str, bom: bytes) -> None:
    """Whatever the encoding, it stays, with its byte-order mark; only the entry is added."""
    codec = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}.get(bom, encoding)
    head = f"<?xml version='1.0' encoding='{encoding}'?>\n"
    inside = "\n  <tag key='é' value='ü'/>\n  <list key='imagery.layers.sites'/>\n"
    before = bom + document(inside, head).decode().encode(codec)
    site = "/home/jörg/地図.xml"
    after = register(before, site)

    assert [site] == sites(after)
    assert after.startswith(bom + head.encode(codec))
    assert "<tag key='é' value='ü'/>".encode(codec) in after


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "line 1: no element found"),
        (b"\n\nhello", "line 3: syntax error"),
        (FULL[:-30], "line 9: unclosed token"),
        (FULL.replace(b"</list>", b""), "line 10: mismatched tag"),
        (b"<imagery/>", "line 1: the root element is not that of JOSM's preferences"),
        (
            f"<p:preferences xmlns:p='{NAMESPACE}'/>".encode(),
            "line 1: the root element is not that of JOSM's preferences",
        ),
        (
            document(f"<p:list xmlns:p='{NAMESPACE}' key='imagery.layers.sites'/>"),
            "line 2: it is laid out in a way that JOSM never writes",
        ),
        (b"<preferences/>", "line 1: the root element is not that of JOSM's preferences"),
        (document("\xff").replace(b"\xc3\xbf", b"\xff"), "line 2: not well-formed (invalid token)"),
        (
            b"<?xml version='1.0' encoding='no'?><a/>",
            "line 1: it cannot be decoded as no",
        ),
        (b"<?xml version='1.0' encoding='base64'?><a/>", "line 1: it cannot be decoded as base64"),
        (codecs.BOM_UTF16_LE + b"<\x00a", "line 1: it cannot be decoded as utf-16-le"),
        (
            b'<!DOCTYPE a [<!ENTITY x "y">]>' + FULL[FULL.index(b"<pref") :],
            "line 1: it has a DOCTYPE, which JOSM never writes",
        ),
    ],
)
def test_anything_else_is_refused(content: bytes, why: str) -> None:
    """What JOSM did not write is refused, with the line."""
    with pytest.raises(MalformedError) as error:
        register(content, SITE)

    assert why == str(error.value)


BOMB = (
    b'<?xml version="1.0"?>\n<!DOCTYPE a [\n <!ENTITY a0 "ha">\n'
    + b"".join(b'<!ENTITY a%d "%s">\n' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12))
    + b"]>\n"
    + document("<tag key='a' value='&a11;'/>", head="")
)


def test_entity_bomb_is_not_expanded() -> None:
    """A document that would fill the memory is refused at its second line."""
    with pytest.raises(MalformedError, match="line 2: it has a DOCTYPE"):
        register(BOMB, SITE)


@pytest.mark.parametrize(
    "other",
    [
        f"file:{SITE}",
        f"file://{SITE}",
        "FILE:///home/mapper/.josm/strava-heatmap.xml",
        "/home/mapper/.josm/strava-heatmap.xml",
        r"C:\Users\mapper\JOSM\strava-heatmap.xml",
        "josmdir://strava-heatmap.xml",
        "file:///home/mapper/.josm/strava%2Dheatmap.xml",
        f"{SITE} ",
    ],
)
def test_other_spelling_gives_way(other: str) -> None:
    """The set in another spelling, or of a JOSM that has moved, is replaced where it stands."""
    before = document(
        "<list key='imagery.layers.sites'>"
        f"<entry value='a'/><!-- b --><entry value='{other}' /><entry value='c'></entry></list>"
    )
    after = register(before, SITE)

    assert ["a", SITE, "c"] == sites(after)
    assert before.replace(f"<entry value='{other}' />".encode(), ENTRY.encode()) == after


def test_several_spellings_become_one() -> None:
    """Whatever has piled up, one entry is there in the end: the one that is right."""
    before = document(
        f"<list key='imagery.layers.sites'><entry value='file:{SITE}'/>"
        f"<entry value='a'/>\n<entry value='{SITE}'></entry><entry value='{SITE}'/></list>"
    )

    assert ["a", SITE] == sites(register(before, SITE))


@pytest.mark.parametrize(
    "other",
    ["https://example.org/strava-heatmap.xml", "/home/mapper/my-strava-heatmap.xml", "/x.xml"],
)
def test_other_files_stay(other: str) -> None:
    """What is not a file of our name on this computer is the user's."""
    before = document(f"<list key='imagery.layers.sites'><entry value='{other}'/></list>")

    assert [other, SITE] == sites(register(before, SITE))
    assert [other] == sites(unregister(register(before, SITE), SITE, "strava-heatmap-"))


IN_USE = """
  <maps key='imagery.entries'>
    <map>
      <tag key='name' value='mine'/>
    </map>
    <map>
      <tag key='name' value='Strava Heatmap'/>
      <tag key='id' value='strava-heatmap-all-hot'/>
    </map>
  </maps>
  <list key='imagery.layers.default'>
    <entry value='Bing'/>
    <entry value='strava-heatmap-all-hot'/>
  </list>"""


def test_all_of_ours_is_taken_out() -> None:
    """The site goes, and the entries that JOSM has taken from it; the user's own stay."""
    before = document(f"{IN_USE}\n  <list key='imagery.layers.sites'>\n  </list>\n")
    after = unregister(register(before, SITE), SITE, "strava-heatmap-")

    assert (
        document(
            """
  <maps key='imagery.entries'>
    <map>
      <tag key='name' value='mine'/>
    </map>
  </maps>
  <list key='imagery.layers.default'>
    <entry value='Bing'/>
  </list>
  <list key='imagery.layers.sites'>
  </list>
"""
        )
        == after
    )


def test_lists_of_ours_alone_go_whole() -> None:
    """What JOSM has only because of us goes whole, as does a list of JOSM's own site alone."""
    inside = (
        "\n<maps key='imagery.entries'><map><tag key='id' value='strava-heatmap-a'/></map></maps>"
        "\n<list key='imagery.layers.default'><entry value='strava-heatmap-a'/></list>"
        "\n<tag key='a' value='b'/>\n"
    )
    after = unregister(register(document(inside), SITE), SITE, "strava-heatmap-")

    assert document("\n<tag key='a' value='b'/>\n") == after


@pytest.mark.parametrize("before", [FULL, document(""), document(IN_USE.replace("strava", "x"))])
def test_nothing_of_ours_is_nothing_to_take_out(before: bytes) -> None:
    """Preferences that know nothing of us come back as they are."""
    assert before is unregister(before, SITE, "strava-heatmap-")


def test_registration_undone_is_as_before() -> None:
    """To register and to take out again leaves the very same bytes."""
    for before in [FULL, document("\n  <tag key='a' value='b'/>\n")]:
        assert before == unregister(register(before, SITE), SITE, "strava-heatmap-")


def test_earlier_list_does_not_come_to_the_fore() -> None:
    """Where a list is there twice, the last is emptied, not taken out."""
    offered = "<list key='imagery.layers.default'><entry value='{}'/></list>"
    before = document(offered.format("Bing") + offered.format("strava-heatmap-a"))
    after = unregister(before, SITE, "strava-heatmap-")

    assert before.replace(b"<entry value='strava-heatmap-a'/>", b"") == after


def test_single_setting() -> None:
    """A setting is read where JOSM has it, and nowhere else."""
    content = document(
        "<tag key='port' value='1'/><list key='port'><entry value='2'/></list>"
        "<maps key='x'><map><tag key='port' value='3'/></map></maps><tag key='port' value='8111'/>"
    )

    assert {"port": "8111"} == tags(content, ["port", "other"])
