"""Tell whether a request is from HubSpot. Bytes in, the matching secret's place out; no I/O.

v3: base64(HMAC-SHA256(secret, method + uri + body + timestamp)), older than 5 minutes refused. v1:
hex(SHA-256(secret + body)).
https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation
The header X-HubSpot-Signature-Version describes the *old* header and reads "v1" even when v3 is
present.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

MAX_AGE_MS = 300_000

# The only sequences that HubSpot decodes before it signs; every other %XX stays as it is.
_DECODED = {
    "%3A": ":", "%2F": "/", "%3F": "?", "%40": "@", "%21": "!", "%24": "$",
    "%27": "'", "%28": "(", "%29": ")", "%2A": "*", "%2C": ",", "%3B": ";",
}  # fmt: skip
_ENCODED = re.compile("|".join(_DECODED), re.IGNORECASE)
_TIMESTAMP = re.compile(rb"[0-9]{13}")


def sign_v1(secret: str, body: bytes) -> bytes:
    return hashlib.sha256(secret.encode() + body).hexdigest().encode()


def sign_v3(secret: str, method: str, uri: str, body: bytes, timestamp: bytes) -> bytes:
    """Sign a request as HubSpot does. `timestamp` is the header's text: epoch milliseconds. `uri`
    is the full URL that HubSpot called."""
    message = b"".join((method.encode(), _decoded(uri), body, timestamp))
    return base64.b64encode(hmac.digest(secret.encode(), message, "sha256"))


@lru_cache(maxsize=16)  # ours is one; what others send must not pile up
def _decoded(uri: str) -> bytes:
    return _ENCODED.sub(lambda found: _DECODED[found[0].upper()], uri).encode()


def is_fresh(timestamp: bytes, now_ms: int) -> bool:
    """Tell whether a time is within five minutes of now, on either side. HubSpot's own helpers
    accept any future time, and so a replay."""
    return (
        _TIMESTAMP.fullmatch(timestamp) is not None and abs(now_ms - int(timestamp)) <= MAX_AGE_MS
    )


def matching_secret(signature: bytes, expected: Sequence[bytes]) -> int | None:
    """Answer which of the expected signatures this is, or None. All are compared, in constant time
    each."""
    matches = [hmac.compare_digest(signature, candidate) for candidate in expected]
    if True in matches:
        return matches.index(True)
    return None


@dataclass(frozen=True, slots=True)
class Signed:
    """Hold a request and the signatures that it came with. `v1` is set only where the old header
    is allowed."""

    method: str
    uri: str
    body: bytes
    timestamp: bytes
    v3: bytes | None
    v1: bytes | None = None

    def by(self, secret: str) -> bytes:
        """Answer the v3 signature that this request has if `secret` signed it."""
        return sign_v3(secret, self.method, self.uri, self.body, self.timestamp)


def verify(secrets: Sequence[str], request: Signed, now_ms: int) -> int | None:
    """Answer the place of the secret that signed this request, or None when none of them did.

    A v3 header that is present and wrong is final: falling back would let every holder of one
    old v1 delivery replay it for ever.
    """
    if request.v3 is not None:
        if not is_fresh(request.timestamp, now_ms):
            return None
        return matching_secret(request.v3, [request.by(secret) for secret in secrets])
    if request.v1 is not None:
        return matching_secret(request.v1, [sign_v1(secret, request.body) for secret in secrets])
    return None
