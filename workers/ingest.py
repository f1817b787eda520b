"""Store each delivery's events from the stream in Postgres, and mark the records that they name."""

from __future__ import annotations

import base64
import logging
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import psycopg

import deliveries
import jobs
import memory
from db import associated_pairs, catch_ups, changes, dead_letters
from db import event_log as stored_events
from db import property_history as history
from db.blame import Blame, blame
from db.changes import Mark
from db.connect import Connection
from db.dead_letters import Letter
from db.event_log import Received
from deliveries import Delivery
from hubspot import events, json_text
from hubspot.catalogue import Pair
from hubspot.events import Catalogues, Event, new_pair
from hubspot.versions import Version, of_event
from workers import delivery_log
from workers.context import Context
from workers.echoes import OURS, own_writes
from workers.erasures import hide, kept_out, named_by
from workers.properties import named

BATCH = 50  # deliveries in one transaction: 5,000 events at most
# Errors of an unforeseen event. Not every Exception: a stopped job is not its delivery's fault.
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
_Found = tuple[Event, Delivery]
Echoes = Collection[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Stored:
    """Say what a batch brought: the types to fetch, how many new events, whether records are
    hidden, how many events of portals that are not registered, and each event that was found
    with its delivery."""

    touched: set[tuple[int, str]]
    events: int
    hidden: bool
    strange: int
    found: Sequence[tuple[Event, Delivery]] = ()


def run(context: Context) -> None:
    """Lower the flag, then until the stream is empty: commit a batch, let go of it, wake the
    fetches it calls for.

    With Postgres down the deliveries wait in the stream; the clock wakes the next try. A full Redis
    is emptied, too.
    """
    jobs.lower_flag(context.server, jobs.INGEST)
    try:
        for batch in deliveries.read(context.server, BATCH):
            touched = _store(context, _sealed(context, batch))
            deliveries.acknowledge(context.server, batch)
            _wake(context, touched)
            context.stop.check()  # before the next batch is read: it would count as ours for 15 s
    except psycopg.OperationalError as error:
        log.warning(
            "Postgres did not take a batch; %d deliveries wait. %s",
            deliveries.waiting(context.server),
            error,
        )


def _sealed(context: Context, batch: Sequence[Delivery]) -> list[Delivery]:
    """Answer the deliveries that the receiver wrote; bury the others as dead letters.

    Another writer to Redis cannot speak for HubSpot. Without the app's secret the two cannot be
    told apart.
    """
    secrets = context.settings.hubspot_client_secrets
    strange = [each for each in batch if secrets and not each.is_sealed(secrets)]
    if strange:
        with context.database.transaction() as conn:
            for each in strange:
                _bury(
                    conn,
                    each,
                    "not sealed by the receiver: HUBSPOT_CLIENT_SECRET differs, or "
                    "another program wrote it to Redis",
                )
    return [each for each in batch if each not in strange]


def _wake(context: Context, touched: set[tuple[int, str]]) -> None:
    """Wake the fetches. While Redis is full no job can be queued: the clock's next look finds the
    marks."""
    with memory.unless_full():
        for portal_id, object_type in sorted(touched):
            jobs.wake(context.server, jobs.FETCH, portal_id, object_type)


def _store(context: Context, batch: Sequence[Delivery]) -> set[tuple[int, str]]:
    """Commit a batch; answer the types to fetch.

    1. Try the whole batch in one transaction.
    2. If it cannot be stored, try it delivery by delivery, and such a delivery event by event.
    3. The one event that cannot be stored becomes a dead letter; all others land.

    Where an operator must act first, or Postgres is away, the whole batch waits.
    """
    if not batch:
        return set()
    try:
        with context.database.transaction() as conn:
            known = _known(context, conn)
            stored = _append(conn, batch, known)
        delivery_log.tell(batch, stored.found, known, datetime.now(UTC))
        context.diary.note("events stored", stored.events)
        if stored.strange:
            context.diary.note("events of unregistered portals", stored.strange)
        if stored.hidden:
            with memory.unless_full():
                jobs.wake(context.server, jobs.PRIVACY)
        return stored.touched
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
    """Answer each event of a delivery as a delivery of its own; none where the body is no list."""
    try:
        body = json_text.loads(delivery.body)
    except ValueError:
        return []
    alone = []
    for raw in body if isinstance(body, list) else ():
        text = json_text.dumps([json_text.storable(raw)[0]])
        alone.append(replace(delivery, packed=deliveries.packed(text.encode())))
    return alone


def _known(context: Context, conn: Connection) -> Catalogues:
    """Answer every mirrored portal with its kinds of records: remembered, unless they have
    changed."""
    rows = conn.execute(
        "select portal_id, schemas_changed_at as changed_at from portals"
    ).fetchall()
    return {row["portal_id"]: context.catalogues.read(conn, **row) for row in rows}


def _append(conn: Connection, batch: Sequence[Delivery], known: Catalogues) -> Stored:
    """Keep events and mark their records.

    1. Keep every event of a registered portal, unless it names an erased record.
    2. Count the events of other portals, and keep nothing else of them.
    3. Mark the records of events that are new and of a kind that we mirror, unless an event tells
       of our own write.
    """
    found = []
    for delivery in batch:
        found += [(event, delivery) for event in _events(delivery, known)]
    known = _with_new_pairs(conn, [event for event, _ in found], known)
    ours, unknown = list[_Found](), list[_Found]()
    for each in found:
        (ours if each[0].portal_id in known else unknown).append(each)
    stored_events.count_unknown(conn, [_received(*each, known) for each in unknown])
    hidden = hide(conn, [event for event, delivery in ours if delivery.may_erase], known)
    gone = kept_out(conn, [event for event, _ in ours], known)
    kept, of_erased = list[_Found](), list[_Found]()
    for event, delivery in ours:
        (of_erased if named_by(event, known) & gone else kept).append((event, delivery))
    echoes = own_writes(conn, [event for event, _ in kept], known)
    fresh = _keep(conn, kept, known, echoes)
    count = len(fresh)
    history.append(conn, list(_versions(fresh, known)))
    catch_ups.note_unheard(conn, named(fresh, known))
    fresh = [event for event in fresh if (event.portal_id, event.key) not in echoes]
    # Events of erased records are not stored, but the other end has changed.
    fresh += [event for event, _ in of_erased]
    marks = [mark for mark in _marks(fresh, known) if mark.record not in gone]
    changes.mark(conn, marks)
    touched = {(mark.portal_id, mark.object_type) for mark in marks}
    return Stored(touched, count, hidden, len(unknown), found)


def _with_new_pairs(conn: Connection, found: Sequence[Event], known: Catalogues) -> Catalogues:
    """Answer the types with the pairs that these events link for the first time: from now on their
    links are kept. Nothing else remembers the answer until this transaction is committed."""
    new: dict[int, set[Pair]] = defaultdict(set)
    for event in found:
        if event.portal_id in known and (pair := new_pair(event, known[event.portal_id])):
            new[event.portal_id].add(pair)
    for portal_id, pairs in sorted(new.items()):
        associated_pairs.use(conn, portal_id, pairs, "an event")
    return {**known, **{each: known[each].with_pairs(pairs) for each, pairs in new.items()}}


def _keep(
    conn: Connection, found: Sequence[_Found], known: Catalogues, echoes: Echoes
) -> list[Event]:
    """Store events of registered portals; answer the new ones."""
    received = [_received(event, delivery, known, echoes) for event, delivery in found]
    new = stored_events.append(conn, received)
    return [event for event, _ in found if (event.portal_id, event.key) in new]


def _versions(fresh: Sequence[Event], known: Catalogues) -> Iterator[tuple[int, str, Version]]:
    for event in fresh:
        kind = known[event.portal_id].get(event.object_type)
        if kind and (version := of_event(kind, event)):
            yield event.portal_id, kind.name, version


def _events(delivery: Delivery, known: Catalogues) -> Iterator[Event]:
    body = json_text.loads(delivery.body)
    if not isinstance(body, list):
        raise ValueError("a delivery is an array of events")
    for raw in body:
        if not isinstance(raw, dict):
            raise ValueError("an event is an object")
        yield events.parse(json_text.storable(raw)[0], known)


def _received(event: Event, delivery: Delivery, known: Catalogues, echoes: Echoes = ()) -> Received:
    return Received(
        portal_id=event.portal_id,
        key=event.key,
        subscription_type=event.subscription_type,
        object_type=event.object_type,
        hubspot_id=event.hubspot_id,
        occurred_at=event.occurred_at,
        received_at=delivery.received_at,
        ignored=_why_ignored(event, known, echoes),
        event=json_text.dumps(event.kept),
    )


def _why_ignored(event: Event, known: Catalogues, echoes: Echoes) -> str | None:
    if (event.portal_id, event.key) in echoes:
        return OURS
    if any(events.touched(event, known)):
        return None
    return "not mirrored"


def _marks(fresh: Sequence[Event], known: Catalogues) -> list[Mark]:
    marks = []
    for event in fresh:
        for change in events.touched(event, known):
            marks.append(
                Mark(
                    event.portal_id,
                    change.object_type,
                    change.hubspot_id,
                    change.associations,
                    event.occurred_at,
                    change.whole,
                    change.other_ends,
                )
            )
    return marks


def _readable(delivery: Delivery) -> bytes:
    try:
        return delivery.body
    except ValueError:
        return delivery.packed


def _bury(conn: Connection, delivery: Delivery, reason: str) -> None:
    """Write a delivery as a dead letter, in base64: the body may be anything, and its cause must
    not fail the dead letter, too."""
    payload: Mapping[str, Any] = {"base64": base64.b64encode(_readable(delivery)).decode()}
    said = json_text.storable(reason)[0]
    dead_letters.bury(conn, Letter("delivery", said, payload=json_text.dumps(payload)))
    log.error("A delivery could not be stored and is a dead letter now: %s", reason)
