"""HubSpot's own history of the properties that matter over time: for what came before the events,
and what they missed.

Which records wait for it stands in Postgres (history_marks), so it goes on wherever it stopped.
Bulk work: live changes go first.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jobs
from db import property_history as history
from db import purges
from db.portals import Portal
from db.property_history import Claims
from hubspot.client import HISTORY_BATCH, Client
from hubspot.errors import HubSpotError
from hubspot.objects import ObjectType
from hubspot.rate_limit import BULK
from hubspot.versions import of_record
from operations.stopping import Stopped, side_by_side
from workers import making_way
from workers.backfill import patiently
from workers.context import Context
from workers.parking import park

AGAIN = timedelta(hours=1)
MAKES_WAY_AFTER_SECONDS = 60
PORTALS_AT_ONCE = 4
log = logging.getLogger(__name__)


def run(context: Context) -> None:
    """The job: every portal that is not paused, until others wait for the worker; then the rest
    after them. Portals side by side: one whose HubSpot is away is waited for, and no other waits
    with it."""
    jobs.lower_flag(context.server, jobs.HISTORY)
    stop = making_way.asked(context.stop, context.server, jobs.HISTORY, MAKES_WAY_AFTER_SECONDS)
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
    """Read what waits, 50 records a request, until `stop` says so; answers how many were read. What
    HubSpot refuses waits an hour, with the reason. Raises Stopped where the process is to end while
    HubSpot is asked."""
    done, stop = 0, stop or context.stop
    for kind in context.types(portal).values():
        while kind.history and not stop() and (claims := _claim(context, portal, kind)):
            try:
                found = _ask(
                    patiently(context.stop.wait, lambda: context.client(portal, BULK)),
                    kind,
                    list(claims),
                )
            except Stopped:
                _give_back(context, portal, kind, claims)
                raise
            except HubSpotError as error:
                _put_back(context, portal, kind, claims, error)
                break
            _store(context, portal, kind, claims, found)
            done += len(claims)
            on_batch(kind, len(claims))
    return done


def _claim(context: Context, portal: Portal, kind: ObjectType) -> Claims:
    with context.database.transaction() as conn:
        return history.claim(conn, portal.portal_id, kind.name, HISTORY_BATCH)


def _ask(client: Client, kind: ObjectType, ids: list[str]) -> list[dict[str, Any]]:
    """Those that exist, then those among the rest that are archived."""
    found = patiently(client.rest, lambda: client.batch_read_history(kind.path, ids, kind.history))
    missing = sorted(set(ids) - {str(record["id"]) for record in found})
    if not missing:
        return found
    return found + patiently(
        client.rest,
        lambda: client.batch_read_history(kind.path, missing, kind.history, archived=True),
    )


def _store(
    context: Context, portal: Portal, kind: ObjectType, claims: Claims, found: list[dict[str, Any]]
) -> None:
    """Versions and cleared marks in one transaction. Of whoever was erased meanwhile nothing is
    kept."""
    with context.database.transaction() as conn:
        gone = purges.kept_out(
            conn, portal.portal_id, kind.name, [str(record["id"]) for record in found]
        )
        versions = [
            each
            for record in found
            if str(record["id"]) not in gone
            for each in of_record(kind, record)
        ]
        history.replace(conn, portal.portal_id, kind.name, versions)
        history.clear(conn, portal.portal_id, kind.name, claims)


def _give_back(context: Context, portal: Portal, kind: ObjectType, claims: Claims) -> None:
    with context.database.transaction() as conn:
        history.give_back(conn, portal.portal_id, kind.name, claims)


def _put_back(
    context: Context, portal: Portal, kind: ObjectType, claims: Claims, error: HubSpotError
) -> None:
    log.warning("Portal %d, history of %s: %s", portal.portal_id, kind.name, error)
    park(context, portal.portal_id, error)
    with context.database.transaction() as conn:
        history.postpone(conn, portal.portal_id, kind.name, claims, AGAIN, str(error))
