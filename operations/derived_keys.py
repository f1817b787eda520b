"""Derive keys for one purpose each from ENCRYPTION_KEY.

The variable may hold several keys between commas while they are being changed: the first one makes
new hashes, and what any of them made is still known. HKDF as in RFC 5869.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from settings import Settings, SettingsError


def keys_for(settings: Settings, purpose: str) -> list[bytes]:
    """Derive 32 bytes from each key that there is. Raises SettingsError when there is none."""
    texts = [text.strip() for text in settings.encryption_key.split(",") if text.strip()]
    if not texts:
        raise SettingsError("ENCRYPTION_KEY is not set: tokens and sessions are hashed with it")
    return [_derived(text, purpose) for text in texts]


def _derived(text: str, purpose: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(text.encode())
