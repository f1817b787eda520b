"""Pending changes → rows: claim, batch read, upsert, clear. The one path by which every change arrives."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg

import deliveries
import jobs
from db import catch_ups, changes, dead_letters, definitions, sightings
from db.blame import Blame, blame
from db.changes import Claims
from db.connect import Connection
from db.portals import Portal
from hubspot import records
from hubspot.catalogue import BUILT_IN, OTHER_ENDS, Catalogue
from hubspot.client import BATCH, LINK_BATCH, Client
from hubspot.errors import HubSpotError, MissingScopes, Unauthorized
from hubspot.objects import ObjectType
from hubspot.rate_limit import LIVE, Lane
from hubspot.records import Row
from workers.context import Context
from workers.older_answers import BELIEVE_AFTER, weigh
from workers.parking import park
from workers.properties import ask_unheard
from workers.save import Fetched, save
from workers.schemas import settle
from workers.stopping import Stopped
from workers.turns import turn

DEADLOCKS = 3
TURN_SECONDS = 20  # of one job at most: short jobs are easier to stop
CATCH_UP_SECONDS = 2.0  # of a turn at most: when deliveries come faster than ingest stores them, fetching goes on
REST_STEP_SECONDS = 0.02  # how long a job may wait for a worker that rests
MANY_DELIVERIES = 10
OVERTAKEN = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=10)  # between attempts while HubSpot is out of reach
log = logging.getLogger(__name__)
Json = dict[str, Any]


def in_turn(context: Context, portal_id: int, object_type: str) -> None:
    """The job: fetch, unless it is another portal's turn; then that one's job comes next and ours after it."""
    jobs.lower_flag(context.server, jobs.FETCH, portal_id, object_type)
    active = {portal.portal_id: portal for portal in context.portals() if not portal.paused}
    if portal_id not in active:
        return
    with turn(context.server, portal_id, alone=len(active) == 1) as ours:
        if ours:
            _fetch_all(context, active[portal_id], object_type)
        else:
            jobs.wake(context.server, jobs.FETCH, portal_id, object_type)


def run(context: Context, portal_id: int, object_type: str) -> None:
    """Fetch now, whoever's turn it is."""
    jobs.lower_flag(context.server, jobs.FETCH, portal_id, object_type)
    portal = context.portal(portal_id)
    if portal and not portal.paused:
        _fetch_all(context, portal, object_type)


def _fetch_all(context: Context, portal: Portal, object_type: str) -> None:
    """Batch after batch until nothing of this type is pending, or it is another's turn: with one busy type in every
    worker the changes of the other types would wait as long as it is busy."""
    types = context.types(portal)
    if object_type not in types:
        _settle(context, portal, object_type)
        return
    turn_ends, spare = time.monotonic() + TURN_SECONDS, CATCH_UP_SECONDS
    while True:
        spare -= _let_ingest_catch_up(context, spare)
        found = _fetch_round(context, portal, types[object_type])
        if not found and not _rest(context, portal.portal_id, object_type):
            return
        if time.monotonic() > turn_ends or jobs.waiting(context.server, jobs.FETCH):
            jobs.wake(context.server, jobs.FETCH, portal.portal_id, object_type)
            return


def _rest(context: Context, portal_id: int, object_type: str) -> bool:
    """Wait until the first of the records that changed while they were being fetched has rested, or until a job waits
    for a worker; False when none rests. Nobody else would be woken for them."""
    with context.database.transaction() as conn:
        seconds = changes.rest(conn, portal_id, object_type)
    if seconds is None:
        return False
    ends = time.monotonic() + seconds
    while True:
        context.stop.wait(REST_STEP_SECONDS)
        if time.monotonic() >= ends or jobs.waiting(context.server, jobs.FETCH):
            return True


def _settle(context: Context, portal: Portal, object_type: str) -> None:
    try:
        settle(context, portal, object_type)
    except HubSpotError as error:
        with context.database.transaction() as conn:
            claims = changes.claim(conn, portal.portal_id, object_type, LINK_BATCH)
        if claims:
            _put_back(context, claims, error)


def _let_ingest_catch_up(context: Context, at_most: float) -> float:
    """While many deliveries wait, they name mostly records that are pending already: a moment later one request brings
    what two would have brought. Answers the seconds that it waited."""
    began = time.monotonic()
    while deliveries.waiting(context.server) >= MANY_DELIVERIES and time.monotonic() - began < at_most:
        context.stop.wait(0.05)
    return time.monotonic() - began


def _fetch_round(context: Context, portal: Portal, kind: ObjectType) -> bool:
    """A batch of records, then one of those whose links alone may have changed: neither kind may keep the other
    waiting. Whether there may be more. Claimed as late as possible: what is marked while we wait for the rate limit
    shares the request."""
    with suppress(HubSpotError):  # said below, with claims that can be put back
        context.client(portal).linger()
    return any([_fetch_batch(context, portal, kind, whole) for whole in (True, False)])


def _fetch_batch(context: Context, portal: Portal, kind: ObjectType, whole: bool) -> bool:
    """One claim from beginning to end; whether there may be more. No transaction is open while HubSpot is asked. A
    property that an event named for the first time is learnt before, and its value comes with the record."""
    with context.database.transaction() as conn:
        claims = changes.claim(conn, portal.portal_id, kind.name, BATCH if whole else LINK_BATCH, whole=whole)
        unheard = bool(claims and whole and catch_ups.unheard(conn, portal.portal_id))
        properties = definitions.property_names(conn, portal.portal_id, kind.name) if claims else []
    if claims is None:
        return False
    if unheard:
        ask_unheard(context, portal)
        with context.database.transaction() as conn:
            properties = definitions.property_names(conn, portal.portal_id, kind.name)
    return fetch(context, portal, kind, claims, properties)


def fetch(
    context: Context,
    portal: Portal,
    kind: ObjectType,
    claims: Claims,
    properties: Sequence[str],
    lane: Lane = LIVE,
) -> bool:
    """Ask for what was claimed and store the answer, or put the claims back; whether to go on at once."""
    try:
        return _fetch(context, portal, kind, claims, properties, lane)
    except Stopped:
        with context.database.transaction() as conn:
            changes.give_back(conn, claims)
        raise


def _fetch(
    context: Context, portal: Portal, kind: ObjectType, claims: Claims, properties: Sequence[str], lane: Lane
) -> bool:
    types = context.types(portal)
    try:
        fetched = ask(context.client(portal, lane), kind, claims, properties, types)
    except HubSpotError as error:
        return _put_back(context, claims, error)
    _store(context, kind, claims, fetched, types)
    return True


def ask(
    client: Client, kind: ObjectType, claims: Claims, properties: Sequence[str], types: Catalogue = BUILT_IN
) -> Fetched:
    """Read the claimed records (unless only their links may have changed) and, at the same time, their links where
    those may have changed: a few requests that take as long as one."""
    back = [claim.hubspot_id for claim in claims.batch if OTHER_ENDS in claim.associations]
    wanted = dict.fromkeys(sorted(types.one_sided(kind)), back)
    for to in kind.associations:
        wanted[to] = [claim.hubspot_id for claim in claims.batch if {to, OTHER_ENDS} & claim.associations]
    with ThreadPoolExecutor(1 + len(wanted), thread_name_prefix="fetch") as threads:
        ids = claims.ids if claims.whole else []
        reading = threads.submit(read, client, kind, ids, kind.property_names(properties))
        linking = {
            to: threads.submit(client.associations, kind.path, types[to].path, each)
            for to, each in wanted.items()
            if each
        }
    found = reading.result()
    links = {to: asked.result() for to, asked in linking.items() if to in kind.associations}
    rows = [records.row(kind, record, _links_of(str(record["id"]), links)) for record in found]
    alone = [] if claims.whole else claims.ids
    return Fetched(
        rows,
        frozenset(ids) - {row.hubspot_id for row in rows},
        claims.claimed_at,
        tuple(records.links(each, own) for each in alone if (own := _links_of(each, links))),
        _neighbours(back, {to: asked for to, asked in linking.items() if kind.name in types[to].associations}),
        frozenset(kind.property_names(properties)),
    )


def _neighbours(
    back: Sequence[str], linking: Mapping[str, Future[dict[str, list[Json]]]]
) -> dict[str, frozenset[tuple[str, str]]]:
    """Of a type that the token may not read there is no row here whose links could be wrong."""
    found: dict[str, frozenset[tuple[str, str]]] = dict.fromkeys(back, frozenset())
    for to, asked in linking.items():
        with suppress(MissingScopes):
            links = asked.result()
            for each in links.keys() & found.keys():
                found[each] |= {(to, str(end["id"])) for end in links[each]}
    return found


def read(client: Client, kind: ObjectType, ids: Sequence[str], names: Sequence[str]) -> list[Json]:
    """Those that exist, then those among the rest that are archived."""
    if not ids:
        return []
    found = client.batch_read(kind.path, ids, names)
    if missing := set(ids) - {str(record["id"]) for record in found}:
        found += client.batch_read(kind.path, sorted(missing), names, archived=True)
    return found


def _links_of(hubspot_id: str, links: Mapping[str, Mapping[str, list[Json]]]) -> dict[str, list[Json]]:
    """Association type → links, of exactly the types that were asked for this record."""
    return {to: found[hubspot_id] for to, found in links.items() if hubspot_id in found}


def _store(context: Context, kind: ObjectType, claims: Claims, fetched: Fetched, types: Catalogue) -> None:
    """Commit a batch and clear its marks in one transaction. A record that Postgres cannot take is
    tried alone, so that it costs no other, and becomes a dead letter with the exact cause. Where an
    operator must act first, or Postgres is away, the marks stay and are free when their lease is
    over."""
    try:
        marked = _commit(context, kind, claims, fetched, types)
    except (psycopg.Error, UnicodeError) as error:
        if blame(error) is not Blame.DATA:
            raise
        if len(claims.batch) > 1:
            for part in _singly(claims, fetched):
                _store(context, kind, *part, types)
        else:
            bury(context, claims, f"{type(error).__name__}: {error}")
        return
    for object_type in sorted(marked):
        jobs.wake(context.server, jobs.FETCH, claims.portal_id, object_type)


def _commit(context: Context, kind: ObjectType, claims: Claims, fetched: Fetched, types: Catalogue) -> frozenset[str]:
    """Batches of two types that mark each other's records may wait for one another. Postgres ends one of them, which
    is done again at once: left to the clock, its records would wait until their lease is over."""
    for _ in range(DEADLOCKS):
        with suppress(psycopg.errors.DeadlockDetected), context.database.transaction() as conn:
            return conclude(conn, kind, claims, fetched, types, context.believe_after)
    with context.database.transaction() as conn:
        return conclude(conn, kind, claims, fetched, types, context.believe_after)


def _singly(claims: Claims, fetched: Fetched) -> list[tuple[Claims, Fetched]]:
    rows: Mapping[str, Row] = {row.hubspot_id: row for row in fetched.rows}
    return [
        (
            replace(claims, batch=(claim,)),
            replace(
                fetched,
                rows=[rows[claim.hubspot_id]] if claim.hubspot_id in rows else [],
                missing=fetched.missing & {claim.hubspot_id},
                links=tuple(links for links in fetched.links if links.hubspot_id == claim.hubspot_id),
                neighbours={each: fetched.neighbours[each] for each in {claim.hubspot_id} & fetched.neighbours.keys()},
            ),
        )
        for claim in claims.batch
    ]


def conclude(
    conn: Connection,
    kind: ObjectType,
    claims: Claims,
    fetched: Fetched,
    types: Catalogue = BUILT_IN,
    believe_after: timedelta = BELIEVE_AFTER,
) -> frozenset[str]:
    """Save what was read and clear its marks; answers the types that were marked meanwhile. What
    lost to a later read although it carried links stays pending for a moment, and what HubSpot
    answered with an older record until HubSpot is believed."""
    older = weigh(conn, kind, claims.portal_id, fetched.rows, fetched.read_at, believe_after)
    saved = save(conn, kind, claims.portal_id, fetched, types=types)
    changes.clear(conn, claims, set(claims.ids) - saved.lost - older.keys())
    sightings.note(conn, claims, older, believe_after)
    overtaken = saved.lost - older.keys()
    if again := tuple(claim for claim in claims.batch if claim.hubspot_id in overtaken):
        reason = "a later read was stored first"
        changes.postpone(conn, replace(claims, batch=again), OVERTAKEN, reason)
    return saved.marked


def _put_back(context: Context, claims: Claims, error: HubSpotError) -> bool:
    """HubSpot did not answer: keep the marks and say why; whether to go on at once. The one place of the live path
    that looks at retry_in."""
    log.warning("Portal %d, %s: %s", claims.portal_id, claims.object_type, error)
    park(context, claims.portal_id, error)
    if error.retry_in is None and not isinstance(error, Unauthorized):
        return _narrow_down(context, claims, error)
    wait = timedelta(0) if error.retry_in is None else _back_off(claims, error.retry_in)
    with context.database.transaction() as conn:
        changes.postpone(conn, claims, wait, str(error))
    return False


def _back_off(claims: Claims, retry_in: float) -> timedelta:
    """Longer with each attempt, up to ten minutes; what HubSpot asked for is never cut short."""
    attempts = max(claim.attempts for claim in claims.batch)
    asked = timedelta(seconds=retry_in)
    return max(asked, min(asked * 2 ** min(attempts - 1, 10), LONGEST_WAIT))


def _narrow_down(context: Context, claims: Claims, error: HubSpotError) -> bool:
    """The same request will be refused again: ask for each record alone, and bury the one that is to blame."""
    if len(claims.batch) == 1:
        bury(context, claims, str(error))
        return True
    portal = context.portal(claims.portal_id)
    assert portal is not None
    types = context.types(portal)
    kind = types[claims.object_type]
    with context.database.transaction() as conn:
        properties = definitions.property_names(conn, claims.portal_id, kind.name)
    for claim in claims.batch:
        alone = replace(claims, batch=(claim,))
        try:
            _store(context, kind, alone, ask(context.client(portal), kind, alone, properties, types), types)
        except HubSpotError as refusal:
            _put_back(context, alone, refusal)
    return True


def bury(context: Context, claims: Claims, reason: str) -> None:
    """Give up on the one record of these claims: a dead letter with its reason takes the place of
    its mark. Without a letter where the mark stays because the record was marked again meanwhile,
    or is gone because another process settled it: then nothing is given up."""
    hubspot_id = claims.ids[0]
    reason = records.storable(reason)[0]
    with context.database.transaction() as conn:
        if dropped := changes.drop(conn, claims):
            dead_letters.bury(conn, claims.portal_id, "record", reason, claims.object_type, hubspot_id)
    said = "is a dead letter now" if dropped else "failed, but changed meanwhile and is not given up"
    log.error("Portal %d, %s %s %s: %s", claims.portal_id, claims.object_type, hubspot_id, said, reason)
