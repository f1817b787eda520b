"""Read HubSpot's own history of properties: versions from before the events, and versions that they
missed.

The list of waiting records stands in Postgres (history_marks), so an interrupted run goes on where
it stopped. This is bulk work: live changes go first.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import jobs
from db import property_history as history
from db import purges
from db.portals import Portal
from db.property_history import Claims
from hubspot.client import HISTORY_BATCH, Client
from hubspot.errors import HubSpotError
from hubspot.json_types import JsonObject
from hubspot.mirrored import Mirrored
from hubspot.objects import ObjectType
from hubspot.rate_limit import BULK
from hubspot.versions import Version, of_record
from operations.stopping import Stopped, side_by_side
from workers import making_way
from workers.context import Context
from workers.parking import park, until_paused
from workers.patience import patiently

AGAIN = timedelta(hours=1)
MAKES_WAY_AFTER_SECONDS = 60
PORTALS_AT_ONCE = 4
log = logging.getLogger(__name__)


def run(context: Context, makes_way_after_seconds: float = MAKES_WAY_AFTER_SECONDS) -> None:
    """Run the job for every portal that is not paused, until others wait for the worker; a later
    job does the rest. Portals run side by side, so none waits for another whose HubSpot is away."""
    jobs.lower_flag(context.server, jobs.HISTORY)
    stop = making_way.asked(context.stop, context.server, jobs.HISTORY, makes_way_after_seconds)
    active = [portal for portal in context.portals() if not portal.paused]
    with side_by_side(context.stop, PORTALS_AT_ONCE, "history") as threads:
        running = [threads.submit(read, context, portal, stop=stop) for portal in active]
    for each in running:
        each.result()
    if stop():
        jobs.wake(context.server, jobs.HISTORY)


def read(
    context: Context,
    portal: Portal,
    on_batch: Callable[[ObjectType, int], None] = lambda kind, n: None,
    stop: Callable[[], bool] | None = None,
) -> int:
    """Read waiting histories, 50 records a request, until `stop` says so; answer how many were
    read. A refused history waits an hour, with the reason. Raises Stopped where the process is to
    end while HubSpot is asked."""
    done, stop = 0, until_paused(context, portal.portal_id, stop or context.stop)
    for kind in context.types(portal).in_use:
        of = Mirrored(portal.portal_id, kind)
        while kind.history and not stop() and (claims := _claim(context, of)):
            try:
                client = patiently(context.stop.wait, lambda: context.client(portal, BULK))
                found = _ask(client, kind, list(claims))
            except Stopped:
                _give_back(context, of, claims)
                raise
            except HubSpotError as error:
                _put_back(context, of, claims, error)
                break
            _store(context, of, claims, found)
            done += len(claims)
            on_batch(kind, len(claims))
    return done


def _claim(context: Context, of: Mirrored) -> Claims:
    with context.database.transaction() as conn:
        return history.claim(conn, of, HISTORY_BATCH)


def _ask(client: Client, kind: ObjectType, ids: list[str]) -> list[JsonObject]:
    """Read the records that exist, then the archived ones among the rest."""
    ask = partial(client.batch_read_history, kind.path)
    found = patiently(client.rest, lambda: ask(ids, kind.history))
    if missing := sorted(set(ids) - {record["id"] for record in found}):
        found += patiently(client.rest, lambda: ask(missing, kind.history, archived=True))
    return found


def _store(context: Context, of: Mirrored, claims: Claims, found: list[JsonObject]) -> None:
    """Store versions and clear marks in one transaction. Keep no version of records that were
    erased meanwhile."""
    ids = [record["id"] for record in found]
    with context.database.transaction() as conn:
        gone = purges.kept_out(conn, of, ids)
        versions: list[Version] = []
        for record in found:
            if record["id"] not in gone:
                versions += of_record(of.kind, record)
        history.replace(conn, of, versions)
        history.clear(conn, of, claims)


def _give_back(context: Context, of: Mirrored, claims: Claims) -> None:
    with context.database.transaction() as conn:
        history.give_back(conn, of, claims)


def _put_back(context: Context, of: Mirrored, claims: Claims, error: HubSpotError) -> None:
    """Let refused histories wait, with the reason."""
    log.warning("Portal %d, history of %s: %s", of.portal_id, of.name, error)
    park(context, of.portal_id, error)
    with context.database.transaction() as conn:
        history.postpone(conn, of, claims, AGAIN, str(error))
