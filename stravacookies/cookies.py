"""The credentials that open the heatmap's tiles, as one value that tells how long it holds."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from stravacookies.errors import BadCookieError, MissingCookieError

KEY_PAIR_ID = "CloudFront-Key-Pair-Id"
POLICY = "CloudFront-Policy"
SIGNATURE = "CloudFront-Signature"
IDENTITY = "_strava_idcf"
EXPIRES = "_strava_CloudFront-Expires"

CLASSIC_COOKIES = (KEY_PAIR_ID, POLICY, SIGNATURE)
"""The cookies that the classic host asks for."""

TODAY_COOKIES = (*CLASSIC_COOKIES, IDENTITY)
"""The cookies that today's host asks for."""

FRESH_ENOUGH = timedelta(hours=6)
"""Cookies with less time left are refreshed: an editing session may be long."""

# https://www.rfc-editor.org/rfc/rfc6265#section-4.1.1 (cookie-octet), without those that would end
# JOSM's {header(…)} or open a tag.
_USABLE = re.compile(r"[!#-+\--:=?-\[\]-z|~]{1,4096}")
_LONGEST = 4096
"""What browsers must hold for one cookie: https://www.rfc-editor.org/rfc/rfc6265#section-6.1."""


@dataclass(frozen=True, slots=True)
class HeatmapCookies:
    """The cookies that open the heatmap's tiles. Their values are secret: `repr` leaves them out.

    Attributes:
        key_pair_id: `CloudFront-Key-Pair-Id`.
        policy: `CloudFront-Policy`.
        signature: `CloudFront-Signature`.
        identity: `_strava_idcf`, which today's tile host wants and the classic one does not give.
        expires: When the first of them ends, in UTC.
    """

    key_pair_id: str = field(repr=False)
    policy: str = field(repr=False)
    signature: str = field(repr=False)
    identity: str | None = field(repr=False)
    expires: datetime

    @classmethod
    def from_values(
        cls, values: Mapping[str, str], needed: tuple[str, ...] = TODAY_COOKIES
    ) -> "HeatmapCookies":
        """Make them from the values of Strava's cookies by name; other cookies are ignored.

        Args:
            values: What Strava sent; an empty value counts as missing.
            needed: The names that must be there.

        Raises:
            MissingCookieError: One of `needed` is not there.
            BadCookieError: A value cannot stand in a header or URL, or none of them tells its end.
        """
        missing = [name for name in needed if not values.get(name)]
        if missing:
            raise MissingCookieError(missing)
        for name in needed:
            if len(values[name]) > _LONGEST:
                raise BadCookieError(name, f"it is longer than {_LONGEST} characters")
            if not is_cookie_value(values[name]):
                raise BadCookieError(name, "it holds characters that no cookie may hold")
        return cls(
            key_pair_id=values[KEY_PAIR_ID],
            policy=values[POLICY],
            signature=values[SIGNATURE],
            identity=values[IDENTITY] if IDENTITY in needed else None,
            expires=_earliest_end(values, needed),
        )

    def values(self) -> dict[str, str]:
        """Return the cookies by the names that Strava gave them."""
        values = {
            KEY_PAIR_ID: self.key_pair_id,
            POLICY: self.policy,
            SIGNATURE: self.signature,
        }
        if self.identity is not None:
            values[IDENTITY] = self.identity
        return values

    def header(self) -> str:
        """Return the value of the `Cookie` header that opens the tiles of today's host."""
        return "; ".join(f"{name}={value}" for name, value in self.values().items())

    def query(self) -> str:
        """Return the query string that opens the tiles of the classic host."""
        from urllib.parse import quote  # only here: today's host needs none

        return "&".join(
            f"{name}={quote(value, safe='~')}"
            for name, value in (
                ("Key-Pair-Id", self.key_pair_id),
                ("Policy", self.policy),
                ("Signature", self.signature),
            )
        )

    def is_fresh(self, left: timedelta = FRESH_ENOUGH, now: datetime | None = None) -> bool:
        """Tell whether at least `left` remains until they expire.

        Args:
            left: How much time there should be.
            now: The time to count from, with a time zone; the present if left out.
        """
        return self.expires - (now or datetime.now(UTC)) >= left


def is_cookie_value(text: str) -> bool:
    """Tell whether a text may be the value of a cookie that we hand on: it can end nothing."""
    return bool(_USABLE.fullmatch(text))


def _earliest_end(values: Mapping[str, str], needed: tuple[str, ...]) -> datetime:
    """Return the earliest of the ends that the cookies themselves tell, in UTC."""
    ends = [_policy_end(values[POLICY])]
    if IDENTITY in needed:
        ends.append(token_end(values[IDENTITY]))
    if re.fullmatch(r"\d{1,15}", values.get(EXPIRES, ""), re.ASCII):
        ends.append(_time(int(values[EXPIRES]) / 1000))
    told = [end for end in ends if end]
    if not told:
        raise BadCookieError(POLICY, "it does not tell when it ends")
    return min(told)


def _policy_end(policy: str) -> datetime | None:
    """Read when a CloudFront policy ends, in UTC, if it tells.

    Source: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-setting-signed-cookie-custom-policy.html
    """
    try:
        text = base64.b64decode(policy.translate(str.maketrans("-_~", "+=/")))
        condition = json.loads(text)["Statement"][0]["Condition"]
        return _time(condition["DateLessThan"]["AWS:EpochTime"])
    except (ValueError, TypeError, LookupError, RecursionError):
        return None


def token_claims(token: str) -> dict[str, Any]:
    """Read what a JSON Web Token claims, unchecked; nothing if it is none.

    Source: https://www.rfc-editor.org/rfc/rfc7519#section-4.1
    """
    try:
        claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    except (ValueError, LookupError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def token_end(token: str) -> datetime | None:
    """Read when a JSON Web Token ends, in UTC, if it tells."""
    return _time(token_claims(token).get("exp"))


def _time(unix_seconds: object) -> datetime | None:
    """Make a time in UTC of what may be Unix seconds."""
    # Beyond 2200, the arithmetic of local times may overflow; NaN is in no range.
    if isinstance(unix_seconds, int | float) and 0 <= unix_seconds < 7_258_118_400:
        return datetime.fromtimestamp(unix_seconds, UTC)
    return None
