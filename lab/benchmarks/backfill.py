"""backfill: a whole portal at HubSpot's rate limit: how much of the limit is used, and what it
costs of memory."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass
from statistics import median

import psutil

from hubspot.objects import CORE_TYPES
from lab import processes, stack
from lab.benchmarks import truth
from lab.benchmarks.figure import Figure
from lab.simulated import HubSpot, Scene
from lab.stack import Stack

LIMIT = 190  # requests in 10 s
COUNTS = {"contacts": 31_636, "deals": 1_193, "calls": 118_931, "companies": 8_000}
SCENE = Scene(COUNTS, latency_ms=150, rate_limit=LIMIT)
GOAL, GOAL_MB = 0.95, 200
LOOK_SECONDS = 0.25
COUNTED = ("list_records", "associations_read")


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen of a backfill under way."""

    at: float
    requests: int
    megabytes: float


def main() -> None:
    with stack.running(SCENE) as running:
        running.hubspot.call("reset-stats")
        looks = watched(running)
        stats = running.hubspot.ask("stats")
        misled = sum(len(truth.misled(running, kind)) for kind in CORE_TYPES.values())
        missing = {
            name: len(ids) for name, ids in truth.differences(running, tuple(COUNTS)).items()
        }
    per_window, seconds = rate(looks)
    refused, megabytes = stats["limited_total"], max(look.megabytes for look in looks)
    ok = (
        per_window >= GOAL * LIMIT
        and not refused
        and not misled
        and not missing
        and megabytes < GOAL_MB
    )
    more = {
        "unit": "requests in 10 s",
        "rival_is": "HubSpot's limit",
        "seconds": seconds,
        "refused": refused,
    }
    more |= {
        "median_in_10_s": median(windows(looks)),
        "most_in_10_s": stats["max_requests_in_10_s"],
    }
    more |= {"peak_mb": megabytes, "goal_mb": GOAL_MB}
    more |= {
        "rows": sum(COUNTS.values()),
        "unequal": sum(missing.values()),
        "with_other_links": misled,
    }
    Figure(
        "backfill",
        per_window,
        LIMIT,
        per_window / LIMIT,
        GOAL,
        ok,
        more | {"requests": stats["requests"]},
    ).print()


def watched(running: Stack) -> list[Look]:
    """Run a process as an operator starts it, and look at it from its first request to its end."""
    command, looks = [sys.executable, "cli.py", "backfill"], list[Look]()
    with processes.process("backfill", command, running.environment, running.logs) as started:
        while started.poll() is None:
            looks.append(look(running.hubspot, started))
            time.sleep(LOOK_SECONDS)
    if started.returncode:
        raise RuntimeError((running.logs / "backfill.log").read_text()[-2000:])
    return looks


def look(hubspot: HubSpot, started: subprocess.Popen[bytes]) -> Look:
    requests = hubspot.ask("stats")["requests"]
    resident = psutil.Process(started.pid).memory_info().rss / 1e6
    return Look(time.monotonic(), sum(requests.get(name, 0) for name in COUNTED), resident)


def rate(looks: list[Look]) -> tuple[float, float]:
    """Answer the list and association requests in ten seconds, and the time from the first of them
    to the last. It includes the slow start of a first chunk, and the tail, when there is less to
    read than threads."""
    first = next(place for place, seen in enumerate(looks) if seen.requests) - 1
    last = next(place for place, seen in enumerate(looks) if seen.requests == looks[-1].requests)
    seconds = looks[last].at - looks[first].at
    return 10 * looks[-1].requests / seconds, seconds


def windows(looks: list[Look]) -> list[float]:
    """List and association requests of the ten seconds after each look: half of them are no slower
    than their median, even if the machine was slow for a while."""
    counts = []
    for seen in looks:
        if later := next((each for each in looks if each.at >= seen.at + 10), None):
            counts.append(10 * (later.requests - seen.requests) / (later.at - seen.at))
    return counts


if __name__ == "__main__":
    main()
