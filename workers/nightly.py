"""Compare every record with HubSpot each night, calculated properties and links included, and heal
it.

Neither webhooks nor modified times tell of calculated properties and of every link. A night spends
a share of the account's daily limit at most, and the next night goes on where this one ended. Every
record is covered within a few nights; the last complete pass stands in `sync_status`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime

import jobs
from db import associated_pairs, changes, nights, scans, stored
from db.portals import Portal
from db.scans import Scan, Tally
from hubspot import json_text
from hubspot.daily_limit import TENTH, forecast
from hubspot.errors import RateLimited
from hubspot.mirrored import Mirrored
from hubspot.objects import ObjectType
from hubspot.paging import Trail
from hubspot.rate_limit import last_daily
from operations.stopping import Stopped, side_by_side
from workers import found_pairs, making_way
from workers.context import Context
from workers.differences import IDS_KEPT, Report, compare
from workers.optional_looks import is_refused
from workers.parking import park, until_paused
from workers.patience import await_all, records_of
from workers.sections import Section, everything, source_of

# then other waiting jobs go first: an hourly reconcile, another portal's comparison
MAKES_WAY_AFTER_SECONDS = 20
# requests a day on HubSpot's smallest tiers: where no answer tells the account's
SMALLEST_LIMIT = 250_000
log = logging.getLogger(__name__)


class Budget:
    """Count the requests that are left tonight; the types of a portal share them."""

    def __init__(self, requests: int) -> None:
        self._left, self._lock = requests, threading.Lock()

    def spend(self, requests: int) -> None:
        with self._lock:
            self._left -= requests

    @property
    def spent(self) -> bool:
        return self._left <= 0


def run(
    context: Context,
    portal_id: int | None = None,
    makes_way_after_seconds: float = MAKES_WAY_AFTER_SECONDS,
) -> None:
    """Run the job: a turn of one portal's comparison; without a portal, queue one job for each of
    them."""
    portals = [portal for portal in context.portals() if not portal.paused]
    if portal_id is None:
        for portal in portals:
            jobs.wake(context.server, jobs.NIGHTLY, portal.portal_id)
        return
    jobs.lower_flag(context.server, jobs.NIGHTLY, portal_id)
    night = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    stop = making_way.asked(context.stop, context.server, jobs.NIGHTLY, makes_way_after_seconds)
    for portal in portals:
        if portal.portal_id == portal_id and not compare_portal(context, portal, night, stop):
            jobs.wake(context.server, jobs.NIGHTLY, portal_id)


def compare_portal(
    context: Context, portal: Portal, night: datetime, stop: Callable[[], bool] | None = None
) -> bool:
    """Compare all types in parallel, as far as tonight's budget goes. Answers False when it stopped
    early, because `stop` said so or the process is to end."""
    budget = Budget(allowance(context, portal, night))
    if budget.spent:
        log.warning(
            "Portal %d: nothing of the daily limit is left for the nightly comparison",
            portal.portal_id,
        )
        return True
    begun = [
        each
        for kind in context.types(portal).in_use
        if (each := _begin(context, portal, kind, night))
    ]
    if not begun:
        return True
    stops = until_paused(context, portal.portal_id, stop or context.stop)
    with side_by_side(context.stop, len(begun), "nightly") as threads:
        working = [
            threads.submit(_compare, context, portal, *each, budget, stops) for each in begun
        ]
        beat = context.heartbeat_seconds
        await_all(context.database, working, lambda: [scan for _, scan in begun], beat)
    return all([thread.result() for thread in working])


def allowance(context: Context, portal: Portal, night: datetime) -> int:
    """Answer how many requests may still be spent tonight: the share of the daily limit, less those
    already spent. The last tenth of the day is never spent: live changes may need it."""
    seen = last_daily(context.server, str(portal.portal_id))
    limit = seen.limit if seen else SMALLEST_LIMIT
    left = limit
    if seen:
        left = forecast(seen, portal.time_zone, datetime.now(UTC)).remaining
    with context.database.transaction() as conn:
        spent = nights.spent(conn, portal.portal_id, night)
    return min(limit * context.settings.nightly_share // 100 - spent, left - limit // TENTH)


def _begin(
    context: Context, portal: Portal, kind: ObjectType, night: datetime
) -> tuple[ObjectType, Scan] | None:
    """Begin a type's run of this night; answer None when it is done, paused or another worker's."""
    with context.database.transaction() as conn:
        scan = scans.begin(conn, portal.portal_id, "nightly", kind.name, slot=night)
    return (kind, scan) if scan else None


def _compare(
    context: Context,
    portal: Portal,
    kind: ObjectType,
    scan: Scan,
    budget: Budget,
    stop: Callable[[], bool],
) -> bool:
    """Compare a type; answer whether it has had its share of tonight."""
    of, failure = Mirrored(portal.portal_id, kind), None
    try:
        source = source_of(context, portal, kind)
        with context.database.transaction() as conn:
            began, after = nights.reached(conn, scan)
        for section in everything(source, _trail(kind, after)):
            whole = began == "0"
            if _heal(context, of, scan, section, frozenset(source.found), whole) != "running":
                return True
            budget.spend(section.requests)
            if section.until is None or budget.spent:
                break
            if stop():
                return _leave(context, scan)
    except Stopped:
        return _leave(context, scan)
    except (
        RateLimited,
        scans.TakenOver,
    ) as error:  # others spend the day: as without budget, the next night goes on
        log.warning("Nightly comparison of %s ends for tonight: %s", kind.name, error)
    except Exception as error:  # the outermost frame of a scan's thread: recorded and logged
        if is_refused(context, of, error):
            return True
        failure = f"{type(error).__name__}: {error}"
        park(context, portal.portal_id, error)
        log.exception(
            "Nightly comparison of %s failed; the next night goes on where it stopped", kind.name
        )
    with context.database.transaction() as conn:
        scans.finish(conn, scan, failure)
    return True


def _trail(kind: ObjectType, checkpoint: str) -> Trail:
    """Answer where a run goes on: behind the last compared id, which is the cursor, too, unless
    HubSpot's cursors are no ids."""
    above, _, cursor = checkpoint.partition(" ")
    return records_of(kind, cursor or above, int(above))


def _checkpoint(section: Section) -> str:
    if section.until is None:
        return nights.END
    if section.cursor:
        return f"{section.until} {section.cursor}"
    return section.until


def _leave(context: Context, scan: Scan) -> bool:
    """Let the next turn go on from the checkpoint; answer False, as _compare does then."""
    with context.database.transaction() as conn:
        scans.leave(conn, scan)
    return False


def _heal(
    context: Context,
    of: Mirrored,
    scan: Scan,
    section: Section,
    linked: frozenset[str],
    whole: bool,
) -> str:
    """Compare a section, mark its differences and move the checkpoint, in one transaction; answer
    the run's state. Records are `linked` to types of which no link was known."""
    with context.database.transaction() as conn:
        ours = stored.rows_between(conn, of, section.after, section.until)
        associated_pairs.add_pairs(conn, of, ours)
    found = Report(of.portal_id, of.name)
    compare(found, of.kind, section.records, ours)
    different = found.ids
    with context.database.transaction() as conn:
        found_pairs.note(conn, of, linked)
        changes.mark_records(conn, of, different, of.links | linked)
        created = sum(each not in ours for each in different)
        tally = Tally(created, len(different) - created)
        state = scans.advance(
            conn, scan, _checkpoint(section), found.compared, section.requests, tally
        )
        kept = {name: ids[:IDS_KEPT] for name, ids in found.differences.items()}
        is_part = not whole or section.until is not None
        nights.note(conn, scan, is_part, found.compared, found.unequal, json_text.dumps(kept))
    if different:
        jobs.wake(context.server, jobs.FETCH, of.portal_id, of.name)
    return state
