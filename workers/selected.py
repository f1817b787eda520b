"""Mark records that an operator names, by id or by date, and fetch them at once by the path of
every change."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from db import changes, purges, stored
from db import lookups as selected
from db import metadata as definitions
from db.fetch_delays import LEASE
from db.portals import Portal
from hubspot.client import BATCH
from hubspot.errors import Refused
from hubspot.mirrored import Mirrored
from hubspot.objects import ObjectType
from hubspot.rate_limit import BULK, HEALING, LIVE, Lane
from workers.context import Context
from workers.definitions import refresh
from workers.fetch import fetch
from workers.properties import now
from workers.search_walk import between

UNKNOWN = "HubSpot does not know it"
WAITS = "not fetched yet"


@dataclass(frozen=True, slots=True)
class Days:
    """Name days of a portal's time zone, first and last included, and the time that is meant:
    when records were created, or when they were last modified."""

    first: date
    last: date
    created: bool = False

    def times(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Answer when the first day begins, and when the last has ended."""
        midnight = datetime.min.time()
        ends = datetime.combine(self.last + timedelta(days=1), midnight, zone)
        return datetime.combine(self.first, midnight, zone), ends


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
        changes.mark_records(conn, Mirrored(portal.portal_id, kind), hubspot_ids)
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
    days: Days,
    on_page: Callable[[Found], None] = lambda found: None,
) -> Found:
    """Fetch every record modified (or created) on these days. Search hides archived records.

    All are marked before any is read: if interrupted, the workers fetch the rest.
    """
    _learn_properties(context, portal, kind)
    found = Found(*days.times(_zone(portal)))
    name = kind.created if days.created else kind.modified
    ids = _mark_all(context, portal, kind, name, found, on_page)
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
            changes.mark_records(conn, Mirrored(portal.portal_id, kind), here)
        ids |= dict.fromkeys(here)
        found.records, found.searches = len(ids), found.searches + 1
        on_page(found)
    found.searches = max(1, found.searches)
    return list(ids)


def _batch(
    context: Context, portal: Portal, kind: ObjectType, hubspot_ids: Sequence[str], lane: Lane
) -> dict[str, str]:
    """Fetch these marked records now, and wait for records that a worker has in hand."""
    of = Mirrored(portal.portal_id, kind)
    with context.database.transaction() as conn:
        began = now(conn)
        before = stored.versions(conn, of, hubspot_ids)
        properties = definitions.property_names(conn, of)
    give_up = time.monotonic() + 2 * LEASE.total_seconds()
    while True:
        with context.database.transaction() as conn:
            claims = changes.claim_these(conn, of, hubspot_ids)
        if claims:
            fetch(context, portal, kind, claims, properties, lane)
        with context.database.transaction() as conn:
            waiting = changes.still_pending(conn, of, hubspot_ids)
        if not any(not error for error in waiting.values()) or time.monotonic() > give_up:
            break
        # a worker is at it, or the record changed while it was being fetched
        context.stop.wait(0.1)
    with context.database.transaction() as conn:
        outcome = _Outcome(
            before=before,
            after=stored.versions(conn, of, hubspot_ids),
            waiting=waiting,
            survivors=selected.survivors(conn, of, hubspot_ids),
            buried=selected.buried(conn, of, hubspot_ids, began),
            erased=purges.kept_out(conn, of, hubspot_ids),
        )
    return {each: outcome.verdict(each) for each in hubspot_ids}


def _learn_properties(context: Context, portal: Portal, kind: ObjectType) -> None:
    """Ask for a type's properties if that never happened, as before the first backfill: records
    would come without them."""
    with context.database.transaction() as conn:
        known = definitions.property_names(conn, Mirrored(portal.portal_id, kind))
    if not known:
        refresh(context, portal, [kind.name])


@dataclass(frozen=True, slots=True)
class _Outcome:
    """Hold what is known of some records after they were fetched: versions before and after, and
    why a record is not here."""

    before: Mapping[str, tuple[str, bool, str | None]]
    after: Mapping[str, tuple[str, bool, str | None]]
    waiting: Mapping[str, str]
    survivors: Mapping[str, str]
    buried: Mapping[str, str]
    erased: Collection[str]

    def verdict(self, each: str) -> str:
        """Say what became of one record."""
        if each in self.waiting:
            return f"{WAITS}: {self.waiting[each] or 'it changes faster than it can be fetched'}"
        if each in self.erased:
            return "erased here for the person's privacy; it stays away"
        if each in self.buried:
            return f"a dead letter now: {self.buried[each]}"
        version, archived, merged_into = self.after.get(each, ("", False, None))
        if survivor := merged_into or self.survivors.get(each):
            return f"merged into {survivor}"
        if not version:
            return UNKNOWN
        if archived:
            return "archived"
        return self._changed(each)

    def _changed(self, each: str) -> str:
        if each not in self.before:
            return "new"
        if self.before[each] == self.after[each]:
            return "unchanged"
        return "updated"
