"""Credentials for Strava's web site: the cookies of a session, or an email and password."""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from stravacookies.errors import NotLoggedInError
from stravacookies.strava.cookies import is_cookie_value, token_claims, token_expiry
from stravacookies.wording import local_time

if TYPE_CHECKING:
    from http.cookiejar import Cookie, CookieJar

SESSION = "_strava4_session"
REMEMBER_ID = "strava_remember_id"
REMEMBER_TOKEN = "strava_remember_token"  # noqa: S105 - the name of a cookie, not its value

DOMAIN = ".strava.com"
"""The domain of Strava's cookies."""

SESSION_COOKIES = (SESSION, REMEMBER_ID, REMEMBER_TOKEN)
"""The cookies that log a browser in to Strava's web site."""


@dataclass(frozen=True, slots=True)
class Session:
    """A session of Strava's web site. Its values are secret: `repr` hides them.

    Attributes:
        value: The cookie `_strava4_session`. Without it, the other two open a new session.
        remember_id: The cookie `strava_remember_id`, the number of the athlete.
        remember_token: The cookie `strava_remember_token`, a token that lasts 30 days.

    Raises:
        NotLoggedInError: There is no value, or one contains characters that no cookie may contain.
    """

    value: str | None = field(repr=False)
    remember_id: str | None = field(default=None, repr=False)
    remember_token: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Refuse a session without a value, and values that could break out of a header."""
        if not self.cookies():
            raise NotLoggedInError("A Strava session needs the value of its cookie.")
        for name, value in self.cookies().items():
            if not is_cookie_value(value):
                raise NotLoggedInError(
                    f"The value of {name} is not that of a Strava session. Use the value of your"
                    " browser's cookie _strava4_session, without spaces, quotes, braces or"
                    " semicolons."
                )

    @classmethod
    def from_cookies(
        cls, cookies: Mapping[str, str], now: datetime | None = None
    ) -> "Session | None":
        """Build a session from Strava's cookies, if they contain one.

        Args:
            cookies: Values by name; others than `SESSION_COOKIES` are ignored.
            now: The time at which a token must be valid, with a time zone; by default now.

        Raises:
            NotLoggedInError: A value is not allowed in a cookie, or there is only a remember token
                and it has expired.
        """
        value, token = cookies.get(SESSION), cookies.get(REMEMBER_TOKEN)
        expiry = token_expiry(token) if token else None
        if expiry and expiry <= (now or datetime.now(UTC)):
            if not value:
                raise NotLoggedInError(
                    f"The cookie {REMEMBER_TOKEN} expired on {local_time(expiry)}, and"
                    " there is no other session.",
                    "Log in at https://www.strava.com again.",
                )
            token = None
        if token:
            athlete = cookies.get(REMEMBER_ID) or str(token_claims(token).get("sub", ""))
            if athlete:
                return cls(value or None, athlete, token)
        return cls(value) if value else None

    @property
    def expires(self) -> datetime | None:
        """When its remember token expires, in UTC; unknown for a session without one."""
        return token_expiry(self.remember_token) if self.remember_token else None

    def cookies(self) -> dict[str, str]:
        """Return its cookies by the names that Strava gave them."""
        values = (self.value, self.remember_id, self.remember_token)
        return {name: value for name, value in zip(SESSION_COOKIES, values, strict=True) if value}


@dataclass(frozen=True, slots=True)
class Login:
    """An email and password of Strava. `repr` hides both.

    Raises:
        NotLoggedInError: One of them contains characters that cannot be sent.
    """

    email: str = field(repr=False)
    password: str = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse control characters, and bytes that were not text, which are surrogates now."""
        if re.search("[\0-\x1f\x7f-\x9f\ud800-\udfff]", self.email + self.password):
            raise NotLoggedInError(
                "The email or the password contains characters that cannot be sent."
            )


def usable_session(cookies: Mapping[str, str]) -> Session | None:
    """Return the session in Strava's cookies; None if there is none that can be used."""
    with suppress(NotLoggedInError):
        return Session.from_cookies(cookies)
    return None


def is_strava(domain: str) -> bool:
    """Return whether a domain, of a host or a cookie, is Strava's."""
    return f".{domain.lower().lstrip('.')}".endswith(DOMAIN)


class StoredCookie(NamedTuple):
    """A cookie as a browser describes it. `repr` hides its value."""

    name: str
    value: str
    domain: str

    def __repr__(self) -> str:
        return f"<StoredCookie {self.name} of {self.domain}>"


def cookies_by_name(cookies: "CookieJar | Iterable[Cookie | StoredCookie]") -> dict[str, str]:
    """Return the values of cookies by name; prefer those of the whole domain, then those of `www`.

    Strava sends empty cookies of the same names beside the real ones; they are left out.
    """
    values: dict[str, str] = {}

    def rank(cookie: "Cookie | StoredCookie") -> tuple[bool, bool]:
        return cookie.domain == DOMAIN, cookie.domain == f"www{DOMAIN}"

    for cookie in sorted(cookies, key=rank):
        if cookie.value:
            values[cookie.name] = cookie.value
    return values
