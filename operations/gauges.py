"""Answer what monitoring reads: figures of Postgres and Redis as they are when it asks.

Nothing is kept in a process, so that several processes answer the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, cast

import deliveries
import jobs
from db.connect import Connection
from db.queries import QUERIES, QueryRow
from hubspot.daily_limit import answers_key, blocked_key
from operations import job_counts, polled_state, status
from operations.polled_state import PolledState
from operations.servers import Servers

Labels = dict[str, str]


@dataclass(frozen=True, slots=True)
class Reading:
    """Hold one metric: its samples, each a value with its labels."""

    name: str
    about: str
    samples: tuple[tuple[Labels, float], ...]
    kind: Literal["gauge", "counter"] = "gauge"


@dataclass(frozen=True, slots=True)
class Distribution:
    """Say how a histogram is asked for: a query, its columns, and the bounds of the buckets."""

    name: str
    about: str
    query: str
    value: str
    count: str
    bounds: tuple[float, ...]


DISTRIBUTIONS = (
    Distribution(
        name="spoke_change_latency_seconds",
        about="From the change in HubSpot to the row, of the last two hours",
        query="gauge_latency",
        value="seconds",
        count="changes",
        bounds=(0.25, 0.5, 1, 2, 5, 10, 30, 60, 300),
    ),
    Distribution(
        name="spoke_fetch_batch_size",
        about="Records in a batch of the live path, of the last five minutes",
        query="gauge_batch_sizes",
        value="records",
        count="batches",
        bounds=(1, 2, 5, 10, 25, 50, 100),
    ),
)


@dataclass(frozen=True, slots=True)
class Spread:
    """Hold a portal's buckets, each with how many values are at most its bound, and the sum of all
    values."""

    portal_id: int
    buckets: tuple[tuple[str, float], ...]
    total: float


def readings(servers: Servers, portals: list[int]) -> Iterator[Reading]:
    """Yield every figure of these portals, and of what all portals share."""
    yield from _of_redis(servers)
    yield from _of_portals(servers, portals)
    with servers.database.transaction() as conn:
        yield from _of_types(conn, portals)
        yield from _of_polled(conn, portals)
        yield from _of_work(conn, portals)


def _of_redis(servers: Servers) -> Iterator[Reading]:
    """Yield deliveries, refusals, jobs and workers: shared by all portals."""
    server = servers.server
    taken = deliveries.taken(server)
    if taken is not None:
        yield _counter("spoke_deliveries", "Deliveries taken", [({}, taken)])
    waiting = deliveries.waiting(server)
    yield _gauge("spoke_deliveries_waiting", "Deliveries that wait for Postgres", [({}, waiting)])
    refused = status.refused_ever(servers)
    about = "Requests that the receiver refused"
    yield _counter("spoke_requests_refused", about, _by("reason", refused))
    yield _gauge("spoke_jobs_waiting", "Jobs that wait", _by("job", jobs.census(server)))
    ended = []
    for (job, outcome), count in job_counts.ended(server).items():
        ended.append(({"job": job, "outcome": outcome}, float(count)))
    yield _counter("spoke_jobs_ended", "Jobs that ended, by what became of them", ended)
    yield _gauge("spoke_jobs_failed", "Jobs that failed", _by("queue", jobs.failed(server)))
    yield _gauge("spoke_workers", "Workers that run", _by("queue", jobs.listening(server)))
    yield _gauge("spoke_clock_up", "1: the clock runs", [({}, int(jobs.clock_ticks(server)))])


def _of_portals(servers: Servers, portals: list[int]) -> Iterator[Reading]:
    """Yield pauses, HubSpot's limits and answers of each portal."""
    known = [each for each in servers.portals() if each.portal_id in portals]

    def each(value: Callable[[int], float]) -> list[tuple[Labels, float]]:
        return [(_portal(one.portal_id), value(one.portal_id)) for one in known]

    paused = {one.portal_id: float(one.paused) for one in known}
    yield _gauge("spoke_portal_paused", "1: nothing is asked for it", each(paused.__getitem__))
    about = "1: HubSpot lets it ask nothing just now"
    yield _gauge("spoke_portal_throttled", about, each(lambda one: _is_blocked(servers, one)))
    answers = []
    for one in known:
        for code, count in _answers(servers, one.portal_id).items():
            answers.append((_portal(one.portal_id) | {"status": code}, float(count)))
    yield _counter("spoke_hubspot_answers", "HubSpot's answers", answers)
    now = datetime.now(UTC)
    days = [status.daily(servers, one.portal_id, one.time_zone, now) for one in known]
    for name in ("limit", "remaining"):
        found = [(_portal(day["portal_id"]), day[name]) for day in days if day]
        yield _gauge(f"spoke_daily_{name}", f"HubSpot's daily limit: {name}", found)


def _is_blocked(servers: Servers, portal_id: int) -> float:
    return float(servers.server.exists(blocked_key(str(portal_id))))


def _answers(servers: Servers, portal_id: int) -> dict[str, int]:
    found = cast(dict[bytes, bytes], servers.server.hgetall(answers_key(str(portal_id))))
    return {name.decode(): int(count) for name, count in found.items()}


_OF_TYPES = (  # metric, column of gauge_rows, what it says
    ("spoke_records", "rows", "Records that show"),
    ("spoke_changes_waiting", "pending", "Records to be fetched"),
    ("spoke_changes_oldest_seconds", "oldest_pending_seconds", "Age of the oldest of them"),
    ("spoke_dead_letters", "failed", "Records that failed for good"),
    ("spoke_value_issues", "value_issues", "Values that did not fit their column"),
    ("spoke_verify_age_seconds", "verified_seconds_ago", "Since the last comparison"),
    ("spoke_verify_unequal", "last_verify_unequal", "Records that differed at that comparison"),
)


def _of_types(conn: Connection, portals: list[int]) -> Iterator[Reading]:
    rows = conn.execute(QUERIES["gauge_rows"], {"portals": portals}).fetchall()
    for name, column, about in _OF_TYPES:
        yield _gauge(name, about, _samples(rows, column))


_OF_POLLED: tuple[tuple[str, Callable[[PolledState, datetime], float | None], str], ...] = (
    # metric, what a family of lists, forms … answers, what it says
    ("spoke_polled_entries", lambda each, now: each.entries, "Entries of a polled family"),
    ("spoke_polled_refused", lambda each, now: each.failed, "Its lists that HubSpot refused"),
    (
        "spoke_polled_age_seconds",
        lambda each, now: (now - each.looked_at).total_seconds() if each.looked_at else None,
        "Since it was last looked at",
    ),
)


def _of_polled(conn: Connection, portals: list[int]) -> Iterator[Reading]:
    """Yield how the families are that no webhook tells of, once the clock has come to them."""
    now = datetime.now(UTC)
    begun = [each for each in polled_state.families(conn, portals, now) if each.is_begun]
    for name, value, about in _OF_POLLED:
        samples = []
        for each in begun:
            if (found := value(each, now)) is not None:
                samples.append((_portal(each.portal_id) | {"family": each.family}, float(found)))
        yield _gauge(name, about, samples)


_OF_WORK = (  # query, metric, column, what it says
    ("gauge_fetches", "spoke_fetch_batches", "batches", "Batches of the last five minutes"),
    ("gauge_fetches", "spoke_fetched_records", "records", "Records in them, upserted or read"),
    ("gauge_scans", "spoke_scans", "scans", "Scans under way, and failed within a day"),
    ("gauge_rollups", "spoke_rollup_age_seconds", "seconds", "Since sums were last built whole"),
    ("gauge_rollups", "spoke_rollup_marks", "marks", "Changes that the sums do not have yet"),
    ("gauge_outgoing", "spoke_outgoing_messages", "messages", "Messages of the outbox, by state"),
    ("gauge_unbuilt", "spoke_rollups_unbuilt", "unbuilt", "Entities whose views count records"),
)


def _of_work(conn: Connection, portals: list[int]) -> Iterator[Reading]:
    for query, name, column, about in _OF_WORK:
        rows = conn.execute(QUERIES[query], {"portals": portals}).fetchall()
        yield _gauge(name, about, _samples(rows, column))
    rows = conn.execute(QUERIES["gauge_upserts"], {"portals": portals}).fetchall()
    yield _counter(
        "spoke_upserts", "Records written, by type and source", _samples(rows, "upserts")
    )


def _samples(rows: list[QueryRow], column: str) -> list[tuple[Labels, float]]:
    return [(_labels(row, column), float(row[column] or 0)) for row in rows]


def _labels(row: QueryRow, column: str) -> Labels:
    names = ("kind", "state", "object_type", "source", "channel")
    more = {name: row[name] for name in names if name in row and name != column}
    return _portal(row["portal_id"]) | more


def spreads(servers: Servers, portals: list[int]) -> Iterator[tuple[Distribution, list[Spread]]]:
    """Yield each distribution with its spread in every portal."""
    with servers.database.transaction() as conn:
        for each in DISTRIBUTIONS:
            counted: dict[int, list[tuple[float, int]]] = defaultdict(list)
            for row in conn.execute(QUERIES[each.query], {"portals": portals}):
                counted[row["portal_id"]].append((float(row[each.value]), row[each.count]))
            yield each, [_spread(each, portal, counted[portal]) for portal in sorted(counted)]


def _spread(of: Distribution, portal_id: int, counted: list[tuple[float, int]]) -> Spread:
    """Sum up to each bound, as Prometheus wants it."""
    buckets = []
    for bound in (*of.bounds, float("inf")):
        name = "+Inf" if bound == float("inf") else f"{bound:g}"
        within = sum(count for value, count in counted if value <= bound)
        buckets.append((name, float(within)))
    return Spread(portal_id, tuple(buckets), sum(value * count for value, count in counted))


def _gauge(name: str, about: str, samples: list[tuple[Labels, float]]) -> Reading:
    return Reading(name, about, tuple(samples))


def _counter(name: str, about: str, samples: list[tuple[Labels, float]]) -> Reading:
    return Reading(name, about, tuple(samples), "counter")


def _by(label: str, counts: dict[str, int]) -> list[tuple[Labels, float]]:
    return [({label: name}, count) for name, count in counts.items()]


def _portal(portal_id: int) -> Labels:
    return {"portal": str(portal_id)}
