"""Cookies and tokens that look like Strava's, for tests that need no Strava."""

import base64
import json
from datetime import UTC, datetime
from http.cookiejar import Cookie

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def policy(end: datetime) -> str:
    """A CloudFront policy that ends at a time, coded as in the cookie."""
    condition = {"DateLessThan": {"AWS:EpochTime": int(end.timestamp())}}
    text = json.dumps({"Statement": [{"Resource": "https://*", "Condition": condition}]})
    return base64.b64encode(text.encode()).decode().translate(str.maketrans("+=/", "-_~"))


def token(end: datetime, athlete: int = 4242) -> str:
    """A JSON Web Token of an athlete that ends at a time."""
    text = json.dumps({"sub": athlete, "exp": int(end.timestamp())})
    claims = base64.urlsafe_b64encode(text.encode()).decode()
    return f"eyJhbGciOiJIUzI1NiJ9.{claims.rstrip('=')}.c2lnbmF0dXJl"


def values(end: datetime = NOON) -> dict[str, str]:
    """What Strava sends, ending at a time."""
    return {
        "CloudFront-Key-Pair-Id": "K2XYZ",
        "CloudFront-Policy": policy(end),
        "CloudFront-Signature": "c2ln-bmF0_dXJl~",
        "_strava_idcf": token(end),
        "_strava_CloudFront-Expires": str(int(end.timestamp() * 1000)),
    }


def cookie(name: str, value: str, domain: str) -> Cookie:
    """A cookie as a jar holds it."""
    return Cookie(
        version=0,
        name=name,
        value=value,
        port=None,
        port_specified=False,
        domain=domain,
        domain_specified=True,
        domain_initial_dot=domain.startswith("."),
        path="/",
        path_specified=True,
        secure=True,
        expires=None,
        discard=True,
        comment=None,
        comment_url=None,
        rest={},
    )
