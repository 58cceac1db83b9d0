"""Who may ask the server for what."""

import pytest

from stravacookies.heatmap import CURRENT, Tile
from stravacookies.server import gate

OSM = "https://www.openstreetmap.org"
EVIL = "https://www.openstreetmap.org.example.com"
TILE = "/all/hot/8/198/114.png"
OWN = {"host": "127.0.0.1:8765"}
SCRIPT = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "script"}
PICTURE = SCRIPT | {"sec-fetch-dest": "image"}


@pytest.mark.parametrize(
    ("path", "tile"),
    [
        ("/all/hot/8/198/114.png", Tile(198, 114, 8)),
        ("/all/hot/3/7/0.png", Tile(7, 0, 3)),
        ("/all/hot/19/524287/524287.png", Tile(524287, 524287, 19)),
        ("/all/hot/2/0/0.png", None),
        ("/all/hot/20/0/0.png", None),
        ("/all/hot/3/8/0.png", None),
        ("/all/hot/3/0/8.png", None),
        ("/all/hot/3/-1/0.png", None),
        ("/all/hot/٣/0/0.png", None),
        ("/all/hot/3/0/0.png?px=256", None),
        ("/all/hot/3/0/0.png#", None),
        ("/all/hot/3/0/0.jpg", None),
        ("/all/hot/3/0/0", None),
        ("//all/hot/3/0/0.png", None),
        ("/all/../all/hot/3/0/0.png", None),
        ("/sport_VirtualRide/hot/3/0/0.png", None),
        ("/all/pink/3/0/0.png", None),
        ("/al%6C/hot/3/0/0.png", None),
        ("http://127.0.0.1:8765/all/hot/3/0/0.png", None),
        ("/", None),
        ("/all/hot/" + "9" * 5000 + "/0/0.png", None),
    ],
)
def test_paths(path: str, tile: Tile | None) -> None:
    """Only known activities and colours, and tiles on the map up to zoom level 19, have a path."""
    expected = tile and gate.Wanted(CURRENT.layer("all:hot"), tile)

    assert expected == gate.wanted(path)


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({}, None),
        ({"origin": OSM}, None),
        ({"origin": "https://openstreetmap.org"}, None),
        ({"origin": "https://rapideditor.org"}, None),
        ({"origin": "http://localhost:8080"}, None),
        ({"origin": "http://127.0.0.1:8765"}, None),
        (PICTURE | {"referer": f"{OSM}/"}, None),
        ({"sec-fetch-site": "none"}, None),
        ({"sec-fetch-site": "same-origin", "referer": "http://127.0.0.1:8765/"}, None),
        ({"referer": "https://example.com/"}, None),  # it tells nothing: no browser, or an old one
        ({"origin": "https://example.com"}, "pages"),
        ({"origin": EVIL}, "pages"),
        ({"origin": "https://evilopenstreetmap.org"}, "pages"),
        ({"origin": "http://www.openstreetmap.org"}, "pages"),
        ({"origin": "http://localhost.example.com"}, "pages"),
        ({"origin": f"{OSM}\n"}, "pages"),
        ({"origin": "null"}, "pages"),
        ({"origin": ""}, "pages"),
        ({"origin": "https://example.com", "referer": f"{OSM}/"}, "pages"),
        (PICTURE, None),  # such as iD's, or any other site's that does not say which it is
        (SCRIPT, "pages"),
        (SCRIPT | {"sec-fetch-dest": "document"}, "pages"),
        (PICTURE | {"referer": "https://example.com/"}, "pages"),
        (PICTURE | {"referer": f"https://example.com/{OSM}/"}, "pages"),
        (PICTURE | {"referer": f"{OSM}@example.com/"}, "pages"),
        (PICTURE | {"referer": "http://["}, "pages"),
        ({"sec-fetch-site": "same-site", "referer": "http://example.com/"}, "pages"),
        ({"host": "127.0.0.1"}, "host"),
        ({"host": "127.0.0.1:8766"}, "host"),
        ({"host": "localhost:8765"}, "host"),
        ({"host": "example.com:8765"}, "host"),
        ({"host": ""}, "host"),
    ],
)
def test_who_is_let_in(headers: dict[str, str], reason: str | None) -> None:
    """Programs, and pages of editors, are let in; other sites' pages and names are not."""
    reasons = {
        "pages": "Only pages of openstreetmap.org, rapideditor.org and localhost may use these"
        " tiles.",
        "host": "Only http://127.0.0.1:8765 leads here.",
        None: None,
    }

    assert reasons[reason] == gate.refusal(TILE, OWN | headers, 8765)


@pytest.mark.parametrize(
    ("path", "destination", "is_open"),
    [
        ("/", "document", True),
        ("/", "iframe", False),
        ("/", "script", False),
        (TILE, "document", False),
    ],
)
def test_links(path: str, destination: str, is_open: bool) -> None:
    """A link on any site opens the page; no other site's page contains it, or a tile."""
    headers = OWN | {"sec-fetch-site": "cross-site", "sec-fetch-dest": destination}

    assert is_open == (gate.refusal(path, headers, 8765) is None)
    assert gate.refusal(path, headers | {"host": "example.com"}, 8765)


def test_usual_port() -> None:
    """Clients leave out the usual port of HTTP; a request without a host is refused."""
    assert gate.refusal(TILE, {"host": "127.0.0.1"}, 80) is None
    assert gate.refusal(TILE, {}, 80)


def test_pages_can_read() -> None:
    """The page that asked can read the answer; asked whether it may, the server says so."""
    shared = {
        "Access-Control-Allow-Origin": OSM,
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Vary": "Origin",
    }
    allowed = {"Access-Control-Allow-Methods": "GET, HEAD", "Access-Control-Max-Age": "600"}
    private = {"origin": OSM, "access-control-request-private-network": "true"}

    assert shared == gate.cross_origin_headers({"origin": OSM})
    assert "Access-Control-Allow-Origin" not in gate.cross_origin_headers({})
    assert shared | allowed == gate.preflight_headers({"origin": OSM})
    assert {"Access-Control-Allow-Private-Network": "true"}.items() <= gate.preflight_headers(
        private
    ).items()


@pytest.mark.parametrize(
    ("etag", "known", "expected"),
    [
        ('"a"', '"a"', True),
        ('"a"', '"b", W/"a"', True),
        ('W/"a"', '"a"', True),
        ('"a"', "*", True),
        ('"a"', '"b"', False),
        ('"a"', "", False),
        ("W/", "", False),
        (None, "*", False),
        (None, '"a"', False),
    ],
)
def test_unchanged(etag: str | None, known: str, expected: bool) -> None:
    """A tile is unchanged if the caller knows its tag, weak or not."""
    assert expected == gate.is_unchanged(etag, known)
