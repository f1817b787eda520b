"""The properties of a type that a caller may see: the allow-list of columns, sorts and filters.

Only properties that the portal defines for the type are known. Sensitive ones are known only to
callers with the scope for them: a caller who may not read a value may not filter or sort by it
either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from psycopg import sql

from db.connect import Connection
from db.queries import QUERIES, QueryRow
from hubspot.columns import Column
from hubspot.objects import ObjectType

TEXT, NUMBER, BOOLEAN, DATE, MOMENT = "text", "numeric", "boolean", "date", "timestamptz"
# HubSpot's type → ours; any other is text. Times are kept as columns, so a date may be one, too.
_TYPES = {"number": NUMBER, "bool": BOOLEAN, "date": DATE, "datetime": MOMENT}
_COLUMN_TYPES = {"integer": NUMBER, "timestamp with time zone": MOMENT}
_READERS = {
    TEXT: "nullif({}, '')",
    NUMBER: "property_number({})",
    BOOLEAN: "property_boolean({})",
    DATE: "property_date({})",
    MOMENT: "property_datetime({})",
}


class Unanswerable(ValueError):
    """A question about records that has no answer; the message says why."""


@dataclass(frozen=True, slots=True)
class Field:
    """A property: how it is shown, and how it is read from a row called `record`."""

    name: str
    label: str
    type: str  # ours: text, numeric, boolean, date or timestamptz
    group: str
    is_sensitive: bool
    is_own: bool  # the company defined it, and not HubSpot
    column: Column | None = None  # where the property is kept beside raw_json
    has_order: bool = False  # it was sorted by before, and has an index for that since
    was_asked: bool = False  # within a day it was noted that people sort by it

    @property
    def is_indexed(self) -> bool:
        """Tell whether records can be found and sorted by it without reading all of them."""
        return self.column is not None and self.column.indexed

    @property
    def order(self) -> sql.Composed:
        """Read what records are sorted by, as sql/functions/readers/sort_value.sql writes it."""
        if self.is_indexed:
            return self.value
        if self.type == TEXT:
            return sql.SQL("left(nullif({}, ''), 200)").format(self.value)
        return sql.SQL("({})::{}").format(self.value, sql.SQL(self.type))

    @property
    def order_type(self) -> str:
        """Answer the type of `order`, in which the place of a page is compared."""
        if self.column is not None and self.is_indexed:
            return self.column.sql_type
        return self.type

    @property
    def text(self) -> sql.Composed:
        """Read the value as HubSpot sent it; NULL where there is none."""
        path = sql.SQL("nullif(record.raw_json -> 'properties' ->> {}, '')")
        return path.format(sql.Literal(self.name))

    @property
    def value(self) -> sql.Composed:
        """Read the value in its type, from its column where it has one."""
        if self.column is not None:
            return sql.SQL("record.{}").format(sql.Identifier(self.column.name))
        raw = sql.SQL("record.raw_json -> 'properties' ->> {}").format(sql.Literal(self.name))
        return sql.SQL(_READERS[self.type]).format(raw)


@dataclass(frozen=True, slots=True)
class Shape:
    """One type of one portal with the properties that a caller may see."""

    portal_id: int
    kind: ObjectType
    fields: Mapping[str, Field]

    def field(self, name: str) -> Field:
        """Answer a property. Raises Unanswerable where this caller knows none of the name."""
        if name not in self.fields:
            shown = name[:80]
            raise Unanswerable(f"There is no property {shown!r} of {self.kind.name} here.")
        return self.fields[name]

    @property
    def names(self) -> list[str]:
        """Answer the properties that make up the name of a record."""
        words = [word for each in self.kind.named_by for word in each.split()]
        return [word for word in dict.fromkeys(words) if word in self.fields]

    @property
    def main(self) -> list[str]:
        """Answer the properties that a table shows unless it is told others."""
        kept = [column.property for column in self.kind.columns]
        own = [name for name, field in self.fields.items() if field.is_own]
        chosen = dict.fromkeys([*self.names, *(kept or [*own, self.kind.created])])
        return [name for name in chosen if name in self.fields][:10]


def shape(conn: Connection, portal_id: int, kind: ObjectType, sensitive: bool) -> Shape:
    """Read which properties of a type there are; sensitive ones only when they are asked for."""
    asked = {"portal_id": portal_id, "object_type": kind.name}
    columns = {column.property: column for column in kind.columns}
    rows = conn.execute(QUERIES["record_fields"], asked).fetchall()
    fields = [
        _field(row, columns.get(row["name"]))
        for row in rows
        if sensitive or not row["is_sensitive"]
    ]
    return Shape(portal_id, kind, {field.name: field for field in fields})


def shapes_by_name(
    conn: Connection, portal_id: int, kinds: Iterable[ObjectType], sensitive: bool
) -> list[Shape]:
    """Read of several types, at once, only the properties that make up names, and addresses."""
    by_name = {kind.name: kind for kind in kinds}
    words = {word for kind in by_name.values() for each in kind.named_by for word in each.split()}
    asked = {"portal_id": portal_id, "types": list(by_name), "names": [*words, "email"]}
    fields: dict[str, dict[str, Field]] = {name: {} for name in by_name}
    for row in conn.execute(QUERIES["record_fields_named"], asked).fetchall():
        kind = by_name[row["object_type"]]
        if sensitive or not row["is_sensitive"]:
            column = next((each for each in kind.columns if each.property == row["name"]), None)
            fields[kind.name][row["name"]] = _field(row, column)
    return [Shape(portal_id, kind, fields[name]) for name, kind in by_name.items()]


def _field(row: QueryRow, column: Column | None) -> Field:
    told = _TYPES.get(row["type"], TEXT)
    kept = column.sql_type if column else ""
    return Field(
        name=row["name"],
        label=row["label"],
        type=_COLUMN_TYPES.get(kept, kept) or told,
        group=row["group"],
        is_sensitive=row["is_sensitive"],
        is_own=not row["is_hubspots"],
        column=column,
        has_order=row["sorted_as"] == (_COLUMN_TYPES.get(kept, kept) or told),
        was_asked=row["asked_lately"],
    )
