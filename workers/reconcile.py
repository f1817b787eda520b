"""Find what changed since the checkpoint and mark it for the live path, to heal what webhooks missed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import jobs
from db import changes, scans
from db import records as stored
from db.changes import Mark
from db.connect import Connection
from db.portals import Portal
from db.scans import Scan
from hubspot import records
from hubspot.client import SEARCH_CAP, Client
from hubspot.objects import OBJECT_TYPES, ObjectType
from hubspot.rate_limit import BULK
from workers.backfill import patiently
from workers.context import Context
from workers.definitions import refresh

OVERLAP = timedelta(minutes=10)  # search shows changes late and out of order; looking back costs requests only
log = logging.getLogger(__name__)


def run(context: Context, slot: str | None = None) -> None:
    """Reconcile every portal for one hour slot (default: this hour). Doubles find the slot taken and do nothing."""
    hour = datetime.fromisoformat(slot) if slot else datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    for portal in context.portals():
        if not portal.paused:
            reconcile(context, portal, hour)


def reconcile(context: Context, portal: Portal, slot: datetime | None = None) -> dict[str, int | str]:
    """All types of a portal in parallel. Answers per type how many records were marked, or what failed."""
    patiently(lambda: refresh(context, portal))
    with ThreadPoolExecutor(max_workers=len(OBJECT_TYPES), thread_name_prefix="reconcile") as threads:
        running = {kind.name: threads.submit(_scan, context, portal, kind, slot) for kind in OBJECT_TYPES.values()}
    return {name: future.result() for name, future in running.items()}


def _scan(context: Context, portal: Portal, kind: ObjectType, slot: datetime | None) -> int | str:
    """One type from the last success to now. The new checkpoint is the database's time when this run began."""
    with context.database.transaction() as conn:
        since, began = scans.last_reconciled(conn, portal.portal_id, kind.name), _now(conn)
        if since is None:
            return "not backfilled yet"
        scan = scans.begin(conn, portal.portal_id, "reconcile", kind.name, slot=slot)
    if scan is None:
        return "already under way or done for this hour"
    failure, marked = None, 0
    try:
        for page in _changed(context.client(portal, BULK), kind, since - OVERLAP):
            marked += _mark(context, portal, kind, scan, page)
    except Exception as error:  # the outermost frame of a scan's thread: recorded, logged and reported by its caller
        failure = f"{type(error).__name__}: {error}"
        log.exception("Reconcile of %s failed; the next one begins where the last success ended", kind.name)
    with context.database.transaction() as conn:
        if not failure:
            scans.advance(conn, scan, began.isoformat(), 0, 0)
        scans.finish(conn, scan, failure)
    return failure or marked


def _now(conn: Connection) -> datetime:
    row = conn.execute("select clock_timestamp() as now").fetchone()
    assert row is not None
    return row["now"]


def _changed(client: Client, kind: ObjectType, since: datetime) -> Iterator[list[dict[str, Any]]]:
    """Pages of records modified since then, as search sees them.

    Search refuses to page past 10,000, so the window's lower end moves up to the last time seen. Where all of those
    10,000 share one time (HubSpot's own nightly jobs do this) the rest of that instant is walked by id.
    https://github.com/airbytehq/airbyte/issues/43317
    """
    low = _milliseconds(since)
    while True:
        seen = 0
        for page in _pages(client, kind, [_filter(kind.modified, "GTE", low)], kind.modified):
            seen += len(page)
            yield page
            last = page[-1]
        if seen < SEARCH_CAP:
            return
        high = _milliseconds(_modified(kind, last))
        if high == low:
            yield from _same_instant(client, kind, low)
        low = high + (1 if high == low else 0)


def _same_instant(client: Client, kind: ObjectType, instant: int) -> Iterator[list[dict[str, Any]]]:
    """Every record modified at exactly this millisecond, by ascending id."""
    last = "0"
    while True:
        filters = [_filter(kind.modified, "EQ", instant), _filter("hs_object_id", "GT", last)]
        seen = 0
        for page in _pages(client, kind, filters, "hs_object_id"):
            seen, last = seen + len(page), str(page[-1]["id"])
            yield page
        if seen < SEARCH_CAP:
            return


def _pages(
    client: Client, kind: ObjectType, filters: list[dict[str, str]], sort: str
) -> Iterator[list[dict[str, Any]]]:
    """The pages of one query, up to search's cap."""
    after: str | None = None
    while True:
        cursor = after
        page = patiently(lambda: client.search(kind.name, filters, sort, [kind.modified], cursor))  # noqa: B023
        if page.records:
            yield page.records
        after = page.after
        if after is None or int(after) >= SEARCH_CAP:
            return


def _mark(context: Context, portal: Portal, kind: ObjectType, scan: Scan, page: list[dict[str, Any]]) -> int:
    """Mark what is missing here or older than in HubSpot, and wake a fetch; how many that were."""
    modified = {str(record["id"]): _modified(kind, record) for record in page}
    with context.database.transaction() as conn:
        kept = stored.stored_times(conn, kind, portal.portal_id, modified)
        late = [each for each, at in modified.items() if each not in kept or kept[each][0] < at or kept[each][1]]
        links = frozenset(kind.associations)
        changes.mark(conn, [Mark(portal.portal_id, kind.name, each, links) for each in late])
        scans.advance(conn, scan, None, len(page), 1)
    if late:
        jobs.wake(context.server, jobs.FETCH, portal.portal_id, kind.name)
    return len(late)


def _modified(kind: ObjectType, record: dict[str, Any]) -> datetime:
    moment = records.timestamp((record.get("properties") or {}).get(kind.modified) or record.get("updatedAt"))
    if moment is None:
        raise ValueError(f"search answered {kind.name} {record.get('id')} without a modified time")
    return moment


def _filter(name: str, operator: str, value: object) -> dict[str, str]:
    return {"propertyName": name, "operator": operator, "value": str(value)}


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
