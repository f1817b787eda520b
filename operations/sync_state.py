"""Tell how one portal's copy is: the operator's first questions, as pages and programs ask them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import deliveries
import jobs
import memory
from db import schema_findings
from db.queries import QUERIES, QueryRow
from operations import holdups, lately_refused, status
from operations.servers import Servers

DAY = timedelta(hours=24)
STEPS_MS = (250, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 300_000)
MINUTES = 60
CURES = {  # why the receiver refuses a request, and what to do about it
    "unauthorized": (
        "The signature is not HubSpot's, or older than five minutes",
        "Compare HUBSPOT_CLIENT_SECRET and PUBLIC_URL with the app's settings, and this "
        "machine's clock with the time. Strangers are refused in the same way",
    ),
    "malformed": (
        "The body is no JSON array of objects",
        "HubSpot sends no such thing: look for a proxy that changes bodies",
    ),
    "too_large": (
        "The body is longer than 1 MB",
        "HubSpot sends at most 100 events at once: this was another sender",
    ),
    "too_many": (
        "The body holds more than 1,000 events",
        "HubSpot sends at most 100 events at once: this was another sender",
    ),
}
UNKNOWN = ("The receiver refused it", "`spoke doctor` looks for the cause")


@dataclass(frozen=True, slots=True)
class Proof:
    """Sum up the last comparisons of all types."""

    compared: int
    unequal: int
    never: tuple[str, ...]  # types with records that were never compared
    oldest_at: datetime | None
    is_sample: bool

    @property
    def is_equal(self) -> bool:
        """Tell whether every type was compared and no record differed."""
        return self.compared > 0 and not self.unequal and not self.never


def rows(servers: Servers, name: str, **asked: Any) -> list[QueryRow]:
    """Answer the rows of a query of sync_state.sql."""
    with servers.database.transaction() as conn:
        return conn.execute(QUERIES[name], asked).fetchall()


def proof(servers: Servers, portal_id: int, types: Sequence[QueryRow] | None = None) -> Proof:
    """Answer whether the copy was found equal to HubSpot, over how many records, and when.

    `types` are the rows of portal_state.types, for callers that have them: counting records is
    dear.
    """
    known = rows(servers, "sync_status_of", portal_id=portal_id) if types is None else types
    with_records = [row for row in known if row["rows"]]
    done = [row for row in with_records if row["last_verify_at"]]
    names = [row["object_type"] for row in done]
    last = rows(servers, "last_comparisons", portal_id=portal_id, object_types=names)
    return Proof(
        compared=sum(row["compared"] for row in last),
        unequal=sum(row["last_verify_unequal"] for row in done),
        never=tuple(row["object_type"] for row in with_records if not row["last_verify_at"]),
        oldest_at=min((row["last_verify_at"] for row in done), default=None),
        is_sample=any(row["sampled"] for row in last),
    )


def histogram(found: Sequence[QueryRow]) -> list[tuple[int | None, int]]:
    """Sum fine buckets into few: (up to so many milliseconds, changes); None: slower than all."""
    sums: dict[int | None, int] = dict.fromkeys([*STEPS_MS, None], 0)
    for row in found:
        sums[next((step for step in STEPS_MS if row["ms"] <= step), None)] += row["changes"]
    return list(sums.items())


def latency(servers: Servers, portal_id: int) -> list[tuple[int | None, int]]:
    """Answer how many changes of the last day took how long from HubSpot to the row."""
    return histogram(rows(servers, "latency_buckets", portal_id=portal_id, within=DAY))


def refusals_by_minute(servers: Servers, now: datetime) -> list[dict[str, int]]:
    """Answer, for each minute of the last hour, how many requests were refused for what."""
    last = int(now.timestamp()) // 60
    names = range(last - MINUTES + 1, last + 1)
    with servers.server.pipeline(transaction=False) as pipeline:
        for minute in names:
            pipeline.hgetall(f"{status.RECEIVED}:{minute}")
        found = cast(list[dict[bytes, bytes]], pipeline.execute())
    return [{name.decode(): int(count) for name, count in each.items()} for each in found]


def refused(servers: Servers) -> list[dict[str, Any]]:
    """Answer why requests were refused since ever, how often, and what to do about it.

    `lately` is the likely cause that the receiver found for the last one of the day.
    """
    counts = status.refused_ever(servers)
    lately = {each.reason: each.cause for each in lately_refused.refused(servers.server)}
    found = []
    for name, count in counts.items():
        why, cure = CURES.get(name, UNKNOWN)
        about = {"reason": name, "count": count, "lately": lately.get(name)}
        found.append(about | {"why": why, "cure": cure})
    return found


def processes(servers: Servers) -> list[dict[str, Any]]:
    """Answer which processes run: workers of each queue, and the clock."""
    found = []
    for queue, count in jobs.listening(servers.server).items():
        waiting = jobs.queue(servers.server, queue).count
        found.append(_process(f"{queue} worker", count, waiting, f"python -m workers {queue}"))
    ticks = int(jobs.clock_ticks(servers.server))
    found.append(_process("clock", ticks, None, "python -m workers.clock"))
    return found


def _process(name: str, count: int, waiting: int | None, command: str) -> dict[str, Any]:
    """Describe the processes of one kind; where there is none, the command that starts one."""
    cure = None if count else f"Start `{command}`"
    return {"name": name, "count": count, "waiting": waiting, "cure": cure}


def to_mend(servers: Servers) -> list[str]:
    """Say what keeps deliveries or jobs waiting until an operator mends it."""
    redis = memory.look(servers.server)
    full = [f"{redis.refusal}. {memory.CURE}"] if redis.is_short else []
    held = holdups.seen(servers.server).items()
    return full + [f"{name} waits: {said}" for name, said in held]


def schema_changes(servers: Servers, portal_id: int) -> list[dict[str, Any]]:
    """List definitions that numbers stand on and that changed or went."""
    with servers.database.transaction() as conn:
        return [each.told for each in schema_findings.still_open(conn, [portal_id])]


def waiting_deliveries(servers: Servers) -> int:
    """Count the deliveries that Postgres does not have yet."""
    return deliveries.waiting(servers.server)


def budget(servers: Servers, portal_id: int, time_zone: str) -> QueryRow | None:
    """Answer what is left of HubSpot's daily limit, and whether it lasts; None: not known yet."""
    return status.daily(servers, portal_id, time_zone, datetime.now(UTC))
