"""Find what changed since the checkpoint and mark it for the live path, to heal what webhooks
missed."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import jobs
from db import changes, scans, stored
from db.changes import Mark
from db.connect import Connection
from db.portals import Portal
from db.scans import Scan
from hubspot import records
from hubspot.catalogue import Catalogue
from hubspot.client import SEARCH_PAGE, Client
from hubspot.errors import HubSpotError
from hubspot.json_types import JsonObject
from hubspot.objects import ObjectType
from hubspot.rate_limit import HEALING
from operations.stopping import Stopped, side_by_side
from workers.backfill import patiently
from workers.context import Context
from workers.definitions import refresh
from workers.parking import TROUBLES, park
from workers.properties import now

# search shows changes late and out of order; looking back costs requests only
OVERLAP = timedelta(minutes=10)
# added to an hour's slot, so that its second pass has a slot of its own
SECOND_PASS = timedelta(minutes=30)
PORTALS_AT_ONCE = 4
NOT_YET = "not backfilled yet"
DONE = "already under way or done for this hour"
# HubSpot keeps archived records for 90 days, and lists them that long
RECYCLED = timedelta(days=89)
log = logging.getLogger(__name__)


def run(context: Context, second: bool = False) -> None:
    """Reconcile every portal for this hour; doubles find the hour's slot taken and do nothing.

    The second pass, some minutes later, looks again at what the first one saw: search indexes late
    and in no order. Portals side by side: one whose HubSpot is away is waited for, and no other
    waits with it.
    """
    slot = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + (
        SECOND_PASS if second else timedelta(0)
    )
    active = [portal for portal in context.portals() if not portal.paused]
    with side_by_side(context.stop, PORTALS_AT_ONCE, "portal") as threads:
        running = [threads.submit(_hour, context, portal, slot) for portal in active]
    for each in running:
        each.result()


def again(context: Context) -> None:
    run(context, second=True)


def _hour(context: Context, portal: Portal, slot: datetime) -> None:
    """What is wrong with one portal costs no other its hour."""
    try:
        reconcile(context, portal, slot)
    except TROUBLES as error:
        log.error("Portal %d is paused: %s", portal.portal_id, error)
        park(context, portal.portal_id, error)


def reconcile(
    context: Context, portal: Portal, slot: datetime | None = None
) -> dict[str, int | str]:
    """All types of a portal in parallel. Answers per type how many records were marked, or what
    failed. Once the hour is done, another ring for it costs no request."""
    if slot and _is_done(context, portal, slot):
        return dict.fromkeys(context.types(portal), DONE)
    types = _types(context, portal)
    with side_by_side(context.stop, len(types), "reconcile") as threads:
        running = {
            kind.name: threads.submit(_scan, context, portal, kind, slot) for kind in types.values()
        }
    return {name: future.result() for name, future in running.items()}


def _types(context: Context, portal: Portal) -> Catalogue:
    """As HubSpot describes them now. Where it would not, those that are known: the run of each type
    then says for itself, in `scans`, whether it could be done. Raises what concerns the whole
    portal."""
    try:
        return patiently(context.stop.wait, lambda: refresh(context, portal))
    except TROUBLES:
        raise
    except HubSpotError as error:
        log.warning(
            "Portal %d: what describes its records stays as it was: %s", portal.portal_id, error
        )
        return context.types(portal)


def _is_done(context: Context, portal: Portal, slot: datetime) -> bool:
    """Every type that can be: one that was never backfilled (its scope is missing, say) would have
    each further ring of the hour ask for all definitions anew."""
    types = context.types(portal)
    with context.database.transaction() as conn:
        due = {name for name in types if scans.last_reconciled(conn, portal.portal_id, name)}
        return bool(due) and scans.completed(conn, portal.portal_id, "reconcile", slot) >= due


def _scan(context: Context, portal: Portal, kind: ObjectType, slot: datetime | None) -> int | str:
    """One type from the last success to now. The new checkpoint is the database's time when this
    run began."""
    with context.database.transaction() as conn:
        since, began = scans.last_reconciled(conn, portal.portal_id, kind.name), now(conn)
        if since is None:
            return NOT_YET
        scan = scans.begin(conn, portal.portal_id, "reconcile", kind.name, slot=slot)
    if scan is None:
        return DONE
    failure = None
    marked: set[str] = set()  # a page begins with the last record of the one before: counted once
    try:
        client = patiently(context.stop.wait, lambda: context.client(portal, HEALING))
        for page in between(client, kind, kind.modified, since - OVERLAP):
            marked |= _mark_modified(context, kind, scan, page)
        marked |= _mark_archived(context, client, kind, scan)
    except (
        Stopped
    ):  # the next worker begins where the last success ended, in this hour or in one that comes
        with context.database.transaction() as conn:
            scans.leave(conn, scan)
        raise
    # the outermost frame of a scan's thread: recorded, logged and reported by its caller
    except Exception as error:
        failure = f"{type(error).__name__}: {error}"
        park(context, portal.portal_id, error)
        log.exception(
            "Reconcile of %s failed; the next one begins where the last success ended", kind.name
        )
    with context.database.transaction() as conn:
        if not failure:
            scans.advance(conn, scan, began.isoformat(), 0, 0)
        scans.finish(conn, scan, failure)
    return failure or len(marked)


def between(
    client: Client, kind: ObjectType, name: str, since: datetime, until: datetime | None = None
) -> Iterator[list[JsonObject]]:
    """Pages of records whose property `name`, a time, is in [since, until), as search sees them. A
    page may begin with the last record of the one before.

    Never by search's own offsets: an edit during the walk moves its record to the end, every later
    one shifts, and the next page would skip one; and past 10,000 search refuses. Each page asks
    anew from the last time seen; where a whole page shares one time (HubSpot's nightly jobs touch
    tens of thousands at once) that instant is walked by id.
    https://github.com/airbytehq/airbyte/issues/43317
    """
    low = _milliseconds(since)
    ends = [_filter(name, "LT", _milliseconds(until))] if until else []
    while page := _page(client, kind, [_filter(name, "GTE", low), *ends], name, name):
        yield page
        if len(page) < SEARCH_PAGE:
            return
        high = _milliseconds(_moment(kind, page[-1], name))
        if high == low:
            yield from _same_instant(client, kind, name, low)
        low = high + (1 if high == low else 0)


def _same_instant(
    client: Client, kind: ObjectType, name: str, instant: int
) -> Iterator[list[JsonObject]]:
    """Every record of exactly this millisecond, by ascending id."""
    last = "0"
    while page := _page(
        client,
        kind,
        [_filter(name, "EQ", instant), _filter("hs_object_id", "GT", last)],
        "hs_object_id",
        name,
    ):
        yield page
        last = str(page[-1]["id"])


def _page(
    client: Client, kind: ObjectType, filters: list[dict[str, str]], sort: str, name: str
) -> list[JsonObject]:
    return patiently(client.rest, lambda: client.search(kind.path, filters, sort, [name])).records


def _mark_modified(
    context: Context, kind: ObjectType, scan: Scan, page: list[JsonObject]
) -> set[str]:
    """Mark what is missing here, older than in HubSpot, or hidden though search shows it; the ids
    of those."""
    modified = {str(record["id"]): _moment(kind, record, kind.modified) for record in page}
    with context.database.transaction() as conn:
        kept = stored.modified_times(conn, kind, scan.portal_id, modified)
        late = [
            each
            for each, at in modified.items()
            if each not in kept or kept[each][0] < at or kept[each][1]
        ]
        _mark(conn, kind, scan, late, requests=1, records_seen=len(page))
    return _woken(context, kind, scan, late)


def _mark_archived(context: Context, client: Client, kind: ObjectType, scan: Scan) -> set[str]:
    """Archiving moves no modified time and search hides the archived, so compare with HubSpot's
    list of them, both ways: what is archived there and shows here, and what is archived here and no
    longer there (restored). Page by page, each with ours of the same ids: of millions of archived
    records a hundred are held at once."""
    marked: set[str] = set()
    last, after = "0", "0"
    while after:
        cursor, above = after, last
        page = patiently(
            client.rest,
            lambda: client.list_page(kind.path, [], cursor, archived=True),  # noqa: B023  # called at once
        )
        theirs, after = {str(record["id"]) for record in page.records}, page.after or ""
        if any(int(each) <= int(above) for each in theirs) or (after and int(after) <= int(cursor)):
            raise ValueError(f"HubSpot's list of archived {kind.name} goes back behind {above}")
        last = max(theirs, key=int, default=above)
        marked |= _compare_archived(context, kind, scan, theirs, above, last if after else None)
    return marked


def _compare_archived(
    context: Context, kind: ObjectType, scan: Scan, theirs: set[str], after: str, until: str | None
) -> set[str]:
    """A page of theirs with our rows of the same stretch, after < id <= until."""
    with context.database.transaction() as conn:
        ours = stored.archived_ids(conn, kind, scan.portal_id, RECYCLED, after, until)
        shown = [
            each
            for each, shows in stored.visible(conn, kind, scan.portal_id, theirs).items()
            if shows
        ]
        late = sorted({*shown, *(ours - theirs)})
        _mark(conn, kind, scan, late, requests=1, records_seen=len(theirs))
    return _woken(context, kind, scan, late)


def _mark(
    conn: Connection,
    kind: ObjectType,
    scan: Scan,
    late: Sequence[str],
    requests: int,
    records_seen: int,
) -> None:
    links = frozenset(kind.associations)
    changes.mark(conn, [Mark(scan.portal_id, kind.name, each, links) for each in late])
    scans.advance(conn, scan, None, records_seen, requests)


def _woken(context: Context, kind: ObjectType, scan: Scan, late: Sequence[str]) -> set[str]:
    if late:
        jobs.wake(context.server, jobs.FETCH, scan.portal_id, kind.name)
    return set(late)


def _moment(kind: ObjectType, record: JsonObject, name: str) -> datetime:
    beside = record.get("updatedAt" if name == kind.modified else "createdAt")
    moment = records.timestamp((record.get("properties") or {}).get(name) or beside)
    if moment is None:
        raise ValueError(f"search answered {kind.name} {record.get('id')} without {name}")
    return moment


def _filter(name: str, operator: str, value: object) -> dict[str, str]:
    return {"propertyName": name, "operator": operator, "value": str(value)}


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
