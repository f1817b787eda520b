"""How fast the machine was meanwhile. A core of a virtual machine may be lent to others for
seconds; the system counts that as our own work, so neither load nor idle time tells."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import mean

_LOOPS, EVERY_SECONDS = 600_000, 0.5  # some 8 ms of work: two in a hundred of one core
SLOW = 2.0


@dataclass
class Pace:
    """CPU seconds that the same piece of work took, look after look."""

    looks: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        told = self.told()
        if not told:
            return "the machine's pace is unknown"
        slow, worst = told["machine_slow_share"], told["machine_slowest"]
        return (
            f"the machine less than half as fast for {slow:.0%} of it, at worst {worst:.0f} "
            "times slower"
        )

    def told(self) -> dict[str, float]:
        """Answer how much longer than at best the worst look took, and in what share of the
        looks it took more than twice as long. Two threads that share a core may make it differ
        by twice."""
        if not self.looks:
            return {}
        best = min(self.looks)
        slow = mean(look > SLOW * best for look in self.looks)
        return {
            "machine_slowest": round(max(self.looks) / best, 1),
            "machine_slow_share": round(slow, 2),
        }


@contextmanager
def paced() -> Iterator[Pace]:
    """Look twice a second as long as this lasts. For a process that does nothing else meanwhile."""
    pace, done = Pace(), threading.Event()
    looker = threading.Thread(target=_look, args=(pace, done))
    looker.start()
    try:
        yield pace
    finally:
        done.set()
        looker.join()


def _look(pace: Pace, done: threading.Event) -> None:
    while not done.wait(EVERY_SECONDS):
        began = time.thread_time()
        sum(range(_LOOPS))
        pace.looks.append(time.thread_time() - began)
