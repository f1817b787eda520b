"""What is asked: every read of the served document, each with other periods, records and pages.

A route is found in the document, so a new one is measured by itself. Raises KeyError for a place
in a path that nothing here can fill.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

TYPES = {"contacts": 31_636, "calls": 118_931, "companies": 8_000, "deals": 1_193}
OWNERS = 20
EXTRACTION = UUID(hashlib.md5(b"extraction", usedforsecurity=False).hexdigest())
PLACE = re.compile(r"{(\w+)}")
RECORDS = "/api/v1/records/{object_type}"
Query = Mapping[str, str]
Chooser = Callable[[Random, int], Query]


@dataclass(frozen=True, slots=True)
class Read:
    """A route as it is asked: its path with places, and what its query may say, if anything."""

    name: str
    path: str
    queries: Sequence[Chooser]
    pinned: Mapping[str, str]  # places of the path that this one always fills so

    def url(self, random: Random, scale: int) -> str:
        """Answer one address, of records and periods that chance decides."""
        kind = self.pinned.get("object_type") or random.choice(list(TYPES))
        fills = {
            "object_type": kind,
            "hubspot_id": str(random.randint(1, TYPES[kind] * scale)),
            "scan_id": str(EXTRACTION),
        } | dict(self.pinned)
        path = PLACE.sub(lambda found: fills[found[1]], self.path)
        query = ""
        if self.queries:
            query = urlencode(random.choice(self.queries)(random, scale))
        return f"{path}?{query}" if query else path


def _always(**query: str) -> Chooser:
    return lambda random, scale: query


def _period(days: int) -> Chooser:
    def choose(random: Random, scale: int) -> Query:
        begins = date(2025, 1, 1) + timedelta(random.randrange(300))
        return {"from": f"{begins}", "to": f"{begins + timedelta(days - 1)}"}

    return choose


def _of_an_owner(random: Random, scale: int) -> Query:
    return dict(_period(90)(random, scale)) | {"owner": str(random.randint(1, OWNERS))}


def _search(text: str) -> Chooser:
    return lambda random, scale: {"text": text.format(random.randint(1, 31_636 * scale))}


def _filtered(text: str, most: int) -> Chooser:
    return lambda random, scale: {"filter": text.format(random.randint(1, most))}


def _day(random: Random, scale: int) -> Query:
    return {"day": f"{date(2025, 1, 1) + timedelta(random.randrange(300))}"}


PERIODS = (_always(), _period(30), _period(90), _period(365), _of_an_owner)
# Kinds of questions to one route that are told apart: what each is called, its query, its places.
TOLD_APART: Mapping[str, Sequence[tuple[str, Chooser, Mapping[str, str]]]] = {
    "/api/v1/search": (
        ("by id", _search("{}"), {}),
        ("by e-mail", _search("person{0}@company1.example"), {}),
        ("by name", _search("First7 Last{}"), {}),
    ),
    "/api/v1/past": (("", _day, {}),),
    "/api/v1/events": (
        ("", _always(), {}),
        ("of a record", lambda random, _: _event(random), {}),
        ("of a kind", _always(kind="merge"), {}),
    ),
    RECORDS: (
        ("", _always(), {}),
        ("newest first", _always(sort="-createdate"), {"object_type": "contacts"}),
        ("by owner", _filtered("hubspot_owner_id:eq:{}", OWNERS), {}),
        ("by a text", _filtered("favourite_colour:eq:colour {}", 4_999), {}),
        ("by a number", _filtered("contract_value:gt:{}", 9_000), {}),
        ("by a rare number", _filtered("contract_value:gt:899{}", 9), {}),
        ("containing", _filtered("custom_text_1:contains:a{}", 9_999), {}),
        ("sorted by a number", _always(sort="-contract_value"), {}),
        ("all properties", _always(fields="*", limit="100"), {}),
    ),
}


def _event(random: Random) -> Query:
    return {"object_type": random.choice(list(TYPES)), "hubspot_id": str(random.randint(1, 1_193))}


def reads(document: Mapping[str, Any]) -> Iterator[Read]:
    """Yield every read of a document, choices of a path one by one."""
    for path, operations in document["paths"].items():
        if "get" in operations:
            parameters = operations["get"].get("parameters", [])
            for pinned in _choices(parameters):
                yield from _of_route(path, parameters, pinned)


def _choices(parameters: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, str]]:
    chosen = [each for each in parameters if each["in"] == "path" and "enum" in each["schema"]]
    if not chosen:
        yield {}
    for each in chosen:
        yield from ({each["name"]: value} for value in each["schema"]["enum"])


def _of_route(
    path: str, parameters: Sequence[Mapping[str, Any]], pinned: Mapping[str, str]
) -> Iterator[Read]:
    name = PLACE.sub(lambda found: pinned.get(found[1], found[0]), path)
    for called, query, places in TOLD_APART.get(path, ()):
        yield Read(f"{name} {called}".strip(), path, [query], places)
    if path not in TOLD_APART:
        has_period = {"from", "to"} <= {each["name"] for each in parameters}
        yield Read(name, path, PERIODS if has_period else (), pinned)
