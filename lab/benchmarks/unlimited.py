"""unlimited: rows a second of a backfill that HubSpot does not limit, against the plain loop over
the same portal. Whole commands, each in a process of its own: from its start to its exit."""

from __future__ import annotations

import sys
import time

from hubspot.objects import CONTACTS
from lab import stack
from lab.benchmarks import truth
from lab.benchmarks.figure import Figure
from lab.processes import process
from lab.simulated import Scene
from lab.stack import Stack

LATENCY_MS = 150
SCENE = Scene(
    {"contacts": 10_000, "companies": 2_000, "deals": 400, "calls": 5_000}, LATENCY_MS, rate_limit=0
)
NO_LIMIT = {"HUBSPOT_RATE_LIMIT": "1000000"}
OURS = [sys.executable, "cli.py", "backfill", "--type", CONTACTS.name]
RIVAL = [sys.executable, "-m", "lab.benchmarks.sequential", CONTACTS.name]
GOAL = 2.0


def main() -> None:
    with stack.running(SCENE, more=NO_LIMIT) as running:
        ours, unequal = measured(running, "ours", OURS)
        with running.context.database.transaction() as conn:
            conn.execute(f"truncate {CONTACTS.table}".encode())
        rival, missing = measured(running, "rival", RIVAL)
    ok = ours / rival >= GOAL and not unequal and not missing
    more = {
        "unit": "rows/s",
        "rival_is": "a page with its links after another, one row after another",
        "latency_ms": LATENCY_MS,
    }
    more |= {"rows": SCENE.records["contacts"], "unequal": unequal, "unequal_of_rival": missing}
    Figure("unlimited", ours, rival, ours / rival, GOAL, ok, more).print()


def measured(running: Stack, name: str, command: list[str]) -> tuple[float, int]:
    """Answer the contacts a second of a command, and how many of them differ from their source
    afterwards, links included."""
    began = time.perf_counter()
    with process(name, command, running.environment, running.logs) as started:
        started.wait()
    seconds = time.perf_counter() - began
    if started.returncode:
        raise RuntimeError((running.logs / f"{name}.log").read_text()[-2000:])
    wrong = {
        *truth.differences(running, (CONTACTS.name,)).get(CONTACTS.name, ()),
        *truth.misled(running, CONTACTS),
    }
    return SCENE.records["contacts"] / seconds, len(wrong)


if __name__ == "__main__":
    main()
