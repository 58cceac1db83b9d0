"""Why Strava could not be reached, in one sentence."""

import http.client
import ssl

import requests
import urllib3
from requests.exceptions import SSLError
from urllib3.exceptions import ReadTimeoutError

from stravacookies.errors import ConnectionLostError, NetworkError

LOST = "the connection broke"
NO_BUNDLE = "the certificates in REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE cannot be read"
NO_CONNECTION = "there is no connection to it"
NOT_VERIFIED = (
    "its certificate could not be verified; REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names the"
    " authorities to trust"
)
PROXY_REFUSES = "the proxy in HTTPS_PROXY refuses the connection"
PROXY_UNUSABLE = "the proxy in HTTPS_PROXY cannot be used"

_LOST = (
    ConnectionResetError,  # http.client.RemoteDisconnected, too
    BrokenPipeError,
    ConnectionAbortedError,
    ssl.SSLEOFError,
    http.client.IncompleteRead,
)
"""The innermost causes of a connection that broke."""

_UNREACHABLE: tuple[tuple[type[Exception], str], ...] = (
    # Our own URLs are valid, so these are about the proxy's.
    (requests.exceptions.InvalidURL, PROXY_UNUSABLE),
    (requests.exceptions.InvalidSchema, PROXY_UNUSABLE),
    (urllib3.exceptions.LocationParseError, PROXY_UNUSABLE),
    (ssl.SSLCertVerificationError, NOT_VERIFIED),
    (ssl.SSLError, "the server there does not speak TLS"),
    (requests.exceptions.ProxyError, PROXY_REFUSES),
    (urllib3.exceptions.NameResolutionError, "its address could not be found"),
    (requests.exceptions.ConnectionError, NO_CONNECTION),
)
"""Why a host could not be reached, by the error or its innermost cause; the first one counts."""


def late(host: str) -> NetworkError:
    """Build the error for a host that takes too long."""
    return NetworkError(f"{host} did not answer in time.")


def unreachable(host: str, why: str) -> NetworkError:
    """Build the error for a host that could not be reached."""
    kind = ConnectionLostError if why == LOST else NetworkError
    return kind(f"{host} could not be reached: {why}.")


def named(error: Exception, host: str) -> NetworkError | None:
    """Return what an error of `requests` says of the way to a host; None if it says nothing."""
    cause = _cause(error)
    if isinstance(error, requests.exceptions.Timeout) or isinstance(cause, ReadTimeoutError):
        return late(host)
    if isinstance(cause, _LOST):
        return unreachable(host, LOST)
    # `requests` did not find the file, or OpenSSL could not read it: TLS itself is not at fault.
    unreadable = isinstance(error, SSLError) and getattr(cause, "library", None) != "SSL"
    if type(error) is OSError or unreadable:
        return unreachable(host, NO_BUNDLE)
    if not isinstance(cause, http.client.HTTPException):
        for kind, why in _UNREACHABLE:
            if isinstance(error, kind) or isinstance(cause, kind):
                return unreachable(host, why)
    return None


def _cause(error: BaseException) -> BaseException:
    """Return the innermost of the errors that an error of `requests` or `urllib3` holds."""
    held = [getattr(error, "reason", None), *error.args]
    inner = next((each for each in held if isinstance(each, BaseException)), None)
    return _cause(inner) if inner else error
