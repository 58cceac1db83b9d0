"""What logs in to Strava: a session, or an email and password; and which cookies make a session."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from stravacookies.cookies import is_cookie_value, token_claims, token_end
from stravacookies.errors import BadLoginError, BadSessionError, ExpiredTokenError

if TYPE_CHECKING:
    from http.cookiejar import Cookie, CookieJar

SESSION = "_strava4_session"
REMEMBER_ID = "strava_remember_id"
REMEMBER_TOKEN = "strava_remember_token"  # noqa: S105 - the name of a cookie, not its value

DOMAIN = ".strava.com"
"""Where Strava's cookies belong."""

SESSION_COOKIES = (SESSION, REMEMBER_ID, REMEMBER_TOKEN)
"""The cookies by which Strava's web site knows a user."""

SESSION_VARIABLE = "STRAVA_SESSION"
EMAIL_VARIABLE = "STRAVA_EMAIL"
PASSWORD_VARIABLE = "STRAVA_PASSWORD"  # noqa: S105 - the name of a variable, not its value


@dataclass(frozen=True, slots=True)
class Session:
    """A session of Strava's web site. Its values are secret: `repr` leaves them out.

    Attributes:
        value: The cookie `_strava4_session`; the other two open a new session without it.
        remember_id: The cookie `strava_remember_id`, the number of the athlete.
        remember_token: The cookie `strava_remember_token`, a token that holds for 30 days.
    """

    value: str | None = field(repr=False)
    remember_id: str | None = field(default=None, repr=False)
    remember_token: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Refuse values that would break out of the header that they are sent in."""
        for name, value in self.cookies().items():
            if not is_cookie_value(value):
                raise BadSessionError(f"The value of {name}")

    @classmethod
    def from_cookies(
        cls, cookies: Mapping[str, str], now: datetime | None = None
    ) -> "Session | None":
        """Make a session of Strava's cookies, if there is one among them.

        Args:
            cookies: Values by name; those that do not belong to a session are ignored.
            now: The time at which a token must hold, with a time zone; the present if left out.

        Raises:
            BadSessionError: A value cannot be that of a cookie.
            ExpiredTokenError: There is a remember token and nothing else, and it has expired.
        """
        value, token = cookies.get(SESSION), cookies.get(REMEMBER_TOKEN)
        end = token_end(token) if token else None
        if end and end <= (now or datetime.now(UTC)):
            if not value:
                raise ExpiredTokenError(REMEMBER_TOKEN, end)
            token = None
        if token:
            athlete = cookies.get(REMEMBER_ID) or str(token_claims(token).get("sub", ""))
            if athlete:
                return cls(value or None, athlete, token)
        return cls(value) if value else None

    @property
    def expires(self) -> datetime | None:
        """When its remember token ends, in UTC; of a session without one nobody knows."""
        return token_end(self.remember_token) if self.remember_token else None

    def cookies(self) -> dict[str, str]:
        """Return its cookies by the names that Strava gave them."""
        values = (self.value, self.remember_id, self.remember_token)
        return {name: value for name, value in zip(SESSION_COOKIES, values, strict=True) if value}


def is_strava(domain: str) -> bool:
    """Tell whether a domain, of a host or a cookie, is Strava's."""
    return f".{domain.lower().lstrip('.')}".endswith(".strava.com")


def cookies_by_name(cookies: "CookieJar | Iterable[Cookie]") -> dict[str, str]:
    """Return the values of cookies, those of the whole domain before those of a host alone.

    Strava sends empty cookies of the same names beside the real ones; they are left out.
    """
    values: dict[str, str] = {}
    for cookie in sorted(cookies, key=lambda cookie: cookie.domain == DOMAIN):
        if cookie.value:
            values[cookie.name] = cookie.value
    return values


@dataclass(frozen=True, slots=True)
class Login:
    """What a person logs in to Strava with; `repr` shows nothing of it."""

    email: str = field(repr=False)
    password: str = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what nobody can have typed, such as bytes that were no text."""
        if not (self.email + self.password).isprintable():
            raise BadLoginError


def login_from_environment(environ: Mapping[str, str]) -> Login | None:
    """Return the email and password in `STRAVA_EMAIL` and `STRAVA_PASSWORD`, if both are set."""
    email, password = environ.get(EMAIL_VARIABLE), environ.get(PASSWORD_VARIABLE)
    return Login(email, password) if email and password else None
