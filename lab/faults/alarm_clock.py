"""2: our RQ worker beside RQ's own, in storms of restarts."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from itertools import count
from random import Random

import redis
from rq import Queue

from lab.faults import echo
from lab.faults.crew import pace
from lab.faults.edits import editing
from lab.faults.scenario import Plan, Result, scenario
from lab.faults.servers import mortal_valkey
from lab.faults.stage import staged
from lab.processes import ROOT

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
        return str(self.queue.registry_cleaning_key)

    def start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "lab.faults.echo", self.name, self.url]
        self.processes.append(subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL))
        return self.processes[-1]

    def alive(self) -> list[subprocess.Popen[bytes]]:
        return [process for process in self.processes if process.poll() is None]

    def end(self) -> None:
        """End all processes; RQ's own worker has a child that would go on: told twice, it kills
        it."""
        for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGKILL):
            for process in self.alive():
                process.send_signal(number)
            time.sleep(0.3)
        for process in self.processes:
            process.wait()
        self.processes.clear()

    def done(self) -> set[bytes]:
        done: list[bytes] = self.server.lrange(echo.DONE, 0, -1)  # type: ignore[assignment]
        return set(done)


@scenario(
    2,
    "Deploys",
    "a SIGTERM to one of four workers again and again: in the whole product (two ingest, two "
    "fetch) during 10,000"
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
        stuck = sum(
            stage.context.server.llen(f"rq:queue:{name}:intermediate")
            for name in ("ingest", "fetch")
        )
    ours, stock = (_storm(name, restarts, plan.seed) for name in ("ours", "stock"))
    counted = (
        f"{told} restarts, {edits.result():,} events, {lost} lost, {stuck} jobs stranded, "
        f"{unequal} unequal; {ours}"
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
    """Restart one of four workers after the other; then let fresh ones work off what can be
    found."""
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
    """Wait until the queue is empty and nothing has been done for five seconds."""
    give_up, before, since = time.monotonic() + patience, -1, time.monotonic()
    while time.monotonic() < give_up and (side.queue.count or time.monotonic() - since < 5):
        done = len(side.done())
        if done != before:
            before, since = done, time.monotonic()
        time.sleep(0.2)
