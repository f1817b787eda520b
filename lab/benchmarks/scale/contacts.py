"""Do backfill and nightly comparison of a million contacts cost more memory, or more requests for a
thousand records, than those of a tenth?

HubSpot is the simulated one without a limit, so the pace is ours. Each job runs in a process of its
own, whose memory is looked at from outside.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import psutil

from lab import processes, stack
from lab.benchmarks.figure import Figure
from lab.simulated import Scene
from lab.stack import Stack

CONTACTS = 1_000_000
GOAL = 1.05  # requests for a thousand records, beside a tenth of them
MEMORY_GOAL = 1.2
LOOK_SECONDS = 0.2
FEW = {"companies": 10, "deals": 10, "calls": 10}
MORE = {"HUBSPOT_RATE_LIMIT": "1000000", "NIGHTLY_SHARE": "90"}
NIGHT = """
import sys
from settings import WORKER_NEEDS, Settings
from workers import nightly
from workers.context import Context
context = Context.open(Settings.from_env(WORKER_NEEDS))
nightly.run(context, int(sys.argv[1]))
context.close()
"""
COMPARED = "select sum(compared)::int as records, sum(unequal)::int as unequal from verify_runs"


def main(scale: float) -> None:
    many = round(CONTACTS * scale)
    small, large = measured(many // 10), measured(many)
    worst = max(large[job]["per_thousand"] / small[job]["per_thousand"] for job in large)
    grown = max(large[job]["peak_mb"] / small[job]["peak_mb"] for job in large)
    more: dict[str, Any] = {"unit": "requests for a thousand records", "contacts": many}
    more |= {"rival_is": "the same of a tenth", "memory_grown": grown, "memory_goal": MEMORY_GOAL}
    Figure(
        "contacts",
        large["nightly"]["per_thousand"],
        small["nightly"]["per_thousand"],
        worst,
        GOAL,
        worst <= GOAL and grown <= MEMORY_GOAL,
        more | {"large": large, "small": small},
    ).print()


def measured(contacts: int) -> dict[str, dict[str, float]]:
    """Answer what both jobs cost with so many contacts. Raises where a record was left out."""
    scene = Scene({"contacts": contacts, **FEW}, latency_ms=0, rate_limit=0)
    with stack.running(scene, more=MORE) as running:
        running.processes["clock"].terminate()  # what it wakes would ask, too
        everything = contacts + sum(FEW.values())
        told = {"backfill": cost(running, everything, "cli.py", "backfill")}
        portal = str(running.portal.portal_id)
        told["nightly"] = cost(running, everything, "-c", NIGHT, portal)
        with running.context.database.transaction() as conn:
            found = conn.execute(COMPARED).fetchone()
            kept = conn.execute("select count(*)::int as n from hubspot_contacts_raw").fetchone()
        assert kept == {"n": contacts}, kept
        assert found == {"records": everything, "unequal": 0}, found
    return told


def cost(running: Stack, records: int, *command: str) -> dict[str, float]:
    """Run a job in a process of its own; answer its requests, memory and pace."""
    running.hubspot.call("reset-stats")
    began, peak = time.monotonic(), 0.0
    with processes.process(
        "job", [sys.executable, *command], running.environment, running.logs
    ) as started:
        watched = psutil.Process(started.pid)
        while started.poll() is None:
            peak = max(peak, watched.memory_info().rss / 1e6)
            time.sleep(LOOK_SECONDS)
    seconds = time.monotonic() - began
    if started.returncode:
        raise RuntimeError(processes.end_of(running.logs / "job.log"))
    requests = sum(running.hubspot.ask("stats")["requests"].values())
    return {
        "per_thousand": 1000 * requests / records,
        "requests": requests,
        "peak_mb": peak,
        "seconds": seconds,
    }


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0)
