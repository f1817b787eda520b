"""Turn pending changes into rows, the fetch job: the one path by which every change arrives.

A mark in pending_changes says that a record may have changed. One round of the job does this:

1. **claim** (workers/claiming.py): take up to 100 marks, under a lease that frees them again.
2. **ask** (workers/asking.py): read those records from HubSpot, and at the same time their links.
3. **settle** (workers/settling.py): write rows and clear the marks in one transaction. Where
   HubSpot or Postgres refuses, put the marks back with the reason, or bury the one record.

This module is the loop around the three steps: which portal has its turn, whether the job goes on
and when it makes way for others. How long anything waits, and why: db/fetch_delays.py.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import deliveries
import jobs
from db import changes, fetch_delays
from db.changes import Claims
from db.portals import Portal
from hubspot.client import LINK_BATCH
from hubspot.errors import HubSpotError
from hubspot.mirrored import Mirrored
from hubspot.objects import ObjectType
from hubspot.rate_limit import LIVE, Lane
from operations.stopping import Stopped
from workers import optional_looks, schemas
from workers.asking import ask
from workers.claiming import claim, wait_for_room
from workers.context import Context
from workers.settling import put_back, store
from workers.turns import turn


def run(context: Context, portal_id: int, object_type: str) -> None:
    """Run the job: fetch, unless it is another portal's turn; then that one's job comes next and
    ours after it."""
    jobs.lower_flag(context.server, jobs.FETCH, portal_id, object_type)
    active = {portal.portal_id: portal for portal in context.portals() if not portal.paused}
    if portal_id not in active:
        return
    with turn(context.server, portal_id, alone=len(active) == 1) as ours:
        if ours:
            fetch_all(context, active[portal_id], object_type)
        else:
            jobs.wake(context.server, jobs.FETCH, portal_id, object_type)


def fetch_all(context: Context, portal: Portal, object_type: str) -> None:
    """Fetch round after round until nothing of this type is pending, or until the job makes way.

    With one busy type in every worker, the changes of other types would wait as long as it is busy.
    """
    types = context.types(portal)
    if object_type not in types:
        _identify_type(context, portal, object_type)
        return
    if object_type in types.dormant:
        types = optional_looks.heed(context, portal, types[object_type])
    if object_type in types.dormant:
        return
    of = Mirrored(portal.portal_id, types[object_type])
    ends = time.monotonic() + fetch_delays.MAKES_WAY.total_seconds()
    patience = fetch_delays.CATCH_UP.total_seconds()
    while True:
        patience -= _let_ingest_catch_up(context, patience)
        found = _fetch_round(context, portal, of.kind)
        if not found and not _rest(context, of):
            return
        if time.monotonic() > ends or jobs.waiting(context.server, jobs.FETCH):
            jobs.wake(context.server, jobs.FETCH, portal.portal_id, object_type)
            return


def _identify_type(context: Context, portal: Portal, object_type: str) -> None:
    """Let marks of a type that the catalogue lacks find theirs. Where HubSpot does not answer, they
    are put back with its reason."""
    try:
        schemas.identify(context, portal, object_type)
    except HubSpotError as error:
        with context.database.transaction() as conn:
            claims = changes.claim_unknown(conn, portal.portal_id, object_type, LINK_BATCH)
        if claims:
            put_back(context, claims, error)


def _let_ingest_catch_up(context: Context, at_most: float) -> float:
    """Wait while many deliveries are not stored yet; answers the seconds.

    They name mostly records that are pending already: a moment later one request brings what two
    would have brought.
    """
    began = time.monotonic()
    while deliveries.waiting(context.server) >= fetch_delays.MANY_DELIVERIES:
        if time.monotonic() - began >= at_most:
            break
        context.stop.wait(fetch_delays.CATCH_UP_STEP.total_seconds())
    return time.monotonic() - began


def _fetch_round(context: Context, portal: Portal, kind: ObjectType) -> bool:
    """Fetch a batch of records, then a batch of records whose links alone may have changed: neither
    keeps the other waiting. Answers whether there may be more."""
    wait_for_room(context, portal)
    more = [_fetch_batch(context, portal, kind, whole) for whole in (True, False)]
    return any(more)


def _fetch_batch(context: Context, portal: Portal, kind: ObjectType, whole: bool) -> bool:
    """Take one batch through the three steps; answers whether there may be more."""
    claimed = claim(context, portal, kind, whole)
    if claimed is None:
        return False
    context.diary.note("records asked for", len(claimed.claims.ids))
    return fetch(context, portal, kind, claimed.claims, claimed.properties)


def fetch(
    context: Context,
    portal: Portal,
    kind: ObjectType,
    claims: Claims,
    properties: Sequence[str],
    lane: Lane = LIVE,
) -> bool:
    """Ask for what was claimed and settle it; answers whether to go on at once. A process that is
    to end gives its claims back."""
    types = context.types(portal)
    try:
        try:
            fetched = ask(context.client(portal, lane), kind, claims, properties, types)
        except HubSpotError as error:
            if optional_looks.is_refused(context, Mirrored(portal.portal_id, kind), error, claims):
                return False
            return put_back(context, claims, error)
        store(context, kind, claims, fetched, types)
        return True
    except Stopped:
        with context.database.transaction() as conn:
            changes.give_back(conn, claims)
        raise


def _rest(context: Context, of: Mirrored) -> bool:
    """Wait until the first resting record may be fetched, or until a job waits for this worker.
    Answers False when none rests. Nothing else would wake a job for resting records."""
    with context.database.transaction() as conn:
        seconds = changes.rest(conn, of)
    if seconds is None:
        return False
    ends = time.monotonic() + seconds
    while True:
        context.stop.wait(fetch_delays.REST_STEP.total_seconds())
        if time.monotonic() >= ends or jobs.waiting(context.server, jobs.FETCH):
            return True
