"""Settle, the third step of a fetch: what becomes of claims. There are three ends.

1. **store**: HubSpot answered. Rows are written and marks cleared in one transaction. A record that
   Postgres cannot take costs no other: the batch is stored one by one.
2. **put back**: HubSpot did not answer. The marks stay, with the reason, and wait for as long as
   the error says. A request that will always be refused is repeated for each record alone.
3. **bury**: one record alone fails for good. A dead letter with the exact cause takes the place of
   its mark; `spoke replay` brings it back.

A mark that grew since it was claimed survives each of these ends.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
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
from db.dead_letters import Letter
from db.fetch_delays import BELIEVE_AFTER, LONGEST_BACK_OFF, OVERTAKEN
from hubspot import json_text
from hubspot.catalogue import BUILT_IN, Catalogue
from hubspot.errors import HubSpotError, Unauthorized
from hubspot.mirrored import Mirrored
from hubspot.objects import ObjectType
from workers.asking import ask
from workers.context import Context
from workers.fetched import Fetched
from workers.older_answers import weigh
from workers.parking import park
from workers.save import save

DEADLOCKS = 3
log = logging.getLogger(__name__)


def store(
    context: Context, kind: ObjectType, claims: Claims, fetched: Fetched, types: Catalogue
) -> None:
    """Commit a batch and clear its marks in one transaction.

    A record that Postgres cannot take is tried alone, so that it costs no other, and becomes a dead
    letter with the exact cause. Where an operator must act first, or Postgres is away, the marks
    stay and are free when their lease is over.
    """
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
    """Commit a batch, twice at most.

    Batches of two types that mark each other's records may wait for one another. Postgres ends one
    of them, and it is done again at once: left to the clock, its records would wait until their
    lease is over.
    """
    for _ in range(DEADLOCKS):
        with suppress(psycopg.errors.DeadlockDetected), context.database.transaction() as conn:
            return conclude(conn, kind, claims, fetched, types, context.believe_after)
    with context.database.transaction() as conn:
        return conclude(conn, kind, claims, fetched, types, context.believe_after)


def _singly(claims: Claims, fetched: Fetched) -> Iterator[tuple[Claims, Fetched]]:
    """Yield each claim alone, with what HubSpot said of its record."""
    for claim in claims.batch:
        yield replace(claims, batch=(claim,)), fetched.only(claim.hubspot_id)


def conclude(
    conn: Connection,
    kind: ObjectType,
    claims: Claims,
    fetched: Fetched,
    types: Catalogue = BUILT_IN,
    believe_after: timedelta = BELIEVE_AFTER,
) -> frozenset[str]:
    """Save what was read and clear its marks; answers the types that were marked meanwhile.

    1. Weigh answers that are older than our rows: they stay pending until HubSpot is believed.
    2. Save the rest. 3. Clear the marks of the records that are settled.
    4. Postpone records that lost to a later read although they carried links, for a moment.
    """
    of = Mirrored(claims.portal_id, kind)
    older = weigh(conn, of, fetched.rows, fetched.read_at, believe_after)
    saved = save(conn, of, fetched, types=types)
    changes.clear(conn, claims, set(claims.ids) - saved.lost - older.keys())
    sightings.note(conn, claims, older, believe_after)
    overtaken = saved.lost - older.keys()
    if again := tuple(claim for claim in claims.batch if claim.hubspot_id in overtaken):
        reason = "a later read was stored first"
        changes.postpone(conn, replace(claims, batch=again), OVERTAKEN, reason)
    return saved.marked


def put_back(context: Context, claims: Claims, error: HubSpotError) -> bool:
    """Keep the marks of what HubSpot did not answer and say why; answers whether to go on at once.
    The one place of the live path that looks at retry_in."""
    log.warning("Portal %d, %s: %s", claims.portal_id, claims.object_type, error)
    park(context, claims.portal_id, error)
    if error.retry_in is None and not isinstance(error, Unauthorized):
        return _narrow_down(context, claims, error)
    wait = timedelta(0) if error.retry_in is None else _back_off(claims, error.retry_in)
    with context.database.transaction() as conn:
        changes.postpone(conn, claims, wait, str(error))
    return False


def _back_off(claims: Claims, retry_in: float) -> timedelta:
    """Answer the wait: longer with each attempt, and never less than HubSpot asked for."""
    attempts = max(claim.attempts for claim in claims.batch)
    asked = timedelta(seconds=retry_in)
    doubled: timedelta = asked * 2 ** min(attempts - 1, 10)
    return max(asked, min(doubled, LONGEST_BACK_OFF))


def _narrow_down(context: Context, claims: Claims, error: HubSpotError) -> bool:
    """Ask for each record alone, and bury the one that is to blame: the same request would be
    refused again."""
    if len(claims.batch) == 1:
        bury(context, claims, str(error))
        return True
    portal = context.portal(claims.portal_id)
    assert portal is not None
    types = context.types(portal)
    kind = types[claims.object_type]
    with context.database.transaction() as conn:
        properties = definitions.property_names(conn, Mirrored(claims.portal_id, kind))
    for claim in claims.batch:
        alone = replace(claims, batch=(claim,))
        try:
            fetched = ask(context.client(portal), kind, alone, properties, types)
            store(context, kind, alone, fetched, types)
        except HubSpotError as refusal:
            put_back(context, alone, refusal)
    return True


def bury(context: Context, claims: Claims, reason: str) -> None:
    """Give up on the one record of these claims: a dead letter with its reason takes the place of
    its mark. There is no letter where the record was marked again meanwhile, or where another
    process settled it: then nothing is given up."""
    hubspot_id = claims.ids[0]
    reason = json_text.storable(reason)[0]
    with context.database.transaction() as conn:
        if dropped := changes.drop(conn, claims):
            dead_letters.bury(
                conn,
                Letter("record", reason, claims.portal_id, claims.object_type, hubspot_id),
            )
    said = "failed, but changed meanwhile and is not given up"
    if dropped:
        said = "is a dead letter now"
    log.error(
        "Portal %d, %s %s %s: %s", claims.portal_id, claims.object_type, hubspot_id, said, reason
    )
