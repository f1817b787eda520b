"""kills: 20,000 events while kill -9 strikes a worker fifty times; nothing may be lost, nothing may
be left behind."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from random import Random

import psutil
from rq import Queue

from lab import stack
from lab.benchmarks import truth
from lab.benchmarks.figure import Figure
from lab.simulated import Scene
from lab.stack import Stack

SCENE = Scene(
    {"contacts": 2_000, "companies": 500, "deals": 500, "calls": 2_000},
    latency_ms=50,
    rate_limit=190,
)
EVENTS, KILLS = 20_000, 50
SECONDS = 40.0  # over which events and kills are spread
GOAL_SECONDS = 60.0


def main() -> None:
    with stack.running(SCENE) as running:
        running.backfill()
        killer = threading.Thread(target=kill, args=(running,), daemon=True)
        killer.start()
        events = edit(running)
        killer.join()
        killed = time.monotonic()
        running.hubspot.wait_until_quiet()
        seconds = truth.equal_at(running) - killed
        unequal = sum(report.unequal for report in running.verified())
        letters, stock = _dead_letters(running), _stock_recovery(running)
    ok = seconds <= GOAL_SECONDS and not unequal and not letters
    more: dict[str, object] = {
        "unit": "s from the last kill to equal rows",
        "rival_is": "RQ's own worker, killed while it tidies",
    }
    more |= {"kills": KILLS, "events": events, "unequal": unequal, "dead_letters": letters}
    Figure("kills", seconds, stock, seconds / stock, GOAL_SECONDS / stock, ok, more).print()


def kill(running: Stack) -> None:
    """Strike one of the workers at random, again and again: a live child of the supervisor that we
    started."""
    random, supervisor, done = Random(1), psutil.Process(running.processes["workers"].pid), 0
    while done < KILLS:
        time.sleep(random.uniform(0.5, 1.5) * SECONDS / KILLS)
        with suppress(psutil.NoSuchProcess):  # between the look and the blow
            workers = [child for child in supervisor.children() if works(child)]
            if workers:
                random.choice(workers).kill()
                done += 1


def works(child: psutil.Process) -> bool:
    """Tell whether a child is a worker that lives: none of multiprocessing's own, and not dead
    already."""
    return child.status() != psutil.STATUS_ZOMBIE and "spawn_main" in " ".join(child.cmdline())


def edit(running: Stack) -> int:
    """Make all kinds of edits, as fast as they last for all of the kills."""
    began, before = time.monotonic(), _events(running)
    while (events := _events(running) - before) < EVENTS or time.monotonic() - began < SECONDS:
        due = EVENTS * (time.monotonic() - began) / SECONDS
        if events < max(due, 1):
            running.hubspot.call("edits", count=100, types=list(SCENE.records))
        time.sleep(0.05)
    return events


def _events(running: Stack) -> int:
    return int(running.hubspot.ask("stats")["deliveries"]["events"])


def _dead_letters(running: Stack) -> int:
    with running.context.database.transaction() as conn:
        row = conn.execute("select count(*) as letters from dead_letters").fetchone()
    return int(row["letters"]) if row else 0


def _stock_recovery(running: Stack) -> float:
    """Measure how long the lock stands behind which RQ's own worker recovers nothing, and which
    outlives a worker that is killed holding it."""
    queue = Queue("benchmark", connection=running.context.server)
    queue.acquire_maintenance_lock()
    return float(running.context.server.ttl(queue.registry_cleaning_key))


if __name__ == "__main__":
    main()
