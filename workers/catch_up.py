"""Read records again that were read before one of their properties was known.

This is bulk work, a hundred records a request: live changes go first. Rows that lack a property
name the records. The checkpoint is committed with the rows and the list of work stands in Postgres.
Killed anywhere, it goes on.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta

import psycopg

import jobs
from db import catch_ups, changes, stored, typed_views
from db import metadata as definitions
from db.blame import Blame, blame
from db.catch_ups import CatchUp
from db.changes import Mark
from db.portals import Portal
from hubspot import json_text, records
from hubspot.client import BATCH
from hubspot.errors import HubSpotError, Refused
from hubspot.mirrored import Mirrored
from hubspot.objects import ObjectType
from hubspot.rate_limit import BULK
from workers.asking import read
from workers.context import Context
from workers.fetched import Fetched
from workers.parking import park
from workers.properties import ask_unheard, now
from workers.save import save

# then other waiting jobs go first; and short jobs are easier to stop
MAKES_WAY_AFTER_SECONDS = 20
AGAIN = timedelta(seconds=30)  # with a token that is refused: soon after the portal goes on
log = logging.getLogger(__name__)


def run(context: Context, portal_id: int) -> None:
    """Run the job: ask for properties that events named, show them, and read the records again that
    lack them. After a while a new job behind the waiting ones does the rest."""
    jobs.lower_flag(context.server, jobs.CATCH_UP, portal_id)
    portal = context.portal(portal_id)
    if portal is None or portal.paused:
        return
    ask_unheard(context, portal)
    typed_views.rebuild(context.database)
    if not catch_up(context, portal, time.monotonic() + MAKES_WAY_AFTER_SECONDS):
        jobs.wake(context.server, jobs.CATCH_UP, portal_id)


def catch_up(
    context: Context, portal: Portal, ends: float = float("inf"), batch: int = BATCH
) -> bool:
    """Read on until no record is left that could be read now (answers True), or until `ends` of the
    monotonic clock."""
    while time.monotonic() < ends and not context.stop():
        with context.database.transaction() as conn:
            due = catch_ups.due(conn, portal.portal_id)
        if due is None:
            return True
        _advance(context, portal, due, batch)
    return False


def _advance(context: Context, portal: Portal, due: CatchUp, batch: int) -> None:
    """Read the next records of a type. The work is done when HubSpot no longer has the type, or no
    record of it is left."""
    kind = context.types(portal).get(due.object_type)
    with context.database.transaction() as conn:
        ids = stored.lacking(conn, kind, due, batch) if kind else []
        if kind is None or not ids:
            catch_ups.finish(conn, due)
            return
    try:
        _read_again(context, portal, kind, due, ids)
    except HubSpotError as error:
        _not_now(context, due, ids, error)
    except (psycopg.Error, UnicodeError) as error:
        if blame(error) is not Blame.DATA:
            raise
        _leave_to_fetch(context, due, ids, error)


def _read_again(
    context: Context, portal: Portal, kind: ObjectType, due: CatchUp, ids: list[str]
) -> None:
    """Write rows and checkpoint in one transaction.

    Links are not read: a new property says nothing of them. A record that lost to a newer row is
    fetched once more, because the newer read may have brought links alone.
    """
    of = Mirrored(due.portal_id, kind)
    with context.database.transaction() as conn:
        read_at = now(conn)
        names = kind.property_names(definitions.property_names(conn, of))
    found = read(context.client(portal, BULK), kind, ids, names)
    rows = [records.row(kind, record, {}) for record in found]
    missing = frozenset(ids) - {row.hubspot_id for row in rows}
    with context.database.transaction() as conn:
        fetched = Fetched(rows, missing, read_at, asked=frozenset(names))
        saved = save(conn, of, fetched, types=context.types(portal), heard=False)
        changes.mark_records(conn, of, sorted(saved.outdated), frozenset())
        catch_ups.advance(conn, due, ids[-1], len(ids))
    for object_type in sorted(saved.marked | ({of.name} if saved.outdated else set())):
        jobs.wake(context.server, jobs.FETCH, of.portal_id, object_type)


def _not_now(context: Context, due: CatchUp, ids: list[str], error: HubSpotError) -> None:
    """Let the clock have a worker go on when HubSpot is away or the day's allowance is spent. A
    final refusal goes to the path that finds the record to blame."""
    park(context, due.portal_id, error)
    if type(error) is Refused:
        _leave_to_fetch(context, due, ids, error)
        return
    log.warning("Portal %d, %s that lack new properties: %s", due.portal_id, due.object_type, error)
    wait = AGAIN
    if error.retry_in is not None:
        wait = timedelta(seconds=error.retry_in)
    with context.database.transaction() as conn:
        catch_ups.postpone(conn, due, wait, json_text.storable(str(error))[0])


def _leave_to_fetch(context: Context, due: CatchUp, ids: list[str], error: Exception) -> None:
    """Mark these records for fetch, because one of them cannot be read or stored. Fetched one by
    one, it costs no other."""
    told = "Portal %d, %s: %s; a hundred are fetched one by one"
    log.warning(told, due.portal_id, due.object_type, error)
    with context.database.transaction() as conn:
        changes.mark(conn, [Mark(due.portal_id, due.object_type, each) for each in ids])
        catch_ups.advance(conn, due, ids[-1], len(ids))
    jobs.wake(context.server, jobs.FETCH, due.portal_id, due.object_type)
