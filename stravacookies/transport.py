"""Requests to Strava: in a limited time, again after passing faults, and with failures renamed."""

import http.client
import logging
import re
import ssl
from dataclasses import dataclass, field
from http import HTTPStatus
from time import monotonic, sleep
from urllib.parse import SplitResult, urljoin, urlsplit

import requests
import urllib3
from requests.cookies import RequestsCookieJar

from stravacookies import __version__
from stravacookies.deadline import DeadlineError, within
from stravacookies.errors import ConnectionLostError, NetworkError, UnexpectedAnswerError
from stravacookies.session import cookies_by_name

PATIENCE = 45.0
"""Seconds after which a call gives up, whatever goes on."""

_TIMEOUT = (10.0, 20.0)
"""Seconds to wait for a connection, and for each part of an answer."""

_PAUSES = (1.0, 2.0, 4.0)
"""Seconds to wait before a request is sent again, if Strava does not name others."""

_LONGEST_PAUSE = 30.0

_LARGEST = 4 * 2**20
"""Bytes of an answer that are read; Strava's pages have a tenth of that."""

_SHOWN = {"Content-Type", "Content-Length", "Content-Encoding", "Date", "Retry-After", "Server"}
"""The header lines that may be shown as they are."""

_log = logging.getLogger(__name__)


def _no_unparsed_headers(record: logging.LogRecord) -> bool:
    return "Failed to parse headers" not in record.msg


# urllib3 would log the whole of an answer's head, cookies included, if a line of it is broken.
logging.getLogger("urllib3.connection").addFilter(_no_unparsed_headers)


@dataclass(frozen=True, slots=True)
class Answer:
    """What Strava answered; its cookies are in the jar of who asked.

    Attributes:
        url: What was asked, without its query if that was given apart.
        status: The status code.
        redirect: Where it redirects to, if it does.
        pause: Seconds after which Strava wants to be asked again.
        body: The page.
    """

    url: str
    status: int
    redirect: SplitResult | None = field(repr=False)
    pause: float
    body: bytes = field(repr=False)

    def expect_ok(self) -> None:
        """Raise an error for every answer but 200.

        Raises:
            UnexpectedAnswerError: It names what came instead.
        """
        if self.status == 200:
            return
        what = _status(self.status)
        if self.redirect:
            # Not all of it: whoever redirects may have put there what nobody should read.
            what = f"a redirect to {f'{self.redirect.scheme}://{self.redirect.hostname}'[:80]!a}"
        raise UnexpectedAnswerError(self.url, what)


class Transport:
    """Sends requests, over one connection if it can, and keeps the cookies that come back."""

    def __init__(self) -> None:
        self._http = _new_http()

    @property
    def cookies(self) -> RequestsCookieJar:
        """What the next request is sent with."""
        return self._http.cookies

    def ask(self, method: str, url: str, until: float, query: str = "") -> Answer:
        """Send a request, and send it again after a passing fault, as long as there is time.

        Args:
            method: `GET` or `HEAD`; others must not be repeated.
            url: Where to.
            until: When to give up, by the clock `time.monotonic`.
            query: What stands behind the URL and is secret: no error and no log of ours shows it.

        Raises:
            NetworkError: There was no answer.
            UnexpectedAnswerError: It could not be understood.
        """
        cookies = self.cookies.copy()
        for pause in _PAUSES:
            try:
                answer = self.send(method, url, until, query=query)
            except ConnectionLostError as error:
                if monotonic() + pause > until:
                    raise
                _log.info("%s", error)
            else:
                pause = max(pause, answer.pause)
                too_long = pause > _LONGEST_PAUSE or monotonic() + pause > until
                if (answer.status != 429 and answer.status // 100 != 5) or too_long:
                    return answer
            _log.info("Trying again in %g seconds.", pause)
            sleep(pause)
            # An answer of a server in trouble may have brought a session that is not logged in.
            self._http.cookies = cookies.copy()
        return self.send(method, url, until, query=query)

    def send(
        self,
        method: str,
        url: str,
        until: float,
        form: dict[str, str] | None = None,
        query: str = "",
    ) -> Answer:
        """Send one request once, and follow no redirect: where it leads is the answer.

        Args:
            method: The method.
            url: Where to.
            until: When to give up, by the clock `time.monotonic`.
            form: The fields of a form.
            query: What stands behind the URL and is secret: no error and no log of ours shows it.

        Raises:
            NetworkError: There was no answer.
            UnexpectedAnswerError: It could not be understood.
        """
        http_session = self._http

        def exchange() -> Answer:
            with http_session.request(
                method,
                url,
                params=query,
                data=form,
                timeout=_TIMEOUT,
                allow_redirects=False,
                stream=True,
            ) as response:
                _log_answer(response)
                return _read(response, url)

        _log_request(method, url, query, cookies_by_name(http_session.cookies), form or {})
        try:
            return within(until - monotonic(), exchange)
        except DeadlineError:
            self._http = _new_http()  # the exchange may still put cookies into the one there was
            failure: Exception = NetworkError(urlsplit(url).netloc, "it did not answer in time")
        except Exception as error:  # noqa: BLE001 - it is raised again below
            failure = _renamed(error, url)
        # Out here it has no context: the texts of what it comes from may hold what was sent.
        raise failure


class _Http(requests.Session):
    """A session of `requests` that sees no redirects, and does not stumble over odd ones."""

    def get_redirect_target(self, _: requests.Response) -> None:
        """Tell `requests` that there is nothing to follow."""


def _new_http() -> _Http:
    session = _Http()
    # Without this, requests would send a password from ~/.netrc.
    session.auth = _no_auth
    session.headers["User-Agent"] = f"stravacookies/{__version__}"
    return session


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Add nothing to a request."""
    return request


def _read(response: requests.Response, url: str) -> Answer:
    """Read the answer of a URL, but not one without end."""
    body = b""
    for chunk in response.iter_content(65536):
        body += chunk
        if len(body) > _LARGEST:
            raise UnexpectedAnswerError(url, f"more than {_LARGEST >> 20} MB")
    redirect = None
    if response.is_redirect:
        try:
            redirect = urlsplit(urljoin(url, response.headers["Location"]))
        except ValueError:
            raise UnexpectedAnswerError(url, "a redirect that leads nowhere") from None
    pause = _pause(response.headers.get("Retry-After", "0"))
    return Answer(url, response.status_code, redirect, pause, body)


def _pause(retry_after: str) -> float:
    """Read the header `Retry-After`, which holds seconds or a date."""
    try:
        return urllib3.Retry().parse_retry_after(retry_after)
    except (urllib3.exceptions.HTTPError, ValueError, OverflowError):
        return 0.0


_NONSENSE = "something that cannot be understood"


def _renamed(error: Exception, url: str) -> Exception:
    """Name what `requests` raises for a URL; what it does not raise stays as it is."""
    host = urlsplit(url).netloc
    match error:
        case (
            requests.exceptions.InvalidProxyURL()
            | requests.exceptions.InvalidSchema()
            | requests.exceptions.InvalidURL()
            | urllib3.exceptions.LocationParseError()
        ):  # the URLs that we ask for are our own
            return NetworkError(host, "the proxy in HTTPS_PROXY cannot be used")
        case requests.exceptions.Timeout():
            return NetworkError(host, "it did not answer in time")
        case requests.exceptions.RequestException():
            return _named_by_cause(error, url, host)
        case ValueError():
            return UnexpectedAnswerError(url, _NONSENSE)
        case OSError():
            reason = "the certificates in REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE cannot be read"
            return NetworkError(host, reason)
        case _:
            return error


def _named_by_cause(error: Exception, url: str, host: str) -> Exception:
    """Name a failure by its innermost cause; `requests` itself names the same ones differently."""
    match _cause(error):
        case ssl.SSLCertVerificationError():
            return NetworkError(host, "its certificate could not be verified")
        # http.client.RemoteDisconnected is a ConnectionResetError, too
        case (
            ConnectionResetError()
            | BrokenPipeError()
            | ConnectionAbortedError()
            | ssl.SSLEOFError()
            | http.client.IncompleteRead()
        ):
            return ConnectionLostError(host)
        case ssl.SSLError():
            return NetworkError(host, "what answers there does not speak TLS")
        case http.client.HTTPException():
            return UnexpectedAnswerError(url, _NONSENSE)
        case _ if isinstance(error, requests.exceptions.ProxyError):
            return NetworkError(host, "the proxy in HTTPS_PROXY does not let it through")
        case urllib3.exceptions.NameResolutionError():
            return NetworkError(host, "its address could not be found")
        case _ if isinstance(error, requests.exceptions.ConnectionError):
            return NetworkError(host, "there is no connection to it")
        case _:
            return UnexpectedAnswerError(url, _NONSENSE)


def _cause(error: BaseException) -> BaseException:
    """Return the innermost of the errors that an error of `requests` or `urllib3` holds."""
    held = [getattr(error, "reason", None), *error.args]
    inner = next((each for each in held if isinstance(each, BaseException)), None)
    return _cause(inner) if inner else error


def _status(code: int) -> str:
    """Write a status; not in the server's words, which may hold anything."""
    try:
        return f"{code} {HTTPStatus(code).phrase}"
    except ValueError:
        return str(code)


def _log_request(
    method: str, url: str, query: str, cookies: dict[str, str], form: dict[str, str]
) -> None:
    """Tell what is sent, without the values."""
    _log.info("> %s %s", method, url)
    if query:
        _log.info(">   query: %s", _masked(query))
    for what, values in (("cookie", cookies), ("field", form)):
        for name, value in values.items():
            _log.info(">   %s %a: %s", what, name, _masked(value))


def _log_answer(response: requests.Response) -> None:
    """Tell what is answered, without the values that are secret or could be."""
    if not _log.isEnabledFor(logging.INFO):
        return
    _log.info("< %s", _status(response.status_code))
    for name, value in response.raw.headers.items():
        if name.title() in _SHOWN:
            _log.info("<   %a: %a", name, value)
        elif name.lower() == "set-cookie":
            cookie, _, rest = value.partition(";")
            cookie_name, _, cookie_value = cookie.partition("=")
            domain = re.search(r"domain=([\w.-]{1,80})", rest, re.IGNORECASE | re.ASCII)
            where = f" of {domain[1]}" if domain else ""
            _log.info("<   cookie %a%s: %s", cookie_name, where, _masked(cookie_value))
        else:
            _log.info("<   %a: %s", name, _masked(value))


def _masked(value: str) -> str:
    return f"({len(value)} characters)"
