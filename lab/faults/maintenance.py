"""3: workers that die holding RQ's maintenance lock, without which RQ recovers nothing."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable

import jobs
from lab.faults.alarm_clock import Side
from lab.faults.edits import editing
from lab.faults.scenario import Plan, Result, scenario
from lab.faults.servers import mortal_valkey
from lab.faults.stage import Stage, staged
from lab.simulated import Scene

_SCENE = Scene(
    {"contacts": 500, "companies": 50, "deals": 50, "calls": 50}, latency_ms=300, rate_limit=190
)
_WORKERS, _PATIENCE = 2, 10.0  # seconds for a worker to start and take the lock


@scenario(
    3,
    "Kills at the maintenance lock",
    "during live edits, all workers of the product are killed in the moment in which one holds "
    "RQ's maintenance lock (removed before each try); then once more while a fetch has records in "
    "hand, and its successor at the lock",
    "50 kills; everything identical again < 90 s after the last records were left in hand",
)
def lock_kills(plan: Plan) -> Result:
    tries = plan.size(50, 2)
    with staged(_SCENE, workers=("ingest=1", f"fetch={_WORKERS - 1}")) as stage:
        with editing(stage.hubspot, tries * 20, 20, plan.seed) as edits:
            held = [_kill_at_lock(stage) for _ in range(tries)]
            told = edits.result()
        stage.hubspot.wait_until_quiet()
        delay = _recovery(stage, plan)
        lost, unequal = stage.lost_events(), stage.unequal()
    hits, longest = sum(seconds > 0 for seconds in held), max(held)
    counted = (
        f"{tries} kills, {hits} left the lock behind, for {longest:.0f} s at most; {told:,} "
        f"events, {lost} lost,"
    )
    counted += f" {unequal} unequal, identical {delay:.0f} s after"
    return Result(
        counted, delay < 90 and hits >= tries // 2 and not lost and not unequal, _stock(plan)
    )


def _kill_at_lock(stage: Stage) -> float:
    """Start all workers again and kill them as soon as one holds the lock, which is for
    milliseconds when it starts. Answer for how many more seconds the lock stands then, 0 for a
    miss."""
    server, lock = (
        stage.context.server,
        jobs.queue(stage.context.server, "fetch").registry_cleaning_key,
    )
    stage.crew.signal_all(signal.SIGKILL)
    server.delete(lock)
    _wait(lambda: len(stage.crew.workers()) == _WORKERS)
    workers = stage.crew.workers()  # to look for them later would take longer than the lock is held
    _wait(lambda: bool(server.exists(lock)))
    for worker in workers:
        worker.kill()
    return max(0.0, float(server.pttl(lock)) / 1_000)


def _recovery(stage: Stage, plan: Plan) -> float:
    """Measure the seconds from the death of a worker with records in hand until all is equal, its
    successor being killed with the lock in hand."""
    stage.settle()
    stage.hubspot.call("edits", count=20, seed=plan.seed, types=["contacts"], kinds=["update"])
    if not _wait(lambda: stage.count("pending_changes where leased_until > now()") > 0):
        raise TimeoutError("no fetch took the edits in hand")
    stage.crew.signal_all(signal.SIGKILL)
    died = time.monotonic()
    while not _kill_at_lock(stage):
        pass
    stage.settle()
    return time.monotonic() - died


def _stock(plan: Plan) -> str:
    """Answer the lines that RQ's own worker leaves behind in the same moment."""
    with mortal_valkey() as valkey:
        stock = Side("stock", valkey.url)
        left = []
        for _ in range(plan.size(10, 1)):
            stock.server.delete(stock.lock)
            worker = stock.start()
            _wait(lambda: bool(stock.server.exists(stock.lock)))
            worker.kill()
            worker.wait()
            left.append(max(0.0, float(stock.server.pttl(stock.lock)) / 1_000))
        stock.end()
    hits = sum(seconds > 0 for seconds in left)
    told = (
        f"{hits} of {len(left)} kills left the lock behind, for {max(left):.0f} s, in which "
        "nothing is recovered"
    )
    return f"RQ's own worker: {told}"


def _wait(until: Callable[[], bool]) -> bool:
    """Wait without a pause: the lock stands for milliseconds."""
    give_up = time.monotonic() + _PATIENCE
    while not until():
        if time.monotonic() > give_up:
            return False
    return True
