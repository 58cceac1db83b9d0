"""The only module that talks to Strava: an email and password win a session, a session cookies."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.cookiejar import CookieJar
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import requests

from stravacookies import __version__
from stravacookies.cookies import HeatmapCookies
from stravacookies.errors import (
    CaptchaError,
    ExpiredCookiesError,
    FirewallError,
    LoginFormError,
    LoginRefusedError,
    NetworkError,
    OneTimeCodeError,
    SessionRefusedError,
    UnexpectedAnswerError,
    WrongPasswordError,
)
from stravacookies.heatmap import CLASSIC, TODAY, TileHost
from stravacookies.session import REMEMBER_ID, REMEMBER_TOKEN, SESSION, Login, Session

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_DOMAIN = ".strava.com"
_MAPS = "https://www.strava.com/maps"
_CLASSIC_AUTH = "https://heatmap-external-a.strava.com/auth"
_LOGIN = "https://www.strava.com/login"
_SESSION = "https://www.strava.com/session"

_TIMEOUT = (10.0, 20.0)
"""Seconds to wait for a connection, and for each part of an answer."""

_ONE_TIME_CODE = re.compile(r"otp|one_?time|verif|code", re.IGNORECASE)
"""What paths and fields are called where Strava asks for the code that it sends by mail."""


class CookieFetcher:
    """Asks Strava for the heatmap's cookies.

    Args:
        http: The `requests` session to ask with, whose cookies are replaced; a new one if left out.
            `requests` heeds `HTTPS_PROXY` and `REQUESTS_CA_BUNDLE`.
    """

    def __init__(self, http: requests.Session | None = None) -> None:
        self._http = http or requests.Session()
        self._http.headers["User-Agent"] = f"stravacookies/{__version__}"

    def fetch(self, session: Session, host: TileHost = TODAY) -> HeatmapCookies:
        """Exchange a session for the heatmap's cookies, with one request.

        Args:
            session: A session that is logged in.
            host: The tile host that the cookies are for.

        Raises:
            SessionRefusedError: Strava wants the session to log in.
            MissingCookieError: Strava's answer lacks a cookie.
            BadCookieError: Strava sent a cookie that cannot be used.
            ExpiredCookiesError: The cookies have ended already.
            NetworkError: Strava could not be reached.
            UnexpectedAnswerError: Strava answered something else.
        """
        self._http.cookies.clear()
        for name, value in session.cookies().items():
            self._http.cookies.set(name, value, domain=_DOMAIN, path="/", secure=True)
        answer = self._ask("GET", _CLASSIC_AUTH) if host is CLASSIC else self._ask("HEAD", _MAPS)
        if _redirect_path(answer).startswith("/login"):
            raise SessionRefusedError
        _expect_ok(answer)
        cookies = HeatmapCookies.from_values(_values(self._http.cookies), host.cookies)
        if not cookies.is_fresh(timedelta(0)):
            raise ExpiredCookiesError(f"{cookies.expires:%Y-%m-%d %H:%M} UTC")
        return cookies

    def log_in(self, login: Login) -> Session:
        """Win a session with an email and a password. Strava refuses most programs that try.

        Never call it again after a refusal: Strava locks accounts for hours.

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
        page = self._ask("GET", _LOGIN)
        if page.status_code == 403:
            raise FirewallError
        _expect_ok(page)
        fields = _login_fields(page.content)
        fields |= {"email": login.email, "password": login.password, "remember_me": "on"}
        answer = self._ask("POST", _SESSION, fields)
        _check_login(answer)
        values = _values(self._http.cookies)
        if SESSION not in values:
            raise UnexpectedAnswerError(_SESSION, "without a session")
        return Session(values[SESSION], values.get(REMEMBER_ID), values.get(REMEMBER_TOKEN))

    def _ask(self, method: str, url: str, form: dict[str, str] | None = None) -> requests.Response:
        """Send one request and follow no redirect: where it leads is the answer."""
        with _network_errors(url):
            return self._http.request(
                method, url, data=form, timeout=_TIMEOUT, allow_redirects=False
            )


@contextmanager
def _network_errors(url: str) -> Iterator[None]:
    """Rename what `requests` raises. The causes are cut off: their texts may hold what was sent."""
    host = urlsplit(url).netloc
    try:
        yield
    except requests.exceptions.ProxyError:
        raise NetworkError(host, "the proxy in HTTPS_PROXY does not let it through") from None
    except requests.exceptions.SSLError:
        reason = "its certificate could not be verified"
        raise NetworkError(host, reason) from None
    except requests.exceptions.Timeout:
        raise NetworkError(host, "it did not answer in time") from None
    except requests.exceptions.ConnectionError:
        raise NetworkError(host, "there is no connection to it") from None
    except (requests.exceptions.RequestException, OSError):
        raise NetworkError(host, "the exchange with it broke off") from None


def _values(jar: CookieJar) -> dict[str, str]:
    """Return the values of a jar's cookies by name, those of the whole domain before a host's own.

    Strava sends empty cookies of the same names beside the real ones; they are left out.
    """
    values: dict[str, str] = {}
    for cookie in sorted(jar, key=lambda cookie: cookie.domain == _DOMAIN):
        if cookie.value:
            values[cookie.name] = cookie.value
    return values


def _redirect_path(answer: requests.Response) -> str:
    """Return the path that an answer redirects to, or nothing."""
    return urlsplit(answer.headers["Location"]).path if answer.is_redirect else ""


def _expect_ok(answer: requests.Response) -> None:
    """Raise an error for every answer but 200 that names what came instead."""
    if answer.status_code == 200:
        return
    if answer.is_redirect:
        target = urlsplit(urljoin(answer.url, answer.headers["Location"]))
        what = f"a redirect to {target.scheme}://{target.hostname}"
    else:
        what = f"{answer.status_code} {answer.reason}".strip()
    raise UnexpectedAnswerError(answer.url, what)


def _login_fields(page: bytes) -> dict[str, str]:
    """Find the login form by its fields, and return what a browser would send of it unfilled."""
    document = _parse(page)
    for form in document.forms:
        fields = dict(form.form_values())
        if {"email", "password"} <= set(form.fields):
            if _has_captcha(form):
                raise CaptchaError
            for token in document.xpath("//meta[@name='csrf-token']/@content"):
                fields.setdefault("authenticity_token", token)
            return fields
    raise _why_no_login(document)


def _check_login(answer: requests.Response) -> None:
    """Raise the refusal that the answer to a login is, if it is one."""
    path = _redirect_path(answer)
    if answer.status_code == 403:
        raise FirewallError
    if _ONE_TIME_CODE.search(path):
        raise OneTimeCodeError
    if path.startswith("/login"):
        raise WrongPasswordError
    if not path:
        _expect_ok(answer)
        raise _why_no_login(_parse(answer.content))


def _why_no_login(document: "HtmlElement") -> LoginRefusedError:
    """Tell from a page what Strava wants in place of a password."""
    if _has_captcha(document):
        return CaptchaError()
    inputs = document.iter("input")
    if any(
        element.get("autocomplete") == "one-time-code"
        or _ONE_TIME_CODE.search(element.get("name", ""))
        for element in inputs
    ):
        return OneTimeCodeError()
    return LoginFormError()


def _has_captcha(element: "HtmlElement") -> bool:
    """Tell whether a captcha of Google or hCaptcha stands in a part of a page.

    Sources: https://developers.google.com/recaptcha/docs/display, https://docs.hcaptcha.com
    """
    return bool(element.xpath(".//*[@data-sitekey or contains(@name, 'captcha')]"))


def _parse(page: bytes) -> "HtmlElement":
    """Read a page of HTML, however broken; an empty one counts as a page with nothing on it."""
    from lxml import etree, html

    try:
        return html.document_fromstring(page)
    except (etree.ParserError, ValueError):
        return html.document_fromstring("<html></html>")
