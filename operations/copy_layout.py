"""Recognize how another program laid out its copy of HubSpot in a schema. Pure.

Fivetran, Airbyte, dlt, singer's targets and people's own scripts name tables and columns in a few
ways, which the tuples below list. What a table has decides, not which program made it: so a copy
that was renamed by these customs is recognized, too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from hubspot.catalogue import Catalogue
from hubspot.objects import ObjectType

_PREFIXES = ("", "property_", "properties_", "properties__")
_SUFFIXES = ("", "__value")  # singer's older streams hold {"value": …}
_IDS = ("id", "hubspot_id", "hs_object_id", "engagement_id", "vid", "object_id", "record_id")
_JSON = ("properties", "raw_json", "raw", "data", "record", "json", "_airbyte_data")
_DELETED = (
    "_fivetran_deleted", "is_deleted", "deleted", "archived", "_sdc_deleted_at", "deleted_at",
    "archived_at", "_ab_cdc_deleted_at",
)  # fmt: skip
_READ_AT = (
    "_fivetran_synced", "_airbyte_extracted_at", "_airbyte_emitted_at", "_sdc_extracted_at",
    "_sdc_batched_at", "_sdc_received_at", "synced_at", "fetched_at", "loaded_at",
)  # fmt: skip
_ENGAGEMENTS = ("calls", "emails", "meetings", "notes", "tasks", "communications")
_LONGEST = 63  # bytes of a name in PostgreSQL

Columns = Mapping[str, str]  # column → its SQL type


@dataclass(frozen=True, slots=True)
class LinkPlace:
    """Say where a copy keeps the links of one type to another: in two columns of a table of links,
    or in a column of the records' own table, where `from_column` is empty."""

    to: str
    table: str
    to_column: str
    from_column: str = ""


@dataclass(frozen=True, slots=True)
class TypeLayout:
    """Say where a copy keeps the records of one type. `properties` maps a property to its column;
    `json` is a column that holds all of them, or nothing."""

    object_type: str
    table: str
    id_column: str
    id_type: str
    properties: Mapping[str, str]
    json: str = ""
    deleted: str = ""
    read_at: str = ""
    links: tuple[LinkPlace, ...] = field(default=())


def recognize(
    types: Catalogue, known: Mapping[str, Collection[str]], tables: Mapping[str, Columns]
) -> list[TypeLayout]:
    """Answer the types that a schema has a copy of, in the catalogue's order. `known` are the
    properties of each type, `tables` the schema's tables with their columns."""
    found = []
    for kind in types.values():
        for table in _tables_of(kind, tables):
            layout = _layout(kind, known.get(kind.name, ()), table, tables[table])
            if layout:
                links = tuple(_links(types, kind, layout, tables))
                found.append(_with(layout, links))
                break
    return found


def _tables_of(kind: ObjectType, tables: Collection[str]) -> Iterator[str]:
    """Yield the tables that may hold a type's records, the likelier ones first."""
    names = (kind.name, kind.singular)
    prefixes = ("", "hubspot_", "engagement_", "engagements_", "crm_")
    for prefix in prefixes:
        for name in names:
            if f"{prefix}{name}" in tables:
                yield f"{prefix}{name}"


def _layout(
    kind: ObjectType, known: Collection[str], table: str, columns: Columns
) -> TypeLayout | None:
    """Answer how a table holds a type; None where it has no id, or none of its properties."""
    prefixed = (f"{prefix}hs_object_id" for prefix in _PREFIXES[1:])
    id_column = _first((*_IDS, f"{kind.singular}_id", *prefixed), columns)
    is_json = {name for name, kind_of in columns.items() if kind_of in ("json", "jsonb")}
    held_in = _first(_JSON, is_json)
    properties = dict(_columns_of(known, set(columns) - {id_column}))
    if not id_column or not (properties or held_in):
        return None
    return TypeLayout(
        kind.name,
        table,
        id_column,
        columns[id_column],
        properties,
        held_in,
        _first(_DELETED, columns),
        _first(_READ_AT, columns),
    )


def _with(layout: TypeLayout, links: tuple[LinkPlace, ...]) -> TypeLayout:
    values = {name: getattr(layout, name) for name in TypeLayout.__slots__}
    return TypeLayout(**values | {"links": links})


def _first(names: Iterable[str], there: Collection[str]) -> str:
    return next((name for name in names if name in there), "")


def _columns_of(known: Iterable[str], columns: Collection[str]) -> Iterator[tuple[str, str]]:
    for name in known:
        for prefix in _PREFIXES:
            spelled = (f"{prefix}{name}{suffix}"[:_LONGEST].lower() for suffix in _SUFFIXES)
            if column := _first(spelled, columns):
                yield name, column
                break


def _links(
    types: Catalogue, kind: ObjectType, layout: TypeLayout, tables: Mapping[str, Columns]
) -> Iterator[LinkPlace]:
    own = tables[layout.table]
    for to in kind.associations:
        other = types[to]
        if column := _first(_link_columns(other), own):
            yield LinkPlace(to, layout.table, column)
        elif table := _link_table(kind, other, tables):
            yield table


def _link_columns(other: ObjectType) -> tuple[str, ...]:
    """Name the columns of records that hold ids of linked records."""
    return (
        f"{other.singular}_ids", f"associated_{other.singular}_ids", f"{other.singular}_id",
        f"associations__{other.name}__results", f"associations_{other.name}", other.name,
    )  # fmt: skip


def _link_table(
    kind: ObjectType, other: ObjectType, tables: Mapping[str, Columns]
) -> LinkPlace | None:
    """Find a table that is named by both types and has a column of ids for each."""
    for table, columns in sorted(tables.items()):
        words = f"_{table}_"
        start, end = _word(kind, words), _word(other, words)
        if not start or not end or start == end:
            continue
        from_column, to_column = _first((f"{start}_id",), columns), _first((f"{end}_id",), columns)
        if from_column and to_column:
            return LinkPlace(other.name, table, to_column, from_column)
    return None


def _word(kind: ObjectType, words: str) -> str:
    """Answer the word by which a table's name means a type: its singular name, which the ids of its
    columns have, too; Fivetran says `engagement` for every activity."""
    if f"_{kind.singular}_" in words or f"_{kind.name}_" in words:
        return kind.singular
    if kind.name in _ENGAGEMENTS and "_engagement_" in words:
        return "engagement"
    return ""
