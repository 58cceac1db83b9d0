"""What logs in to Strava, a session or an email with its password, and the environment's own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from stravacookies.errors import BadSessionError

SESSION = "_strava4_session"
REMEMBER_ID = "strava_remember_id"
REMEMBER_TOKEN = "strava_remember_token"  # noqa: S105 - the name of a cookie, not its value

SESSION_VARIABLE = "STRAVA_SESSION"
EMAIL_VARIABLE = "STRAVA_EMAIL"
PASSWORD_VARIABLE = "STRAVA_PASSWORD"  # noqa: S105 - the name of a variable, not its value

# https://www.rfc-editor.org/rfc/rfc6265#section-4.1.1 (cookie-octet)
_COOKIE_VALUE = re.compile(r"[!#-+\--:<-\[\]-~]+")


@dataclass(frozen=True, slots=True)
class Session:
    """A session of Strava's web site. Its values are secret: `repr` leaves them out.

    Attributes:
        value: The cookie `_strava4_session`.
        remember_id: The cookie `strava_remember_id`, the number of the athlete.
        remember_token: The cookie `strava_remember_token`, which opens a new session for 30 days.
    """

    value: str = field(repr=False)
    remember_id: str | None = field(default=None, repr=False)
    remember_token: str | None = field(default=None, repr=False)

    def cookies(self) -> dict[str, str]:
        """Return its cookies by the names that Strava gave them."""
        cookies = {
            SESSION: self.value,
            REMEMBER_ID: self.remember_id,
            REMEMBER_TOKEN: self.remember_token,
        }
        return {name: value for name, value in cookies.items() if value}


@dataclass(frozen=True, slots=True)
class Login:
    """What a person logs in to Strava with; `repr` shows nothing of it."""

    email: str = field(repr=False)
    password: str = field(repr=False)


def session_from_text(text: str, source: str) -> Session:
    """Make a session of what a person copied: the value, perhaps with the cookie's name before it.

    Args:
        text: What was given.
        source: Where it came from, for the error.

    Raises:
        BadSessionError: It cannot be the value of a cookie.
    """
    value = text.strip().removeprefix(f"{SESSION}=").strip('"')
    if not _COOKIE_VALUE.fullmatch(value):
        raise BadSessionError(source)
    return Session(value)


def session_from_environment(environ: Mapping[str, str]) -> Session | None:
    """Return the session in `STRAVA_SESSION`, if that is set.

    Raises:
        BadSessionError: It holds something else.
    """
    text = environ.get(SESSION_VARIABLE)
    return session_from_text(text, SESSION_VARIABLE) if text else None


def login_from_environment(environ: Mapping[str, str]) -> Login | None:
    """Return the email and password in `STRAVA_EMAIL` and `STRAVA_PASSWORD`, if both are set."""
    email, password = environ.get(EMAIL_VARIABLE), environ.get(PASSWORD_VARIABLE)
    return Login(email, password) if email and password else None
