"""Fetch every record of a type, page by page, resumable: rows and checkpoint commit together."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from db import changes, definitions, scans
from db.changes import Mark
from db.portals import Portal
from db.scans import Scan
from hubspot import records
from hubspot.client import LINK_BATCH, Client
from hubspot.errors import HubSpotError
from hubspot.objects import OBJECT_TYPES, ObjectType
from hubspot.rate_limit import BULK
from workers.context import Context
from workers.definitions import refresh
from workers.save import Fetched, save

PATIENCE_SECONDS = 15 * 60  # how long HubSpot may be out of reach before a scan fails (its checkpoint stays)
log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Chunk:
    """Ten list pages and their links: as many records as one associations batch read takes."""

    fetched: Fetched
    after: str | None
    requests: int


def run(context: Context, portal_id: int, object_types: Sequence[str] = ()) -> None:
    """All types of a portal in parallel, each on its own: one that fails costs the others nothing."""
    portal = context.portal(portal_id)
    if portal is None or portal.paused:
        return
    refresh(context, portal)
    backfill(context, portal, object_types or tuple(OBJECT_TYPES), lambda scan: None)


def backfill(
    context: Context, portal: Portal, object_types: Collection[str], on_start: Callable[[Scan], None]
) -> list[str]:
    """Scan these types now; `on_start` learns of each scan as it begins. Answers what failed, in words."""
    with ThreadPoolExecutor(max_workers=len(object_types), thread_name_prefix="backfill") as threads:
        running = {name: threads.submit(_scan, context, portal, OBJECT_TYPES[name], on_start) for name in object_types}
    return [f"{name}: {failure}" for name, future in running.items() if (failure := future.result())]


def _scan(context: Context, portal: Portal, kind: ObjectType, on_start: Callable[[Scan], None]) -> str | None:
    """One type from its checkpoint to its end. What went wrong is recorded with the scan and answered."""
    with context.database.transaction() as conn:
        scan = scans.begin(conn, portal.portal_id, "backfill", kind.name)
    if scan is None:
        return "another backfill of this type is under way"
    on_start(scan)
    failure = None
    try:
        _walk(context, portal, kind, scan)
    except Exception as error:  # the outermost frame of a scan's thread: recorded, logged and reported by its caller
        failure = f"{type(error).__name__}: {error}"
        log.exception("Backfill of %s failed; it resumes from its checkpoint", kind.name)
    with context.database.transaction() as conn:
        scans.finish(conn, scan, failure)
    return failure


def _walk(context: Context, portal: Portal, kind: ObjectType, scan: Scan) -> None:
    client, after = context.client(portal, BULK), scan.checkpoint
    with context.database.transaction() as conn:
        names = definitions.property_names(conn, portal.portal_id, kind.name)
    total = patiently(lambda: client.count(kind.name))
    with context.database.transaction() as conn:
        scans.expect(conn, scan, total)
    properties = kind.property_names(names)
    while True:
        chunk = _chunk(context, client, kind, properties, after)
        if _keep(context, portal, kind, scan, chunk) != "running" or chunk.after is None:
            return
        after = chunk.after


def _chunk(context: Context, client: Client, kind: ObjectType, properties: Sequence[str], after: str | None) -> Chunk:
    """`read_at` is taken before the first page: every record is at least that new."""
    with context.database.transaction() as conn:
        read_at = conn.execute("select clock_timestamp() as now").fetchone()
    assert read_at is not None
    found: list[dict[str, Any]] = []
    requests = 0
    while len(found) < LINK_BATCH:
        cursor = after
        page = patiently(lambda: client.list_page(kind.name, properties, cursor))  # noqa: B023  # called at once
        found, requests, after = found + page.records, requests + 1, page.after
        if after is None:
            break
        if after == cursor:
            raise ValueError(f"HubSpot's list of {kind.name} repeats the cursor {after}")
    ids = [str(record["id"]) for record in found]
    links = {to: patiently(lambda: client.associations(kind.name, to, ids)) for to in kind.associations if ids}  # noqa: B023
    rows = [
        records.row(kind, record, {to: ends[hubspot_id] for to, ends in links.items()})
        for hubspot_id, record in zip(ids, found, strict=True)
    ]
    return Chunk(Fetched(rows, frozenset(), read_at["now"]), after, requests + len(links))


def _keep(context: Context, portal: Portal, kind: ObjectType, scan: Scan, chunk: Chunk) -> str:
    """Rows and checkpoint in one transaction; answers the scan's state. Rows that lost to a newer fetch are read again
    by the live path, since that fetch may not have read their links."""
    with context.database.transaction() as conn:
        lost = save(conn, kind, portal.portal_id, chunk.fetched, scan.scan_id)
        links = frozenset(kind.associations)
        changes.mark(conn, [Mark(portal.portal_id, kind.name, hubspot_id, links) for hubspot_id in sorted(lost)])
        return scans.advance(conn, scan, chunk.after, len(chunk.fetched.rows), chunk.requests)


def patiently(ask: Callable[[], T]) -> T:
    """Ask HubSpot until it answers: bulk work waits out what passes. Raises what does not pass, or lasts too long."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return ask()
        except HubSpotError as error:
            if error.retry_in is None or time.monotonic() + error.retry_in > give_up:
                raise
            log.warning("%s; asking again in %.0f s", error, error.retry_in)
            time.sleep(error.retry_in)
