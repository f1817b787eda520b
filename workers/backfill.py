"""Fetch every record of a type in stretches of ids, resumable: rows and checkpoint commit together.

A few threads share all types (see workers.walks) and one rate limit, so that HubSpot's limit is the
only limit.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

import jobs
from db import changes, scans, stored
from db.portals import Portal
from db.scans import Scan, Stretch
from hubspot.client import Client
from hubspot.errors import HubSpotError, RateLimited
from hubspot.mirrored import Mirrored
from hubspot.objects import ObjectType
from hubspot.rate_limit import BULK
from operations.stopping import Stopped, side_by_side
from workers import inline_links, making_way
from workers.archived import bring
from workers.chunks import keep, read
from workers.context import Context
from workers.definitions import refresh
from workers.optional_looks import is_refused
from workers.parking import TROUBLES, park, until_paused
from workers.patience import await_all, patiently, records_of
from workers.walks import Walk, Walks

UNMET_AT_ONCE = 10_000  # rows marked in one transaction
MAKES_WAY_AFTER_SECONDS = 60  # of the job; what is read in `spoke backfill` holds no worker
PAUSED = "its backfill is paused; `spoke scans resume` lets it go on, `spoke scans cancel` ends it"
log = logging.getLogger(__name__)


def run(
    context: Context,
    portal_id: int,
    object_types: Sequence[str] = (),
    makes_way_after_seconds: float = MAKES_WAY_AFTER_SECONDS,
) -> None:
    """Run the job: scan these types of a portal, by default the types whose run waits for a worker.

    A double of such a wake-up finds no waiting run and begins none. After each minute the job makes
    way for others: a portal of millions must not cost all portals their hourly reconcile.
    """
    jobs.lower_flag(
        context.server, jobs.BACKFILL, portal_id, *([object_types] if object_types else [])
    )
    portal = context.portal(portal_id)
    if portal is None or portal.paused:
        return
    with context.database.transaction() as conn:
        waiting = {
            name
            for of, kind, name in scans.abandoned(conn)
            if (of, kind) == (portal_id, "backfill")
        }
    if asked := object_types or sorted(waiting):
        try:
            context.client(portal, BULK).check()
            types = refresh(context, portal, asked)
        except (RateLimited, *TROUBLES) as error:
            # every 15 s, for the clock comes back
            log.debug("Portal %d, backfill: %s", portal_id, error)
            park(context, portal_id, error)
            return
        except HubSpotError as error:
            for name in asked:
                _wait(context, portal, name, str(error))
            return
        for name in waiting - types.keys():
            _give_up(context, portal, name)
        stop = making_way.asked(
            context.stop, context.server, jobs.BACKFILL, makes_way_after_seconds
        )
        backfill(
            context, portal, [name for name in types if name in asked], lambda scan: None, stop
        )
        jobs.wake(context.server, jobs.HISTORY)


def _give_up(context: Context, portal: Portal, object_type: str) -> None:
    """Fail the run of a type that HubSpot no longer has: if it waited on, it would be woken for
    ever."""
    with context.database.transaction() as conn:
        if scan := scans.begin(conn, portal.portal_id, "backfill", object_type):
            scans.finish(conn, scan, "HubSpot has this type no longer")


def _wait(context: Context, portal: Portal, object_type: str, reason: str) -> None:
    """Let a run wait that cannot begin, because HubSpot does not describe its records. The clock
    has a worker try again."""
    log.warning("Backfill of %s waits: %s", object_type, reason)
    with context.database.transaction() as conn:
        if scan := scans.begin(conn, portal.portal_id, "backfill", object_type):
            scans.put_off(conn, scan, reason)


def backfill(
    context: Context,
    portal: Portal,
    object_types: Collection[str],
    on_start: Callable[[Scan], None],
    stop: Callable[[], bool] | None = None,
) -> list[str]:
    """Scan these types now; answer the failures, in words.

    `on_start` learns of each scan as it begins. Once `stop` says so (by default, once the process
    is to end) a job is queued that goes on from here, and Stopped is raised.
    """
    client = patiently(context.stop.wait, lambda: context.client(portal, BULK))
    types = context.types(portal)
    begun = {name: _begin(context, portal, types[name], on_start) for name in object_types}
    walks = [walk for walk in begun.values() if walk]
    for walk in walks:
        if not walk.open:  # it stopped when all was read and nothing left to do but to say so
            _finish(context, walk)
    stops = until_paused(context, portal.portal_id, stop or context.stop)
    _walk_all(context, client, walks, stops)
    _wind_up(context, portal, walks)
    context.stop.check()
    return _not_whole(context, portal, begun)


def _walk_all(
    context: Context, client: Client, walks: Sequence[Walk], stop: Callable[[], bool]
) -> None:
    """Read on with all threads until no stretch is left, or until `stop` says so."""
    shared = Walks(walks, lambda walk, lower, upper: _note_cut(context, walk, lower, upper))
    at_once = context.backfill_threads
    with side_by_side(context.stop, at_once, "backfill") as threads:
        working = [threads.submit(_work, context, client, shared, stop) for _ in range(at_once)]
        beat = context.heartbeat_seconds
        await_all(context.database, working, lambda: [walk.scan for walk in walks], beat)
    for thread in working:
        thread.result()


def _wind_up(context: Context, portal: Portal, walks: Sequence[Walk]) -> None:
    """Note how each run that is not whole ended: failed, waiting or stopped."""
    for walk in walks:
        if walk.failure:
            _finish(context, walk)
        elif walk.waits:
            _put_off(context, walk, walk.waits)
    _leave(context, portal, [walk for walk in walks if walk.open and not walk.waits])


def _not_whole(context: Context, portal: Portal, begun: Mapping[str, Walk | None]) -> list[str]:
    """Say why types were not read to their end, in this order.

    1. Types whose run belongs to another worker.
    2. Types that were stopped.
    3. Types that failed or wait.
    """
    ours = {name: walk for name, walk in begun.items() if walk}
    failed = {name: walk.failure or walk.waits for name, walk in ours.items()}
    untouched = [name for name in begun if name not in ours]
    stopped = [name for name, walk in ours.items() if walk.stopped and not failed[name]]
    others = [f"{name}: {_why_not(context, portal, name)}" for name in (*untouched, *stopped)]
    return others + [f"{name}: {reason}" for name, reason in failed.items() if reason]


def _put_off(context: Context, walk: Walk, reason: str) -> None:
    """Let a run wait because HubSpot's allowance is spent or the whole portal is in trouble. That
    is no failure: the clock has a worker take it up later."""
    log.warning("Backfill of %s waits: %s", walk.kind.name, reason)
    with context.database.transaction() as conn:
        scans.put_off(conn, walk.scan, reason)


def _leave(context: Context, portal: Portal, walks: Sequence[Walk]) -> None:
    """Let these runs go on from their checkpoints later: they make way for others, or this process
    ends."""
    if not walks:
        return
    with context.database.transaction() as conn:
        for walk in walks:
            scans.leave(conn, walk.scan)
    jobs.wake(context.server, jobs.BACKFILL, portal.portal_id)


def _why_not(context: Context, portal: Portal, name: str) -> str:
    """Say why a type's backfill is not ours, or no longer ours."""
    with context.database.transaction() as conn:
        states = {row["kind"]: row["state"] for row in scans.listed(conn, portal.portal_id, [name])}
    if states.get("backfill") == "paused":
        return PAUSED
    if states.get("backfill") == "cancelled":
        return "cancelled"
    return "another backfill of this type is under way"


def _begin(
    context: Context, portal: Portal, kind: ObjectType, on_start: Callable[[Scan], None]
) -> Walk | None:
    """Begin or resume a type's scan; answer None when another one is under way."""
    with context.database.transaction() as conn:
        scan = scans.begin(conn, portal.portal_id, "backfill", kind.name)
        if scan is None:
            return None
        stretches = scans.unfinished(conn, scan)
    on_start(scan)
    walk = Walk(kind, scan, stretches, seen=scan.records, types=context.types(portal))
    if scan.checkpoint and stretches:
        walk.trail = records_of(kind, scan.checkpoint, stretches[0].after)
    return walk


def _finish(context: Context, walk: Walk) -> None:
    """Mark the rows that a complete scan did not meet. Their records are archived, merged away or
    gone, and the webhook may be lost: the live path finds out which."""
    reached = None if walk.failure else ""
    while reached is not None:
        reached = _mark_unmet(context, walk.of, walk.scan, reached)
    with context.database.transaction() as conn:
        scans.finish(conn, walk.scan, walk.failure)


def _mark_unmet(context: Context, of: Mirrored, scan: Scan, after: str) -> str | None:
    """Mark the next rows that a scan did not meet; answer the last id, or None at the end."""
    with context.database.transaction() as conn:
        unmet = stored.unmet(conn, of, scan.scan_id, after, UNMET_AT_ONCE)
        changes.mark_records(conn, of, unmet)
    if not unmet:
        return None
    jobs.wake(context.server, jobs.FETCH, of.portal_id, of.name)
    return unmet[-1]


def _work(context: Context, client: Client, walks: Walks, stop: Callable[[], bool]) -> None:
    """Read chunk after chunk of the next stretch, as one thread, until none is left or the thread
    is to stop. A chunk that the process's end interrupts is read again: ten pages at most."""
    while taken := walks.take():
        walk, stretch = taken
        try:
            _advance(context, client, walks, walk, stretch)
        except Stopped:
            walks.leave(walk, stretch)
            return
        except (RateLimited, scans.TakenOver, *TROUBLES) as error:
            park(context, walk.scan.portal_id, error)
            walks.put_off(walk, stretch, str(error))
        # the outermost frame of a scan's thread: recorded, logged, reported by its caller
        except Exception as error:
            is_refused(context, walk.of, error)
            log.exception("Backfill of %s failed; it resumes from its checkpoint", walk.kind.name)
            walks.fail(walk, stretch, f"{type(error).__name__}: {error}")
        if stop():
            return


def _note_cut(context: Context, walk: Walk, lower: Stretch, upper: Stretch) -> None:
    with context.database.transaction() as conn:
        scans.put(conn, walk.scan, upper)
        scans.put(conn, walk.scan, lower)


def _advance(context: Context, client: Client, walks: Walks, walk: Walk, stretch: Stretch) -> None:
    if stretch.after == stretch.start == 0:
        # Before the first page, so that a run which is resumed behind it has them.
        bring(context, client, walk)
    chunk = read(context, client, walk, stretch)
    if chunk.after is not None and not walk.newest:
        _expect(context, client, walk)
    current = walks.reached(walk, stretch)
    rows = chunk.until(current.until)
    ended = chunk.after is None or (current.until is not None and chunk.after >= current.until)
    now = replace(current, after=current.after if chunk.after is None else chunk.after, done=ended)
    state = keep(context, walk, replace(chunk, fetched=replace(chunk.fetched, rows=rows)), now)
    if walks.give_back(walk, now, len(rows), state == "running"):
        _finish(context, walk)


def _expect(context: Context, client: Client, walk: Walk) -> None:
    """Ask search how many records there are, for the bars, and where the ids end, for cutting. A
    small type ends in its first page and costs no search, of which HubSpot allows few."""
    newest = patiently(
        client.rest, lambda: client.search(walk.kind.path, [], "-hs_object_id", ["hs_object_id"])
    )
    walk.newest, walk.total = (
        int(newest.records[0]["id"]) if newest.records else 0,
        newest.total or 0,
    )
    with context.database.transaction() as conn:
        scans.expect(conn, walk.scan, walk.total)
    inline_links.learn(client, walk)
