"""Read the cookies that Strava sets, each by itself: nonsense in one does not affect the others.

`http.cookiejar` reads all headers at once; if it fails at one, it drops all and prints a traceback.
`requests` calls it as soon as an answer arrives, unless an `Adapter` sends the request.
"""

import re
from collections.abc import Iterable
from http.cookiejar import http2time  # type: ignore[attr-defined]  # public, but without types
from time import time
from typing import Any

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.cookies import RequestsCookieJar

from stravacookies.strava.session import is_strava


class Adapter(HTTPAdapter):
    """Sends requests as `requests` does, but does not read the cookies of the answers."""

    def build_response(self, req: PreparedRequest, resp: Any) -> Response:
        """Build an answer without the part in which `requests` looks for cookies."""
        original, resp._original_response = resp._original_response, None
        response = super().build_response(req, resp)
        resp._original_response = original
        return response


def keep(jar: RequestsCookieJar, headers: Iterable[str], host: str) -> None:
    """Put the cookies of `Set-Cookie` headers into a jar, and remove those that have ended.

    Source: https://www.rfc-editor.org/rfc/rfc6265#section-5

    Args:
        jar: The cookies so far.
        headers: The values of the headers.
        host: The host that sent them. It sets cookies for itself, or for a domain above it.
    """
    for header in headers:
        pair, *others = header.split(";")
        name, equals, value = (part.strip() for part in pair.partition("="))
        parts = (other.partition("=") for other in others)
        attributes = {key.strip().lower(): text.strip() for key, _, text in parts}
        domain = f".{attributes.get('domain', '').lstrip('.').lower()}"
        if domain == ".":
            domain = host
        elif not (is_strava(domain) and f".{host}".endswith(domain)):
            continue
        if name and equals:
            kept: Any = None if _has_ended(attributes) else value  # None removes it
            jar.set(name, kept, domain=domain, path="/", secure=True)


def _has_ended(attributes: dict[str, str]) -> bool:
    """Return whether a cookie must be removed. An age or a time that makes no sense is ignored."""
    age = attributes.get("max-age", "")
    if re.fullmatch(r"-?\d+", age, re.ASCII):
        return age.startswith("-") or not age.strip("0")
    try:
        end = http2time(attributes.get("expires", ""))
    except ValueError:  # a year of thousands of digits
        return False
    return end is not None and bool(end <= time())
