"""burst: 10,000 events over 1,000 contacts; how soon the rows equal the source, and with how few
batch reads."""

from __future__ import annotations

import time

from lab import stack
from lab.benchmarks import truth
from lab.benchmarks.figure import Figure
from lab.simulated import HubSpot, Scene

SCENE = Scene(
    {"contacts": 2_000, "companies": 100, "deals": 100, "calls": 100},
    latency_ms=100,
    rate_limit=190,
)
EVENTS, CONTACTS = 10_000, 1_000
GOAL_SECONDS, GOAL_READS = 5.0, 20


def main() -> None:
    with stack.running(SCENE) as running:
        running.backfill()
        running.hubspot.call("reset-stats")
        began = time.monotonic()
        edit(running.hubspot)
        running.hubspot.wait_until_quiet()
        delivered = time.monotonic()
        seconds = truth.equal_at(running) - delivered
        stats = running.hubspot.ask("stats")
        unequal = sum(report.unequal for report in running.verified())
    reads, events = stats["requests"].get("batch_read", 0), stats["deliveries"]["events_delivered"]
    ok = seconds <= GOAL_SECONDS and reads <= GOAL_READS and not unequal
    more = {
        "unit": "batch reads",
        "rival_is": "one GET per event",
        "goal_reads": GOAL_READS,
        "events": events,
    }
    more |= {
        "seconds_after_last_delivery": seconds,
        "goal_seconds": GOAL_SECONDS,
        "requests": stats["requests"],
    }
    more |= {
        "delivered_in_seconds": delivered - began,
        "refused": stats["limited_total"],
        "unequal": unequal,
    }
    Figure("burst", reads, events, reads / events, GOAL_READS / EVENTS, ok, more).print()


def edit(hubspot: HubSpot) -> None:
    """Update the same 1,000 contacts, one to three properties each time, until HubSpot told of
    10,000."""
    missing = EVENTS
    while missing > 0:
        plan = {
            "count": -(-missing // 2),
            "over": CONTACTS,
            "types": ["contacts"],
            "kinds": ["update"],
            "seed": 1,
        }
        missing -= hubspot.call("edits", **plan)["events"]


if __name__ == "__main__":
    main()
