"""CloudFront's signed cookies and Strava's tokens, made and checked as by the real servers.

Source: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-setting-signed-cookie-custom-policy.html
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from itertools import cycle

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

_TO_COOKIE = str.maketrans("+=/", "-_~")
_FROM_COOKIE = str.maketrans("-_~", "+=/")
_SCHEME = padding.PKCS1v15(), hashes.SHA1()  # noqa: S303 - CloudFront still signs with SHA-1


@cache
def _keys() -> Iterator[rsa.RSAPrivateKey]:
    """Return two keys in turn, since it takes long to generate one for each test."""
    return cycle(rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))


@dataclass
class Signer:
    """The keys of one stand-in. The next stand-in refuses what they have signed."""

    key_pair_id: str = "K1STANDIN00000"
    _key: rsa.RSAPrivateKey = field(default_factory=lambda: next(_keys()))
    _token_key: bytes = b"made up for the stand-in"

    def cloudfront(self, resource: str, expires: int) -> dict[str, str]:
        """Return the three values, by short names, that open a resource.

        Args:
            resource: A URL, in which `*` stands for anything.
            expires: Until when, in Unix seconds.
        """
        condition = {"DateLessThan": {"AWS:EpochTime": expires}}
        statement = {"Resource": resource, "Condition": condition}
        policy = json.dumps({"Statement": [statement]}, separators=(",", ":")).encode()
        signature = self._key.sign(policy, *_SCHEME)
        return {
            "Key-Pair-Id": self.key_pair_id,
            "Policy": base64.b64encode(policy).decode().translate(_TO_COOKIE),
            "Signature": base64.b64encode(signature).decode().translate(_TO_COOKIE),
        }

    def opens(self, signed: dict[str, str], url: str, now: float) -> bool:
        """Return whether signed values open a URL at a time, as CloudFront would."""
        try:
            policy = base64.b64decode(signed["Policy"].translate(_FROM_COOKIE))
            signature = base64.b64decode(signed["Signature"].translate(_FROM_COOKIE))
            self._key.public_key().verify(signature, policy, *_SCHEME)
            statement = json.loads(policy)["Statement"][0]
        except (InvalidSignature, ValueError, KeyError):
            return False
        return (
            signed.get("Key-Pair-Id") == self.key_pair_id
            and now < statement["Condition"]["DateLessThan"]["AWS:EpochTime"]
            and fnmatchcase(url, statement["Resource"])
        )

    def token(self, athlete: int, expires: int) -> str:
        """Return a JSON Web Token for an athlete that expires at a time in Unix seconds."""
        head = _url_safe(b'{"alg":"HS256","typ":"JWT"}')
        claims = {"sub": athlete, "iss": "strava.com", "iat": expires - 86400, "exp": expires}
        body = _url_safe(json.dumps(claims, separators=(",", ":")).encode())
        return f"{head}.{body}.{self._mac(f'{head}.{body}')}"

    def athlete(self, token: str, now: float) -> int | None:
        """Return the athlete of a token, or None if it is forged or has expired."""
        signed, _, mac = token.rpartition(".")
        if not hmac.compare_digest(mac, self._mac(signed)):
            return None
        claims = json.loads(base64.urlsafe_b64decode(signed.partition(".")[2] + "=="))
        return int(claims["sub"]) if now < claims["exp"] else None

    def _mac(self, text: str) -> str:
        return _url_safe(hmac.digest(self._token_key, text.encode(), hashlib.sha256))


def _url_safe(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
