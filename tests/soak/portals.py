"""Two new portals of a simulated HubSpot for every example, always with the same records: an
example must not depend on the ones before it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from hubspot.json_types import JsonObject
from hubspot.objects import OBJECT_TYPES
from tests import processes
from tests.processes import Simulator

PAIRS = 12  # of portals in one simulator; then another is started
POPULATION = {"companies": 3, "contacts": 5, "deals": 4, "calls": 5}
CUSTOM = "cars"
# Every other type, and one that portals define: a life has a group of them as guests.
OTHERS = (*(name for name in OBJECT_TYPES if name not in POPULATION), CUSTOM)
GROUPS = tuple(OTHERS[place::7] for place in range(7))
GUESTS = tuple(f"guest {place}" for place in range(len(GROUPS[0])))
GUEST_RECORDS = 2
LINKS = {
    "contacts": ("companies",),
    "deals": ("contacts", "companies"),
    "calls": ("contacts", "deals"),
}
CALM = {
    "gather_ms": 5,
    "retry_scale": 0.00002,  # 24 hours of retries pass in two seconds
    "association_page": 2,
    "search_limit": 0,
    "removals_tell_associations": True,
    "batch_read_follows_merges": False,
    "webhooks": "auto",
    "search_lag_ms": 0,
}


@dataclass(frozen=True)
class Pair:
    """Two portals with equal ids."""

    simulator: Simulator
    tokens: Sequence[str]
    portal_ids: Sequence[int]
    struck: Counter[str] = field(default_factory=Counter)  # requests that met a fault
    # of each portal: (family, parent) → entries that are gone, by key
    gone: tuple[dict[Any, Any], dict[Any, Any]] = field(default_factory=lambda: ({}, {}))

    def ask(self, what: str, place: int, **body: Any) -> JsonObject:
        """Call the control API once about the first or the second portal."""
        answer: JsonObject = self.simulator.control(what, portal_id=self.portal_ids[place], **body)
        return answer

    def quiet(self) -> None:
        self.simulator.quiet()

    def calm(self) -> None:
        """End all faults, and have HubSpot as it is described."""
        self.fail()
        self.simulator.control("faults", webhooks={})
        self.simulator.control("settings", **CALM)

    def fail(self, *faults: JsonObject) -> None:
        """These faults from now on, and no others."""
        for past in self.simulator.control("faults")["api"]:
            name = f"status {past['status']}" if past["fault"] == "status" else past["fault"]
            self.struck[f"struck by {name}"] += past["struck"]
        self.simulator.control("faults", api=faults)

    def named(self, place: int, guest: str) -> str:
        """Answer a type's name in HubSpot's paths: a portal's own types have its number."""
        return f"p{self.portal_ids[place]}_{CUSTOM}" if guest == CUSTOM else guest

    def families(self, place: int) -> JsonObject:
        """Answer what no webhook tells of: family → parent → key → entry."""
        query = f"portal_id={self.portal_ids[place]}"
        return dict(self.simulator.call("GET", f"/simulator/families?{query}"))

    def populate(self, place: int, heard: bool, guests: Sequence[str]) -> None:
        """Add a handful of records, each linked to others, and some of each guest; `heard` says
        whether webhooks tell of them."""
        ids: dict[str, list[str]] = {}
        for name, count in POPULATION.items():
            links = [
                {to: [ids[to][n % len(ids[to])]] for to in LINKS.get(name, ())}
                for n in range(count)
            ]
            records = [
                {"properties": first_values(name, n), "associations": links[n]}
                for n in range(count)
            ]
            ids[name] = self.ask("import", place, type=name, records=records, events=heard)["ids"]
        for guest in guests:
            records = [{"properties": _value(guest, n)} for n in range(GUEST_RECORDS)]
            name = self.named(place, guest)
            self.ask("import", place, type=name, records=records, events=heard)

    def truth(self, place: int, object_type: str) -> dict[str, JsonObject]:
        """Answer every record that HubSpot holds, archived ones too, by id."""
        query = f"portal_id={self.portal_ids[place]}&full=1"
        name = self.named(place, object_type)
        answer = self.simulator.call("GET", f"/simulator/records/{name}?{query}")
        return dict(answer["records"])

    def call(self, place: int, method: str, path: str, body: Any = None) -> Any:
        return self.simulator.call(method, path, body, self.tokens[place])

    def lost(self, place: int) -> int:
        """Count the deliveries of this portal that never came."""
        told = self.simulator.stats()["portals"][str(self.portal_ids[place])]["deliveries"]
        return int(told["dropped"])


class Portals:
    """Hands out pairs, from one simulator after the other."""

    def __init__(self, deliver_to: str) -> None:
        self._deliver_to, self._running, self._left = deliver_to, ExitStack(), list[Pair]()

    def next(self) -> Pair:
        if not self._left:
            self._left = self._started()
        return self._left.pop(0)

    def close(self) -> None:
        self._running.close()

    def _started(self) -> list[Pair]:
        self.close()
        tokens = [f"token-{number}" for number in range(2 * PAIRS)]
        none = {"contacts": 0, "companies": 0, "deals": 0, "calls": 0}
        simulator = self._running.enter_context(
            processes.simulator(self._deliver_to, {CUSTOM: 0}, tokens, **none)
        )
        first = simulator.portal_id
        return [
            Pair(simulator, tokens[n : n + 2], (first + n, first + n + 1)) for n in range(0,
                2 * PAIRS, 2)
        ]  # fmt: skip


def first_values(object_type: str, number: int) -> dict[str, str]:
    name = f"{object_type}-{number}"
    return {
        "companies": {"name": name, "domain": f"{name}.test"},
        "contacts": {"firstname": name, "email": f"{name}@first.test"},
        "deals": {"dealname": name, "amount": str(number)},
        "calls": {"hs_call_duration": str(1000 * number), "hs_timestamp": "2026-01-01T00:00:00Z"},
    }[object_type]


def _value(guest: str, number: int) -> dict[str, str]:
    """Answer a value of a type's first property."""
    kind = OBJECT_TYPES.get(guest)
    name = kind.columns[0].property if kind else "title"
    return {name: str(number)}
