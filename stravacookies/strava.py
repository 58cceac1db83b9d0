"""The only module that talks to Strava: a login gets a session, a session gets cookies."""

import re
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from stravacookies.cookies import HeatmapCookies
from stravacookies.errors import (
    CaptchaError,
    ExpiredCookiesError,
    FirewallError,
    LoginFormError,
    LoginRefusedError,
    NotLoggedInError,
    OneTimeCodeError,
    SessionRefusedError,
    TileRefusedError,
    UnexpectedAnswerError,
    WrongPasswordError,
)
from stravacookies.heatmap import TODAY, Layer, Tile, TileHost
from stravacookies.session import DOMAIN, Login, Session, cookies_by_name, is_strava
from stravacookies.transport import PATIENCE, Answer, Transport

if TYPE_CHECKING:
    from lxml.html import FormElement, HtmlElement

_LOGIN = "https://www.strava.com/login"
_SESSION = "https://www.strava.com/session"

_LOGIN_PATH = re.compile(r"(^|/)login(/|$)", re.IGNORECASE)

_ONE_TIME_CODE = re.compile(r"\b(otp|mfa|code|one-time-code)\b")
"""What paths and fields are called where Strava asks for the code that it sends by mail."""


PNG = b"\x89PNG\r\n\x1a\n"
"""What a tile begins with: https://www.w3.org/TR/png-3/#3PNGsignature."""

_TILE = Tile(8, 198, 114)
"""The tile that clients of Strava try cookies with.

Source: https://github.com/julcnx/strava-heatmap-extension
"""


class CookieFetcher:
    """Asks Strava for the heatmap's cookies.

    As `requests` does, it heeds `HTTPS_PROXY` and `REQUESTS_CA_BUNDLE`. What failed for a moment
    is tried again, three times at the most, but for a login.
    """

    def __init__(self) -> None:
        self._http = Transport()

    def fetch(
        self, session: Session, host: TileHost = TODAY, *, patience: float = PATIENCE
    ) -> HeatmapCookies:
        """Exchange a session for the heatmap's cookies, with one request.

        Args:
            session: A session that is logged in.
            host: The tile host that the cookies are for.
            patience: Seconds after which to give up.

        Raises:
            SessionRefusedError: Strava wants the session to log in.
            MissingCookieError: Strava's answer lacks a cookie.
            BadCookieError: Strava sent a cookie that cannot be used.
            ExpiredCookiesError: The cookies have ended already.
            NetworkError: Strava could not be reached, or did not answer in time.
            UnexpectedAnswerError: Strava answered something else.
        """
        self._http.cookies.clear()
        for name, value in session.cookies().items():
            self._http.cookies.set(name, value, domain=DOMAIN, path="/", secure=True)
        answer = self._http.ask(host.method, host.cookies_url, time.monotonic() + patience)
        if _leads_to(answer, _LOGIN_PATH):
            raise SessionRefusedError
        answer.expect_ok()
        # A cookie whose line was cut off has lost its domain, and perhaps a part of its value.
        whole = [cookie for cookie in self._http.cookies if cookie.domain == DOMAIN]
        cookies = HeatmapCookies.from_values(cookies_by_name(whole), host.cookies)
        if not cookies.is_fresh(timedelta(0)):
            raise ExpiredCookiesError(f"{cookies.expires:%Y-%m-%d %H:%M} UTC")
        return cookies

    def log_in(self, login: Login, *, patience: float = PATIENCE) -> Session:
        """Exchange an email and a password for a session. Strava refuses most programs that try.

        Never call it again after a refusal: Strava locks accounts for hours.

        Args:
            login: The email and the password.
            patience: Seconds after which to give up.

        Raises:
            WrongPasswordError: Strava says that one of them is wrong.
            CaptchaError: Strava wants a captcha solved.
            OneTimeCodeError: Strava wants a code that it has sent by mail.
            FirewallError: Strava's firewall turns programs away.
            LoginFormError: There is no form on the login page.
            NetworkError: Strava could not be reached.
            UnexpectedAnswerError: Strava answered something else.
        """
        self._http.cookies.clear()
        until = time.monotonic() + patience
        page = self._http.ask("GET", _LOGIN, until)
        if page.status == 403:
            raise FirewallError
        page.expect_ok()
        fields = _login_fields(page.body)
        anonymous = self.session()
        fields |= {"email": login.email, "password": login.password, "remember_me": "on"}
        answer = self._http.send("POST", _SESSION, until, fields)
        _check_login(answer)
        session = self.session()
        if not session or session == anonymous:
            raise UnexpectedAnswerError(_SESSION, "without a session that is logged in")
        return session

    def session(self) -> Session | None:
        """Return the session of the last call, as Strava has renewed it: the one to keep."""
        try:
            return Session.from_cookies(cookies_by_name(self._http.cookies))
        except NotLoggedInError:
            return None


class TileFetcher:
    """Asks Strava for tiles, all over one connection if it can.

    Args:
        cookies: What opens the tiles.
        host: The tile host that they are for.
    """

    def __init__(self, cookies: HeatmapCookies, host: TileHost = TODAY) -> None:
        self._host = host
        self._query = cookies.query() if host.in_query else ""
        self._http = Transport()
        if not host.in_query:
            for name, value in cookies.values().items():
                self._http.cookies.set(name, value, domain=DOMAIN, path="/", secure=True)

    def status(self, *, patience: float = PATIENCE) -> int:
        """Ask for one tile, with one request, and return the status that Strava answers.

        200, and 404 for a tile without heat, say that the cookies open tiles; 403 that they do not.

        Args:
            patience: Seconds after which to give up.

        Raises:
            NetworkError: Strava could not be reached, or did not answer in time.
            UnexpectedAnswerError: Its answer could not be understood.
        """
        (layer,) = self._host.layers(["all"], ["hot"])
        return self._ask(layer.tile_url(*_TILE), patience).status

    def thumbnail(self, layer: Layer, tile: Tile, *, patience: float = PATIENCE) -> bytes:
        """Return a tile as a PNG of 256 pixels; nothing where there is no heat.

        Args:
            layer: One of today's host.
            tile: Which.
            patience: Seconds after which to give up.

        Raises:
            TileRefusedError: The cookies do not open it.
            NetworkError: Strava could not be reached, or did not answer in time.
            UnexpectedAnswerError: Strava answered something else.
        """
        answer = self._ask(f"{layer.tile_url(*tile)}&px=256", patience)
        if answer.status == 404:
            return b""
        if answer.status == 403:
            raise TileRefusedError
        answer.expect_ok()
        if not answer.body.startswith(PNG):
            raise UnexpectedAnswerError(answer.url, "something that is no picture")
        return answer.body

    def _ask(self, url: str, patience: float) -> Answer:
        return self._http.ask("GET", url, time.monotonic() + patience, self._query)


def _login_fields(page: bytes) -> dict[str, str]:
    """Find the login form by its fields, and return what a browser would send of it unfilled."""
    document = _parse(page)
    form = _login_form(document)
    if form is None:
        raise _why_no_login(document)
    if _has_captcha(form):
        raise CaptchaError
    fields = dict(form.form_values())
    for token in document.xpath("//meta[@name='csrf-token']/@content"):
        fields.setdefault("authenticity_token", token)
    return fields


def _login_form(document: "HtmlElement") -> "FormElement | None":
    """Find the form that takes an email and a password; one to sign up does not remember."""
    forms = [form for form in document.forms if {"email", "password"} <= set(form.fields)]
    return next((form for form in forms if "remember_me" in form.fields), next(iter(forms), None))


def _check_login(answer: Answer) -> None:
    """Raise the refusal that the answer to a login is, if it is one."""
    if answer.status == 403:
        raise FirewallError
    if answer.redirect is None:
        answer.expect_ok()
        document = _parse(answer.body)
        if _login_form(document) is not None and not _has_captcha(document):
            raise WrongPasswordError
        raise _why_no_login(document)
    if _leads_to(answer, _ONE_TIME_CODE):
        raise OneTimeCodeError
    if _leads_to(answer, _LOGIN_PATH):
        raise WrongPasswordError


def _leads_to(answer: Answer, path: re.Pattern[str]) -> bool:
    """Tell whether an answer redirects to such a path of Strava's own web site."""
    to = answer.redirect
    if to is None or to.scheme != "https" or not is_strava(to.hostname or ""):
        return False
    return bool(path.search(to.path))


def _why_no_login(document: "HtmlElement") -> LoginRefusedError:
    """Tell from a page what Strava wants in place of a password."""
    if _has_captcha(document):
        return CaptchaError()
    inputs = document.iter("input")
    if any(
        element.get("autocomplete") == "one-time-code"
        or _ONE_TIME_CODE.search(element.get("name", "").replace("_", "-"))
        for element in inputs
    ):
        return OneTimeCodeError()
    return LoginFormError()


def _has_captcha(element: "HtmlElement") -> bool:
    """Tell whether a captcha of Google or hCaptcha stands in a part of a page.

    Sources: https://developers.google.com/recaptcha/docs/display, https://docs.hcaptcha.com
    """
    marks = "@data-sitekey or contains(@class, 'captcha') or contains(@name, 'aptcha')"
    return bool(element.xpath(f".//*[{marks} or contains(@src, 'captcha') and self::iframe]"))


def _parse(page: bytes) -> "HtmlElement":
    """Read a page of HTML, however broken; an empty one counts as a page with nothing on it."""
    from lxml import etree, html

    try:
        return html.document_fromstring(page)
    except (etree.ParserError, ValueError):
        return html.document_fromstring("<html></html>")
