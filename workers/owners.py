"""Ask HubSpot whose an access token is, before any record is read for a portal.

With another portal's token its records would be written under this portal's id, and this portal's
own be archived.
"""

from __future__ import annotations

from datetime import timedelta
from threading import Lock

import redis

from hubspot.client import Client

REMEMBERED = timedelta(days=1)  # a token never changes hands; it may be taken out of use


class Owners:
    """Know which portal a token belongs to. A process asks once; Redis remembers for the others
    what was right."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}
        self._asking: dict[str, Lock] = {}

    def note(self, server: redis.Redis, client: Client, portal_id: int) -> int:
        """Remember what HubSpot answered just now."""
        server.set(_key(client, portal_id), 1, ex=REMEMBERED)
        self._known[client.fingerprint] = portal_id
        return portal_id

    def remembers(self, server: redis.Redis, client: Client, portal_id: int) -> bool:
        """Tell whether this token is known to be this portal's, without asking."""
        known = self._known.get(client.fingerprint)
        return known == portal_id or bool(server.exists(_key(client, portal_id)))

    def owner(self, server: redis.Redis, client: Client, expected: int) -> int:
        """Answer a token's portal as remembered, or else as HubSpot says. Raises HubSpotError where
        it cannot be asked."""
        with self._asking.setdefault(client.fingerprint, Lock()):  # a scan's threads begin at once
            if client.fingerprint in self._known:
                return self._known[client.fingerprint]
            if server.exists(_key(client, expected)):
                return self._known.setdefault(client.fingerprint, expected)
            return self.note(server, client, int(client.account()["portalId"]))


def _key(client: Client, portal_id: int) -> str:
    """Answer the token's key in Redis. It ends in the portal's id, so that a removed portal leaves
    none behind."""
    return f"spoke:token:{client.fingerprint}:{portal_id}"
