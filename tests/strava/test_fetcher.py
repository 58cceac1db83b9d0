"""The fetcher against the stand-in: what it sends, what it accepts, and how failures are named."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
import requests

from stravacookies.deadline import Deadline
from stravacookies.errors import ServerError, SessionRefusedError, StravaError
from stravacookies.heatmap import CLASSIC, CURRENT, Tile, TileHost
from stravacookies.strava.cookies import HeatmapCookies
from stravacookies.strava.fetcher import CookieFetcher
from stravacookies.strava.http import PATIENCE, Answer
from stravacookies.strava.session import Login, Session
from stravacookies.strava.tiles import TileFetcher
from tests.made_up import values
from tests.standin.server import StandIn
from tests.standin.strava import Refusal, Request, Response, Strava

Override = Callable[..., None]
Http = requests.Session | None
Call = Callable[[Deadline | None], object]
COOKIES = HeatmapCookies.from_values(values())
LAYER = CURRENT.layer("all:hot")
ANSWER = Answer("https://content-a.strava.com/x.png", 200, None, 0.0, b"")


def sent(stand_in: StandIn) -> list[str]:
    """Return what arrived, as `METHOD URL`."""
    return [f"{request.method} {request.url}" for request in stand_in.requests]


def redirect(location: str) -> Response:
    """Return an answer that redirects."""
    return Response(302, [("Location", location)])


def test_session_gets_cookies(fetcher: CookieFetcher, stand_in: StandIn, strava: Strava) -> None:
    """One `HEAD` exchanges a session for cookies, all with values, that open a tile."""
    cookies = fetcher.fetch(Session(strava.open_session()))

    assert ["HEAD https://www.strava.com/maps"] == sent(stand_in)
    assert ["www.strava.com"] == stand_in.connections
    assert all(cookies.values().values())  # the stand-in sends empty ones, too
    headers = {"Cookie": cookies.header()}
    assert 200 == requests.get(LAYER.tile_url(8, 198, 114), headers=headers, timeout=10).status_code
    second = strava.open_session()
    fetcher.fetch(Session(second))
    assert {"_strava4_session": second} == stand_in.requests[-1].cookies  # and no other cookies


def test_login_gets_a_session(fetcher: CookieFetcher, stand_in: StandIn, strava: Strava) -> None:
    """A login takes two requests, and its session gets cookies over the same connection."""
    session = fetcher.log_in(Login(strava.email, strava.password))

    assert session.remember_id == str(strava.athlete)
    assert session.remember_token
    assert fetcher.fetch(session).is_fresh()
    assert [
        "GET https://www.strava.com/login",
        "POST https://www.strava.com/session",
        "HEAD https://www.strava.com/maps",
    ] == sent(stand_in)
    assert ["www.strava.com"] == stand_in.connections

    strava.end_sessions()  # the remember cookies open a new one
    assert fetcher.fetch(session).is_fresh()
    renewed = fetcher.session()
    assert renewed
    assert session.value != renewed.value
    assert session.remember_token == renewed.remember_token

    fetcher.log_in(Login(strava.email, strava.password))
    assert {} == stand_in.requests[-2].cookies  # nothing is left of the first login


def test_classic_host(fetcher: CookieFetcher, stand_in: StandIn, strava: Strava) -> None:
    """The classic host gives three cookies, whose query opens its tiles."""
    cookies = fetcher.fetch(fetcher.log_in(Login(strava.email, strava.password)), CLASSIC)

    assert "GET https://heatmap-external-a.strava.com/auth" == sent(stand_in)[-1]
    assert list(CLASSIC.cookies) == list(cookies.values())
    tile = CLASSIC.layer("all:hot").tile_url(8, 198, 114, "c")
    assert 200 == requests.get(f"{tile}?{cookies.query()}", timeout=10).status_code


@pytest.mark.parametrize("host", [CURRENT, CLASSIC], ids=lambda host: host.key)
@pytest.mark.parametrize(
    ("refusal", "error", "words"),
    [
        (Refusal.REDIRECT, SessionRefusedError, "The session is not logged in to Strava"),
        (Refusal.NO_COOKIES, SessionRefusedError, "The session is not logged in to Strava"),
        (Refusal.ERROR, ServerError, "answered 500. Strava may be in trouble, but it also answers"),
    ],
)
def test_ended_session_is_refused(
    fetcher: CookieFetcher,
    strava: Strava,
    host: TileHost,
    refusal: Refusal,
    error: type[Exception],
    words: str,
) -> None:
    """Strava answers a session that has ended with a redirect, without any cookie, or with 500."""
    session = Session(strava.open_session())
    strava.end_sessions()
    strava.refusal = refusal

    with pytest.raises(error, match=words):
        fetcher.fetch(session, host)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"changes": {"_strava_idcf": None}}, "lacks the cookie _strava_idcf"),
        ({"changes": {"_strava_idcf": ""}}, "lacks the cookie _strava_idcf"),
        ({"changes": {"_strava_idcf": "a}b"}}, "unusable cookie _strava_idcf"),
        ({"lifetime": -60}, "is the clock on this computer right"),
    ],
)
def test_bad_cookie_is_refused(
    fetcher: CookieFetcher, strava: Strava, settings: dict[str, object], words: str
) -> None:
    """A cookie that is missing, empty, unsafe or expired goes no further."""
    vars(strava).update(settings)

    with pytest.raises(StravaError, match=words):
        fetcher.fetch(Session(strava.open_session()))


def test_truncated_cookie_is_refused(fetcher: CookieFetcher, override: Override) -> None:
    """A cookie whose header is cut short is refused: its value may be cut short, too."""
    complete = [f"{name}={value}; domain=.strava.com" for name, value in values().items()]
    lines = [line[:-25] if line.startswith("_strava_idcf") else line for line in complete]
    override(lambda _: Response(headers=[("Set-Cookie", line) for line in lines]))

    with pytest.raises(StravaError, match="lacks the cookie _strava_idcf"):
        fetcher.fetch(Session("any"))


def test_nonsense_in_one_cookie_costs_no_other(fetcher: CookieFetcher, override: Override) -> None:
    """Nothing is printed either, by `requests` or `http.cookiejar`: a warning would be raised."""
    sent = values(datetime.now(UTC) + timedelta(hours=12))
    lines = [f"{name}={value}; domain=.strava.com" for name, value in sent.items()]
    lines.insert(1, f"other=x; domain=.strava.com; max-age={'9' * 400}")
    override(lambda _: Response(headers=[("Set-Cookie", line) for line in lines]))

    assert HeatmapCookies.from_values(sent) == fetcher.fetch(Session("any"))


@pytest.mark.parametrize("http", [None, requests.Session()], ids=["own", "the caller's"])
@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (Response(403), "403 Forbidden"),
        (Response(204), "204 No Content"),
        (Response(799), "799"),
        (redirect("https://[::1"), "a redirect that leads nowhere"),
        (redirect("/maps"), "a redirect to 'https://www.strava.com'"),
        (redirect("http://evil.example/x?y"), "a redirect to 'http://evil.example'"),
        # Only Strava's own login means that the session is not logged in.
        (redirect("https://evil.example/login"), "a redirect to 'https://evil.example'"),
        (redirect("https://notstrava.com/login"), "a redirect to 'https://notstrava.com'"),
        (redirect("//strava.com.example/login"), "a redirect to 'https://strava.com.example'"),
        (redirect("http://www.strava.com/login"), "a redirect to 'http://www.strava.com'"),
    ],
)
@pytest.mark.usefixtures("fetcher")
def test_unexpected_answer_is_named(
    stand_in: StandIn, override: Override, http: Http, answer: Response, what: str
) -> None:
    """Any other answer is an error that names it; no redirect is followed."""
    override(lambda _: answer)

    with pytest.raises(StravaError) as error:
        CookieFetcher(http).fetch(Session("any"))
    assert str(error.value).startswith(
        f"https://www.strava.com/maps sent an unexpected answer ({what})"
    )
    assert {"HEAD https://www.strava.com/maps"} == set(sent(stand_in))


@pytest.mark.parametrize("broken", [False, True])
def test_login_is_never_repeated(
    fetcher: CookieFetcher, strava: Strava, override: Override, broken: bool
) -> None:
    """An email and password are sent once, whatever happens to them on the way."""
    logins = []

    def fail(request: Request) -> Response | None:
        if request.method != "POST":
            return None
        logins.append(request)
        if broken:
            raise ConnectionResetError
        return Response(503)

    override(fail)
    with pytest.raises(StravaError):
        fetcher.log_in(Login(strava.email, strava.password))
    assert 1 == len(logins)


@pytest.mark.parametrize(
    "call",
    [
        lambda deadline: CookieFetcher().fetch(Session("any"), CURRENT, deadline),
        lambda deadline: CookieFetcher().log_in(Login("e", "p"), deadline),
        lambda deadline: TileFetcher(COOKIES).test_tile(deadline=deadline),
        lambda deadline: TileFetcher(COOKIES).drawn_as_hot(ANSWER, deadline),
        lambda deadline: TileFetcher(COOKIES).thumbnail(LAYER, Tile(0, 0, 3), deadline),
    ],
    ids=["fetch", "log_in", "test_tile", "drawn_as_hot", "thumbnail"],
)
@pytest.mark.parametrize(("seconds", "expected"), [(None, [30.0] * 3), (20, [])])
@pytest.mark.usefixtures("fetcher")
def test_deadline(
    override: Override, pauses: list[float], call: Call, seconds: int | None, expected: list[float]
) -> None:
    """A call waits for Strava until the caller's deadline, by default for 45 seconds."""
    override(lambda _: Response(429, [("Retry-After", "30")]))

    with suppress(StravaError):
        call(Deadline(seconds) if seconds else None)
    assert (45, expected) == (PATIENCE, pauses)
