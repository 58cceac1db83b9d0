"""The parts of Strava's web site and tile hosts that clients of the heatmap use.

docs/decisions.md names the public clients from which this is known.
"""

import re
import secrets
import time
import zlib
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import parse_qsl, urlsplit

from stravacookies.heatmap import CLASSIC, CURRENT, MAX_ZOOM, MIN_ZOOM, TileHost
from tests.standin import html, tiles
from tests.standin.signing import Signer

DAY = 24 * 60 * 60

_MONTH = f"; max-age={30 * DAY}"

HOSTS = (
    "strava.com",
    "www.strava.com",
    "content-a.strava.com",
    "heatmap-external-a.strava.com",
    "heatmap-external-b.strava.com",
    "heatmap-external-c.strava.com",
)
"""The hosts that exist. Current tiles come from `content-a`, the others are classic."""


@dataclass(frozen=True)
class Request:
    """A request as it arrived.

    Attributes:
        method: `GET`, `HEAD` or `POST`.
        url: The URL, with scheme and host.
        headers: The headers, by names in lower case.
        body: The body, which holds a form.
    """

    method: str
    url: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False, default=b"")

    @property
    def host(self) -> str:
        """The host of the URL."""
        return urlsplit(self.url).netloc

    @property
    def path(self) -> str:
        """The path of the URL."""
        return urlsplit(self.url).path

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies, by name."""
        pairs = (part.strip().partition("=") for part in self.headers.get("cookie", "").split(";"))
        return {name: value for name, _, value in pairs if name}

    def fields(self) -> dict[str, str]:
        """Return the fields of the form."""
        return dict(parse_qsl(self.body.decode()))

    def query(self) -> dict[str, str]:
        """Return the parameters of the URL."""
        return dict(parse_qsl(urlsplit(self.url).query))


@dataclass
class Response:
    """The answer to a request."""

    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""


class Guard(Enum):
    """What can make a login harder, or its page different."""

    NONE = "none"
    FIREWALL = "firewall"
    FIREWALL_CHALLENGE = "firewall that sends a challenge"
    FIREWALL_CAPTCHA = "firewall that sends a captcha"
    CAPTCHA = "captcha"
    CAPTCHA_AFTER = "captcha after the password"
    CODE = "one-time code"
    CODE_AFTER = "one-time code after the password"
    NO_FORM = "no form"
    # A login succeeds in spite of these.
    TOKEN_IN_HEAD = "token in the head of the page only"
    CAPTCHA_ELSEWHERE = "captcha in another form"
    SIGN_UP_FIRST = "form to sign up before the form to log in"
    ONLY_FORM = "no other form before the form to log in"
    FORM_AGAIN = "form again after a wrong password"


class Refusal(Enum):
    """How Strava answers a request for heatmap cookies with a session that is not logged in.

    Source: https://github.com/sergeycw/nakarte
    """

    REDIRECT = "redirect to the login"
    NO_COOKIES = "200 without heatmap cookies"
    ERROR = "500"


@dataclass
class Strava:
    """One Strava with one athlete.

    Attributes:
        email: The athlete's email address.
        password: The athlete's password.
        guard: What makes the login harder.
        refusal: How a session that is not logged in is answered.
        lifetime: The seconds for which the heatmap cookies last.
        remembers: Whether a login outlives the browser. In October 2026, it was one session cookie.
        after_login: The URL to which a correct login redirects.
        before_login: The URL to which a wrong login redirects.
        changes: Heatmap cookies that are sent with another value, or not at all if it is None.
        retired_colors: Colours that it draws as hot, and does not say so.
        logins: How many logins were attempted.
        athlete: The athlete's number.
        signer: The keys for cookies and tokens. A new signer makes all of them invalid.
    """

    email: str = "mapper@example.org"
    password: str = "correct horse battery staple"
    guard: Guard = Guard.NONE
    refusal: Refusal = Refusal.REDIRECT
    lifetime: int = DAY
    remembers: bool = True
    after_login: str = "https://www.strava.com/dashboard"
    before_login: str = "https://www.strava.com/login"
    changes: dict[str, str | None] = field(default_factory=dict)
    retired_colors: Collection[str] = ()
    logins: int = 0
    athlete: int = 4242
    signer: Signer = field(default_factory=Signer, repr=False)
    _open_sessions: set[str] = field(default_factory=set, repr=False)
    _form_token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    def open_session(self) -> str:
        """Log the athlete in, as in a browser, and return the cookie `_strava4_session`."""
        session = secrets.token_hex(16)
        self._open_sessions.add(session)
        return session

    def end_sessions(self) -> None:
        """End all sessions, as "log out of all devices" does."""
        self._open_sessions.clear()

    def answer(self, request: Request) -> Response:
        """Answer a request to one of `HOSTS`."""
        match request.host:
            case "strava.com":
                return _redirect(f"https://www.strava.com{request.path}", 301)
            case "www.strava.com":
                answer = self._website(request)
                answer.headers.append(("Content-Type", "text/html; charset=utf-8"))
                return answer
            case "content-a.strava.com":
                return self._current_tile(request)
        return self._classic_host(request)

    def _website(self, request: Request) -> Response:
        match request.method, request.path:
            case "GET" | "HEAD", "/maps":
                return self._maps(request)
            case "GET", "/login":
                return self._login_page()
            case "GET", "/login/now":
                page = html.login_by_itself(self._form_token, self.email, self.password)
                return Response(headers=[_anonymous()], body=page)
            case "POST", "/session":
                return self._log_in(request)
            case "POST", "/session/code":
                return self._welcome(remember=False)
            case "GET", "/dashboard":
                return Response(body=html.plain("Welcome back."))
        return Response(404, body=html.plain("There is nothing here."))

    def _maps(self, request: Request) -> Response:
        """Send the five cookies and, as since February 2026, empty ones of the same names."""
        logged_in = self._is_logged_in(request)
        new_session = None if logged_in else self._remembered(request)
        if not logged_in and not new_session:
            return self._refuse()
        expires = int(time.time()) + self.lifetime
        cookies = self._cloudfront_cookies("https://*.strava.com/identified/*", expires)
        cookies["_strava_idcf"] = self.signer.token(self.athlete, expires)
        cookies["_strava_CloudFront-Expires"] = str(expires * 1000)
        changed = cookies | self.changes
        headers = [_set_cookie(name, value) for name, value in changed.items() if value is not None]
        empty = ("; path=/", "; path=/; max-age=0")
        headers += [("Set-Cookie", f"{name}={end}") for name in cookies for end in empty]
        if new_session:
            headers.append(_set_cookie("_strava4_session", new_session, "; HttpOnly"))
        return Response(headers=headers, body=html.plain("The heatmap."))

    def _refuse(self) -> Response:
        match self.refusal:
            case Refusal.NO_COOKIES:
                return Response(headers=[_anonymous()], body=html.plain("The heatmap."))
            case Refusal.ERROR:
                return Response(500)
        return _redirect("https://www.strava.com/login")

    def _login_page(self) -> Response:
        page = html.login(self._form_token)
        match self.guard:
            case Guard.FIREWALL:
                return Response(403, body=b"Request blocked.")
            case Guard.FIREWALL_CHALLENGE:
                return Response(202)
            case Guard.FIREWALL_CAPTCHA:
                return Response(405, body=b"Human verification.")
            case Guard.NO_FORM:
                return Response(body=html.plain("Log in with our app."))
            case Guard.CAPTCHA:
                page = html.login_with_captcha(self._form_token)
            case Guard.CODE:
                page = html.code(self._form_token)
            case Guard.TOKEN_IN_HEAD:
                page = page.replace(b"authenticity_token", b"other_token")
            case Guard.CAPTCHA_ELSEWHERE:
                page = page.replace(b"<button>Search", b'<div data-sitekey="x"></div>')
            case Guard.ONLY_FORM:
                page = re.sub(rb'<form action="/search".*</form>\n', b"", page)
            case Guard.SIGN_UP_FIRST:
                page = page.replace(b"<body>", b"<body>" + html.SIGN_UP)
        return Response(headers=[_anonymous()], body=page)

    def _log_in(self, request: Request) -> Response:
        self.logins += 1
        fields = request.fields()
        if "_strava4_session" not in request.cookies or (
            fields.get("authenticity_token") != self._form_token
        ):
            return Response(422, body=html.plain("The change you wanted was rejected."))
        match self.guard:
            case Guard.CAPTCHA_AFTER:
                return Response(body=html.captcha(self._form_token))
            case Guard.CODE_AFTER:
                return Response(body=html.code(self._form_token))
        if (fields.get("email"), fields.get("password")) != (self.email, self.password):
            if self.guard is Guard.FORM_AGAIN:
                return Response(body=html.login(self._form_token))
            return _redirect(self.before_login)
        return self._welcome(remember=fields.get("remember_me") == "on")

    def _welcome(self, *, remember: bool) -> Response:
        answer = _redirect(self.after_login)
        lasts = _MONTH if self.remembers else ""
        answer.headers.append(
            _set_cookie("_strava4_session", self.open_session(), f"{lasts}; HttpOnly")
        )
        if remember and self.remembers:
            token = self.signer.token(self.athlete, int(time.time()) + 30 * DAY)
            answer.headers.append(_set_cookie("strava_remember_id", str(self.athlete), _MONTH))
            answer.headers.append(_set_cookie("strava_remember_token", token, _MONTH))
        return answer

    def _classic_host(self, request: Request) -> Response:
        if request.path == "/auth":
            if not self._is_logged_in(request) and not self._remembered(request):
                return self._refuse()
            cookies = self._cloudfront_cookies(
                "https://heatmap-external-*.strava.com/*", int(time.time()) + self.lifetime
            )
            return Response(headers=[_set_cookie(*cookie) for cookie in cookies.items()])
        return self._tile(request, CLASSIC, "/tiles-auth", request.query())

    def _current_tile(self, request: Request) -> Response:
        cookies = request.cookies
        signed = {name.removeprefix("CloudFront-"): value for name, value in cookies.items()}
        answer = self._tile(request, CURRENT, "/identified/globalheat", signed)
        token = cookies.get("_strava_idcf", "")
        if answer.status != 403 and self.signer.athlete(token, time.time()) is None:
            return Response(401, body=b"Unauthorized")
        return answer

    def _tile(
        self, request: Request, host: TileHost, folder: str, signed: dict[str, str]
    ) -> Response:
        """Answer with a tile, or with 403 (no cookies), 400 (no such activity), 404 (no heat)."""
        if not self.signer.opens(signed, request.url, time.time()):
            return Response(403, body=b"Forbidden")
        match = re.fullmatch(rf"{folder}/(\w+)/(\w+)/(\d+)/(\d+)/(\d+)\.png", request.path)
        if match and match[1] not in {activity.key for activity in host.activities}:
            return Response(400)
        if not match or not MIN_ZOOM <= int(match[3]) <= MAX_ZOOM:
            return Response(404)
        known = {color.key for color in host.colors}.difference(self.retired_colors)
        color = match[2] if match[2] in known else "hot"
        size = 256 if request.query().get("px") == "256" else 512
        picture = tiles.paint(match[1], color, int(match[3]), int(match[4]), int(match[5]), size)
        if picture is None:
            return Response(404)
        caching = [("ETag", f'"{zlib.crc32(picture):x}"'), ("Cache-Control", "max-age=86400")]
        return Response(headers=[("Content-Type", "image/png"), *caching], body=picture)

    def _is_logged_in(self, request: Request) -> bool:
        return request.cookies.get("_strava4_session") in self._open_sessions

    def _remembered(self, request: Request) -> str | None:
        """Open a session if the request has valid remember cookies."""
        cookies = request.cookies
        athlete = self.signer.athlete(cookies.get("strava_remember_token", ""), time.time())
        if athlete is None or cookies.get("strava_remember_id") != str(athlete):
            return None
        return self.open_session()

    def _cloudfront_cookies(self, resource: str, expires: int) -> dict[str, str]:
        signed = self.signer.cloudfront(resource, expires)
        return {f"CloudFront-{name}": value for name, value in signed.items()}


def _redirect(url: str, status: int = 302) -> Response:
    return Response(status, [("Location", url)])


def _anonymous() -> tuple[str, str]:
    """Return the cookie of a session that is not logged in, which Strava sends to visitors."""
    return _set_cookie("_strava4_session", secrets.token_hex(16), "; HttpOnly")


def _set_cookie(name: str, value: str, more: str = "") -> tuple[str, str]:
    return "Set-Cookie", f"{name}={value}; domain=.strava.com; path=/; secure{more}"
