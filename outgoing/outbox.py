"""Keep THE outbox: a message is put in the transaction of its cause, and sent at least once.

    put → claimed under a lease → sent
                                → put off (longer each time), and its destination rests
                                → dead: refused for good, expired, or tried for three days

The idempotency key is the promise to the receiving end. A key is put once at each destination, for
as long as the message is kept. A message that may have been sent twice (a process died between the
answer and our note of it) carries the same message_id both times.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from db.connect import Connection
from db.queries import QUERIES
from db.row_shapes import records, values

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=6)
MOST_ATTEMPTS = 24  # with these waits: three days
LONGEST_REST = timedelta(minutes=5)  # of a destination; then one message tries it again
LEASE = timedelta(minutes=2)  # longer than any channel takes to send one
LARGEST_PAYLOAD = 262_144  # bytes
MOST_WAITING = 100_000  # of one destination; the oldest beyond that die
LONGEST_ERROR = 500  # characters that are kept
EVERYTHING = ""  # the destination of a hold on a whole channel


class Unsent(Exception):
    """Say that a message was not sent, and in how many seconds to try again: None for never."""

    def __init__(self, message: str, retry_in: float | None = None) -> None:
        super().__init__(message)
        self.retry_in = retry_in


class TooLarge(ValueError):
    """Say that a payload is larger than the outbox takes."""


@dataclass(frozen=True, slots=True)
class Message:
    """Hold one message as a sender gets it."""

    portal_id: int
    message_id: UUID
    channel: str
    destination: str
    idempotency_key: str
    payload: dict[str, Any]
    made_at: datetime
    expires_at: datetime | None
    is_past: bool  # it is not worth sending any more
    attempts: int  # this one included
    leased_until: datetime

    @property
    def lane(self) -> dict[str, Any]:
        """Answer the parameters that name its destination."""
        return {
            "portal_id": self.portal_id,
            "channel": self.channel,
            "destination": self.destination,
        }

    @property
    def key(self) -> dict[str, Any]:
        """Answer the parameters that name the message under this lease."""
        return {
            "portal_id": self.portal_id,
            "message_id": self.message_id,
            "leased_until": self.leased_until,
        }


@dataclass(frozen=True, slots=True)
class Draft:
    """Hold a message that is to be put: its destination, its key there, and its payload."""

    destination: str
    idempotency_key: str
    payload: Mapping[str, Any] = field(default_factory=dict)


def put(
    conn: Connection,
    portal_id: int,
    channel: str,
    destination: str,
    idempotency_key: str,
    payload: Mapping[str, Any],
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> bool:
    """Put one message, inside the transaction of its cause; answer whether it is new.

    Once that is committed, `jobs.wake(server, jobs.OUTGOING)` has it sent at once; otherwise the
    clock finds it within seconds."""
    draft = Draft(destination, idempotency_key, payload)
    return bool(put_all(conn, portal_id, channel, [draft], due_at, expires_at))


def put_all(
    conn: Connection,
    portal_id: int,
    channel: str,
    drafts: Sequence[Draft],
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> int:
    """Put many messages with one statement; answer how many are new. Raises TooLarge."""
    if not drafts:
        return 0
    parameters = {
        "portal_id": portal_id,
        "channel": channel,
        "destinations": [each.destination for each in drafts],
        "keys": [each.idempotency_key for each in drafts],
        "payloads": [_text(each.payload) for each in drafts],
        "due_at": due_at,
        "expires_at": expires_at,
    }
    return len(conn.execute(QUERIES["put_outgoing"], parameters).fetchall())


def _text(payload: Mapping[str, Any]) -> str:
    text = json.dumps(payload, separators=(",", ":"))
    if len(text) > LARGEST_PAYLOAD:
        raise TooLarge(f"a payload of {len(text):,} bytes; at most {LARGEST_PAYLOAD:,} are taken")
    return text


def claim(
    conn: Connection,
    channels: Collection[str],
    of_hubspot: Collection[str] = (),
    of_each: int = 4,
    at_most: int = 8,
) -> list[Message]:
    """Claim messages that are due, `of_each` destination and all in all so many. Channels
    `of_hubspot` wait while their portal is paused."""
    parameters = {
        "channels": list(channels),
        "of_hubspot": list(of_hubspot),
        "of_each": of_each,
        "at_most": at_most,
        "lease": LEASE,
    }
    return records(conn, Message, QUERIES["claim_outgoing"], parameters)


def note_sent(conn: Connection, message: Message) -> None:
    """Note that a message was sent; its destination rests no longer."""
    conn.execute(QUERIES["outgoing_sent"], message.key)
    if message.attempts > 1:
        conn.execute(QUERIES["end_rest"], message.lane)


def note_failed(conn: Connection, message: Message, error: Exception) -> None:
    """Put a message off, or note that it is dead, as the error's `retry_in` says. An error without
    that word is a fault of ours or of the network, and is tried again."""
    wait = getattr(error, "retry_in", backoff(message.attempts).total_seconds())
    said = str(error) if hasattr(error, "retry_in") else f"{type(error).__name__}: {error}"
    noted = message.key | {"error": said[:LONGEST_ERROR]}
    if wait is None or message.attempts >= MOST_ATTEMPTS:
        conn.execute(QUERIES["outgoing_died"], noted)
        return
    delay = max(timedelta(seconds=wait), backoff(message.attempts))
    conn.execute(QUERIES["outgoing_put_off"], noted | {"wait": delay})
    hold(conn, **message.lane, reason=said[:LONGEST_ERROR], wait=min(delay, LONGEST_REST))


def note_expired(conn: Connection, message: Message) -> None:
    """Note that the time passed in which a message was worth sending."""
    said = f"not sent by {message.expires_at:%Y-%m-%d %H:%M} UTC, when it was worth sending"
    conn.execute(QUERIES["outgoing_died"], message.key | {"error": said})


def give_back(conn: Connection, message: Message) -> None:
    """Let another process have a message at once: this one ends."""
    conn.execute(QUERIES["outgoing_given_back"], message.key)


def backoff(attempts: int) -> timedelta:
    """Answer the wait after so many attempts: 5 s, 10 s, 20 s … 6 h."""
    return min(FIRST_WAIT * 2.0 ** min(attempts - 1, 20), LONGEST_WAIT)


def hold(
    conn: Connection,
    portal_id: int,
    channel: str,
    reason: str,
    destination: str = EVERYTHING,
    wait: timedelta | None = None,
) -> None:
    """Send nothing to a destination, or of a whole channel, until `wait` is over; without one until
    it is resumed."""
    parameters = {"portal_id": portal_id, "channel": channel, "destination": destination}
    conn.execute(QUERIES["hold_outgoing"], parameters | {"reason": reason, "wait": wait})


def resume(conn: Connection, portal_id: int, channel: str, destination: str = EVERYTHING) -> bool:
    """Send again what was held; answer whether anything was."""
    parameters = {"portal_id": portal_id, "channel": channel, "destination": destination}
    return conn.execute(QUERIES["resume_outgoing"], parameters).rowcount > 0


def replay(
    conn: Connection,
    portal_id: int,
    channel: str | None = None,
    destination: str | None = None,
    message_ids: Sequence[UUID] | None = None,
    sent_since: datetime | None = None,
) -> int:
    """Make dead messages due again; with `sent_since` also those that were made since then and
    sent. Answers how many."""
    parameters = {
        "portal_id": portal_id,
        "channel": channel,
        "destination": destination,
        "message_ids": None if message_ids is None else list(message_ids),
        "sent_since": sent_since,
    }
    return len(values(conn, QUERIES["replay_outgoing"], parameters))


def bury_overdue(conn: Connection, at_most: int = MOST_WAITING) -> int:
    """Let the oldest messages die where more than `at_most` wait for one destination."""
    said = f"more than {at_most:,} messages waited for this destination"
    parameters = {"at_most": at_most, "error": said}
    return conn.execute(QUERIES["bury_overdue_outgoing"], parameters).rowcount
