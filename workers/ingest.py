"""Stream → Postgres: append the events of each delivery and mark the records that they name."""

from __future__ import annotations

import base64
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import psycopg

import deliveries
import jobs
import memory
from db import catch_ups, changes, dead_letters, purges
from db import event_log as stored_events
from db import property_history as history
from db.blame import Blame, blame
from db.changes import Mark
from db.connect import Connection
from db.event_log import Received
from deliveries import Delivery
from hubspot import events, records
from hubspot.events import Catalogues, Event
from hubspot.versions import Version, of_event
from workers.context import Context
from workers.properties import named
from workers.save import neighbours

BATCH = 50  # deliveries in one transaction: 5,000 events at most
# What an event that nobody foresaw may raise. Not every Exception: a job that is stopped is no
# fault of its delivery.
UNREADABLE = (
    psycopg.Error,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
    RecursionError,
)
log = logging.getLogger(__name__)
Record = tuple[int, str, str]  # portal, type, id


def run(context: Context) -> None:
    """Lower the flag, then until the stream is empty: commit a batch, let go of it, wake the
    fetches it calls for.

    With Postgres down the deliveries wait in the stream; the clock wakes the next try. A full Redis
    is emptied, too.
    """
    jobs.lower_flag(context.server, jobs.INGEST)
    try:
        for batch in deliveries.read(context.server, BATCH):
            touched = _store(context, batch)
            deliveries.acknowledge(context.server, batch)
            _wake(context, touched)
            context.stop.check()  # before the next batch is read: it would count as ours for 15 s
    except psycopg.OperationalError as error:
        log.warning(
            "Postgres did not take a batch; %d deliveries wait. %s",
            deliveries.waiting(context.server),
            error,
        )


def _wake(context: Context, touched: set[tuple[int, str]]) -> None:
    """Wake the fetches. While Redis is full no job can be queued: the clock's next look finds the
    marks."""
    with memory.unless_full():
        for portal_id, object_type in sorted(touched):
            jobs.wake(context.server, jobs.FETCH, portal_id, object_type)


def _store(context: Context, batch: Sequence[Delivery]) -> set[tuple[int, str]]:
    """Commit a batch. Where one event makes that impossible it becomes a dead letter, and all
    others still land: a batch is tried again delivery by delivery, and such a delivery event by
    event. Where an operator must act first, or Postgres is away, the whole batch waits."""
    try:
        with context.database.transaction() as conn:
            known = _known(context, conn)
            return _append(conn, batch, known)
    except UNREADABLE as error:
        if blame(error) is not Blame.DATA:
            raise
        parts = batch if len(batch) > 1 else _events_alone(batch[0])
        if len(parts) > 1:
            return set().union(*(_store(context, [part]) for part in parts))
        with context.database.transaction() as conn:
            _bury(conn, batch[0], f"{type(error).__name__}: {error}")
        return set()


def _events_alone(delivery: Delivery) -> list[Delivery]:
    """Each event of a delivery as a delivery of its own; none of one that is no list at all."""
    try:
        body = records.loads(delivery.body)
    except ValueError:
        return []
    found = [records.storable(raw)[0] for raw in body] if isinstance(body, list) else []
    return [
        replace(delivery, packed=deliveries.packed(records.dumps([raw]).encode())) for raw in found
    ]


def _known(context: Context, conn: Connection) -> Catalogues:
    """Every portal that we mirror, with its kinds of records: remembered, unless they have
    changed."""
    rows = conn.execute(
        "select portal_id, schemas_changed_at as changed_at from portals"
    ).fetchall()
    return {row["portal_id"]: context.catalogues.read(conn, **row) for row in rows}


def _append(conn: Connection, batch: Sequence[Delivery], known: Catalogues) -> set[tuple[int, str]]:
    """Every event is kept, unless it names somebody who was erased; those that are new, of a portal
    we know and of a kind we mirror mark their records."""
    found = [(event, delivery) for delivery in batch for event in _events(delivery, known)]
    left = _erase(conn, [event for event, _ in found if event.portal_id in known], known)
    gone = _purged(conn, [event for event, _ in found if event.portal_id in known], known)
    kept = [(event, delivery) for event, delivery in found if not _records(event, known) & gone]
    new = stored_events.append(
        conn, [_received(event, delivery, known) for event, delivery in kept]
    )
    fresh = [
        event
        for event, _ in kept
        if event.portal_id in known and (event.portal_id, event.key) in new
    ]
    history.append(conn, list(_versions(fresh, known)))
    catch_ups.note_unheard(conn, named(fresh, known))
    # not stored, but the other end has changed
    fresh += [event for event, _ in found if _records(event, known) & gone]
    marks = [mark for mark in _marks(fresh, known) if mark.record not in gone]
    changes.mark(conn, marks)
    return {(mark.portal_id, mark.object_type) for mark in [*marks, *left]}


def _versions(fresh: Sequence[Event], known: Catalogues) -> Iterator[tuple[int, str, Version]]:
    for event in fresh:
        kind = known[event.portal_id].get(event.object_type)
        if kind and (version := of_event(kind, event)):
            yield event.portal_id, kind.name, version


def _erase(conn: Connection, found: Sequence[Event], known: Catalogues) -> list[Mark]:
    """Carry out privacy deletions, and those of whoever was merged into somebody erased: it is the
    same person. Answers the marks of the records that were linked to them."""
    left: list[Mark] = []
    waiting = [event for event in found if event.action in ("privacyDeletion", "merge")]
    while due := [event for event in waiting if _is_erasure(conn, event, known)]:
        for record in sorted({record for event in due for record in _records(event, known)}):
            left += _forget(conn, record, known)
        waiting = [event for event in waiting if event not in due]
    changes.mark(conn, left)
    return left


def _is_erasure(conn: Connection, event: Event, known: Catalogues) -> bool:
    survivor = event.portal_id, event.object_type, event.hubspot_id
    return event.action == "privacyDeletion" or survivor in _purged(conn, [event], known)


def _forget(conn: Connection, record: Record, known: Catalogues) -> list[Mark]:
    portal_id, object_type, hubspot_id = record
    types = known[portal_id]
    kind = types[object_type]
    ids = purges.known_as(conn, kind, portal_id, kind.name, hubspot_id)
    linked = neighbours(conn, kind, portal_id, ids, types)
    purges.erase(conn, kind, types.mentions(kind.name), portal_id, kind.name, ids)
    return linked


def _records(event: Event, known: Catalogues) -> set[Record]:
    return {
        (event.portal_id, change.object_type, change.hubspot_id)
        for change in events.touched(event, known)
    }


def _purged(conn: Connection, found: Sequence[Event], known: Catalogues) -> set[Record]:
    """The erased ones among all records that these events name."""
    ids: dict[tuple[int, str], set[str]] = {}
    for event in found:
        for portal_id, object_type, hubspot_id in _records(event, known):
            ids.setdefault((portal_id, object_type), set()).add(hubspot_id)
    return {
        (*of, hubspot_id)
        for of, each in ids.items()
        for hubspot_id in purges.purged(conn, *of, each)
    }


def _events(delivery: Delivery, known: Catalogues) -> Iterator[Event]:
    body = records.loads(delivery.body)
    if not isinstance(body, list):
        raise ValueError("a delivery is an array of events")
    for raw in body:
        if not isinstance(raw, dict):
            raise ValueError("an event is an object")
        yield events.parse(records.storable(raw)[0], known)


def _received(event: Event, delivery: Delivery, known: Catalogues) -> Received:
    return Received(
        portal_id=event.portal_id,
        key=event.key,
        subscription_type=event.subscription_type,
        object_type=event.object_type,
        hubspot_id=event.hubspot_id,
        occurred_at=event.occurred_at,
        received_at=delivery.received_at,
        ignored=_why_ignored(event, known),
        event=records.dumps(event.raw),
    )


def _why_ignored(event: Event, known: Catalogues) -> str | None:
    if event.portal_id not in known:
        return "unknown portal"
    return None if any(events.touched(event, known)) else "not mirrored"


def _marks(fresh: Sequence[Event], known: Catalogues) -> list[Mark]:
    return [
        Mark(
            event.portal_id,
            change.object_type,
            change.hubspot_id,
            change.associations,
            event.occurred_at,
            change.whole,
        )
        for event in fresh
        for change in events.touched(event, known)
    ]


def _readable(delivery: Delivery) -> bytes:
    try:
        return delivery.body
    except ValueError:
        return delivery.packed


def _bury(conn: Connection, delivery: Delivery, reason: str) -> None:
    """As base64: the body may be anything, and a dead letter must never fail for the reason it is
    one."""
    payload: Mapping[str, Any] = {"base64": base64.b64encode(_readable(delivery)).decode()}
    dead_letters.bury(
        conn, 0, "delivery", records.storable(reason)[0], payload=records.dumps(payload)
    )
    log.error("A delivery could not be stored and is a dead letter now: %s", reason)
