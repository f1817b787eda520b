"""Access tokens at rest: Fernet (AES-128-CBC and HMAC-SHA256) under a key derived from
ENCRYPTION_KEY."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken

from hubspot.errors import Unauthorized
from settings import SettingsError


def encrypt(token: str, key: str) -> bytes:
    if not key:
        raise SettingsError("ENCRYPTION_KEY is not set: a portal's token is only stored encrypted")
    return _fernet(key).encrypt(token.encode())


def decrypt(encrypted: bytes, key: str) -> str:
    """Raises Unauthorized when the key is not the one that the token was stored with."""
    try:
        return _fernet(key).decrypt(encrypted).decode()
    except InvalidToken:
        raise Unauthorized(
            "the stored access token cannot be decrypted with this ENCRYPTION_KEY"
        ) from None


def _fernet(key: str) -> Fernet:
    """Any text serves as key; 32 random bytes in hex are what .env.example suggests."""
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest()))
