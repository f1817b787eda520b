"""5, 6, 7: Redis killed, frozen and emptied, with and without an append-only file to come back
from."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Sequence

import deliveries
from lab.benchmarks import truth
from lab.faults.edits import editing
from lab.faults.scenario import Plan, Result, scenario
from lab.faults.sender import MARK, Answer, probing
from lab.faults.stage import Stage, staged

Span = tuple[float, float]


@scenario(
    5,
    "Redis is killed",
    "SIGKILL of Valkey (appendfsync everysec), a second of absence each time, during 10,000 "
    "events; beside them single deliveries whose every answer is noted",
    "10 kills; 0 acknowledged events lost; no 2xx while Redis was away; identical",
)
def redis_killed(plan: Plan) -> Result:
    kills, events = plan.size(10, 2), plan.size(10_000, 300)
    with staged() as stage:
        with (
            probing(stage.stack, _contact(stage), threads=4, pause=0.02) as answers,
            editing(stage.hubspot, events, 70, plan.seed) as edits,
        ):
            away = [_kill(stage) for _ in range(kills)]
            told = edits.result()
        stage.hubspot.wait_until_quiet()
        stage.settle()
        lost, unequal = stage.lost_events() + _lost(stage, answers), stage.unequal()
    during = [each for each in answers if _is_within(each, away)]
    false = sum(each.status < 300 and each.status > 0 for each in during)
    counted = (
        f"{kills} kills, {told:,} events and {len(answers):,} single deliveries, {lost} "
        "acknowledged ones lost"
    )
    counted += (
        f"; {len(during)} answers while Redis was away, {false} of them 2xx; {unequal} unequal"
    )
    return Result(counted, not lost and not false and bool(during) and not unequal)


@scenario(
    6,
    "Redis is frozen",
    "SIGSTOP of Valkey for 30 s, ten clients deliver all the while",
    "every answer < 3 s and 503; afterwards 204 and identical",
)
def redis_frozen(plan: Plan) -> Result:
    with staged() as stage:
        with probing(stage.stack, _contact(stage), threads=10, pause=0.1) as answers:
            time.sleep(1)
            frozen = _freeze(stage, plan.size(30, 4))
            time.sleep(2)
        during = [each for each in answers if frozen[0] <= each.began and each.ended <= frozen[1]]
        after = [each for each in answers if each.began > frozen[1]]
        stage.hubspot.call("edits", count=100, seed=plan.seed)
        stage.hubspot.wait_until_quiet()
        unequal = stage.unequal()
    slowest, statuses = (
        max(each.seconds for each in during),
        Counter(each.status for each in during),
    )
    later = Counter(each.status for each in after)
    counted = (
        f"{len(during)} answers in {frozen[1] - frozen[0]:.0f} s, {_told(statuses)}, the "
        f"slowest {slowest:.2f} s"
    )
    counted += f"; afterwards {_told(later)}; {unequal} unequal"
    return Result(
        counted, slowest < 3 and set(statuses) == {503} and set(later) == {204} and not unequal
    )


@scenario(
    7,
    "Redis is emptied",
    "FLUSHALL five times during 5,000 events of all kinds, each while the workers stand still and "
    "deliveries wait",
    "identical after one backfill",
)
def redis_emptied(plan: Plan) -> Result:
    flushes, events = plan.size(5, 1), plan.size(5_000, 400)
    with staged() as stage:
        with editing(stage.hubspot, events, 100, plan.seed) as edits:
            gone = [_flush(stage) for _ in range(flushes)]
            told = edits.result()
        stage.hubspot.wait_until_quiet()
        stage.drain()
        before = sum(len(ids) for ids in truth.differences(stage.stack).values())
        stage.stack.backfill()
        stage.drain()
        after = stage.unequal()
    counted = (
        f"{told:,} events, {sum(gone)} deliveries flushed away; {before} records differed, {after} "
        "after one backfill"
    )
    return Result(counted, sum(gone) > 0 and not after)


def _is_within(answer: Answer, away: Sequence[Span]) -> bool:
    return any(start <= answer.began and answer.ended <= end for start, end in away)


def _kill(stage: Stage) -> Span:
    time.sleep(3)
    stage.servers.valkey.kill()
    killed = time.monotonic()
    time.sleep(1)
    back = time.monotonic()
    stage.servers.valkey.start()
    return killed, back


def _freeze(stage: Stage, seconds: float) -> Span:
    stage.servers.valkey.freeze()
    began = time.monotonic()
    try:
        time.sleep(seconds)
        return began, time.monotonic()
    finally:
        stage.servers.valkey.thaw()


def _flush(stage: Stage) -> int:
    """Flush Redis; answer how many deliveries the stream held at that moment."""
    time.sleep(1.5)
    stage.crew.signal_all(signal.SIGSTOP)
    try:
        time.sleep(1.5)
        held = deliveries.waiting(stage.context.server)
        stage.context.server.flushall()
        return held
    finally:
        stage.crew.signal_all(signal.SIGCONT)


def _lost(stage: Stage, answers: Sequence[Answer]) -> int:
    """Count our own deliveries that were answered with 2xx and that Postgres does not have."""
    kept = {
        int(row["event_id"])
        for row in stage.select(
            "select event->>'eventId' as event_id from webhook_events"
            " where event->>'sourceId' = %s",
            MARK,
        )
    }
    return sum(each.status == 204 and each.event_id not in kept for each in answers)


def _contact(stage: Stage) -> str:
    return str(stage.select("select min(hubspot_id) as id from hubspot_contacts_raw")[0]["id"])


def _told(statuses: Counter[int]) -> str:
    return ", ".join(
        f"{count} x {status or 'no answer'}" for status, count in sorted(statuses.items())
    )
