"""Search over the live records of a type: filter groups, one sort, integer offsets, and HubSpot's
limits.

https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter, itemgetter
from typing import Any

from hubspot.objects import ObjectType

from .definitions import default_properties
from .errors import Problem
from .operators import OPERATORS, TOKENS, Reading, as_number, as_time, as_word
from .portal import Portal
from .store import Record, Store
from .wire import epoch_ms

MAX_PAGE, MAX_RESULTS = 200, 10_000
MAX_GROUPS, MAX_FILTERS, MAX_FILTERS_IN_ALL = 5, 6, 18

Test = Callable[[Record], bool]


@dataclass(frozen=True, slots=True)
class Query:
    """A checked search request."""

    groups: list[list[dict[str, Any]]]
    words: str
    sort: tuple[str, bool] | None  # property, descending
    limit: int
    after: int


def parsed(body: dict[str, Any]) -> Query:
    """Raise Problem beyond HubSpot's limits."""
    groups = [group.get("filters", []) for group in body.get("filterGroups") or ()]
    if body.get("filters"):  # one group's filters may stand by themselves, as older clients send
        groups.append(body["filters"])
    if len(groups) > MAX_GROUPS or any(len(filters) > MAX_FILTERS for filters in groups):
        raise Problem(
            400, f"A search has at most {MAX_GROUPS} filterGroups of at most {MAX_FILTERS} filters"
        )
    if sum(map(len, groups)) > MAX_FILTERS_IN_ALL:
        raise Problem(400, f"A search has at most {MAX_FILTERS_IN_ALL} filters in all")
    limit, after = number(body, "limit", 10), number(body, "after", 0)
    if limit > MAX_PAGE:
        raise Problem(400, f"The maximum page size is {MAX_PAGE}")
    if after + limit > MAX_RESULTS:
        raise Problem(
            400, f"There was a problem with the request: paging ends at {MAX_RESULTS} results"
        )
    return Query(
        groups, str(body.get("query") or ""), sort_of(body.get("sorts") or []), limit, after
    )


def number(body: dict[str, Any], name: str, default: int) -> int:
    text = str(body.get(name) or default)
    if not text.isdecimal():
        raise Problem(400, f"{name} must be an integer")
    return int(text)


def sort_of(sorts: list[Any]) -> tuple[str, bool] | None:
    """Read a sort: either {"propertyName", "direction"} or a name, with - for descending."""
    if len(sorts) > 1:
        raise Problem(400, "Only one sort is supported")
    if not sorts:
        return None
    if isinstance(sorts[0], str):
        return sorts[0].lstrip("-"), sorts[0].startswith("-")
    return sorts[0]["propertyName"], sorts[0].get("direction") == "DESCENDING"


def found(portal: Portal, kind: ObjectType, query: Query) -> list[Record]:
    """Answer all matching records in the asked order; by create date without a sort."""
    store = portal.stores[kind.name]
    groups = [[test_of(portal, kind, one) for one in filters] for filters in query.groups]
    index = portal.indexes[kind.name]
    index.catch_up()
    records = candidates(store, kind, query)
    if index.behind:
        records = chain(
            (record for record in records if record.id not in index.behind), index.stale()
        )
    if groups:
        records = (record for record in records if any(_passes(record, tests) for tests in groups))
    if query.words:
        records = (
            record for record in records if mentions(record, default_properties(kind), query.words)
        )
    if query.sort is None:
        return in_order(records, attrgetter("created_at"), descending=False)
    name, descending = query.sort
    return in_order(records, key_of(portal, kind, name), descending)


def _passes(record: Record, tests: Iterable[Test]) -> bool:
    return all(test(record) for test in tests)


def candidates(store: Store, kind: ObjectType, query: Query) -> Iterable[Record]:
    """Answer every live record, or the slice of the modified order that a lone filter group
    allows."""
    low, high = -math.inf, math.inf
    for one in query.groups[0] if len(query.groups) == 1 else ():
        bounds = [
            epoch_ms(str(one[key])) for key in ("value", "highValue") if one.get(key) is not None
        ]
        if one.get("propertyName") != kind.modified or not bounds or None in bounds:
            continue
        if one["operator"] in ("GT", "GTE", "EQ", "BETWEEN"):
            low = max(low, bounds[0] or 0)
        if one["operator"] in ("LT", "LTE", "EQ", "BETWEEN"):
            high = min(high, bounds[-1] or 0)
    if (low, high) == (-math.inf, math.inf):
        return (store.records[record_id] for record_id in store.live)
    return store.modified_between(low, high)


def in_order(
    records: Iterable[Record], key: Callable[[Record], Any], descending: bool
) -> list[Record]:
    """Sort records; records without a readable value come last, ties in id order."""
    keyed = [(key(record), record) for record in sorted(records, key=attrgetter("id"))]
    valued = [pair for pair in keyed if pair[0] is not None]
    valued.sort(key=itemgetter(0), reverse=descending)
    return [record for _, record in valued] + [record for value, record in keyed if value is None]


def key_of(portal: Portal, kind: ObjectType, name: str) -> Callable[[Record], Any]:
    """Answer what records are sorted by. Mirrors sort by the modified date: reading it as text
    would take half a second."""
    if name == kind.modified:
        return attrgetter("modified")
    read = reading_of(portal, kind, name)
    return lambda record: read(record.properties.get(name, ""))


def reading_of(portal: Portal, kind: ObjectType, name: str) -> Reading:
    known = portal.properties[kind.name].get(name)
    value_type = known["type"] if known else "string"
    return {"number": as_number, "datetime": as_time, "date": as_time}.get(value_type, as_word)


def test_of(portal: Portal, kind: ObjectType, wanted: dict[str, Any]) -> Test:
    """Make one filter a predicate; raise Problem for an operator that HubSpot does not know."""
    name, operator = str(wanted.get("propertyName")), str(wanted.get("operator"))
    if operator not in OPERATORS:
        raise Problem(400, f"Invalid input JSON: {operator} is not a search operator")
    known = portal.properties[kind.name].get(name, {"type": "string"})
    matches = OPERATORS[operator](wanted, reading_of(portal, kind, name), known["type"])
    return lambda record: matches(record.properties.get(name, ""))


def mentions(record: Record, names: Iterable[str], words: str) -> bool:
    """Free text: every word must begin a token of some default property."""
    tokens = [
        token for name in names for token in TOKENS.findall(record.properties.get(name, "").lower())
    ]

    def begins_one(word: str) -> bool:
        return any(token.startswith(word) for token in tokens)

    return all(map(begins_one, TOKENS.findall(words.lower())))
