"""Mark records that an operator names, by id or by date, and fetch them at once by the path of
every change."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from db import changes, purges, stored
from db import lookups as selected
from db import metadata as definitions
from db.changes import Mark
from db.connect import Connection
from db.fetch_delays import LEASE
from db.portals import Portal
from hubspot.client import BATCH
from hubspot.errors import Refused
from hubspot.objects import ObjectType
from hubspot.rate_limit import BULK, HEALING, LIVE, Lane
from workers.context import Context
from workers.definitions import refresh
from workers.fetch import fetch
from workers.reconcile import between

UNKNOWN = "HubSpot does not know it"
WAITS = "not fetched yet"


@dataclass
class Found:
    """Report a date range: how many records, the result for each, and the cost in requests (at
    least)."""

    since: datetime
    until: datetime
    records: int = 0
    searches: int = 0
    reads: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)


def by_id(
    context: Context, portal: Portal, kind: ObjectType, hubspot_ids: Sequence[str]
) -> dict[str, str]:
    """Fetch these records again (a hundred at a time) and wait until they are here.

    Answers id → result: new, updated, unchanged, archived, "merged into …", unknown, erased, or the
    reason why it is not here.
    """
    told: dict[str, str] = {}
    context.client(portal)  # raises before anything is marked
    _learn_properties(context, portal, kind)
    with context.database.transaction() as conn:
        _mark(conn, portal, kind, hubspot_ids)
    for place in range(0, len(hubspot_ids), BATCH):
        told |= _batch(context, portal, kind, hubspot_ids[place : place + BATCH], LIVE)
    return told


def _zone(portal: Portal) -> ZoneInfo:
    """Answer the portal's time zone. Raises Refused for an unknown one: days of another zone would
    look right."""
    try:
        return ZoneInfo(portal.time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        zone = portal.time_zone
        raise Refused(f"portal {portal.portal_id} has an unknown time zone: {zone}") from error


def by_date(
    context: Context,
    portal: Portal,
    kind: ObjectType,
    first: date,
    last: date,
    created: bool,
    on_page: Callable[[Found], None] = lambda found: None,
) -> Found:
    """Fetch every record modified (or created) on these days of the portal's time zone, first and
    last included. Search hides archived records.

    All are marked before any is read: if interrupted, the workers fetch the rest.
    """
    _learn_properties(context, portal, kind)
    midnight, days = datetime.min.time(), _zone(portal)
    ends = datetime.combine(last + timedelta(days=1), midnight, days)
    found = Found(datetime.combine(first, midnight, days), ends)
    ids = _mark_all(
        context, portal, kind, kind.created if created else kind.modified, found, on_page
    )
    # Marked like live changes: refused as bulk work, these would wait an hour with them.
    for place in range(0, len(ids), BATCH):
        told = _batch(context, portal, kind, ids[place : place + BATCH], HEALING)
        found.verdicts.update(verdict.partition(":")[0] for verdict in told.values())
        found.reads += 1 + len(kind.associations)
        on_page(found)
    return found


def _mark_all(
    context: Context,
    portal: Portal,
    kind: ObjectType,
    name: str,
    found: Found,
    on_page: Callable[[Found], None],
) -> list[str]:
    """Mark every record whose property `name` lies in the range; answers their ids in order. Each
    comes once: a page may begin with the last record of the page before."""
    ids: dict[str, None] = {}
    for page in between(context.client(portal, BULK), kind, name, found.since, found.until):
        here = [str(record["id"]) for record in page]
        with context.database.transaction() as conn:
            _mark(conn, portal, kind, here)
        ids |= dict.fromkeys(here)
        found.records, found.searches = len(ids), found.searches + 1
        on_page(found)
    found.searches = max(1, found.searches)
    return list(ids)


def _batch(
    context: Context, portal: Portal, kind: ObjectType, hubspot_ids: Sequence[str], lane: Lane
) -> dict[str, str]:
    """Fetch these marked records now, and wait for records that a worker has in hand."""
    with context.database.transaction() as conn:
        began = conn.execute("select now() as now").fetchone()
        before = stored.versions(conn, kind, portal.portal_id, hubspot_ids)
        properties = definitions.property_names(conn, portal.portal_id, kind.name)
    assert began is not None
    give_up = time.monotonic() + 2 * LEASE.total_seconds()
    while True:
        with context.database.transaction() as conn:
            claims = changes.claim_these(conn, portal.portal_id, kind.name, hubspot_ids)
        if claims:
            fetch(context, portal, kind, claims, properties, lane)
        with context.database.transaction() as conn:
            waiting = changes.still_pending(conn, portal.portal_id, kind.name, hubspot_ids)
        if not any(not error for error in waiting.values()) or time.monotonic() > give_up:
            break
        # a worker is at it, or the record changed while it was being fetched
        context.stop.wait(0.1)
    with context.database.transaction() as conn:
        return _verdicts(conn, portal, kind, hubspot_ids, before, waiting, began["now"])


def _learn_properties(context: Context, portal: Portal, kind: ObjectType) -> None:
    """Ask for a type's properties if that never happened, as before the first backfill: records
    would come without them."""
    with context.database.transaction() as conn:
        known = definitions.property_names(conn, portal.portal_id, kind.name)
    if not known:
        refresh(context, portal)


def _mark(conn: Connection, portal: Portal, kind: ObjectType, hubspot_ids: Sequence[str]) -> None:
    links = frozenset(kind.associations)
    changes.mark(conn, [Mark(portal.portal_id, kind.name, each, links) for each in hubspot_ids])


def _verdicts(
    conn: Connection,
    portal: Portal,
    kind: ObjectType,
    hubspot_ids: Sequence[str],
    before: dict[str, tuple[str, bool, str | None]],
    waiting: dict[str, str],
    began: datetime,
) -> dict[str, str]:
    after = stored.versions(conn, kind, portal.portal_id, hubspot_ids)
    survivors = selected.survivors(conn, portal.portal_id, kind.name, hubspot_ids)
    buried = selected.buried(conn, portal.portal_id, kind.name, hubspot_ids, began)
    erased = purges.kept_out(conn, portal.portal_id, kind.name, hubspot_ids)

    def verdict(each: str) -> str:
        version, archived, merged_into = after.get(each, ("", False, None))
        if each in waiting:
            return f"{WAITS}: {waiting[each] or 'it changes faster than it can be fetched'}"
        if each in erased:
            return "erased here for the person's privacy; it stays away"
        if each in buried:
            return f"a dead letter now: {buried[each]}"
        if survivor := merged_into or survivors.get(each):
            return f"merged into {survivor}"
        if not version:
            return UNKNOWN
        if archived:
            return "archived"
        if each not in before:
            return "new"
        return "unchanged" if before[each] == after[each] else "updated"

    return {each: verdict(each) for each in hubspot_ids}
