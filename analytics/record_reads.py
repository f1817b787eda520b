"""One record as pages and programs read it: properties, past, associations, and links of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from psycopg import sql

from analytics import record_names
from analytics.record_fields import Shape, shape
from db.connect import Connection
from db.mirrored_tables import of_type
from db.queries import QUERIES, QueryRow
from hubspot.catalogue import Catalogue
from hubspot.objects import ObjectType

MOST_VERSIONS = 500
MOST_LINKED = 100
_LINKS_OF = """
select record.hubspot_id, record.raw_json -> 'associations' -> {linked_type} -> 'results' as links
from {table} as record
where record.portal_id = {portal_id}{of_type} and record.hubspot_id = any ({ids})
"""
_RECORD = """
select record.hubspot_id, record.archived, record.archived_at, record.merged_into,
    record.updated_at, record.fetched_at, record.synced_at,
    record.raw_json -> 'associations' as associations,
    (select jsonb_object_agg(told.key, told.value)
     from jsonb_each_text(record.raw_json -> 'properties') as told) as properties
from {table} as record
where record.portal_id = {portal_id}{of_type} and record.hubspot_id = {hubspot_id}
"""
# Type → the named queries that say which links of ours its records have.
LINKS: Mapping[str, tuple[str, ...]] = {
    "contacts": ("users_of_contact", "calls_of_contact"),
    "companies": ("teams_of_company",),
    "deals": ("calls_of_deal",),
    "calls": ("contacts_of_call", "deals_of_call"),
}


def record(conn: Connection, shape: Shape, hubspot_id: str) -> QueryRow | None:
    """Answer a record with the properties that the caller may see; None where there is no row.

    Archived records and ones that were merged into another are answered, too, and say so.
    """
    found = conn.execute(_statement(shape, hubspot_id)).fetchone()
    if found is None:
        return None
    told = found["properties"] or {}
    shown = {name: told.get(name) for name in shape.fields if name in told}
    return found | {"properties": shown, "name": record_names.name_of(shape.kind, shown)}


def _statement(shape: Shape, hubspot_id: str) -> sql.Composed:
    return sql.SQL(_RECORD).format(
        table=sql.Identifier(shape.kind.table),
        portal_id=sql.Literal(shape.portal_id),
        of_type=of_type(shape.kind, "record"),
        hubspot_id=sql.Literal(hubspot_id),
    )


def history(conn: Connection, shape: Shape, hubspot_id: str) -> list[QueryRow]:
    """Answer how the properties that have a history changed, newest first."""
    asked = _asked(shape, hubspot_id) | {"names": list(shape.fields), "limit": MOST_VERSIONS}
    return conn.execute(QUERIES["record_history"], asked).fetchall()


def history_waits(conn: Connection, shape: Shape, hubspot_id: str) -> bool:
    """Tell whether the history is still to be read from HubSpot, so that versions may lack."""
    row = conn.execute(QUERIES["record_history_marks"], _asked(shape, hubspot_id)).fetchone()
    return bool(row and row["waits"])


def links(conn: Connection, shape: Shape, hubspot_id: str) -> list[QueryRow]:
    """Answer the links that we made, each with its reason, its score and its doubt."""
    asked = _asked(shape, hubspot_id)
    return [
        row
        for name in LINKS.get(shape.kind.name, ())
        for row in conn.execute(QUERIES[name], asked).fetchall()
    ]


def _asked(shape: Shape, hubspot_id: str) -> dict[str, Any]:
    return {
        "portal_id": shape.portal_id,
        "object_type": shape.kind.name,
        "hubspot_id": hubspot_id,
    }


@dataclass(slots=True)
class Linked:
    """A record at the other end of an association."""

    hubspot_id: str
    name: str | None = None
    is_here: bool = False  # there is a record that shows
    labels: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class AssociatedRecords:
    """The associated records of one type: the first ones, and how many there are."""

    object_type: str
    total: int
    records: list[Linked]


def associations(
    conn: Connection, types: Catalogue, shape_: Shape, row: QueryRow, sensitive: bool
) -> list[AssociatedRecords]:
    """Answer the associated records by type, with names.

    HubSpot lists an association once per label, so ids repeat in its answer and not in ours. Of
    types that keep their links at their own end, records are found by index. Their links have the
    labels that this end says: for a label of two words, one for each direction, that is its word.
    """
    found: dict[str, dict[str, Linked]] = {}
    for to, listed in (row["associations"] or {}).items():
        if to in types:
            found[to] = _ends(listed.get("results") or [])
    for to in sorted(types.one_sided(shape_.kind)):
        there = _linking(conn, types[to], shape_, row["hubspot_id"])
        found[to] = there | found.get(to, {})
        _label(conn, types[to], shape_, row["hubspot_id"], found[to])
    named = (
        _named(conn, shape(conn, shape_.portal_id, types[to], sensitive), ends)
        for to, ends in found.items()
        if ends
    )
    return sorted(named, key=lambda ends: list(types).index(ends.object_type))


def _ends(results: list[dict[str, Any]]) -> dict[str, Linked]:
    ends: dict[str, Linked] = {}
    for each in results:
        linked = ends.setdefault(str(each.get("id")), Linked(str(each.get("id"))))
        label = each.get("label") or each.get("type")
        if label and label not in linked.labels:
            linked.labels.append(str(label))
    return ends


def _linking(
    conn: Connection, other: ObjectType, shape: Shape, hubspot_id: str
) -> dict[str, Linked]:
    """Find the records of a type that name this one among their associations."""
    rows = conn.execute(
        "select hubspot_id from records_linked_to(%s, %s, %s) where portal_id = %s",
        [other.name, shape.kind.name, hubspot_id, shape.portal_id],
    ).fetchall()
    return {row["hubspot_id"]: Linked(row["hubspot_id"]) for row in rows}


def _label(
    conn: Connection, other: ObjectType, shape: Shape, hubspot_id: str, ends: dict[str, Linked]
) -> None:
    """Give links that have no label here the labels that the records at their other end say. Only
    records that will be shown are looked up: a company may have a hundred thousand calls."""
    bare = [each for each in _first(ends) if not ends[each].labels]
    statement = sql.SQL(_LINKS_OF).format(
        linked_type=sql.Literal(shape.kind.name),
        table=sql.Identifier(other.table),
        portal_id=sql.Literal(shape.portal_id),
        of_type=of_type(other, "record"),
        ids=sql.Literal(bare),
    )
    for row in conn.execute(statement).fetchall() if bare else ():
        if here := _ends(row["links"] or []).get(hubspot_id):
            ends[row["hubspot_id"]].labels = here.labels


def _first(ends: dict[str, Linked]) -> list[str]:
    return sorted(ends, key=_newest_first)[:MOST_LINKED]


def _named(conn: Connection, shape: Shape, ends: dict[str, Linked]) -> AssociatedRecords:
    shown = [ends[each] for each in _first(ends)]
    names = record_names.names(conn, shape, [each.hubspot_id for each in shown])
    for each in shown:
        each.is_here, each.name = each.hubspot_id in names, names.get(each.hubspot_id)
    return AssociatedRecords(shape.kind.name, len(ends), shown)


def _newest_first(hubspot_id: str) -> tuple[int, str]:
    """Order ids as numbers, also ids that are none; HubSpot counts upwards."""
    return -len(hubspot_id), "".join(chr(255 - ord(each) % 256) for each in hubspot_id)
