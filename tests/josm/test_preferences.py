"""What is registered in JOSM's preferences: one entry more, and every other byte as before."""

import re

import pytest

from stravacookies.josm.preferences import DEFAULT_SITE, NEW
from stravacookies.josm.schema import NAMESPACE
from stravacookies.josm.xml_edit import MalformedError
from tests.josm.documents import FULL, SITE, document, registered, sites, unregistered

IDS = ["strava-heatmap-all-hot", "strava-heatmap-run-blue"]
LIST = "<list key='imagery.layers.sites'>"
ENTRY = f'<entry value="{SITE}"/>'
XMLNS_ENTRY = f'<entry xmlns="{NAMESPACE}"'
OTHER = "<entry value='x'/>"
DEFAULT = '<entry value="https://josm.openstreetmap.de/maps%&lt;?ids=&gt;"/>'
NEW_LIST = f"""«
  <list key="imagery.layers.sites">
    {DEFAULT}
    {ENTRY}
  </list>»"""


@pytest.mark.parametrize(
    "text",
    [
        # Behind other entries, indented like them.
        f"\n  {LIST}\n    <entry value='a'/>«\n    {ENTRY}»\n  </list>\n",
        f"\r\n\t{LIST}\r\n\t<entry value='a'/>«\r\n\t{ENTRY}»</list>",
        f"{LIST}<entry value='a'></entry>«{ENTRY}»</list>",
        # Other files are the user's.
        f"{LIST}<entry value='https://a/strava-heatmap.xml'/>«{ENTRY}»</list>",
        f"{LIST}<entry value='/my-strava-heatmap.xml'/><entry value='/x.xml'/>«{ENTRY}»</list>",
        f"{LIST}<entry value='/Strava-Heatmap.xml'/><entry value='/a/strava-heatmap.xml.bak'/>"
        f"<entry value='/a\\strava-heatmap.xml'/><entry value='ftp://a/strava-heatmap.xml'/>"
        f"<entry value=' HTTP://a/strava-heatmap.xml'/>«{ENTRY}»</list>",
        # An empty list is the user's choice.
        f"\n  {LIST}«\n    {ENTRY}»</list>\n",
        f"\n  {LIST}«\n    {ENTRY}»\n  </list>\n",
        # Without JOSM's own site in a new list, JOSM would drop the user's imagery.
        NEW_LIST,
        f"\n  <tag key='a' value='/>'/>{NEW_LIST}\n",
        f'<!-- > /> -->«<list key="imagery.layers.sites">  {DEFAULT}  {ENTRY}</list>»',
        # With prefixes, what is new declares its namespace.
        f"<p:list xmlns:p='{NAMESPACE}' key='imagery.layers.sites'><p:entry value='a'/>"
        f"«{ENTRY.replace('<entry', XMLNS_ENTRY)}»</p:list>",
        # Other kinds of settings with this key are not the list. The last one counts.
        f"\n  {LIST}{OTHER}</list><tag key='imagery.layers.sites' value='b'/>{NEW_LIST}\n",
        f"\n  <tag key='imagery.layers.sites' value='b'/>{NEW_LIST}\n",
        f"\n  <maps key='imagery.layers.sites'><map/></maps>{NEW_LIST}\n",
        f"\n  <lists key='imagery.layers.sites'><list/></lists>{NEW_LIST}\n",
    ],
)
def test_registration_can_be_undone(text: str) -> None:
    """What is in «» is added, once; to remove it again leaves the same bytes."""
    before = document(re.sub("«.*»", "", text, flags=re.DOTALL))
    after = registered(before, SITE)

    assert document(re.sub("[«»]", "", text)) == after
    assert SITE == sites(after)[-1]
    assert after is registered(after, SITE)
    assert before == unregistered(after, SITE, IDS)
    assert before is unregistered(before, SITE, IDS)


ROOT = f"<preferences xmlns='{NAMESPACE}'"


@pytest.mark.parametrize(
    "before",
    [
        NEW,
        f"{ROOT}\t/>".encode(),
        f"{ROOT}></preferences >".encode(),
        f"<?a b?>\r\n<!-- c -->{ROOT}>\r\n</preferences><!-- d -->".encode(),
        f"<!DOCTYPE preferences><p:preferences xmlns:p='{NAMESPACE}'\n/>\n".encode(),
        document("<list key='imagery.layers.sites'/>"),
        document(f"{LIST}</list>"),
        document(f"\n  {LIST}\n  </list>\n"),
        document(f"{LIST}<!-- none --></list >"),
        document(f"{LIST}{DEFAULT}</list>"),
    ],
)
def test_backup_is_restored(before: bytes) -> None:
    """If nothing has changed since the registration, its removal restores every byte."""
    after = registered(before, SITE)

    assert SITE == sites(after)[-1]
    assert before is unregistered(after, SITE, IDS, before)
    for other in (b"<a>", before + b" ", registered(before, "/old/strava-heatmap.xml")):
        assert unregistered(after, SITE, IDS) == unregistered(after, SITE, IDS, other)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (NEW, [DEFAULT_SITE, SITE]),
        (FULL, ["https://example.org/maps", SITE]),
        (document("<list key='imagery.layers.sites'/>"), [SITE]),
        (document('\n  <list\n\tkey = "imagery.layers.sites"\n/>\n'), [SITE]),
        (document(f"{LIST}<!-- none --></list>"), [SITE]),
        (document(f"{LIST}{ENTRY}</list>{LIST}{OTHER}</list>"), ["x", SITE]),
        (
            document(f"{LIST}<entry value='file:{SITE}'/>{OTHER}{ENTRY}\n{ENTRY}</list>"),
            ["x", SITE],
        ),
    ],
)
def test_odd_layout(before: bytes, after: list[str]) -> None:
    """Preferences in any layout list us once afterwards; of two lists, JOSM reads the last."""
    assert after == sites(registered(before, SITE))


@pytest.mark.parametrize(
    "site", ["/a & b/<c>'d\".xml", "C:\\Users\\Jörg\\JOSM\\x.xml", "/地図.xml", "/🗺.xml"]
)
@pytest.mark.parametrize("encoding", ["UTF-8", "windows-1252", "utf-16"])
def test_site_is_escaped(site: str, encoding: str) -> None:
    """Any path comes out of the file as it went in, whatever encoding the file declares."""
    head = f"<?xml version='1.0' encoding='{encoding}'?>\n"
    after = registered(document("<tag key='a' value='b'/>", head), site)

    assert [DEFAULT_SITE, site] == sites(after)
    assert after.isascii()


def test_impossible_edits_are_refused() -> None:
    """A path with a control character is refused, and so is what JOSM did not write."""
    with pytest.raises(ValueError, match="XML"):
        registered(NEW, "/a\x01b.xml")
    with pytest.raises(MalformedError):
        registered(FULL[:-30], SITE)
    with pytest.raises(MalformedError):
        unregistered(FULL[:-30], SITE, IDS)


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
def test_other_spelling_is_replaced(other: str) -> None:
    """Our file in another spelling, or of a JOSM that has moved, is replaced where it is."""
    text = f"{LIST}<entry value='a'/><!-- b -->{{}}<entry value='c'></entry></list>"
    before = document(text.format(f"<entry value='{other}' />"))

    assert document(text.format(ENTRY)) == registered(before, SITE)


@pytest.mark.parametrize(
    "text",
    [
        # Beside the user's own, even where that has an id that looks like ours.
        """
  <maps key='imagery.entries'>
    <map>
      <tag key='id' value='strava-heatmap-proxy'/>
    </map>«
    <map>
      <tag key='id' value='strava-heatmap-all-hot'/>
    </map>»
  </maps>
  <list key='imagery.layers.default'>
    <entry value='Bing'/>«
    <entry value='strava-heatmap-run-blue'/>»
  </list>
""",
        # A list that JOSM has only because of us is removed.
        "«\n<maps key='imagery.entries'><map><tag key='id' value='strava-heatmap-all-hot'/></map>"
        "</maps>\n<list key='imagery.layers.default'><entry value='strava-heatmap-run-blue'/>"
        "</list>»\n<tag key='a' value='b'/>\n",
        # Instead of the last of two lists, JOSM would use the first.
        "<list key='imagery.layers.default'><entry value='Bing'/></list>"
        "<list key='imagery.layers.default'>«<entry value='strava-heatmap-all-hot'/>»</list>",
    ],
)
def test_what_josm_has_taken_from_us_is_removed(text: str) -> None:
    """With the site, the entries that JOSM has taken from it go, which are in «»."""
    before = document(re.sub("[«»]", "", text))
    after = document(re.sub("«.*?»", "", text, flags=re.DOTALL))

    assert after == unregistered(registered(before, SITE), SITE, IDS)
    assert after == unregistered(before, SITE, IDS)
