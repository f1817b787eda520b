"""Keep access tokens at rest: Fernet (AES-128-CBC and HMAC-SHA256) under the keys of
ENCRYPTION_KEY.

The first key encrypts, all of them decrypt, so that keys can be changed without a break. The
encrypted text says whose token it is: one that was copied into another portal's row is refused.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from hubspot.errors import Unauthorized
from settings import SettingsError

_BOUND = "spoke:"  # then the portal and a colon; tokens of earlier versions are bound to none


def encrypt(token: str, key: str, portal_id: int | None = None) -> bytes:
    """Encrypt a token with the first of the keys, `key` being as ENCRYPTION_KEY is."""
    if not key:
        raise SettingsError("ENCRYPTION_KEY is not set: a portal's token is only stored encrypted")
    bound = token if portal_id is None else f"{_BOUND}{portal_id}:{token}"
    return _fernet(split(key)).encrypt(bound.encode())


def decrypt(encrypted: bytes, key: str, portal_id: int | None = None) -> str:
    """Decrypt a token. Raises Unauthorized when none of the keys encrypted it, and when it was
    stored for another portal."""
    try:
        text = _fernet(split(key) or ("",)).decrypt(encrypted).decode()
    except InvalidToken:
        raise Unauthorized(
            "the stored access token cannot be decrypted with this ENCRYPTION_KEY"
        ) from None
    if not text.startswith(_BOUND):
        return text
    owner, _, token = text.removeprefix(_BOUND).partition(":")
    if portal_id is not None and owner != str(portal_id):
        raise Unauthorized(f"the stored access token was stored for portal {owner}")
    return token


def split(key: str) -> tuple[str, ...]:
    """Answer the keys of ENCRYPTION_KEY, the newest first."""
    return tuple(part for each in key.split(",") if (part := each.strip()))


def _fernet(keys: Sequence[str]) -> MultiFernet:
    """Make Fernet keys. Any text serves as key; 32 random bytes in hex are what .env.example
    suggests."""
    return MultiFernet(
        [Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest())) for key in keys]
    )
