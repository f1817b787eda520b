"""unlimited: rows a second of a backfill that HubSpot does not limit, against the plain loop over
the same portal."""

from __future__ import annotations

import time
from collections.abc import Callable

from db import metadata as definitions
from hubspot.objects import CONTACTS
from lab import stack
from lab.benchmarks import sequential, truth
from lab.benchmarks.figure import Figure
from lab.simulated import Scene
from lab.stack import Stack
from workers.backfill import backfill
from workers.definitions import refresh

LATENCY_MS = 150
SCENE = Scene(
    {"contacts": 10_000, "companies": 2_000, "deals": 400, "calls": 5_000}, LATENCY_MS, rate_limit=0
)
NO_LIMIT = {"HUBSPOT_RATE_LIMIT": "1000000"}
GOAL = 8.0


def main() -> None:
    with stack.running(SCENE, more=NO_LIMIT) as running:
        refresh(running.context, running.portal)
        ours, unequal = _measured(running, lambda: _ours(running))
        with running.context.database.transaction() as conn:
            conn.execute(f"truncate {CONTACTS.table}".encode())
            names = CONTACTS.property_names(
                definitions.property_names(conn, running.portal.portal_id, CONTACTS.name)
            )
        rival, missing = _measured(running, lambda: sequential.fetch_all(running, CONTACTS, names))
    ok = ours / rival >= GOAL and not unequal and not missing
    more = {
        "unit": "rows/s",
        "rival_is": "one request after another, one row after another",
        "latency_ms": LATENCY_MS,
    }
    more |= {"rows": SCENE.records["contacts"], "unequal": unequal, "unequal_of_rival": missing}
    Figure("unlimited", ours, rival, ours / rival, GOAL, ok, more).print()


def _ours(running: Stack) -> None:
    if failures := backfill(running.context, running.portal, (CONTACTS.name,), lambda scan: None):
        raise RuntimeError("; ".join(failures))


def _measured(running: Stack, work: Callable[[], object]) -> tuple[float, int]:
    """Contacts a second, and how many of them differ from their source afterwards, links
    included."""
    began = time.perf_counter()
    work()
    seconds = time.perf_counter() - began
    wrong = {
        *truth.differences(running, (CONTACTS.name,)).get(CONTACTS.name, ()),
        *truth.misled(running, CONTACTS),
    }
    return SCENE.records["contacts"] / seconds, len(wrong)


if __name__ == "__main__":
    main()
