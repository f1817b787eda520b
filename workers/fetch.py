"""Pending changes → rows: claim, batch read, upsert, clear. The one path by which every change
arrives."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from contextlib import suppress

import deliveries
import jobs
from db import catch_ups, changes
from db import metadata as definitions
from db.changes import Claims
from db.portals import Portal
from hubspot.client import BATCH, LINK_BATCH
from hubspot.errors import HubSpotError
from hubspot.objects import ObjectType
from hubspot.rate_limit import LIVE, Lane
from operations.stopping import Stopped
from workers.asking import ask
from workers.context import Context
from workers.properties import ask_unheard
from workers.schemas import settle
from workers.settling import put_back, store
from workers.turns import turn

MAKES_WAY_AFTER_SECONDS = 20  # of one job at most: short jobs are easier to stop
# of a turn at most: when deliveries come faster than ingest stores them, fetching goes on
CATCH_UP_SECONDS = 2.0
REST_STEP_SECONDS = 0.02  # how long a job may wait for a worker that rests
MANY_DELIVERIES = 10
log = logging.getLogger(__name__)


def run(context: Context, portal_id: int, object_type: str) -> None:
    """The job: fetch, unless it is another portal's turn; then that one's job comes next and ours
    after it."""
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
    """Batch after batch until nothing of this type is pending, or it is another's turn: with one
    busy type in every worker the changes of the other types would wait as long as it is busy."""
    types = context.types(portal)
    if object_type not in types:
        _settle(context, portal, object_type)
        return
    turn_ends, spare = time.monotonic() + MAKES_WAY_AFTER_SECONDS, CATCH_UP_SECONDS
    while True:
        spare -= _let_ingest_catch_up(context, spare)
        found = _fetch_round(context, portal, types[object_type])
        if not found and not _rest(context, portal.portal_id, object_type):
            return
        if time.monotonic() > turn_ends or jobs.waiting(context.server, jobs.FETCH):
            jobs.wake(context.server, jobs.FETCH, portal.portal_id, object_type)
            return


def _rest(context: Context, portal_id: int, object_type: str) -> bool:
    """Wait until the first of the records that changed while they were being fetched has rested, or
    until a job waits for a worker; False when none rests. Nobody else would be woken for them."""
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
            put_back(context, claims, error)


def _let_ingest_catch_up(context: Context, at_most: float) -> float:
    """While many deliveries wait, they name mostly records that are pending already: a moment later
    one request brings what two would have brought. Answers the seconds that it waited."""
    began = time.monotonic()
    while (
        deliveries.waiting(context.server) >= MANY_DELIVERIES and time.monotonic() - began < at_most
    ):
        context.stop.wait(0.05)
    return time.monotonic() - began


def _fetch_round(context: Context, portal: Portal, kind: ObjectType) -> bool:
    """A batch of records, then one of those whose links alone may have changed: neither kind may
    keep the other waiting. Whether there may be more. Claimed as late as possible: what is marked
    while we wait for the rate limit shares the request."""
    with suppress(HubSpotError):  # said below, with claims that can be put back
        context.client(portal).linger()
    return any([_fetch_batch(context, portal, kind, whole) for whole in (True, False)])


def _fetch_batch(context: Context, portal: Portal, kind: ObjectType, whole: bool) -> bool:
    """One claim from beginning to end; whether there may be more. No transaction is open while
    HubSpot is asked. A property that an event named for the first time is learnt before, and its
    value comes with the record."""
    with context.database.transaction() as conn:
        claims = changes.claim(
            conn, portal.portal_id, kind.name, BATCH if whole else LINK_BATCH, whole=whole
        )
        unheard = bool(claims and whole and catch_ups.unheard(conn, portal.portal_id))
        properties = definitions.property_names(conn, portal.portal_id, kind.name) if claims else []
    if claims is None:
        return False
    if unheard:
        ask_unheard(context, portal)
        with context.database.transaction() as conn:
            properties = definitions.property_names(conn, portal.portal_id, kind.name)
    context.diary.note("records asked for", len(claims.ids))
    return fetch(context, portal, kind, claims, properties)


def fetch(
    context: Context,
    portal: Portal,
    kind: ObjectType,
    claims: Claims,
    properties: Sequence[str],
    lane: Lane = LIVE,
) -> bool:
    """Ask for what was claimed and store the answer, or put the claims back; whether to go on at
    once."""
    try:
        return _fetch(context, portal, kind, claims, properties, lane)
    except Stopped:
        with context.database.transaction() as conn:
            changes.give_back(conn, claims)
        raise


def _fetch(
    context: Context,
    portal: Portal,
    kind: ObjectType,
    claims: Claims,
    properties: Sequence[str],
    lane: Lane,
) -> bool:
    types = context.types(portal)
    try:
        fetched = ask(context.client(portal, lane), kind, claims, properties, types)
    except HubSpotError as error:
        return put_back(context, claims, error)
    store(context, kind, claims, fetched, types)
    return True
