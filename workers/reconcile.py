"""Find records that changed since the checkpoint and mark them for the live path, to heal what
webhooks missed."""

from __future__ import annotations

import logging
from array import array
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import psycopg

import jobs
from db import changes, purges, scans, stored
from db.blame import Blame, blame
from db.connect import Connection
from db.portals import Portal
from db.scans import Scan, Tally
from hubspot.catalogue import Catalogue
from hubspot.client import LINK_BATCH, Client
from hubspot.errors import HubSpotError
from hubspot.json_types import JsonObject
from hubspot.mirrored import Mirrored
from hubspot.objects import ObjectType
from hubspot.rate_limit import HEALING
from operations.stopping import Stopped, side_by_side
from workers.context import Context
from workers.definitions import refresh
from workers.optional_looks import is_refused
from workers.parking import TROUBLES, park
from workers.patience import listed, patiently, records_of
from workers.properties import now
from workers.search_walk import between, moment

# search shows changes late and out of order; looking back costs requests only
OVERLAP = timedelta(minutes=10)
# added to an hour's slot, so that its second pass has a slot of its own
SECOND_PASS = timedelta(minutes=30)
PORTALS_AT_ONCE = 4
NOT_YET = "not backfilled yet"
NO_ACCESS = "no access"
DONE = "already under way or done for this hour"
# HubSpot keeps archived records for 90 days, and lists them that long
RECYCLED = timedelta(days=89)
log = logging.getLogger(__name__)


def run(context: Context, second: bool = False) -> None:
    """Reconcile every portal for this hour; doubles find the hour's slot taken and end.

    The second pass, some minutes later, searches the same time again: search indexes late and in no
    order. Portals run side by side, so none waits for another whose HubSpot is away.
    """
    slot = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + (
        SECOND_PASS if second else timedelta(0)
    )
    _every_portal(context, slot)


def again(context: Context) -> None:
    run(context, second=True)


def each_minute(context: Context) -> None:
    """Reconcile every portal for this minute, where that schedule was started."""
    _every_portal(context, datetime.now(UTC).replace(second=1, microsecond=0), describes=False)


def each_five_minutes(context: Context) -> None:
    """Reconcile every portal for these five minutes, where that schedule was started."""
    now_at = datetime.now(UTC)
    minute = now_at.minute // 5 * 5
    _every_portal(context, now_at.replace(minute=minute, second=2, microsecond=0), describes=False)


def _every_portal(context: Context, slot: datetime, describes: bool = True) -> None:
    """Reconcile the portals side by side. Slots of different schedules differ in their seconds: a
    minute's run must not count as the hour's, which also `describes` the records again."""
    active = [portal for portal in context.portals() if not portal.paused]
    with side_by_side(context.stop, PORTALS_AT_ONCE, "portal") as threads:
        running = [threads.submit(_slot, context, portal, slot, describes) for portal in active]
    for each in running:
        each.result()


def asked(context: Context, portal_id: int) -> None:
    """Do what incremental extractions of a portal wait for: the types and slots that they name."""
    jobs.lower_flag(context.server, jobs.RECONCILE_ASKED, portal_id)
    portal = context.portal(portal_id)
    if portal is None or portal.paused:
        return
    with context.database.transaction() as conn:
        waiting = scans.waiting_incremental(conn, portal_id)
    types = context.types(portal)
    for object_type, slot in waiting:
        if object_type in types:
            _scan(context, portal, types[object_type], slot)


def _slot(context: Context, portal: Portal, slot: datetime, describes: bool) -> None:
    """Reconcile one portal for this slot. Its failure costs no other portal its own."""
    try:
        reconcile(context, portal, slot, describes)
    except TROUBLES as error:
        log.error("Portal %d is paused: %s", portal.portal_id, error)
        park(context, portal.portal_id, error)


def reconcile(
    context: Context, portal: Portal, slot: datetime | None = None, describes: bool = True
) -> dict[str, int | str]:
    """Reconcile all types of a portal in parallel. Answers per type how many records were marked,
    or its failure. Once the slot is done, another ring for it costs no request. What describes the
    records is read first, unless the caller leaves that to the hour."""
    if slot and _is_done(context, portal, slot):
        return {kind.name: DONE for kind in context.types(portal).in_use}
    types = _types(context, portal) if describes else context.types(portal)
    with side_by_side(context.stop, len(types.in_use), "reconcile") as threads:
        running = {
            kind.name: threads.submit(_scan, context, portal, kind, slot) for kind in types.in_use
        }
    return {name: future.result() for name, future in running.items()}


def _types(context: Context, portal: Portal) -> Catalogue:
    """Answer the types as HubSpot describes them now, or the known ones where it cannot be asked.

    The reason is in `scans` then, and the run of each type says for itself whether it could be
    done. Raises errors that concern the whole portal, and errors that an operator must mend.
    """
    try:
        return patiently(context.stop.wait, lambda: refresh(context, portal))
    except TROUBLES:
        raise
    except (HubSpotError, psycopg.Error) as error:
        if isinstance(error, psycopg.Error) and blame(error) is not Blame.DATA:
            raise
        log.warning(
            "Portal %d: what describes its records stays as it was: %s", portal.portal_id, error
        )
        return context.types(portal)


def _is_done(context: Context, portal: Portal, slot: datetime) -> bool:
    """Tell whether every type is done that can be. A type that was never backfilled (its scope is
    missing, say) does not count: each further ring of the hour would ask for all definitions
    again."""
    types = context.types(portal)
    with context.database.transaction() as conn:
        due = {
            kind.name
            for kind in types.in_use
            if scans.last_reconciled(conn, Mirrored(portal.portal_id, kind))
        }
        return bool(due) and scans.completed(conn, portal.portal_id, "reconcile", slot) >= due


def _scan(context: Context, portal: Portal, kind: ObjectType, slot: datetime | None) -> int | str:
    """Reconcile one type from the last success to now. The new checkpoint is the database's time
    when this run began. If it is stopped, the next run begins where the last success ended."""
    of = Mirrored(portal.portal_id, kind)
    with context.database.transaction() as conn:
        since, began = scans.last_reconciled(conn, of), now(conn)
        if since is None:
            return NOT_YET
        scan = scans.begin(conn, portal.portal_id, "reconcile", kind.name, slot=slot)
    if scan is None:
        return DONE
    try:
        marked = _mark_all(context, portal, of, scan, since)
        with context.database.transaction() as conn:
            scans.advance(conn, scan, began.isoformat(), 0, 0)
            scans.finish(conn, scan)
        return len(marked)
    except Stopped:
        with context.database.transaction() as conn:
            scans.leave(conn, scan)
        raise
    except scans.TakenOver as error:
        log.warning("Reconcile of %s: %s", kind.name, error)
        return str(error)
    # the outermost frame of a scan's thread: recorded, logged and reported by its caller
    except Exception as error:
        return _fail(context, of, scan, error)


def _mark_all(
    context: Context, portal: Portal, of: Mirrored, scan: Scan, since: datetime
) -> set[str]:
    """Mark records modified since then, and records archived in one place only; answer the ids. A
    page begins with the last record of the one before, which counts once."""
    client = patiently(context.stop.wait, lambda: context.client(portal, HEALING))
    marked: set[str] = set()
    for page in between(client, of.kind, of.kind.modified, since - OVERLAP):
        marked |= _mark_modified(context, of, scan, page)
    return marked | _mark_archived(context, client, of, scan)


def _fail(context: Context, of: Mirrored, scan: Scan, error: Exception) -> str:
    """Note why a run failed: the next one begins where the last success ended. A type that HubSpot
    shows no more is no failure."""
    if is_refused(context, of, error):
        return NO_ACCESS
    failure = f"{type(error).__name__}: {error}"
    park(context, scan.portal_id, error)
    log.error("Reconcile of %s failed", scan.object_type, exc_info=error)
    with context.database.transaction() as conn:
        scans.finish(conn, scan, failure)
    return failure


def _mark_modified(context: Context, of: Mirrored, scan: Scan, page: list[JsonObject]) -> set[str]:
    """Mark records that are missing here, older than in HubSpot, or hidden though search shows
    them; answer their ids."""
    modified = {record["id"]: moment(of.kind, record, of.kind.modified) for record in page}
    with context.database.transaction() as conn:
        kept = stored.modified_times(conn, of, modified)
        late = [
            each
            for each, at in modified.items()
            if each not in kept or kept[each][0] < at or kept[each][1]
        ]
        created = sum(each not in kept for each in late)
        _mark(conn, of, scan, late, len(page), Tally(created, len(late) - created))
    return _woken(context, of, late)


def _mark_archived(context: Context, client: Client, of: Mirrored, scan: Scan) -> set[str]:
    """Compare our archived rows with HubSpot's list of archived records, and mark the differences;
    answer the ids.

    Archiving moves no modified time, and search hides archived records. The comparison goes both
    ways:

    1. A record is archived there and shows here, or is not here: it was archived during the
       backfill.
    2. A record is archived here and no longer there: it was restored.

    HubSpot promises no order in this list, so the second needs the whole list: eight bytes a
    record. Our rows are read in stretches.
    """
    marked, theirs = set[str](), array("Q")
    trail = records_of(of.kind, archived=True)
    for page in listed(client, of.kind, list, trail, archived=True):
        theirs.extend(page.ids)
        marked |= _mark_shown(context, of, scan, {record["id"] for record in page.records})
    return marked | _mark_restored(context, of, scan, sorted(theirs))


def _mark_shown(context: Context, of: Mirrored, scan: Scan, theirs: set[str]) -> set[str]:
    """Mark records of a page that are archived there, and show here or are not here at all."""
    with context.database.transaction() as conn:
        shows = stored.visible(conn, of, theirs)
        gone = purges.purged(conn, of, theirs - shows.keys())
        late = sorted(each for each in theirs - gone if shows.get(each, True))
        created = sum(each not in shows for each in late)
        _mark(conn, of, scan, late, len(theirs), Tally(created, len(late) - created))
    return _woken(context, of, late)


def _mark_restored(context: Context, of: Mirrored, scan: Scan, theirs: Sequence[int]) -> set[str]:
    """Mark records that are archived here and, of late, no longer there. `theirs` ascend."""
    marked = set[str]()
    for place in range(0, len(theirs) + 1, LINK_BATCH):
        stretch = theirs[place : place + LINK_BATCH]
        after = theirs[place - 1] if place else 0
        until = str(stretch[-1]) if len(stretch) == LINK_BATCH else None
        with context.database.transaction() as conn:
            ours = stored.archived_ids(conn, of, RECYCLED, str(after), until)
            late = sorted(ours - {str(each) for each in stretch})
            changes.mark_records(conn, of, late)
        marked |= _woken(context, of, late)
    return marked


def _mark(
    conn: Connection,
    of: Mirrored,
    scan: Scan,
    late: Sequence[str],
    records_seen: int,
    tally: Tally,
) -> None:
    """Mark these records in the transaction that counts their page, which cost one request."""
    changes.mark_records(conn, of, late)
    scans.advance(conn, scan, None, records_seen, 1, tally)


def _woken(context: Context, of: Mirrored, late: Sequence[str]) -> set[str]:
    if late:
        jobs.wake(context.server, jobs.FETCH, of.portal_id, of.name)
    return set(late)
