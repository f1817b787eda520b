"""Compare our rows with HubSpot's records, report every difference, heal on request.

It costs list pages (a hundred records with all properties each) and association batches (a thousand
records each). A batch read would cost the same; a list also finds records that no event told us of.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import deliveries
import jobs
from db import associated_pairs, catch_ups, changes, stored
from db.portals import Portal
from db.queries import QUERIES
from hubspot import json_text, records
from hubspot.errors import HubSpotError
from hubspot.json_types import JsonObject
from hubspot.mirrored import Mirrored
from hubspot.objects import ObjectType
from operations.stopping import side_by_side
from workers import found_pairs
from workers.context import Context
from workers.differences import IDS_KEPT, Report, compare, differences
from workers.sections import RecordSource, everything, read, sampled, source_of, with_links

LOOKED_AT_AGAIN = 10_000  # where more differ, it is not because they changed meanwhile
PATIENCE_SECONDS = 60
HUBSPOT_TELLS_WITHIN = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class _Run:
    """Hold one run of verify over some types, and its options."""

    run_id: UUID
    sample: int | None
    heal: bool
    patience: float


def verify(
    context: Context,
    portal: Portal,
    object_types: Sequence[str] = (),
    sample: int | None = None,
    heal: bool = False,
    patience: float = PATIENCE_SECONDS,
) -> list[Report]:
    """Compare every record of these types, or about `sample` of each, all types in parallel.

    The kinds of difference: `missing` (no row), `extra` (a row that shows a record HubSpot does
    not), `archived` (hidden here, alive there), `properties`, `modified`, `associations`.

    1. Changes on their way are waited for, as long as `patience` (seconds).
    2. With `heal` each different record is fetched again.
    3. A type that HubSpot does not let us read fails alone, and counts as no run.

    Raises Stopped once the process is to end; types that were compared by then count.
    """
    types = context.types(portal)
    kinds = [types[name] for name in object_types] or types.in_use
    run = _Run(uuid4(), sample, heal, patience)
    with side_by_side(context.stop, len(kinds), "verify") as threads:
        return list(threads.map(lambda kind: _verify_type(context, portal, kind, run), kinds))


def _verify_type(context: Context, portal: Portal, kind: ObjectType, run: _Run) -> Report:
    of, started_at = Mirrored(portal.portal_id, kind), datetime.now(UTC)
    report = Report(of.portal_id, of.name)
    try:
        source = source_of(context, portal, kind)
        _compare_all(context, of, source, report, run.sample)
        _look_again(context, of, source, report, run.patience)
    except HubSpotError as error:
        report.failure = str(error)
        return report
    _conclude(context, of, report, run, started_at, frozenset(source.found))
    return report


def _compare_all(
    context: Context, of: Mirrored, source: RecordSource, report: Report, sample: int | None
) -> None:
    for section in everything(source) if sample is None else sampled(source, sample):
        with context.database.transaction() as conn:
            ours = stored.rows_between(conn, of, section.after, section.until)
            associated_pairs.add_pairs(conn, of, ours)
        compare(report, of.kind, section.records, ours)


def _look_again(
    context: Context, of: Mirrored, source: RecordSource, report: Report, patience: float
) -> None:
    """Read records that differ once more, and again while lateness may be the cause. A record may
    have changed since it was read, or its change may be on its way."""
    give_up = time.monotonic() + patience
    while 0 < report.unequal <= LOOKED_AT_AGAIN:
        ids = list(dict.fromkeys(report.ids))
        theirs = with_links(source, read(source, ids))
        coming = deliveries.waiting(context.server) > 0
        with context.database.transaction() as conn:
            ours = stored.rows_of(conn, of, ids)
            associated_pairs.add_pairs(conn, of, ours)
            coming |= bool(changes.still_pending(conn, of, ids))
            coming |= catch_ups.is_open(conn, of)
        report.differences = differences(of.kind, theirs, ours)
        coming |= any(_is_news(theirs.get(each), ours.get(each)) for each in ids)
        if not coming or time.monotonic() > give_up:
            return
        context.stop.wait(1)


def _is_news(there: JsonObject | None, here: JsonObject | None) -> bool:
    """Tell whether a record changed so lately that HubSpot may not have told us yet."""
    changed_at = there and records.timestamp(there.get("updatedAt"))
    late = here is None or (changed_at and here["updated_at"] < changed_at)
    return bool(changed_at and late and datetime.now(UTC) - changed_at < HUBSPOT_TELLS_WITHIN)


def _conclude(
    context: Context,
    of: Mirrored,
    report: Report,
    run: _Run,
    started_at: datetime,
    linked: frozenset[str],
) -> None:
    """Note the run for sync_status and, to heal, mark the differences for the one path by which
    every change arrives."""
    kept = {name: ids[:IDS_KEPT] for name, ids in report.differences.items()}
    different = report.ids if run.heal else []
    noted = {
        "portal_id": of.portal_id,
        "run_id": run.run_id,
        "object_type": of.name,
        "sampled": run.sample is not None,
        "started_at": started_at,
        "compared": report.compared,
        "unequal": report.unequal,
        "differences": json_text.dumps(kept),
        "healed": run.heal,
    }
    with context.database.transaction() as conn:
        found_pairs.note(conn, of, linked)
        changes.mark_records(conn, of, different, of.links | linked)
        conn.execute(QUERIES["note_verify"], noted)
    if different:
        jobs.wake(context.server, jobs.FETCH, of.portal_id, of.name)
