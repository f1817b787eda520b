"""Send webhooks of ours, as Standard Webhooks says: an id, a timestamp and v1 signatures.

A webhook is a hint, as HubSpot's own are. It names the record and what changed of it, and no value
of a person: the receiving end asks the API, with rights of its own. It is put into the outbox in
the transaction that stored the change (workers/announcing.py). It comes at least once: the same
webhook-id comes again where our process died after the answer.
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from db.connect import Connection
from outgoing import endpoints, guarded_http, outbox
from outgoing.endpoints import PREFIX, Endpoint
from outgoing.outbox import Draft, Message, Unsent
from outgoing.outlet import Outlet

CHANNEL = "webhook"
TEST = "spoke.test"
GONE = 410  # the endpoint wants nothing more
LONGEST_TOLD = 200  # characters of an answer that the outbox keeps


@dataclass(frozen=True, slots=True)
class Announcement:
    """Hold one thing that happened to a record: an event of endpoints.EVENTS, and what is told of
    it beside the record."""

    event: str
    object_type: str
    hubspot_id: str
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def properties(self) -> Sequence[str]:
        """Name the properties that it is about."""
        named: Sequence[str] = self.details.get("properties", ())
        return named


def announce(
    conn: Connection,
    portal_id: int,
    hearing: Sequence[Endpoint],
    found: Sequence[Announcement],
    happened_at: datetime,
) -> int:
    """Put a message for each endpoint that hears of each thing; answer how many. `happened_at` is
    part of the key: the same change is put once."""
    drafts = []
    for each in found:
        payload = _payload(portal_id, each, happened_at)
        key = f"{each.event}/{each.object_type}/{each.hubspot_id}/{happened_at.isoformat()}"
        for endpoint in hearing:
            if endpoint.hears(each.event, each.object_type, each.properties):
                drafts.append(Draft(endpoint.endpoint_id, key, payload))
    return outbox.put_all(conn, portal_id, CHANNEL, drafts)


def announce_scores(
    conn: Connection, portal_id: int, found: Sequence[Announcement], happened_at: datetime
) -> int:
    """Put what a job found out itself, as new scores; nothing where no endpoint hears it."""
    return announce(conn, portal_id, endpoints.of_portal(conn, portal_id), found, happened_at)


def _payload(portal_id: int, each: Announcement, happened_at: datetime) -> dict[str, Any]:
    about = {
        "portal_id": portal_id,
        "object_type": each.object_type,
        "hubspot_id": each.hubspot_id,
    }
    return {
        "type": each.event,
        "timestamp": happened_at.isoformat(),
        "data": about | each.details,
    }


def send(outlet: Outlet, message: Message) -> None:
    """Send one message. Whatever is not a 2xx is tried again, but 410: that endpoint is done."""
    with outlet.database.transaction() as conn:
        endpoint = endpoints.find(conn, message.portal_id, message.destination)
    if endpoint is None:
        raise Unsent("the endpoint was removed")
    secrets = [outlet.reveal(each, message.portal_id) for each in endpoint.secrets]
    body = json.dumps(message.payload, separators=(",", ":")).encode()
    headers = signed(secrets, str(message.message_id), int(time.time()), body)
    hosts = outlet.settings.outgoing_private_hosts
    answer = guarded_http.post(endpoint.url, body, headers, hosts)
    if 200 <= answer.status < 300:
        return
    said = f"answered {answer.status}: {answer.text[:LONGEST_TOLD]}".rstrip(": ")
    if answer.status == GONE:
        raise Unsent(said)
    raise Unsent(said, retry_in=_seconds(answer.retry_after))


def _seconds(text: str | None) -> float:
    """Read a wait in seconds, at most a day; dates and nonsense count as none."""
    return min(float(text), 86_400.0) if text and text.isascii() and text.isdigit() else 0.0


def signed(secrets: Sequence[str], message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Answer the headers of a message: a signature by each secret, so that they can be changed
    without a break."""
    name = f"msg_{message_id}"
    content = f"{name}.{timestamp}.".encode() + body
    signatures = [f"v1,{_signature(each, content)}" for each in secrets]
    return {
        "Content-Type": "application/json",
        "User-Agent": "Spoke-Webhooks",
        "webhook-id": name,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }


def _signature(secret: str, content: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
