"""Preferences of JOSM, written and read without the product."""

from collections.abc import Collection
from pathlib import Path

from lxml import etree

from stravacookies.josm.preferences import read, register, unregister
from stravacookies.josm.schema import NAMESPACE

SITE = "/home/mapper/.config/JOSM/strava-heatmap.xml"
SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).parent.parent / "data" / "preferences.xsd"))


def document(inside: str, head: str = "<?xml version='1.0' encoding='UTF-8'?>\n") -> bytes:
    """A `preferences.xml` with something in it."""
    return (
        f"{head}<preferences xmlns='{NAMESPACE}' version='18646'>{inside}</preferences>\n"
    ).encode()


def registered(content: bytes, site: str) -> bytes:
    """Preferences with a site registered."""
    return register(read(content), site)


def unregistered(content: bytes, site: str, ids: Collection[str], backup: bytes = b"") -> bytes:
    """Preferences without a site."""
    return unregister(read(content), site, ids, backup)


def sites(content: bytes) -> list[str]:
    """The sites that JOSM would read. It reads UTF-8, whatever a file declares."""
    tree = etree.fromstring(content, etree.XMLParser(encoding="utf-8"))
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
"""With a site of the user, a comment, line breaks in a value, and both kinds of quotes."""

USED = """<preferences xmlns='http://josm.openstreetmap.de/preferences-1.0'>
  <list key='imagery.layers.default'>
    <entry value='strava-heatmap-all-hot'/>
    <entry value='https://content-a.strava.com/identified/globalheat/water/blue/'/>
  </list>
  <maps key='imagery.entries'>
    <map>
      <tag key='id' value='strava-heatmap-sport_Hike-blue'/>
      <tag key='name' value='Activated'/>
      <tag key='type' value='tms'/>
      <tag key='url' value='https://example.org/{zoom}/{x}/{y}.png'/>
    </map>
    <map>
      <tag key='name' value='Added by hand'/>
      <tag key='type' value='tms'/>
      <tag key='url' value='https://content-a.strava.com/identified/globalheat/run/orange/{zoom}/{x}/{y}.png?v=19'/>
    </map>
    <map>
      <tag key='id' value='strava-heatmap-proxy'/>
      <tag key='name' value='Activated'/>
      <tag key='type' value='tms'/>
      <tag key='url' value='https://example.org/{zoom}/{x}/{y}.png'/>
    </map>
  </maps>
</preferences>
"""
"""JOSM has offered two layers. The user has activated one, and has added another one by hand."""
