"""23: an hourly reconcile that was missed, doubled, and started many times at once."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import requests

import jobs
from hubspot.objects import CORE_TYPES
from lab.benchmarks import truth
from lab.faults.scenario import Plan, Result, scenario
from lab.faults.stage import Stage, staged

_AT_ONCE, _DOUBLES, _JOBS = 20, 5, 3
_HOUR = 3_600
_TYPES = ("contacts", "companies", "deals", "calls")
_SHIFT = {  # an hour passes, and three of them
    "slots": "update scans set slot = slot - interval '1 hour' where kind = 'reconcile'",
    "checkpoints": (
        "update scans set started_at = started_at - interval '3 hours' where kind = 'backfill'"
    ),
}


@dataclass(frozen=True, slots=True)
class _Counts:
    """What both hours came to: `missed` records that differed, the answers to all rings."""

    missed: list[int]
    statuses: Counter[int]
    slots: int
    searches: int
    refreshes: int
    unequal: int


@scenario(
    23,
    "Cron misses, doubles, overlaps",
    "no webhook comes for three hours, over which records are created and updated, nor of 200 "
    "edits of all kinds now; then /cron/reconcile is called 20 times at once and 5 times after "
    "each other, RQ's cron rings 3 times, and one caller has the wrong secret; the same again an "
    "hour later",
    "one run per type and hour (HubSpot counts the searches); 401 for the wrong secret; identical "
    "both times",
)
def cron(plan: Plan) -> Result:
    with staged() as stage:
        stage.stack.processes["clock"].kill()  # what rings is ours
        _miss_three_hours(stage)
        _shift(stage, "checkpoints")
        stage.hubspot.call("reset-stats")
        rounds = [_hour(stage, plan, 1)]
        _shift(stage, "slots")
        rounds.append(_hour(stage, plan, 2))
        found = _counted(stage, rounds)
    return Result(_told(found), _is_right(found))


def _miss_three_hours(stage: Stage) -> None:
    known = {name: _place(stage, name, [{"properties": {}}] * 36, 4 * _HOUR) for name in _TYPES}
    stage.stack.backfill()
    stage.hubspot.call("faults", webhooks={"dropped": 1})
    for step in range(18):
        _miss(stage, known, step)


def _counted(stage: Stage, rounds: list[tuple[int, Counter[int]]]) -> _Counts:
    return _Counts(
        [differed for differed, _ in rounds],
        sum((statuses for _, statuses in rounds), Counter[int]()),
        len(stage.select("select distinct slot from scans where kind = 'reconcile'")),
        _requests(stage, "search"),
        _requests(stage, "properties"),
        stage.unequal(),
    )


def _told(found: _Counts) -> str:
    answers = ", ".join(f"{count} x {status}" for status, count in sorted(found.statuses.items()))
    return (
        f"{found.missed[0]} and {found.missed[1]} records had differed; {answers} and "
        f"{2 * _JOBS} jobs; {found.searches} searches and {found.refreshes} reads of properties "
        f"for {len(CORE_TYPES)} types in {found.slots} hours; {found.unequal} unequal"
    )


def _is_right(found: _Counts) -> bool:
    """Tell whether each hour was reconciled once, for all of the rings, and found every record."""
    calls = {202: 2 * (_AT_ONCE + _DOUBLES), 401: 2}
    wanted = found.slots * len(CORE_TYPES)
    once = found.searches == found.refreshes == wanted and found.slots >= 2
    return found.statuses == calls and once and not found.unequal and all(found.missed)


def _place(stage: Stage, name: str, records: list[dict[str, Any]], seconds_ago: float) -> list[str]:
    return list(
        stage.hubspot.call("import", type=name, records=records, seconds_ago=seconds_ago)["ids"]
    )


def _miss(stage: Stage, known: dict[str, list[str]], step: int) -> None:
    """Make the edits of ten minutes of these three hours: of every type two new records and two
    updated ones."""
    for name, ids in known.items():
        updated = [
            {"id": each, "properties": {"hubspot_owner_id": str(step)}}
            for each in ids[2 * step : 2 * step + 2]
        ]
        _place(
            stage,
            name,
            [*updated, {"properties": {}}, {"properties": {}}],
            3 * _HOUR - 60 - step * 600,
        )


def _shift(stage: Stage, what: str) -> None:
    with stage.context.database.transaction() as conn:
        conn.execute(_SHIFT[what].encode())


def _hour(stage: Stage, plan: Plan, number: int) -> tuple[int, Counter[int]]:
    """Make edits that no webhook tells of, and ring for this hour from all sides. Answers how many
    records differed, and the answers; returns when all are equal or that takes too long."""
    kinds = ["update", "create", "archive", "restore"]
    stage.hubspot.call(
        "edits", count=plan.size(200, 40), seed=plan.seed + number, kinds=kinds, types=list(_TYPES)
    )
    stage.hubspot.wait_until_quiet()
    differed = sum(map(len, truth.differences(stage.stack).values()))
    for _ in range(_JOBS):
        jobs.enqueue(stage.context.server, jobs.RECONCILE)
    statuses = _call(stage)
    _until_equal(stage)
    return differed, statuses


def _call(stage: Stage) -> Counter[int]:
    url = f"{stage.stack.environment['PUBLIC_URL']}/cron/reconcile"
    secret = stage.stack.environment["CRON_SECRET"]

    def ask(token: str) -> int:
        return requests.get(
            url, headers={"Authorization": f"Bearer {token}"}, timeout=30
        ).status_code

    with ThreadPoolExecutor(_AT_ONCE) as threads:
        statuses = list(threads.map(ask, [secret] * _AT_ONCE))
    return Counter([*statuses, *(ask(secret) for _ in range(_DOUBLES)), ask(secret + "x")])


def _until_equal(stage: Stage, patience: float = 90) -> None:
    """Wait until all rings are over and every job is done, with or without success."""
    give_up, backlog = time.monotonic() + patience, jobs.queue(stage.context.server, "backfill")
    while time.monotonic() < give_up:
        if (
            not backlog.count
            and not backlog.started_job_registry.count
            and not truth.differences(stage.stack)
        ):
            return
        time.sleep(0.2)


def _requests(stage: Stage, kind: str) -> int:
    """Answer the requests of a run. It makes one search per type here, for less than a page of each
    has changed, and reads properties once."""
    found: dict[str, int] = stage.hubspot.ask("stats")["requests_by_type"]
    return sum(count for name, count in found.items() if name.startswith(f"{kind} "))
