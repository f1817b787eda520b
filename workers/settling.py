"""What becomes of claims: rows and cleared marks in one transaction, marks put back, or a dead
letter."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import psycopg

import jobs
from db import changes, dead_letters, sightings
from db import metadata as definitions
from db.blame import Blame, blame
from db.changes import Claims
from db.connect import Connection
from hubspot import records
from hubspot.catalogue import BUILT_IN, Catalogue
from hubspot.errors import HubSpotError, Unauthorized
from hubspot.objects import ObjectType
from hubspot.records import Row
from workers.asking import ask
from workers.context import Context
from workers.older_answers import BELIEVE_AFTER, weigh
from workers.parking import park
from workers.save import Fetched, save

DEADLOCKS = 3
# a read that lost to a newer row: HubSpot has just answered with an older record
OVERTAKEN = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=10)  # between attempts while HubSpot is out of reach
log = logging.getLogger(__name__)


def store(
    context: Context, kind: ObjectType, claims: Claims, fetched: Fetched, types: Catalogue
) -> None:
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
                store(context, kind, *part, types)
        else:
            bury(context, claims, f"{type(error).__name__}: {error}")
        return
    for object_type in sorted(marked):
        jobs.wake(context.server, jobs.FETCH, claims.portal_id, object_type)


def _commit(
    context: Context, kind: ObjectType, claims: Claims, fetched: Fetched, types: Catalogue
) -> frozenset[str]:
    """Batches of two types that mark each other's records may wait for one another. Postgres ends
    one of them, which is done again at once: left to the clock, its records would wait until their
    lease is over."""
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
                links=tuple(
                    links for links in fetched.links if links.hubspot_id == claim.hubspot_id
                ),
                neighbours={
                    each: fetched.neighbours[each]
                    for each in {claim.hubspot_id} & fetched.neighbours.keys()
                },
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


def put_back(context: Context, claims: Claims, error: HubSpotError) -> bool:
    """HubSpot did not answer: keep the marks and say why; whether to go on at once. The one place
    of the live path that looks at retry_in."""
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
    """The same request will be refused again: ask for each record alone, and bury the one that is
    to blame."""
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
            store(
                context,
                kind,
                alone,
                ask(context.client(portal), kind, alone, properties, types),
                types,
            )
        except HubSpotError as refusal:
            put_back(context, alone, refusal)
    return True


def bury(context: Context, claims: Claims, reason: str) -> None:
    """Give up on the one record of these claims: a dead letter with its reason takes the place of
    its mark. Without a letter where the mark stays because the record was marked again meanwhile,
    or is gone because another process settled it: then nothing is given up."""
    hubspot_id = claims.ids[0]
    reason = records.storable(reason)[0]
    with context.database.transaction() as conn:
        if dropped := changes.drop(conn, claims):
            dead_letters.bury(
                conn, claims.portal_id, "record", reason, claims.object_type, hubspot_id
            )
    said = (
        "is a dead letter now" if dropped else "failed, but changed meanwhile and is not given up"
    )
    log.error(
        "Portal %d, %s %s %s: %s", claims.portal_id, claims.object_type, hubspot_id, said, reason
    )
