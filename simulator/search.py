"""Search over the live records of a type: filter groups, one sort, integer offsets, and HubSpot's limits.

https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm
"""

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from hubspot.objects import ObjectType

from .definitions import created_property, default_properties
from .errors import Problem
from .portal import Portal
from .store import Record, Store
from .wire import epoch_ms

MAX_PAGE, MAX_RESULTS = 200, 10_000
MAX_GROUPS, MAX_FILTERS, MAX_FILTERS_IN_ALL = 5, 6, 18
_TOKENS = re.compile(r"[\w*]+")

Test = Callable[[Record], bool]
Reading = Callable[[str], Any]  # a property's text → what it compares as; None when it cannot


@dataclass(frozen=True, slots=True)
class Query:
    """A checked search request."""

    groups: list[list[dict[str, Any]]]
    words: str
    sort: tuple[str, bool] | None  # property, descending
    limit: int
    after: int


def parsed(body: dict[str, Any]) -> Query:
    """Raises Problem beyond HubSpot's limits."""
    groups = [group.get("filters", []) for group in body.get("filterGroups") or ()]
    if len(groups) > MAX_GROUPS or any(len(filters) > MAX_FILTERS for filters in groups):
        raise Problem(400, f"A search has at most {MAX_GROUPS} filterGroups of at most {MAX_FILTERS} filters")
    if sum(map(len, groups)) > MAX_FILTERS_IN_ALL:
        raise Problem(400, f"A search has at most {MAX_FILTERS_IN_ALL} filters in all")
    limit, after = number(body, "limit", 10), number(body, "after", 0)
    if limit > MAX_PAGE:
        raise Problem(400, f"The maximum page size is {MAX_PAGE}")
    if after + limit > MAX_RESULTS:
        raise Problem(400, f"There was a problem with the request: paging ends at {MAX_RESULTS} results")
    return Query(groups, str(body.get("query") or ""), sort_of(body.get("sorts") or []), limit, after)


def number(body: dict[str, Any], name: str, default: int) -> int:
    text = str(body.get(name) or default)
    if not text.isdecimal():
        raise Problem(400, f"{name} must be an integer")
    return int(text)


def sort_of(sorts: list[Any]) -> tuple[str, bool] | None:
    """Either {"propertyName", "direction"} or a name, with - for descending."""
    if len(sorts) > 1:
        raise Problem(400, "Only one sort is supported")
    if not sorts:
        return None
    if isinstance(sorts[0], str):
        return sorts[0].lstrip("-"), sorts[0].startswith("-")
    return sorts[0]["propertyName"], sorts[0].get("direction") == "DESCENDING"


def found(portal: Portal, kind: ObjectType, query: Query) -> list[Record]:
    """All matching records in the asked order; by create date without a sort."""
    store = portal.stores[kind.name]
    groups = [[test_of(portal, kind, one) for one in filters] for filters in query.groups]
    records = candidates(store, kind, query)
    if groups:
        records = (
            record for record in records if any(all(test(record) for test in tests) for tests in groups)
        )
    if query.words:
        records = (record for record in records if mentions(record, default_properties(kind), query.words))
    name, descending = query.sort or (created_property(kind), False)
    return in_order(records, reading_of(portal, kind, name), name, descending)


def candidates(store: Store, kind: ObjectType, query: Query) -> Iterable[Record]:
    """Every live record, or the slice of the modified order that a lone filter group allows."""
    low, high = -math.inf, math.inf
    for one in query.groups[0] if len(query.groups) == 1 else ():
        bounds = [epoch_ms(str(one[key])) for key in ("value", "highValue") if one.get(key) is not None]
        if one.get("propertyName") != kind.modified or not bounds or None in bounds:
            continue
        if one["operator"] in ("GT", "GTE", "EQ", "BETWEEN"):
            low = max(low, bounds[0] or 0)
        if one["operator"] in ("LT", "LTE", "EQ", "BETWEEN"):
            high = min(high, bounds[-1] or 0)
    if (low, high) == (-math.inf, math.inf):
        return (store.records[record_id] for record_id in store.live)
    return store.modified_between(low, high)


def in_order(records: Iterable[Record], read: Reading, name: str, descending: bool) -> list[Record]:
    """Records without a readable value come last; ties in id order."""
    keyed = [
        (read(record.properties.get(name, "")), record)
        for record in sorted(records, key=lambda record: record.id)
    ]
    valued = [(key, record) for key, record in keyed if key is not None]
    valued.sort(key=lambda pair: pair[0], reverse=descending)
    return [record for _, record in valued] + [record for key, record in keyed if key is None]


def reading_of(portal: Portal, kind: ObjectType, name: str) -> Reading:
    known = portal.properties[kind.name].get(name)
    value_type = known["type"] if known else "string"
    return {"number": as_number, "datetime": as_time, "date": as_time}.get(value_type, as_word)


def as_number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def as_time(text: str) -> int | None:
    return epoch_ms(text) if text else None


def as_word(text: str) -> str | None:
    return text.lower() if text else None


def test_of(portal: Portal, kind: ObjectType, wanted: dict[str, Any]) -> Test:
    """One filter as a predicate; raises Problem for an operator that HubSpot does not know."""
    name, operator = str(wanted.get("propertyName")), str(wanted.get("operator"))
    if operator not in OPERATORS:
        raise Problem(400, f"Invalid input JSON: {operator} is not a search operator")
    known = portal.properties[kind.name].get(name, {"type": "string"})
    matches = OPERATORS[operator](wanted, reading_of(portal, kind, name), known["type"])
    return lambda record: matches(record.properties.get(name, ""))


def mentions(record: Record, names: Iterable[str], words: str) -> bool:
    """Free text: every word must begin a token of some default property."""
    tokens = [token for name in names for token in _TOKENS.findall(record.properties.get(name, "").lower())]
    return all(any(token.startswith(word) for token in tokens) for word in _TOKENS.findall(words.lower()))


# --- operators: (filter, reading, type) → predicate on the property's text. A record without a value matches none of
# them but NOT_HAS_PROPERTY; for NEQ and the NOT_s that is what integrators report, HubSpot documents neither.

Match = Callable[[str], bool]


def bound(wanted: dict[str, Any], key: str, read: Reading) -> Any:
    """A filter's value; raises Problem when it is missing or unreadable."""
    value = read(str(wanted[key])) if wanted.get(key) is not None else None
    if value is None:
        raise Problem(
            400, f"Invalid input JSON: {wanted.get('operator')} on {wanted.get('propertyName')} needs {key}"
        )
    return value


def comparing(compare: Callable[[Any, Any], bool]) -> Callable[[dict[str, Any], Reading, str], Match]:
    def build(wanted: dict[str, Any], read: Reading, value_type: str) -> Match:
        value = bound(wanted, "value", read)
        return lambda text: (mine := read(text)) is not None and compare(mine, value)

    return build


def between(wanted: dict[str, Any], read: Reading, value_type: str) -> Match:
    low, high = bound(wanted, "value", read), bound(wanted, "highValue", read)
    return lambda text: (mine := read(text)) is not None and low <= mine <= high


def among(inside: bool) -> Callable[[dict[str, Any], Reading, str], Match]:
    """Values of string properties must be given in lower case; those of enumerations in their own case."""

    def build(wanted: dict[str, Any], read: Reading, value_type: str) -> Match:
        values = wanted.get("values")
        if not isinstance(values, list):
            raise Problem(400, f"Invalid input JSON: {wanted.get('operator')} needs values")
        if value_type in ("number", "date", "datetime"):
            readable = {read(str(value)) for value in values}
            return lambda text: bool(text) and (read(text) in readable) is inside
        plain = {str(value) for value in values}
        fold = str.lower if value_type == "string" else str
        return lambda text: bool(text) and (fold(text) in plain) is inside

    return build


def containing(inside: bool) -> Callable[[dict[str, Any], Reading, str], Match]:
    def build(wanted: dict[str, Any], read: Reading, value_type: str) -> Match:
        pattern = str(bound(wanted, "value", as_word))
        return lambda text: bool(text) and contains_token(text.lower(), pattern) is inside

    return build


def contains_token(text: str, pattern: str) -> bool:
    """`*@example.com` may match the whole value; otherwise every token of the pattern must be one of the value's."""
    if fnmatchcase(text, pattern):
        return True
    tokens = _TOKENS.findall(text)
    return all(any(fnmatchcase(token, word) for token in tokens) for word in _TOKENS.findall(pattern))


OPERATORS: dict[str, Callable[[dict[str, Any], Reading, str], Match]] = {
    "EQ": comparing(lambda mine, value: mine == value),
    "NEQ": comparing(lambda mine, value: mine != value),
    "LT": comparing(lambda mine, value: mine < value),
    "LTE": comparing(lambda mine, value: mine <= value),
    "GT": comparing(lambda mine, value: mine > value),
    "GTE": comparing(lambda mine, value: mine >= value),
    "BETWEEN": between,
    "IN": among(True),
    "NOT_IN": among(False),
    "HAS_PROPERTY": lambda wanted, read, value_type: lambda text: text != "",
    "NOT_HAS_PROPERTY": lambda wanted, read, value_type: lambda text: text == "",
    "CONTAINS_TOKEN": containing(True),
    "NOT_CONTAINS_TOKEN": containing(False),
}
