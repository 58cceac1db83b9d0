"""Send requests to Strava: with a deadline, retries after temporary faults, and our own errors."""

import logging
import re
from http import HTTPStatus
from time import sleep
from typing import NamedTuple
from urllib.parse import SplitResult, urljoin, urlsplit

import requests
import urllib3
from requests.cookies import RequestsCookieJar

from stravacookies.deadline import Deadline
from stravacookies.errors import ConnectionLostError, StravaError
from stravacookies.strava import failures, set_cookie
from stravacookies.strava.session import DOMAIN, cookies_by_name
from stravacookies.version import __version__

PATIENCE = 45.0
"""Seconds after which a call to Strava gives up."""

_TIMEOUT = (10.0, 20.0)
"""Seconds to wait for a connection, and for each part of an answer."""

_PAUSES = (1.0, 2.0, 4.0)
"""Seconds to wait before each retry, unless Strava asks for more."""

_LONGEST_PAUSE = 30.0

LARGEST = 2**20
"""The most bytes to read of an answer.

Strava's pages have less than half of that. A tile of 512 pixels has this many if nothing in it can
be compressed, at 4 bytes for each pixel.
"""

_SHOWN = {"Content-Type", "Content-Length", "Content-Encoding", "Date", "Retry-After", "Server"}
"""The headers of an answer that the log shows with their values."""

_log = logging.getLogger(__name__)

# urllib3 logs all headers of an answer, cookies included, if one of them is malformed.
logging.getLogger("urllib3.connection").addFilter(
    lambda record: "Failed to parse headers" not in record.msg
)


class Answer(NamedTuple):
    """An answer from Strava. Its cookies are in the jar of the client. `repr` hides its content.

    `url` is the one requested, without a secret query. `pause` is the number of seconds that Strava
    asks to wait before a retry.
    """

    url: str
    status: int
    redirect: SplitResult | None
    pause: float
    body: bytes

    def __repr__(self) -> str:
        return f"<Answer {self.status} from {self.url}>"

    def expect_ok(self) -> None:
        """Raise a `StravaError` that names the answer, unless its status is 200."""
        if self.status == 200:
            return
        if self.redirect:
            # Only the beginning: the rest may hold something that must not be shown.
            where = f"{self.redirect.scheme}://{self.redirect.hostname}"[:80]
            raise unexpected(self.url, f"a redirect to {where!a}")
        raise unexpected(self.url, _status(self.status))


def unexpected(url: str, what: str) -> StravaError:
    """Build the error for an answer that makes no sense."""
    return StravaError(f"{url} sent an unexpected answer ({what}): try again later.")


class HttpClient:
    """Sends requests, over one connection if it can, and keeps the cookies that come back.

    It never follows a redirect, since where Strava redirects to is the answer, and a session must
    not travel along. It adds no password from `~/.netrc`, as `requests` would.
    """

    def __init__(self, http: requests.Session | None = None) -> None:
        self.cookies = RequestsCookieJar()
        if http is None:
            http = requests.Session()
            http.mount("https://", set_cookie.Adapter())
            http.headers["User-Agent"] = f"stravacookies/{__version__}"
        self._http = http

    def set_cookies(self, cookies: dict[str, str]) -> None:
        """Send these cookies from now on, and no others."""
        self.cookies = RequestsCookieJar()
        for name, value in cookies.items():
            self.cookies.set(name, value, domain=DOMAIN, path="/", secure=True)

    def request_with_retries(
        self, method: str, url: str, deadline: Deadline, query: str = ""
    ) -> Answer:
        """Send a `GET` or `HEAD`, and retry after a temporary fault as long as there is time.

        urllib3's own retries would give up as soon as Strava asks for a longer pause than there is
        time, and would not restore the cookies.
        """
        cookies = self.cookies.copy()
        for pause in _PAUSES:
            try:
                answer = self.request(method, url, deadline, query=query)
            except ConnectionLostError as error:
                if pause > deadline.left:
                    raise
                _log.info("%s", error)
            else:
                pause = max(pause, answer.pause)
                too_long = pause > min(_LONGEST_PAUSE, deadline.left)
                if (answer.status != 429 and answer.status // 100 != 5) or too_long:
                    return answer
            _log.info("Trying again in %g seconds.", pause)
            sleep(pause)
            # A server in trouble may have sent a session that is not logged in.
            self.cookies = cookies.copy()
        return self.request(method, url, deadline, query=query)

    def request(
        self,
        method: str,
        url: str,
        deadline: Deadline,
        form: dict[str, str] | None = None,
        query: str = "",
    ) -> Answer:
        """Send a request once. No error and no log shows `query`, which may be secret."""
        jar = self.cookies
        request = requests.Request(method, url, params=query, data=form or {}, cookies=jar)
        _log_request(request)
        try:
            return deadline.run(lambda: self._exchange(request))
        except TimeoutError:
            self.cookies = jar.copy()  # the thread left behind may still write to the old one
            failure: Exception = failures.late(urlsplit(url).netloc)
        except Exception as error:  # noqa: BLE001 - raised again below
            failure = _translated(error, url)
        # Raised outside the handlers, it has no context, whose text could show what was sent.
        raise failure

    def _exchange(self, request: requests.Request) -> Answer:
        """Send a request with the settings of the session, and read the answer."""
        url, headers = request.url, self._http.headers.items()
        # `requests` would send a header of this name in place of the jar.
        request.headers = {
            name: value for name, value in headers if value is not None and name.title() != "Cookie"
        }
        prepared = request.prepare()
        # Not verify=True, which would override the certificates of the session.
        settings = self._http.merge_environment_settings(url, {}, True, None, None)
        adapter = self._http.get_adapter(url)
        with adapter.send(prepared, timeout=_TIMEOUT, **settings) as response:  # type: ignore[arg-type]  # merged, so never None
            lines = response.raw.headers.getlist("Set-Cookie")
            set_cookie.keep(request.cookies, lines, urlsplit(url).netloc)
            _log_answer(response)
            return _read_answer(response, url)


def _read_answer(response: requests.Response, url: str) -> Answer:
    """Read an answer, up to a limit."""
    body = b""
    for chunk in response.iter_content(65536):
        body += chunk
        if len(body) > LARGEST:
            raise unexpected(url, f"more than {LARGEST >> 20} MB")
    redirect = None
    if response.is_redirect:
        try:
            redirect = urlsplit(urljoin(url, response.headers["Location"]))
        except ValueError:
            raise unexpected(url, "a redirect that leads nowhere") from None
    pause = retry_after(response.headers.get("Retry-After", ""))
    return Answer(url, response.status_code, redirect, pause, body)


def retry_after(header: str) -> float:
    """Return the seconds in a header `Retry-After`, which holds seconds or a date; 0 if neither."""
    try:
        return urllib3.Retry().parse_retry_after(header)
    except (urllib3.exceptions.HTTPError, ValueError, OverflowError):
        return 0.0


def _translated(error: Exception, url: str) -> Exception:
    """Turn what `requests` raised for a URL into our own error; leave other errors alone."""
    if isinstance(error, StravaError):
        return error
    if network_error := failures.named(error, urlsplit(url).netloc):
        return network_error
    if isinstance(error, ValueError | requests.exceptions.RequestException):
        return unexpected(url, "something that makes no sense")
    return error


def _status(code: int) -> str:
    """Format a status without the server's own phrase, which may contain anything."""
    try:
        return f"{code} {HTTPStatus(code).phrase}"
    except ValueError:
        return str(code)


def _log_request(request: requests.Request) -> None:
    """Log what is sent, without the values."""
    _log.info("> %s %s", request.method, request.url)
    if request.params:
        _log.info(">   query: %s", _masked(request.params))
    for what, values in (("cookie", cookies_by_name(request.cookies)), ("field", request.data)):
        for name, value in values.items():
            _log.info(">   %s %a: %s", what, name, _masked(value))


def _log_answer(response: requests.Response) -> None:
    """Log an answer, without values that are or could be secret."""
    if not _log.isEnabledFor(logging.INFO):
        return
    _log.info("< %s", _status(response.status_code))
    for name, value in response.raw.headers.items():
        if name.title() in _SHOWN:
            _log.info("<   %a: %a", name, value)
        elif name.lower() == "set-cookie":
            cookie, _, rest = value.partition(";")
            cookie_name, equals, cookie_value = cookie.partition("=")
            if not equals:
                cookie_name, cookie_value = "", cookie
            domain = re.search(r"domain=([\w.-]{1,80})", rest, re.IGNORECASE | re.ASCII)
            where = f" of {domain[1]}" if domain else ""
            _log.info("<   cookie %a%s: %s", cookie_name, where, _masked(cookie_value))
        else:
            _log.info("<   %a: %s", name, _masked(value))


def _masked(value: str) -> str:
    return f"({len(value)} characters)"
