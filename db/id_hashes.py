"""Keep of an erased id only a hash, made with a key outside the database.

Ids are short numbers: a hash whose salt lies beside it is reversed by counting. Each hash names its
key, so that keys can be changed; without ENCRYPTION_KEY the portal's salt has to do.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from hubspot.mirrored import Mirrored


@dataclass(frozen=True, slots=True)
class IdKey:
    """Hold one key, by a name that tells nothing of it."""

    name: str
    secret: bytes

    def hash(self, of: Mirrored, hubspot_id: str) -> bytes:
        said = f"{of.portal_id}:{of.name}:{hubspot_id}"
        return hmac.digest(self.secret, said.encode(), "sha256")


def keys(encryption_keys: Sequence[str]) -> tuple[IdKey, ...]:
    """Derive a key of hashes from each of ENCRYPTION_KEY's."""
    return tuple(
        IdKey(
            hashlib.sha256(b"spoke key name " + key.encode()).hexdigest()[:16],
            hmac.digest(key.encode(), b"spoke erased ids", "sha256"),
        )
        for key in encryption_keys
    )


def hashes(
    known: Sequence[IdKey], of: Mirrored, hubspot_ids: Collection[str]
) -> dict[str, list[object]]:
    """Answer every hash of every id, as parameters of a statement."""
    found: dict[str, list[object]] = {"hashed_ids": [], "key_ids": [], "hashes": []}
    for key in known:
        for hubspot_id in sorted(hubspot_ids):
            found["hashed_ids"].append(hubspot_id)
            found["key_ids"].append(key.name)
            found["hashes"].append(key.hash(of, hubspot_id))
    return found
