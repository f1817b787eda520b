"""Keep deliveries in the stream between receiver and ingest, safe from the moment HubSpot gets its
2xx.

A full Redis can still be emptied: reading and letting go use no command that Redis refuses for want
of memory. Each delivery is one compressed entry. A delivery of 100 events is some 30 kB of very
repetitive JSON, and Redis writes every byte of it to its append-only file. Entries leave the stream
only after Postgres has committed their events.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import lz4.block
import redis

STREAM = "spoke:deliveries"
OLD_SIGNATURE = b"v1"
_GROUP = _CONSUMER = (
    "ingest"  # one name for all ingests: what a dead one left is claimed by its idle time
)
ABANDONED_AFTER_MS = 15_000
# In scripts: a full Redis up to 7.0 refuses every command within MULTI, and XGROUP CREATE unless it
# comes in a script that has written before.
_LET_GO = "redis.call('XACK', KEYS[1], unpack(ARGV)) redis.call('XDEL', KEYS[1], unpack(ARGV, 2))"
_MAKE_GROUP = (
    "redis.call('XDEL', KEYS[1], '0-1') "
    "redis.call('XGROUP', 'CREATE', KEYS[1], ARGV[1], '0', 'MKSTREAM')"
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """Hold one POST from HubSpot as received."""

    entry_id: bytes
    packed: bytes
    seal: bytes = b""
    signed_by: bytes = b""  # "v1" where only the old signature, which replays for ever, vouched

    @property
    def may_erase(self) -> bool:
        return self.signed_by != OLD_SIGNATURE

    def is_sealed(self, secrets: Sequence[str]) -> bool:
        """Tell whether the receiver wrote this entry, with one of the app's secrets."""
        return any(
            hmac.compare_digest(self.seal, sealed(self.packed, secret, self.signed_by))
            for secret in secrets
        )

    @property
    def body(self) -> bytes:
        """Answer the JSON as HubSpot sent it. Raises ValueError for an entry that the receiver did
        not write."""
        try:
            body: bytes = lz4.block.decompress(self.packed)
        except lz4.block.LZ4BlockError as error:
            raise ValueError(f"not a packed delivery: {error}") from error
        return body

    @property
    def received_at(self) -> datetime:
        """Answer the time of arrival, another one for each delivery: Redis gives every entry the
        millisecond of its arrival as id, and its place in it, which are the microseconds here."""
        at_ms, _, place = self.entry_id.partition(b"-")
        at = datetime.fromtimestamp(int(at_ms) / 1000, UTC)
        return at + timedelta(microseconds=min(int(place or 0), 999))


def append(pipeline: redis.client.Pipeline, body: bytes, secret: str = "") -> None:
    """Add a delivery as part of a pipeline, sealed where there is a secret. The receiver has its
    own way: see webhooks/inlet.py."""
    entry = packed(body)
    pipeline.xadd(STREAM, {b"body": entry, b"seal": sealed(entry, secret) if secret else b""})


def sealed(packed: bytes, secret: str, signed_by: bytes = b"") -> bytes:
    """Seal an entry, to show that the receiver wrote it: a writer to Redis without the app's secret
    cannot speak for HubSpot."""
    return hmac.digest(b"spoke delivery " + secret.encode(), signed_by + b"\0" + packed, "sha256")


def packed(body: bytes) -> bytes:
    """Compress with LZ4: 32 kB become 5 in 17 µs. zlib makes 4 of them in 88, and its state pushes
    the rest out of the cache."""
    packed: bytes = lz4.block.compress(body)
    return packed


def read(
    server: redis.Redis, count: int, abandoned_after_ms: int = ABANDONED_AFTER_MS
) -> Iterator[list[Delivery]]:
    """Yield batches of up to `count` deliveries until none are left: first the ones that a dead
    ingest left, then new ones."""
    start: Any = b"0-0"
    while start is not None:
        start, entries = _abandoned(server, start, count, abandoned_after_ms)
        if entries:
            yield entries
    while entries := _new(server, count):
        yield entries


def acknowledge(server: redis.Redis, done: Sequence[Delivery]) -> None:
    """Let go of deliveries whose events Postgres has."""
    server.eval(_LET_GO, 1, STREAM, _GROUP, *(delivery.entry_id for delivery in done))


def waiting(server: redis.Redis) -> int:
    """Answer how many deliveries Postgres does not have yet."""
    return server.xlen(STREAM)


def taken(server: redis.Redis) -> int | None:
    """Count the deliveries that were ever taken; None where this Redis does not say (before 7)."""
    try:
        told = server.xinfo_stream(STREAM)
    except redis.ResponseError as error:
        if "no such key" not in str(error):
            raise
        return 0
    return cast("int | None", told.get("entries-added"))


def _make_group(server: redis.Redis) -> None:
    try:
        server.eval(_MAKE_GROUP, 1, STREAM, _GROUP)
    except redis.ResponseError as error:
        if "BUSYGROUP" not in str(error):  # Redis has no other word for "it exists already"
            raise


def _abandoned(
    server: redis.Redis, start: bytes, count: int, after_ms: int
) -> tuple[bytes | None, list[Delivery]]:
    """Answer some of the abandoned entries, and where to look for the rest (None for nowhere). The
    first read makes the group."""
    try:
        cursor, entries, *_ = _claim(server, start, count, after_ms)
    except redis.ResponseError as error:
        if not str(error).startswith("NOGROUP"):
            raise
        _make_group(server)
        return None, []
    return (None if cursor == b"0-0" else cursor), _deliveries(entries)


def _claim(server: redis.Redis, start: bytes, count: int, after_ms: int) -> Any:
    return server.xautoclaim(STREAM, _GROUP, _CONSUMER, after_ms, start_id=start, count=count)


def _new(server: redis.Redis, count: int) -> list[Delivery]:
    answer = cast(Any, server.xreadgroup(_GROUP, _CONSUMER, {STREAM: ">"}, count=count))
    entries = answer[0][1] if isinstance(answer, list) and answer else list((answer or {}).values())
    return _deliveries(entries)


def _deliveries(entries: Any) -> list[Delivery]:
    return [
        Delivery(
            entry_id, fields.get(b"body", b""), fields.get(b"seal", b""), fields.get(b"by", b"")
        )
        for entry_id, fields in entries
        if fields
    ]
