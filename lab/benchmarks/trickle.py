"""trickle: 50 events a second for a while; how long a change takes from HubSpot's clock to a
committed row."""

from __future__ import annotations

import threading
import time
from statistics import median, quantiles

from db.queries import QUERIES
from hubspot.objects import OBJECT_TYPES
from lab import stack
from lab.benchmarks.figure import Figure
from lab.simulated import Scene
from lab.stack import Stack

SCENE = Scene(
    {"contacts": 2_000, "companies": 500, "deals": 500, "calls": 2_000},
    latency_ms=100,
    rate_limit=190,
)
EVENTS_PER_SECOND, SECONDS = 51, 30
GOAL_P50, GOAL_P99 = 0.3, 1.0
LAST_SECONDS = 4.0  # in which the last rows come
RIVAL_SECONDS = 30.0  # on average, of asking HubSpot every minute
_PARTS = """
    select extract(epoch from event.received_at - kept.updated_at) as to_receiver_p50,
           extract(epoch from kept.fetched_at - event.received_at) as until_asked_p50,
           extract(epoch from kept.synced_at - kept.fetched_at) as ask_and_write_p50
      from {table} as kept
     cross join lateral (
           select min(received_at) as received_at
             from webhook_events as told
            where told.portal_id = kept.portal_id and told.hubspot_id = kept.hubspot_id
              and told.object_type = %s and told.occurred_at = kept.updated_at) as event
     where kept.fetched_at > event.received_at
"""
_RECENT, _SINCE = (
    "select hubspot_id, updated_at from",
    "where updated_at > now() - interval '1 minute'",
)


def main() -> None:
    with stack.running(SCENE) as running:
        running.backfill()
        seen, events = watched(running)
        running.hubspot.wait_until_quiet()
        waits = where_they_wait(running)
        unequal = sum(report.unequal for report in running.verified())
        with running.context.database.transaction() as conn:
            told = conn.execute(QUERIES["demo_latency"]).fetchone()
    assert told is not None
    told = {
        name: float(value) / 1000 if name != "changes" else int(value)
        for name, value in told.items()
    }
    polled = dict(zip(range(1, 100), quantiles(seen, n=100), strict=True))
    p50, p99 = max(told["p50"], polled[50]), max(told["p99"], polled[99])
    ok = p50 <= GOAL_P50 and p99 <= GOAL_P99 and not unequal
    more = {
        "unit": "s from edit to row",
        "rival_is": "polling every minute",
        "p99": p99,
        "goal_p99": GOAL_P99,
    }
    more |= {"events_per_second": events / SECONDS, "sync_latency": told, "unequal": unequal}
    more["rows_watched"] = {"rows": len(seen), "p50": polled[50], "p99": polled[99]}
    more |= waits
    Figure(
        "trickle", p50, RIVAL_SECONDS, p50 / RIVAL_SECONDS, GOAL_P50 / RIVAL_SECONDS, ok, more
    ).print()


def where_they_wait(running: Stack) -> dict[str, float]:
    """Answer the medians of the three parts of the way, in seconds: until the receiver has the
    event; until its record is asked for (ingest, wake-up, a free worker, the rate limit); and until
    the row is committed. Of records whose newest row is from one event."""
    with running.context.database.transaction() as conn:
        rows = [
            row
            for name in SCENE.records
            for row in conn.execute(
                _PARTS.format(table=OBJECT_TYPES[name].table).encode(), [name]
            ).fetchall()
        ]
    parts = ("to_receiver_p50", "until_asked_p50", "ask_and_write_p50")
    return {part: round(median(float(row[part]) for row in rows), 3) for part in parts}


def watched(running: Stack) -> tuple[list[float], int]:
    """Let people edit for a while, and watch the rows meanwhile: latencies, and how many events
    there were."""
    seen: list[float] = []
    done = threading.Event()
    watcher = threading.Thread(target=_watch, args=(running, seen, done))
    watcher.start()
    events = edit(running)
    time.sleep(LAST_SECONDS)
    done.set()
    watcher.join()
    return seen, events


def edit(running: Stack) -> int:
    """Make all kinds of edits, at a pace that is corrected every second: how many events an edit
    makes is up to chance."""
    before, pace, edits, events = _events(running), EVENTS_PER_SECOND / 3, 0.0, 0
    for second in range(1, SECONDS + 1):
        running.hubspot.call("settings", edits_per_second=pace)
        time.sleep(1)
        events, edits = _events(running) - before, edits + pace
        due = EVENTS_PER_SECOND * (second + 1) - events  # by the end of the second that begins now
        pace = max(1.0, due * edits / max(events, 1))
    running.hubspot.call("settings", edits_per_second=0)
    return events


def _events(running: Stack) -> int:
    return int(running.hubspot.ask("stats")["deliveries"]["events"])


def _watch(running: Stack, seen: list[float], done: threading.Event) -> None:
    """Look for rows whose modified time is new. What lies between two looks, 50 ms, counts against
    us."""
    known = _modified(running)
    while not done.is_set():
        found, now = _modified(running), time.time()
        seen += [now - at for row, at in found.items() if known.get(row) != at]
        known = found
        time.sleep(0.05)


def _modified(running: Stack) -> dict[tuple[str, str], float]:
    with running.context.database.transaction() as conn:
        return {
            (name, row["hubspot_id"]): row["updated_at"].timestamp()
            for name in SCENE.records
            for row in conn.execute(
                f"{_RECENT} {OBJECT_TYPES[name].table} {_SINCE}".encode()
            ).fetchall()
        }


if __name__ == "__main__":
    main()
