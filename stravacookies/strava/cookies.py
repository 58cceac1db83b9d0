"""The cookies that open the heatmap's tiles, as one value with its expiry."""

import base64
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from stravacookies.errors import StravaError
from stravacookies.heatmap import CURRENT, IDENTITY, KEY_PAIR_ID, POLICY, SIGNATURE
from stravacookies.wording import listed

EXPIRES = "_strava_CloudFront-Expires"
"""A further cookie, with their expiry in Unix milliseconds."""

FRESH_ENOUGH = timedelta(hours=6)
"""Cookies with less time left are refreshed, since an editing session may be long."""

PLAUSIBLE_FROM = datetime(2020, 1, 1, tzinfo=UTC)
PLAUSIBLE_LIFE = timedelta(days=366)
"""An expiry before that date, or further ahead, is nonsense, such as seconds for milliseconds.

Strava's heatmap cookies last a day, its remember tokens 30 days.
"""

# https://www.rfc-editor.org/rfc/rfc6265#section-4.1.1 (cookie-octet), without the characters that
# would end JOSM's {header(…)} or open an XML tag; as long as browsers must accept (section 6.1).
_USABLE = re.compile(r"[!#-+\--:=?-\[\]-z|~]{1,4096}")


@dataclass(frozen=True, slots=True)
class HeatmapCookies:
    """The cookies that open the heatmap's tiles. Their values are secret: `repr` hides them.

    Attributes:
        key_pair_id: `CloudFront-Key-Pair-Id`.
        policy: `CloudFront-Policy`.
        signature: `CloudFront-Signature`.
        identity: `_strava_idcf`, which the current tile host needs and the classic one does not.
        expires: When the first of them expires, in UTC.
    """

    key_pair_id: str = field(repr=False)
    policy: str = field(repr=False)
    signature: str = field(repr=False)
    identity: str | None = field(repr=False)
    expires: datetime

    @classmethod
    def from_values(
        cls, values: Mapping[str, str], needed: tuple[str, ...] = CURRENT.cookies
    ) -> "HeatmapCookies":
        """Build them from the values of Strava's cookies by name; ignore other cookies.

        Args:
            values: What Strava sent; an empty value counts as missing.
            needed: The names that must be present.

        Raises:
            StravaError: One of `needed` is missing or unusable, or no cookie states an expiry.
        """
        missing = [name for name in needed if not values.get(name)]
        if missing:
            what = "cookie" if len(missing) == 1 else "cookies"
            raise StravaError(f"Strava's answer lacks the {what} {listed(missing)}.")
        for name in needed:
            if not is_cookie_value(values[name]):
                why = (
                    "it is longer than 4096 characters, or contains some that no cookie may contain"
                )
                raise _unusable_cookie(name, why)
        return cls(
            key_pair_id=values[KEY_PAIR_ID],
            policy=values[POLICY],
            signature=values[SIGNATURE],
            identity=values[IDENTITY] if IDENTITY in needed else None,
            expires=_earliest_expiry(values, needed),
        )

    def values(self) -> dict[str, str]:
        """Return the cookies by the names that Strava gave them."""
        values = {KEY_PAIR_ID: self.key_pair_id, POLICY: self.policy, SIGNATURE: self.signature}
        return values | ({IDENTITY: self.identity} if self.identity is not None else {})

    def header(self) -> str:
        """Return the value of the `Cookie` header that opens the current host's tiles."""
        return "; ".join(f"{name}={value}" for name, value in self.values().items())

    def query(self) -> str:
        """Return the query string that opens the classic host's tiles."""
        from urllib.parse import quote  # imported here: the current host needs none

        key, policy, signature = (
            quote(value, safe="~") for value in (self.key_pair_id, self.policy, self.signature)
        )
        return f"Key-Pair-Id={key}&Policy={policy}&Signature={signature}"

    def is_fresh(self, left: timedelta = FRESH_ENOUGH, now: datetime | None = None) -> bool:
        """Return whether at least `left` remains until they expire.

        Args:
            left: How much time must remain.
            now: The time to count from, with a time zone; by default the current time.
        """
        return self.expires - (now or datetime.now(UTC)) >= left


def is_cookie_value(text: str) -> bool:
    """Return whether a text can safely be passed on as the value of a cookie."""
    return bool(_USABLE.fullmatch(text))


def _unusable_cookie(name: str, why: str) -> StravaError:
    return StravaError(f"Strava sent an unusable cookie {name}: {why}.")


def _earliest_expiry(values: Mapping[str, str], needed: tuple[str, ...]) -> datetime:
    """Return the earliest expiry that the cookies state."""
    stated = [_policy_expiry(values[POLICY])]
    if IDENTITY in needed:
        stated.append(token_expiry(values[IDENTITY]))
    if re.fullmatch(r"\d{1,15}", values.get(EXPIRES, ""), re.ASCII):
        stated.append(_time(int(values[EXPIRES]) / 1000))
    known = [expiry for expiry in stated if expiry]
    if not known:
        raise _unusable_cookie(POLICY, "it does not state when it expires")
    return min(known)


def _policy_expiry(policy: str) -> datetime | None:
    """Read when a CloudFront policy expires, if it says so.

    Source: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-setting-signed-cookie-custom-policy.html
    """
    try:
        text = base64.b64decode(policy.translate(str.maketrans("-_~", "+=/")))
        condition = json.loads(text)["Statement"][0]["Condition"]
        return _time(condition["DateLessThan"]["AWS:EpochTime"])
    except (ValueError, TypeError, LookupError, RecursionError):
        return None


def token_claims(token: str) -> dict[str, Any]:
    """Read the claims of a JSON Web Token, unverified; return none if it is not one.

    Source: https://www.rfc-editor.org/rfc/rfc7519#section-4.1
    """
    try:
        claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    except (ValueError, LookupError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def token_expiry(token: str) -> datetime | None:
    """Read when a JSON Web Token expires, if it says so."""
    return _time(token_claims(token).get("exp"))


def _time(unix_seconds: object) -> datetime | None:
    """Convert Unix seconds to a time in UTC; return None unless it is a plausible expiry."""
    if not isinstance(unix_seconds, int | float):
        return None
    # Compared as numbers: a date cannot be made of NaN, or of a number with 400 digits.
    if PLAUSIBLE_FROM.timestamp() <= unix_seconds <= time.time() + PLAUSIBLE_LIFE.total_seconds():
        return datetime.fromtimestamp(unix_seconds, UTC)
    return None
