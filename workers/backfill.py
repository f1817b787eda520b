"""Fetch every record of a type in stretches of ids, resumable: rows and checkpoint commit together.

A few threads share all types (see workers.walks) and one rate limit, so that HubSpot's limit is the
only limit.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import wait
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import psycopg

import jobs
from db import changes, scans, stored
from db import metadata as definitions
from db.changes import Mark
from db.portals import Portal
from db.scans import Scan, Stretch
from hubspot import records
from hubspot.client import BATCH, LINK_BATCH, Client
from hubspot.errors import HubSpotError, RateLimited
from hubspot.objects import ObjectType
from hubspot.rate_limit import BULK
from operations.stopping import Stopped, side_by_side
from workers import making_way
from workers.context import Context
from workers.definitions import refresh
from workers.parking import TROUBLES, park
from workers.save import Fetched, save
from workers.walks import Walk, Walks

THREADS = 8  # at 150 ms an answer three keep HubSpot's limit busy; the others write meanwhile
HEARTBEAT_SECONDS = 15
MAKES_WAY_AFTER_SECONDS = 60  # of the job; what is read in `spoke backfill` holds no worker
# how long HubSpot may be out of reach before a scan fails (its checkpoint stays)
PATIENCE_SECONDS = 15 * 60
log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Chunk:
    """Ten list pages and their links: as many records as one associations batch read takes. `after`
    is the cursor of what follows, None when the stretch ends here."""

    fetched: Fetched
    after: int | None
    requests: int


def run(context: Context, portal_id: int, object_types: Sequence[str] = ()) -> None:
    """The job: these types of a portal, by default those whose run waits for a worker. Doubles of
    such a wake-up find nothing that waits, and begin nothing anew. After each minute whatever else
    waits for this worker goes first: a portal of millions must not cost all portals their hourly
    reconcile."""
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
            types = refresh(context, portal)
        except (RateLimited, *TROUBLES) as error:
            # every 15 s, for the clock comes back
            log.debug("Portal %d, backfill: %s", portal_id, error)
            park(context, portal_id, error)
            return
        for name in waiting - types.keys():
            _give_up(context, portal, name)
        stop = making_way.asked(
            context.stop, context.server, jobs.BACKFILL, MAKES_WAY_AFTER_SECONDS
        )
        backfill(
            context, portal, [name for name in types if name in asked], lambda scan: None, stop
        )
        jobs.wake(context.server, jobs.HISTORY)


def _give_up(context: Context, portal: Portal, object_type: str) -> None:
    """The run of a type that HubSpot has no longer: waiting on, it would be woken for ever."""
    with context.database.transaction() as conn:
        if scan := scans.begin(conn, portal.portal_id, "backfill", object_type):
            scans.finish(conn, scan, "HubSpot has this type no longer")


def backfill(
    context: Context,
    portal: Portal,
    object_types: Collection[str],
    on_start: Callable[[Scan], None],
    stop: Callable[[], bool] | None = None,
) -> list[str]:
    """Scan these types now; `on_start` learns of each scan as it begins. Answers what failed, in
    words. Once `stop` says so (by default, once the process is to end) a job is queued that goes on
    from here. Raises Stopped then."""
    client, types = (
        patiently(context.stop.wait, lambda: context.client(portal, BULK)),
        context.types(portal),
    )
    begun = {name: _begin(context, portal, types[name], on_start) for name in object_types}
    walks = [walk for walk in begun.values() if walk]
    for walk in walks:
        if not walk.open:  # it stopped when all was read and nothing left to do but to say so
            _finish(context, walk)
    shared = Walks(walks, lambda walk, lower, upper: _note_cut(context, walk, lower, upper))
    with side_by_side(context.stop, THREADS, "backfill") as threads:
        working = [
            threads.submit(_work, context, client, shared, stop or context.stop)
            for _ in range(THREADS)
        ]
        while wait(working, HEARTBEAT_SECONDS).not_done:
            _beat(context, walks)
    for thread in working:
        thread.result()
    for walk in walks:
        if walk.failure:
            _finish(context, walk)
        elif walk.waits:
            _put_off(context, walk, walk.waits)
    _leave(context, portal, [walk for walk in walks if walk.open and not walk.waits])
    context.stop.check()
    untouched = [
        f"{name}: {_why_not(context, portal, name)}" for name, walk in begun.items() if walk is None
    ]
    stopped = [
        f"{walk.kind.name}: {_why_not(context, portal, walk.kind.name)}"
        for walk in walks
        if _is_stopped(walk)
    ]
    not_whole = [
        f"{walk.kind.name}: {walk.failure or walk.waits}"
        for walk in walks
        if walk.failure or walk.waits
    ]
    return untouched + stopped + not_whole


def _put_off(context: Context, walk: Walk, reason: str) -> None:
    """Of what HubSpot lets us ask nothing is left, or the whole portal is in trouble: no failure,
    the clock has a worker take it up when there is more, or the portal goes on."""
    log.warning("Backfill of %s waits: %s", walk.kind.name, reason)
    with context.database.transaction() as conn:
        scans.put_off(conn, walk.scan, reason)


def _leave(context: Context, portal: Portal, walks: Sequence[Walk]) -> None:
    """Those that make way, for others or because this process ends: they go on from their
    checkpoints after that."""
    if not walks:
        return
    with context.database.transaction() as conn:
        for walk in walks:
            scans.leave(conn, walk.scan)
    jobs.wake(context.server, jobs.BACKFILL, portal.portal_id)


def _is_stopped(walk: Walk) -> bool:
    return walk.stopped and not (walk.failure or walk.waits)


def _why_not(context: Context, portal: Portal, name: str) -> str:
    """Why a type's backfill is not ours, or not ours any more."""
    with context.database.transaction() as conn:
        states = {row["kind"]: row["state"] for row in scans.listed(conn, portal.portal_id, [name])}
    if states.get("backfill") == "paused":
        return (
            "its backfill is paused; `spoke scans resume` lets it go on, `spoke scans cancel` "
            "ends it"
        )
    return (
        "cancelled"
        if states.get("backfill") == "cancelled"
        else "another backfill of this type is under way"
    )


def _begin(
    context: Context, portal: Portal, kind: ObjectType, on_start: Callable[[Scan], None]
) -> Walk | None:
    """A type's scan, new or resumed; None when another is under way."""
    with context.database.transaction() as conn:
        scan = scans.begin(conn, portal.portal_id, "backfill", kind.name)
        if scan is None:
            return None
        stretches = scans.unfinished(conn, scan)
    on_start(scan)
    return Walk(kind, scan, stretches, seen=scan.records, types=context.types(portal))


def _beat(context: Context, walks: Sequence[Walk]) -> None:
    """A type that waits for HubSpot or for its turn is alive all the same: the clock would take it
    for abandoned and have another worker begin it again."""
    # the threads tell of it
    with (
        suppress(psycopg.OperationalError),
        context.database.transaction() as conn,
    ):
        scans.beat(conn, [walk.scan for walk in walks])


def _finish(context: Context, walk: Walk) -> None:
    """Rows that a complete scan did not meet are archived, merged away or gone, and we may have
    missed to hear of it: the live path finds out which."""
    scan, kind = walk.scan, walk.kind
    links = frozenset(kind.associations)
    with context.database.transaction() as conn:
        unmet = [] if walk.failure else stored.unmet(conn, kind, scan.portal_id, scan.scan_id)
        changes.mark(conn, [Mark(scan.portal_id, kind.name, each, links) for each in unmet])
        scans.finish(conn, scan, walk.failure)
    if unmet:
        jobs.wake(context.server, jobs.FETCH, scan.portal_id, kind.name)


def _work(context: Context, client: Client, walks: Walks, stop: Callable[[], bool]) -> None:
    """One thread: read chunk after chunk of whatever stretch is next, until nothing is left or it
    is to stop. What it had read of a chunk when the process was told to end is read again: ten
    pages at most."""
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
            log.exception("Backfill of %s failed; it resumes from its checkpoint", walk.kind.name)
            walks.fail(walk, stretch, f"{type(error).__name__}: {error}")
        if stop():
            return


def _note_cut(context: Context, walk: Walk, lower: Stretch, upper: Stretch) -> None:
    with context.database.transaction() as conn:
        scans.put(conn, walk.scan, upper)
        scans.put(conn, walk.scan, lower)


def _advance(context: Context, client: Client, walks: Walks, walk: Walk, stretch: Stretch) -> None:
    chunk = _read(context, client, walk, stretch)
    if chunk.after is not None and not walk.newest:
        _expect(context, client, walk)
    current = walks.reached(walk, stretch)
    rows = [
        row
        for row in chunk.fetched.rows
        if current.until is None or int(row.hubspot_id) <= current.until
    ]
    ended = chunk.after is None or (current.until is not None and chunk.after >= current.until)
    now = replace(current, after=current.after if chunk.after is None else chunk.after, done=ended)
    state = _keep(context, walk, replace(chunk, fetched=replace(chunk.fetched, rows=rows)), now)
    if walks.give_back(walk, now, len(rows), state == "running"):
        _finish(context, walk)


def _expect(context: Context, client: Client, walk: Walk) -> None:
    """How much there is, for the bars, and where it ends, for cutting. Small types end in their
    first page and cost no search, of which HubSpot allows few."""
    newest = patiently(
        client.rest, lambda: client.search(walk.kind.path, [], "-hs_object_id", ["hs_object_id"])
    )
    walk.newest, walk.total = (
        int(newest.records[0]["id"]) if newest.records else 0,
        newest.total or 0,
    )
    with context.database.transaction() as conn:
        scans.expect(conn, walk.scan, walk.total)


def _read(context: Context, client: Client, walk: Walk, stretch: Stretch) -> Chunk:
    """`read_at` is taken before the first page: every record is at least that new. The first chunk
    of a long type is one page: until it is read, nobody knows where to cut."""
    with context.database.transaction() as conn:
        read_at = conn.execute("select clock_timestamp() as now").fetchone()
        names = walk.kind.property_names(
            definitions.property_names(conn, walk.scan.portal_id, walk.kind.name)
        )
    assert read_at is not None
    kind, found, requests = walk.kind, list[dict[str, Any]](), 0
    after: str | None = str(stretch.after)
    size = LINK_BATCH if walk.newest else BATCH
    while (
        after is not None
        and len(found) < size
        and (stretch.until is None or int(after) < stretch.until)
    ):
        cursor = after
        page = patiently(
            client.rest,
            lambda: client.list_page(kind.path, names, cursor),  # noqa: B023  # called at once
        )
        found, requests, after = found + page.records, requests + 1, page.after
        if after is not None and int(after) <= int(cursor):
            raise ValueError(f"HubSpot's list of {kind.name} goes back from {cursor} to {after}")
    ids = [str(record["id"]) for record in found]
    links = {
        to: patiently(
            client.rest,
            lambda: client.associations(kind.path, walk.types[to].path, ids),  # noqa: B023  # called at once
        )
        for to in kind.associations
        if ids
    }
    rows = [
        records.row(kind, record, {to: ends[hubspot_id] for to, ends in links.items()})
        for hubspot_id, record in zip(ids, found, strict=True)
    ]
    fetched = Fetched(rows, frozenset(), read_at["now"], asked=frozenset(names))
    return Chunk(fetched, None if after is None else int(after), requests + len(links))


def _keep(context: Context, walk: Walk, chunk: Chunk, stretch: Stretch) -> str:
    """Rows and checkpoint in one transaction; answers the scan's state. Rows that lost to a newer
    fetch are read again by the live path, since that fetch may not have read their links."""
    scan, kind = walk.scan, walk.kind
    with context.database.transaction() as conn:
        lost = save(conn, kind, scan.portal_id, chunk.fetched, scan.scan_id, walk.types).lost
        links = frozenset(kind.associations)
        changes.mark(
            conn,
            [Mark(scan.portal_id, kind.name, hubspot_id, links) for hubspot_id in sorted(lost)],
        )
        scans.put(conn, scan, stretch)
        return scans.advance(conn, scan, None, len(chunk.fetched.rows), chunk.requests)


def patiently(rest: Callable[[float], object], ask: Callable[[], T]) -> T:
    """Ask HubSpot until it answers: bulk work waits out what passes. Raises what does not pass, or
    lasts too long; and whatever `rest`, which sleeps, raises to end the wait."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return ask()
        except HubSpotError as error:
            if error.retry_in is None or time.monotonic() + error.retry_in > give_up:
                raise
            log.warning("%s; asking again in %.0f s", error, error.retry_in)
            rest(error.retry_in)
