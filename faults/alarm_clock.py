"""2, 3: our RQ worker beside RQ's own, in storms of restarts and with kills aimed at the maintenance lock."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from random import Random

import redis
from rq import Queue

from faults import echo
from faults.crew import pace
from faults.edits import editing
from faults.scenario import Plan, Result, scenario
from faults.servers import mortal_valkey
from faults.stage import staged
from stack import ROOT

_BACKLOG = 40  # jobs that always wait, so that every restart interrupts something


@dataclass
class Side:
    """Workers of one kind on a Redis of their own."""

    name: str
    url: str
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.server = redis.Redis.from_url(self.url)
        self.queue = Queue(echo.QUEUES[self.name], connection=self.server)

    @property
    def lock(self) -> str:
        return self.queue.registry_cleaning_key

    def start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "faults.echo", self.name, self.url]
        self.processes.append(subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL))
        return self.processes[-1]

    def alive(self) -> list[subprocess.Popen[bytes]]:
        return [process for process in self.processes if process.poll() is None]

    def end(self) -> None:
        """RQ's own worker has a child that would go on: told twice, it kills it."""
        for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGKILL):
            for process in self.alive():
                process.send_signal(number)
            time.sleep(0.3)
        for process in self.processes:
            process.wait()
        self.processes.clear()

    def done(self) -> set[bytes]:
        return set(self.server.lrange(echo.DONE, 0, -1))


@scenario(
    2,
    "Deploys",
    "a SIGTERM to one of four workers again and again: in the whole product (two ingest, two fetch) during 10,000"
    " events; and with small jobs on a queue that never empties, our worker beside RQ's own",
    "100 restarts; 0 events lost; 0 jobs stranded; identical",
)
def deploys(plan: Plan) -> Result:
    restarts = plan.size(100, 6)
    with staged(workers=("ingest=2", "fetch=2")) as stage:
        random = Random(plan.seed)
        with editing(stage.hubspot, plan.size(10_000, 300), 100, plan.seed) as edits:
            began, told = time.monotonic(), 0
            while told < restarts or not edits.done():
                pace(began, told, 0.6)
                told += stage.crew.signal_one(signal.SIGTERM, random)
        stage.hubspot.wait_until_quiet()
        stage.settle()
        lost, unequal = stage.lost_events(), stage.unequal()
        stuck = sum(stage.context.server.llen(f"rq:queue:{name}:intermediate") for name in ("ingest", "fetch"))
    ours, stock = (_storm(name, restarts, plan.seed) for name in ("ours", "stock"))
    counted = (
        f"{told} restarts, {edits.result():,} events, {lost} lost, {stuck} jobs stranded, {unequal} unequal; {ours}"
    )
    ok = not lost and not stuck and not unequal and ours.stranded == 0
    return Result(counted, ok, f"RQ's own worker: {stock}")


@dataclass(frozen=True, slots=True)
class Storm:
    restarts: int
    jobs: int
    stranded: int

    def __str__(self) -> str:
        return f"{self.restarts} restarts in {self.jobs:,} small jobs, {self.stranded} stranded"


def _storm(name: str, restarts: int, seed: int) -> Storm:
    """Restart one of four workers after the other; then let fresh ones work off what can be found."""
    random, numbers, fed = Random(seed), count(), 0
    with mortal_valkey() as valkey:
        side = Side(name, valkey.url)
        try:
            for _ in range(4):
                side.start()
            began = time.monotonic()
            for place in range(restarts):
                while time.monotonic() < began + place * 0.5:
                    fed += _feed(side, numbers)
                random.choice(side.alive()).send_signal(signal.SIGTERM)
                while len(side.alive()) < 4 or len(side.processes) < 5 + place:
                    side.start()
            _work_off(side)
            return Storm(restarts, fed, fed - len(side.done()))
        finally:
            side.end()


def _feed(side: Side, numbers: count[int]) -> int:
    missing = max(0, _BACKLOG - side.queue.count)
    for _ in range(missing):
        echo.enqueue(side.server, side.name, str(next(numbers)))
    time.sleep(0.01)
    return missing


def _work_off(side: Side, patience: float = 60) -> None:
    """Until the queue is empty and nothing has been done for five seconds."""
    give_up, before, since = time.monotonic() + patience, -1, time.monotonic()
    while time.monotonic() < give_up and (side.queue.count or time.monotonic() - since < 5):
        done = len(side.done())
        if done != before:
            before, since = done, time.monotonic()
        time.sleep(0.2)


@scenario(
    3,
    "Kills at the maintenance lock",
    "workers killed in the moment in which they hold RQ's maintenance lock (removed before each try); before the last"
    " one a worker dies with a job in hand",
    "50 kills; that job is run again within 90 s",
)
def lock_kills(plan: Plan) -> Result:
    tries = plan.size(50, 2)
    with mortal_valkey() as valkey:
        side = Side("ours", valkey.url)
        held = [_kill_at_lock(side) for _ in range(tries)]
        delay = _recovery(side) if not plan.quick else 0.0
        side.end()
    with mortal_valkey() as valkey:
        stock = Side("stock", valkey.url)
        left = [_kill_at_lock(stock) for _ in range(plan.size(10, 1))]
        stock.end()
    hits, rival = sum(seconds > 0 for seconds in held), max(left)
    counted = f"{tries} kills, {hits} left the lock behind, for {max(held):.0f} s at most; the job ran again after"
    rival_told = (
        f"RQ's own worker: {sum(seconds > 0 for seconds in left)} of {len(left)} kills left the lock behind, for"
    )
    ok = delay < 90 and hits >= tries // 2
    return Result(f"{counted} {delay:.0f} s", ok, f"{rival_told} {rival:.0f} s, in which nothing is recovered")


def _kill_at_lock(side: Side) -> float:
    """Kill a worker as soon as it holds the lock, which is for milliseconds; for how many more seconds the lock stands
    then, 0 for a miss."""
    side.server.delete(side.lock)
    worker = side.start()
    with suppress(TimeoutError):
        _wait(lambda: bool(side.server.exists(side.lock)), patience=5, pause=0)
    worker.kill()
    worker.wait()
    return max(0.0, float(side.server.pttl(side.lock)) / 1_000)


def _recovery(side: Side) -> float:
    """Seconds from the death of a worker with a job in hand until that job is done by another."""
    echo.enqueue(side.server, side.name, echo.SLOW)
    worker = side.start()
    _wait(lambda: bool(side.server.exists(f"echo:{echo.SLOW}")))
    worker.kill()
    worker.wait()
    died = time.monotonic()
    while not _kill_at_lock(side):
        pass
    side.start()
    with suppress(TimeoutError):
        _wait(lambda: echo.SLOW.encode() in side.done(), patience=120)
    return time.monotonic() - died


def _wait(until: Callable[[], bool], patience: float = 20, pause: float = 0.05) -> None:
    give_up = time.monotonic() + patience
    while not until():
        if time.monotonic() > give_up:
            raise TimeoutError(f"it did not happen within {patience:.0f} s")
        time.sleep(pause)
