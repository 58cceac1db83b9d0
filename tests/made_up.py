"""Cookies and tokens that look like Strava's, for tests without the stand-in."""

import base64
import json
from datetime import UTC, datetime
from http.cookiejar import Cookie

from requests.cookies import create_cookie

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def policy(end: datetime) -> str:
    """Return a CloudFront policy that expires at a time, encoded as in the cookie."""
    condition = {"DateLessThan": {"AWS:EpochTime": int(end.timestamp())}}
    text = json.dumps({"Statement": [{"Resource": "https://*", "Condition": condition}]})
    return base64.b64encode(text.encode()).decode().translate(str.maketrans("+=/", "-_~"))


def token(end: datetime, athlete: int = 4242) -> str:
    """Return a JSON Web Token of an athlete that expires at a time."""
    text = json.dumps({"sub": athlete, "exp": int(end.timestamp())})
    claims = base64.urlsafe_b64encode(text.encode()).decode()
    return f"eyJhbGciOiJIUzI1NiJ9.{claims.rstrip('=')}.c2lnbmF0dXJl"


def values(end: datetime = NOON) -> dict[str, str]:
    """Return the values of the heatmap cookies that Strava sends, which expire at a time."""
    return {
        "CloudFront-Key-Pair-Id": "K2XYZ",
        "CloudFront-Policy": policy(end),
        "CloudFront-Signature": "c2ln-bmF0_dXJl~",
        "_strava_idcf": token(end),
        "_strava_CloudFront-Expires": str(int(end.timestamp() * 1000)),
    }


def cookie(name: str, value: str, domain: str) -> Cookie:
    """Return a cookie as a cookie jar stores it."""
    made: Cookie = create_cookie(name, value, domain=domain)  # type: ignore[no-untyped-call]
    return made
