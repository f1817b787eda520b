"""requests_per_change: what 1,000 changes of associations, or of properties, that come at once cost
in requests."""

from __future__ import annotations

from collections.abc import Callable

from hubspot.objects import CORE_TYPES
from lab import stack
from lab.benchmarks import truth
from lab.benchmarks.figure import Figure
from lab.simulated import HubSpot, Scene
from lab.stack import Stack

SCENE = Scene(
    {"contacts": 2_000, "companies": 500, "deals": 500, "calls": 2_000},
    latency_ms=100,
    rate_limit=190,
)
CHANGES = 1_000
GOAL_ASSOCIATIONS, GOAL_PROPERTIES = 30, 12


def main() -> None:
    with stack.running(SCENE) as running:
        running.backfill()
        properties, told, unequal = cost(running, rename)
        associations, told_of_links, misled = cost(running, associate)
    ok = (
        associations <= GOAL_ASSOCIATIONS
        and properties <= GOAL_PROPERTIES
        and not unequal
        and not misled
    )
    more: dict[str, object] = {
        "unit": "requests for 1,000 association changes",
        "rival_is": "one GET per event",
    }
    more |= {
        "events": told_of_links,
        "unequal": unequal + misled,
        "requests_for_property_changes": properties,
    }
    more |= {"goal_for_property_changes": GOAL_PROPERTIES, "events_of_property_changes": told}
    ratio = associations / told_of_links
    Figure(
        "requests_per_change",
        associations,
        told_of_links,
        ratio,
        GOAL_ASSOCIATIONS / told_of_links,
        ok,
        more,
    ).print()


def cost(running: Stack, change: Callable[[HubSpot], object]) -> tuple[int, int, int]:
    """Count the requests until the rows equal the source, the events told, and the records whose
    links differ all the same."""
    running.hubspot.call("reset-stats")
    change(running.hubspot)
    running.hubspot.wait_until_quiet()
    truth.equal_at(running)
    stats = running.hubspot.ask("stats")
    misled = sum(len(truth.misled(running, kind)) for kind in CORE_TYPES.values())
    return stats["requests_total"], stats["deliveries"]["events_delivered"], misled


def rename(hubspot: HubSpot) -> None:
    """Change one property of as many contacts: none is spared by another change of the same
    record."""
    ids = list(hubspot.ask(f"records/contacts?limit={CHANGES}")["records"])
    renamed = [{"id": each, "properties": {"firstname": f"Renamed {each}"}} for each in ids]
    hubspot.call("import", type="contacts", records=renamed, events=True)


def associate(hubspot: HubSpot) -> None:
    hubspot.call("edits", count=CHANGES, types=["contacts"], kinds=["associate"], seed=1)


if __name__ == "__main__":
    main()
