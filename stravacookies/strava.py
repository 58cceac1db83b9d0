"""The only module that talks to Strava: a login gets a session, a session gets cookies."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urljoin, urlsplit

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
    NotLoggedInError,
    OneTimeCodeError,
    SessionRefusedError,
    UnexpectedAnswerError,
    WrongPasswordError,
)
from stravacookies.heatmap import TODAY, TileHost
from stravacookies.session import DOMAIN, Login, Session, cookies_by_name

if TYPE_CHECKING:
    from lxml.html import FormElement, HtmlElement

_LOGIN = "https://www.strava.com/login"
_SESSION = "https://www.strava.com/session"

_TIMEOUT = (10.0, 20.0)
"""Seconds to wait for a connection, and for each part of an answer."""

_LOGIN_PATH = re.compile(r"(^|/)login(/|$)", re.IGNORECASE)

_ONE_TIME_CODE = re.compile(r"\b(otp|mfa|code|one-time-code)\b")
"""What paths and fields are called where Strava asks for the code that it sends by mail."""


def _no_unparsed_headers(record: logging.LogRecord) -> bool:
    return "Failed to parse headers" not in record.msg


# urllib3 would log the whole of an answer's head, cookies included, if a line of it is broken.
logging.getLogger("urllib3.connection").addFilter(_no_unparsed_headers)


class _Http(requests.Session):
    """A session of `requests` that sees no redirects, and does not stumble over odd ones."""

    def get_redirect_target(self, _: requests.Response) -> None:
        """Tell `requests` that there is nothing to follow."""


class CookieFetcher:
    """Asks Strava for the heatmap's cookies.

    As `requests` does, it heeds `HTTPS_PROXY` and `REQUESTS_CA_BUNDLE`.
    """

    def __init__(self) -> None:
        self._http = _Http()
        # Without this, requests would send a password from ~/.netrc.
        self._http.auth = _no_auth
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
            self._http.cookies.set(name, value, domain=DOMAIN, path="/", secure=True)
        answer = self._ask(host.method, host.cookies_url)
        redirect = _redirect(answer)
        if redirect and _LOGIN_PATH.search(redirect.path):
            raise SessionRefusedError
        _expect_ok(answer)
        # A cookie whose line was cut off has lost its domain, and perhaps a part of its value.
        whole = [cookie for cookie in self._http.cookies if cookie.domain == DOMAIN]
        cookies = HeatmapCookies.from_values(cookies_by_name(whole), host.cookies)
        if not cookies.is_fresh(timedelta(0)):
            raise ExpiredCookiesError(f"{cookies.expires:%Y-%m-%d %H:%M} UTC")
        return cookies

    def log_in(self, login: Login) -> Session:
        """Exchange an email and a password for a session. Strava refuses most programs that try.

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
        anonymous = self.session()
        fields |= {"email": login.email, "password": login.password, "remember_me": "on"}
        answer = self._ask("POST", _SESSION, fields)
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

    def _ask(self, method: str, url: str, form: dict[str, str] | None = None) -> requests.Response:
        """Send one request and follow no redirect: where it leads is the answer."""
        with _renamed_errors(url):
            return self._http.request(
                method, url, data=form, timeout=_TIMEOUT, allow_redirects=False
            )


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Add nothing to a request."""
    return request


@contextmanager
def _renamed_errors(url: str) -> Iterator[None]:
    """Rename what `requests` raises. The causes are cut off: their texts may hold what was sent."""
    host = urlsplit(url).netloc
    try:
        yield
    except requests.exceptions.ProxyError:
        raise NetworkError(host, "the proxy in HTTPS_PROXY does not let it through") from None
    except requests.exceptions.SSLError:
        raise NetworkError(host, "its certificate could not be verified") from None
    except requests.exceptions.Timeout:
        raise NetworkError(host, "it did not answer in time") from None
    except requests.exceptions.ConnectionError:
        raise NetworkError(host, "there is no connection to it") from None
    except (requests.exceptions.InvalidProxyURL, requests.exceptions.InvalidSchema):
        raise NetworkError(host, "the proxy in HTTPS_PROXY cannot be used") from None
    except (requests.exceptions.RequestException, ValueError):
        raise UnexpectedAnswerError(url, "something that cannot be understood") from None
    except OSError:
        reason = "the certificates in REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE cannot be read"
        raise NetworkError(host, reason) from None


def _redirect(answer: requests.Response) -> SplitResult | None:
    """Return the URL that an answer redirects to, if it redirects."""
    if not answer.is_redirect:
        return None
    try:
        return urlsplit(urljoin(answer.url, answer.headers["Location"]))
    except ValueError:
        raise UnexpectedAnswerError(answer.url, "a redirect that leads nowhere") from None


def _expect_ok(answer: requests.Response) -> None:
    """Raise an error for every answer but 200 that names what came instead."""
    if answer.status_code == 200:
        return
    what = _status(answer.status_code)
    if redirect := _redirect(answer):
        what = f"a redirect to {f'{redirect.scheme}://{redirect.netloc}'!a}"
    raise UnexpectedAnswerError(answer.url, what)


def _status(code: int) -> str:
    """Write a status; not in the server's words, which may hold anything."""
    try:
        return f"{code} {HTTPStatus(code).phrase}"
    except ValueError:
        return str(code)


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


def _check_login(answer: requests.Response) -> None:
    """Raise the refusal that the answer to a login is, if it is one."""
    redirect = _redirect(answer)
    if answer.status_code == 403:
        raise FirewallError
    if redirect is None:
        _expect_ok(answer)
        document = _parse(answer.content)
        if _login_form(document) is not None and not _has_captcha(document):
            raise WrongPasswordError
        raise _why_no_login(document)
    if _ONE_TIME_CODE.search(redirect.path):
        raise OneTimeCodeError
    if _LOGIN_PATH.search(redirect.path):
        raise WrongPasswordError


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
