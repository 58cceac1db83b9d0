"""What holds for any input: test_properties.py generates input, and fuzz.py searches for it."""

import re
from urllib.parse import unquote

from lxml import etree

from stravacookies.credentials.cookie_files import read_export
from stravacookies.credentials.sources import from_text
from stravacookies.errors import NotLoggedInError
from stravacookies.heatmap import CLASSIC, CURRENT
from stravacookies.josm.preferences import DEFAULT_SITE, SITES
from stravacookies.josm.schema import NAMESPACE
from stravacookies.josm.xml_edit import MalformedError
from stravacookies.strava.session import Session
from tests.josm.documents import registered, unregistered

SITE = "/home/mapper/.config/JOSM/strava-heatmap.xml"
ENTRIES, OFFERED = "imagery.entries", "imagery.layers.default"
IDS = {layer.id for layer in CURRENT.layers()}
# JOSM reads UTF-8, whatever a file declares.
_PARSER = etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True, huge_tree=True)


def check_preferences(content: bytes) -> None:
    """Preferences are refused, or register us once and unregister us, with all else as before."""
    try:
        with_us = registered(content, SITE)
        removed = unregistered(content, SITE, IDS)
        back = unregistered(with_us, SITE, IDS)
        restored = unregistered(with_us, SITE, IDS, content)
    except MalformedError as error:
        if not str(error).startswith("line "):
            raise
        return
    assert (content if removed == content else back) == restored
    try:
        root = etree.fromstring(content, _PARSER)
    except (etree.XMLSyntaxError, ValueError):
        return  # this parser is stricter, such as with the version of XML
    assert with_us == registered(with_us, SITE)
    assert back == unregistered(back, SITE, IDS)
    assert _others(content) == _others(with_us) == _others(removed) == _others(back)
    for key in (ENTRIES, OFFERED):
        kept = [value for value in _values(content, key) or [] if value not in IDS]
        assert kept == (_values(back, key) or [])
        assert _values(content, key) == _values(with_us, key)

    before, after = _values(content, SITES), _values(with_us, SITES)
    own = [site for site in before or [] if not _is_ours(site)]
    assert after is not None
    assert 1 == after.count(SITE)
    assert ([DEFAULT_SITE] if before is None else own) == [site for site in after if site != SITE]
    josms_own = before is None or (own == [DEFAULT_SITE] and len(_lists(content, SITES)) == 1)
    assert (None if josms_own else own) == _values(back, SITES)
    assert (before if own == before else _values(back, SITES)) == _values(removed, SITES)
    has_place = len(root) or root.text if before is None else own and not josms_own
    if has_place and removed == content:
        assert content == back


def check_export(text: str) -> None:
    """What is pasted gives a session or cookies that break out of nothing, or is refused."""
    cookies = read_export(text.encode(errors="surrogateescape")).cookies
    assert all(cookies.values())
    assert not set("".join(cookies.values())) & set('}{"<>,; \\\r\n\t')
    for host in (CURRENT, CLASSIC):
        try:
            assert from_text(text, "The test", host)
        except NotLoggedInError as error:
            assert "_strava4_session" not in cookies
            if not str(error).startswith("The test is "):
                raise


def check_session_in_export(text: str, session: str) -> None:
    """The session in an export is found."""
    assert Session(session) == from_text(text, "The test", CURRENT)


def _is_ours(site: str) -> bool:
    site = site.strip()  # spaces do not matter
    scheme = re.match(r"([a-z][a-z\d+.-]+):", site, re.IGNORECASE | re.ASCII)
    kind = scheme[1].lower() if scheme else "file"
    path = unquote(site) if scheme and kind == "file" else site
    separated = path if path.startswith("/") else path.replace("\\", "/")
    return kind in ("file", "josmdir") and separated.rpartition("/")[2] == "strava-heatmap.xml"


def _values(content: bytes, key: str) -> list[str] | None:
    """Return the values of the last list of a key, or the ids in it; None if there is none."""
    lists = _lists(content, key)
    if not lists:
        return None
    children = [child for child in lists[-1] if isinstance(child.tag, str)]
    if key == ENTRIES:
        return ["".join(child.xpath("*[@key='id'][last()]/@value")) for child in children]
    return [child.get("value", "") for child in children]


def _lists(content: bytes, key: str) -> list["etree._Element"]:
    kind = "maps" if key == ENTRIES else "list"
    settings = etree.fromstring(content, _PARSER).iterchildren(f"{{{NAMESPACE}}}{kind}")
    return [setting for setting in settings if setting.get("key") == key]


def _others(content: bytes) -> list[bytes]:
    """Return all that is not in the lists of interest, in order, with comments."""
    return [
        etree.tostring(each, with_tail=False)
        for each in etree.fromstring(content, _PARSER)
        if not (isinstance(each.tag, str) and each.get("key") in (ENTRIES, OFFERED, SITES))
    ]
