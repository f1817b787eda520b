"""Turn API JSON into typed rows and raw JSON, and check every value on the way. Pure; no I/O.

Property values arrive as text. One that does not fit its column becomes NULL there, stays as it
came in raw_json and is reported as an issue; what PostgreSQL cannot store at all (\\u0000, lone
surrogates) is replaced and reported. So no value, however strange, costs its record or its
neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from hubspot import property_values
from hubspot.columns import BOOLEAN, INTEGER, MERGED_IDS, NUMERIC, TEXT, TIMESTAMP, Column, Kind
from hubspot.errors import Unavailable
from hubspot.json_text import dumps, storable
from hubspot.objects import ObjectType

_INT4 = 2**31
_UNKNOWN = datetime(1970, 1, 1, tzinfo=UTC)  # when a record changed of which nothing is said
# bytes of a text in an index: an entry holds 2,704, up to three texts, and lower() lengthens some
_LONGEST_KEY = 700


@dataclass(frozen=True, slots=True)
class Issue:
    """Hold a value that did not fit: which property, and why."""

    property: str
    reason: str


@dataclass(frozen=True, slots=True)
class Row:
    """Hold one record as it will stand in its table. `values` follow the registry's columns;
    `links` the association types that this fetch read (ids per type); types it did not read are
    absent, and the stored ones stay."""

    hubspot_id: str
    values: tuple[Any, ...]
    links: Mapping[str, tuple[str, ...]]
    raw_json: str
    archived: bool
    archived_at: datetime | None
    updated_at: datetime
    present: Mapping[str, str | None] = field(default_factory=dict)  # of which we keep histories
    merged_ids: tuple[str, ...] = ()  # the ids this record had before merges
    issues: tuple[Issue, ...] = ()
    # as HubSpot sent them; raw_json tells of them already
    properties: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    ends: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Links:
    """Hold a record's links, read without the record: ids per association type, and the same as
    raw_json holds them."""

    hubspot_id: str
    ids: Mapping[str, tuple[str, ...]]
    raw_json: str
    ends: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)


def links(hubspot_id: str, found: Mapping[str, Sequence[Mapping[str, Any]]]) -> Links:
    """Make links. `found` maps an association type to its list of {"id", "type", …} as read."""
    return Links(hubspot_id, _link_ids(found), dumps(_link_json(found)), found)


def _link_ids(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, tuple[str, ...]]:
    return {to: _ids(ends) for to, ends in found.items()}


def _ids(ends: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(link["id"]) for link in ends))


def _link_json(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
    return {to: {"results": list(ends)} for to, ends in found.items()}


def row(
    kind: ObjectType, record: Mapping[str, Any], links: Mapping[str, Sequence[Mapping[str, Any]]]
) -> Row:
    """Turn into a row one API record. `links` maps an association type to its list of {"id",
    "type", …} as read.

    Raises Unavailable when it has no id: that is a broken answer, not a record. One without a
    modified time is as old as its creation, so that it holds back no other and anything newer wins.
    """
    _check(kind, record)
    record, issues = _storable(record)
    properties = record.get("properties") or {}
    values = tuple(typed(column, properties, issues) for column in kind.columns)
    updated_at = modified_at(kind, record)
    if updated_at is None:
        issues.append(Issue("updatedAt", "no modified time"))
        created_at = timestamp(record.get("createdAt")) or timestamp(properties.get(kind.created))
        updated_at = created_at or _UNKNOWN
    kept = {name: value for name, value in record.items() if name != "url"}
    return Row(
        hubspot_id=str(record["id"]),
        values=values,
        links=_link_ids(links),
        raw_json=dumps(kept | {"associations": _link_json(links)}),
        archived=bool(record.get("archived")),
        archived_at=timestamp(record.get("archivedAt")),
        updated_at=updated_at,
        present={name: spelled(kind, name, as_text(properties.get(name))) for name in kind.history},
        merged_ids=tuple(filter(None, str(properties.get(MERGED_IDS) or "").split(";"))),
        issues=tuple(issues),
        properties=properties,
        ends=links,
    )


def _check(kind: ObjectType, record: Mapping[str, Any]) -> None:
    """Raise Unavailable for an answer that is no record."""
    said = f"HubSpot answered a record of {kind.name}"
    if not isinstance(record.get("properties") or {}, dict):
        raise Unavailable(f"{said} whose properties are not an object")
    if not record.get("id"):
        raise Unavailable(f"{said} without id")


def modified_at(kind: ObjectType, record: Mapping[str, Any]) -> datetime | None:
    """Answer when a record last changed, as HubSpot says."""
    told = (record.get("updatedAt"), (record.get("properties") or {}).get(kind.modified))
    return next((moment for each in told if (moment := timestamp(each))), None)


def unread(row: Row, types: Mapping[str, str]) -> list[Issue]:
    """Answer the values of a record that a generated column cannot show; `types` are the columns'
    SQL types by property. A property that has an issue already is counted once."""
    told = {issue.property for issue in row.issues}
    return [
        Issue(name, f"not of type {_CALLED.get(kind, kind)}")
        for name, kind in types.items()
        if (value := row.properties.get(name)) is not None
        and value != ""
        and name not in told
        and _SHOWN[kind](value if isinstance(value, str) else dumps(value)) is None
    ]


def as_text(value: object) -> str | None:
    """Answer a value as text, None for what is unset or cleared: HubSpot says "" for that, too."""
    if value is None or isinstance(value, str):
        return value or None
    return dumps(value)


def spelled(kind: ObjectType, name: str, value: str | None) -> str | None:
    """Answer a property's value in the spelling of records, however it came; as it came where it
    tells no time."""
    moment = timestamp(value) if name in _times(kind) else None
    return property_values.spelled(moment) if moment else value


@lru_cache(maxsize=1_000)  # bounded: portals have types of their own
def _times(kind: ObjectType) -> frozenset[str]:
    return frozenset(column.property for column in kind.columns if column.kind is TIMESTAMP)


def _storable(record: Mapping[str, Any]) -> tuple[Mapping[str, Any], list[Issue]]:
    """Answer a record that can be stored, and its issues. Issues name the property, so that an
    operator can find and mend it in HubSpot."""
    cleaned, changed = storable(record)
    if not changed:
        return record, []
    before, after = record.get("properties") or {}, cleaned.get("properties") or {}
    mended = [
        name
        for name, value in after.items()
        if before.get(name, value) != value or name not in before
    ]
    return cleaned, [
        Issue(name, "characters or nesting that cannot be stored") for name in mended or ["record"]
    ]


def typed(column: Column, properties: Mapping[str, Any], issues: list[Issue]) -> Any:
    """Answer the property as its column wants it; None when it is unset or does not fit (then with
    an issue)."""
    value = properties.get(column.property)
    if value is None or value == "":
        return None
    read = _READ[column.kind](value if isinstance(value, str) else dumps(value))
    if read is None:
        issues.append(Issue(column.property, f"not of type {column.kind.name.lower()}"))
    if (
        (column.indexed or column.carried)
        and column.kind is TEXT
        and len(read.encode()) > _LONGEST_KEY
    ):
        issues.append(Issue(column.property, "too long for an index"))
        return None
    return read


def _whole(text: str) -> int | None:
    number = property_values.number(text)
    fits = number is not None and number.adjusted() < 11 and number == number.to_integral_value()
    return int(number) if fits and number is not None and -_INT4 <= number < _INT4 else None


timestamp = property_values.timestamp  # of records and of their properties alike
_READ: dict[Kind, Callable[[str], Any]] = {
    TEXT: str,
    NUMERIC: property_values.number,
    INTEGER: _whole,
    BOOLEAN: property_values.truth,
    TIMESTAMP: timestamp,
}
_SHOWN: dict[str, Callable[[str], Any]] = {
    "numeric": property_values.number,
    "boolean": property_values.truth,
    "date": property_values.day,
    "timestamptz": timestamp,
}
_CALLED = {"timestamptz": "timestamp"}  # as the reasons of typed columns call it
