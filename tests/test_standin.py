"""The stand-in behaves as Strava is known to, so that the other tests mean something."""

import time

import pytest
import requests

from stravacookies.heatmap import CLASSIC, TODAY
from tests.standin.server import StandIn
from tests.standin.strava import Strava

TILE = "https://content-a.strava.com/identified/globalheat/all/hot/8/198/114.png"


def get(stand_in: StandIn, url: str, **options: object) -> requests.Response:
    """Ask the stand-in as a browser does, but follow no redirect."""
    proxy = stand_in.environment()["HTTPS_PROXY"]
    return requests.get(
        url,
        proxies={"https": proxy},
        verify=str(stand_in.ca),
        allow_redirects=False,
        timeout=10,
        **options,  # type: ignore[arg-type]  # whatever requests takes
    )


def cookies(stand_in: StandIn, host: str = "https://www.strava.com/maps") -> dict[str, str]:
    """The heatmap's cookies of a session that is logged in."""
    session = stand_in.strava.open_session()
    answer = get(stand_in, host, cookies={"_strava4_session": session})
    return {
        cookie.name: cookie.value
        for cookie in answer.cookies
        if cookie.domain == ".strava.com" and cookie.value
    }


def test_maps_sends_five_cookies_of_real_size(stand_in: StandIn) -> None:
    """Policy, signature and token are about as long as the real ones."""
    sent = cookies(stand_in)

    assert {*TODAY.cookies, "_strava_CloudFront-Expires"} == sent.keys()
    assert 150 < len(sent["CloudFront-Policy"]) < 190
    assert 330 < len(sent["CloudFront-Signature"]) < 370
    assert 160 < len(sent["_strava_idcf"]) < 200


def test_maps_sends_empty_cookies_too(stand_in: StandIn, strava: Strava) -> None:
    """Since February 2026 empty cookies of the same names come along, of the host alone."""
    session = {"_strava4_session": strava.open_session()}
    answer = get(stand_in, "https://www.strava.com/maps", cookies=session)
    sent = answer.raw.headers.getlist("Set-Cookie")

    assert any(line.startswith("_strava_idcf=;") and "domain" not in line for line in sent)


def test_anonymous_is_sent_to_the_login(stand_in: StandIn) -> None:
    """Without a session that is logged in, `/maps` leads to the login."""
    answer = get(stand_in, "https://www.strava.com/maps", cookies={"_strava4_session": "anonymous"})

    assert (302, "https://www.strava.com/login") == (answer.status_code, answer.headers["Location"])


def test_bare_domain_leads_to_www(stand_in: StandIn) -> None:
    """`strava.com` redirects to `www.strava.com`."""
    answer = get(stand_in, "https://strava.com/login")

    assert (301, "https://www.strava.com/login") == (answer.status_code, answer.headers["Location"])


@pytest.mark.parametrize("left_out", TODAY.cookies)
def test_tile_needs_all_four_cookies(stand_in: StandIn, left_out: str) -> None:
    """Without one of the four cookies, a tile is refused."""
    sent = {name: value for name, value in cookies(stand_in).items() if name != left_out}

    assert 403 == get(stand_in, TILE, cookies=sent).status_code


def test_tile_with_four_cookies(stand_in: StandIn) -> None:
    """With the four cookies, a tile is a PNG."""
    answer = get(stand_in, TILE, cookies=cookies(stand_in))

    assert (200, b"\x89PNG") == (answer.status_code, answer.content[:4])


def test_todays_host_takes_no_query_string(stand_in: StandIn) -> None:
    """Credentials in the query string are refused by today's host."""
    sent = cookies(stand_in)
    query = {name.removeprefix("CloudFront-"): value for name, value in sent.items()}

    assert 403 == get(stand_in, TILE, params=query).status_code


@pytest.mark.parametrize("cookie", ["CloudFront-Signature", "CloudFront-Policy"])
def test_forged_cookies_open_nothing(stand_in: StandIn, cookie: str) -> None:
    """A policy or signature that was tampered with is refused."""
    sent = cookies(stand_in)
    sent[cookie] = sent[cookie][:-9] + "AAAAAAA__"

    assert 403 == get(stand_in, TILE, cookies=sent).status_code


def test_expired_cookies_open_nothing(stand_in: StandIn, strava: Strava) -> None:
    """Cookies that are over are refused."""
    strava.lifetime = -1

    assert 403 == get(stand_in, TILE, cookies=cookies(stand_in)).status_code


@pytest.mark.parametrize(
    "tile", ["all/hot/16/0/0", "all/hot/2/0/0", "nothing/hot/8/198/114", "all/pink/8/198/114"]
)
def test_tile_that_there_is_not(stand_in: StandIn, tile: str) -> None:
    """Beyond zoom 3 to 15, and for unknown layers, there is nothing."""
    url = TILE.replace("all/hot/8/198/114", tile)

    assert 404 == get(stand_in, url, cookies=cookies(stand_in)).status_code


@pytest.mark.parametrize("server", CLASSIC.servers)
def test_classic_tile(stand_in: StandIn, server: str) -> None:
    """The three classic hosts take the signed query string."""
    sent = cookies(stand_in, "https://heatmap-external-a.strava.com/auth")
    query = {name.removeprefix("CloudFront-"): value for name, value in sent.items()}
    url = f"https://{server}.strava.com/tiles-auth/ride/blue/8/198/114.png"

    assert list(CLASSIC.cookies) == list(sent)
    assert 200 == get(stand_in, url, params=query).status_code
    assert 403 == get(stand_in, url).status_code


def test_far_away(stand_in: StandIn) -> None:
    """A round trip is taken by the connection, by its encryption, and by each request on it."""
    stand_in.round_trip = 0.1
    proxies = {"https": stand_in.environment()["HTTPS_PROXY"]}
    url, seconds = "https://www.strava.com/dashboard", []
    with requests.Session() as session:
        for _ in range(2):
            start = time.perf_counter()
            session.get(url, proxies=proxies, verify=str(stand_in.ca), timeout=10)
            seconds.append(time.perf_counter() - start)

    assert 0.3 <= seconds[0]
    assert 0.1 <= seconds[1]
    assert 1 == len(stand_in.connections)


@pytest.mark.parametrize("host", ["content-b.strava.com", "example.org"])
def test_hosts_that_there_are_not(stand_in: StandIn, host: str) -> None:
    """Nothing but the known hosts answers; no request leaves this machine."""
    with pytest.raises(requests.exceptions.ProxyError):
        get(stand_in, f"https://{host}/")
