"""The stand-in behaves as Strava does, so that the other tests mean something."""

import time
from io import BytesIO
from itertools import product
from typing import Any

import pytest
import requests
from PIL import Image, ImageChops, ImageStat

from stravacookies.heatmap import CLASSIC, CURRENT
from tests.standin import aerial, tiles
from tests.standin.server import StandIn
from tests.standin.strava import Strava

LOGIN = "https://www.strava.com/login"
MAPS = "https://www.strava.com/maps"
Values = dict[str, str] | None
TILE = "https://content-a.strava.com/identified/globalheat/all/hot/8/198/114.png"


def get(
    stand_in: StandIn, url: str, cookies: Values = None, params: Values = None, by: Any = requests
) -> requests.Response:
    """Send a request to the stand-in, by `requests` or a session of it; follow no redirect."""
    options = {"verify": str(stand_in.ca), "allow_redirects": False, "timeout": 10}
    proxies = {"https": stand_in.environment()["HTTPS_PROXY"]}
    answer: requests.Response = by.get(
        url, cookies=cookies, params=params, proxies=proxies, **options
    )
    return answer


def credentials(stand_in: StandIn, url: str = MAPS, prefix: str = "") -> dict[str, str]:
    """Return the heatmap cookies for a session that is logged in, by names without a prefix."""
    answer = get(stand_in, url, {"_strava4_session": stand_in.strava.open_session()})
    jar = [cookie for cookie in answer.cookies if cookie.domain == ".strava.com" and cookie.value]
    return {cookie.name.removeprefix(prefix): str(cookie.value) for cookie in jar}


def test_maps_sends_five_cookies_of_real_size(stand_in: StandIn) -> None:
    """Policy, signature and token are about as long as Strava's."""
    sent = credentials(stand_in)

    assert {*CURRENT.cookies, "_strava_CloudFront-Expires"} == sent.keys()
    assert 150 < len(sent["CloudFront-Policy"]) < 190
    assert 330 < len(sent["CloudFront-Signature"]) < 370
    assert 160 < len(sent["_strava_idcf"]) < 200


def test_maps_sends_empty_cookies_too(stand_in: StandIn, strava: Strava) -> None:
    """Since February 2026, Strava also sends empty cookies of the same names, without a domain."""
    answer = get(stand_in, MAPS, {"_strava4_session": strava.open_session()})
    lines = answer.raw.headers.getlist("Set-Cookie")

    assert any(line.startswith("_strava_idcf=;") and "domain" not in line for line in lines)


@pytest.mark.parametrize(("url", "status"), [(MAPS, 302), ("https://strava.com/login", 301)])
def test_redirects(stand_in: StandIn, url: str, status: int) -> None:
    """An anonymous session leads to the login, and `strava.com` to `www.strava.com`."""
    answer = get(stand_in, url, {"_strava4_session": "anonymous"})

    assert (status, LOGIN) == (answer.status_code, answer.headers["Location"])


def test_tile(stand_in: StandIn) -> None:
    """The four cookies open a tile, but not in the query string, and not once they expired."""
    answer = get(stand_in, TILE, credentials(stand_in))
    in_query = get(stand_in, TILE, params=credentials(stand_in, prefix="CloudFront-"))
    stand_in.strava.lifetime = -1
    expired = get(stand_in, TILE, credentials(stand_in))

    assert (512, 512) == Image.open(BytesIO(answer.content)).size
    assert (403, 403) == (in_query.status_code, expired.status_code)


@pytest.mark.parametrize("name", CURRENT.cookies)
def test_tile_needs_all_four_cookies(stand_in: StandIn, name: str) -> None:
    """Strava refuses a tile if one of the four cookies is missing or forged."""
    sent = credentials(stand_in)
    value = sent.pop(name)
    forged = sent | {name: f"{value[:-9]}AAAAAAA__"}
    refused = 401 if name == "_strava_idcf" else 403

    assert refused == get(stand_in, TILE, sent).status_code
    assert refused == get(stand_in, TILE, forged).status_code


@pytest.mark.parametrize(
    ("tile", "status"),
    [
        ("all/hot/16/0/0", 404),
        ("all/hot/2/0/0", 404),
        ("x/hot/8/1/1", 400),
    ],
)
def test_tile_that_does_not_exist(stand_in: StandIn, tile: str, status: int) -> None:
    """There are no tiles beyond zoom levels 3 to 15, and none of unknown layers."""
    url = TILE.replace("all/hot/8/198/114", tile)

    assert status == get(stand_in, url, credentials(stand_in)).status_code


def test_color_that_does_not_exist(stand_in: StandIn) -> None:
    """A colour that is unknown or retired is answered with hot, and nothing says so."""
    stand_in.strava.retired_colors = {"blue"}
    sent = credentials(stand_in)
    colors = ("hot", "pink", "blue", "gray")
    answers = [get(stand_in, TILE.replace("hot", color), sent) for color in colors]
    hot, *others = [(answer.status_code, answer.content) for answer in answers]

    assert [True, True, False] == [other == hot for other in others]


@pytest.mark.parametrize("server", CLASSIC.servers)
def test_classic_tile(stand_in: StandIn, server: str) -> None:
    """The three classic servers take the credentials in the query string."""
    auth = "https://heatmap-external-a.strava.com/auth"
    signed = credentials(stand_in, auth, "CloudFront-")
    url = f"https://heatmap-external-{server}.strava.com/tiles-auth/ride/blue/8/198/114.png"

    assert ["Key-Pair-Id", "Policy", "Signature"] == list(signed)
    assert 200 == get(stand_in, url, params=signed).status_code
    assert 403 == get(stand_in, url).status_code


def test_painter() -> None:
    """Each colour looks different, a tile has the size asked for, and some have no heat."""
    painted = {tiles.paint("all", color.key, 8, 198, 114, 256) for color in CURRENT.colors}

    assert len(CURRENT.colors) == len(painted)
    assert {(256, 256)} == {Image.open(BytesIO(png or b"")).size for png in painted}
    assert tiles.paint("water", "hot", 14, 6371, 7736) is None


def test_aerial_painter() -> None:
    """Four tiles of aerial imagery look like a tile of their size together."""
    four, large = Image.new("RGB", (128, 128)), aerial.paint(16, 34155, 23535, 128)
    for x, y in product((0, 1), (0, 1)):
        tile = aerial.paint(17, 2 * 34155 + x, 2 * 23535 + y, 64)
        four.paste(Image.open(BytesIO(tile)), (64 * x, 64 * y))
    difference = ImageChops.difference(four, Image.open(BytesIO(large)))

    assert 0.1 > max(ImageStat.Stat(difference).mean)


def test_round_trips(stand_in: StandIn) -> None:
    """The connection, its encryption and each request on it take a round trip each."""
    stand_in.round_trip, seconds = 0.1, []
    with requests.Session() as session:
        for _ in range(2):
            start = time.perf_counter()
            get(stand_in, "https://www.strava.com/dashboard", by=session)
            seconds.append(time.perf_counter() - start)

    assert (True, True) == (seconds[0] >= 0.3, seconds[1] >= 0.1)
    assert 1 == len(stand_in.connections)


@pytest.mark.parametrize("host", ["content-b.strava.com", "example.org"])
def test_unknown_hosts_do_not_answer(stand_in: StandIn, host: str) -> None:
    """Only the known hosts answer, and no request leaves this computer."""
    with pytest.raises(requests.exceptions.ProxyError):
        get(stand_in, f"https://{host}/")
