"""Plan the views of every property: which there are, in which schema, and of what each consists.

With one portal they stand in the main schema alone. With several, each portal has its own, too, in
a schema of its own, with the types that this portal gave its properties. Nothing that one portal
defines changes a view there of another. The main schema's then have the columns that all portals
define alike.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from db.connect import Connection
from db.queries import QUERIES
from db.row_shapes import tuples, values
from db.typed_columns import Definition, Fixed, PropertyColumn, sql_names, wanted

SHARED = 0  # stands for the portal where a view shows all portals
# begins the views of custom types, so that none is called as a view or table of ours
_CUSTOM = "custom_"
OURS = frozenset({"custom_objects"})  # but this
# columns of custom_objects that say nothing of one type
_OF_MANY_TYPES = frozenset({"object_type", "properties"})


def schema_of(schema: str, portal_id: int) -> str:
    """Name the schema of a portal's views, beside the main one."""
    return f"{schema}_{portal_id}" if portal_id else schema


@dataclass(frozen=True, slots=True)
class View:
    """Describe a view of every property: what it is called, whose records it shows, and with which
    view's columns it begins."""

    name: str
    object_type: str
    table: str
    current: str
    portal_id: int = SHARED

    @property
    def is_custom(self) -> bool:
        return self.name != self.object_type

    @property
    def key(self) -> dict[str, Any]:
        """Name the view for queries of what was built."""
        names = {"name": self.name, "object_type": self.object_type}
        return names | {"portal_id": self.portal_id}

    @property
    def condition(self) -> sql.Composable:
        """Say whose records the view shows, beyond the table's own."""
        of_type = sql.SQL(" and object_type = {}").format(sql.Literal(self.object_type))
        of_portal = sql.SQL(" and portal_id = {}").format(sql.Literal(self.portal_id))
        parts = [of_type] * self.is_custom + [of_portal] * (self.portal_id != SHARED)
        return sql.SQL("").join(parts)


@dataclass(frozen=True, slots=True)
class Plan:
    """Say what one view should be, and how it was built last."""

    main: str  # schema
    of: View
    fixed: tuple[Fixed, ...]
    definitions: tuple[Definition, ...]
    before: tuple[PropertyColumn, ...]

    @property
    def schema(self) -> str:
        return schema_of(self.main, self.of.portal_id)

    @property
    def view(self) -> sql.Identifier:
        """Name the view with its schema: where ours has no such view yet, `contacts` alone may be
        another's."""
        return sql.Identifier(self.schema, self.of.name)

    @property
    def table(self) -> sql.Identifier:
        return sql.Identifier(self.main, self.of.table)

    @property
    def hash(self) -> str:
        """Hash what was asked for and of what it comes to: a newer version may read a type in
        another way."""
        asked = (self.fixed, self.definitions, wanted(self.fixed, self.definitions))
        return hashlib.sha256(repr(asked).encode()).hexdigest()


def views(conn: Connection) -> list[View]:
    """List the views of the main schema, then of each portal: one for each table of records, and
    one for each custom type that it has or of which records are left."""
    names = values(conn, QUERIES["typed_view_names"])
    if not names:
        return []  # no table of records yet
    found = _views(conn, SHARED, names)
    for row in conn.execute(QUERIES["portals_with_views"]).fetchall():
        portal_id = row["portal_id"]
        known = set(values(conn, QUERIES["types_of_portal"], {"portal_id": portal_id}))
        found += _views(conn, portal_id, [name for name in names if name in known])
    return found


def _views(conn: Connection, portal_id: int, names: list[str]) -> list[View]:
    found = []
    for name in names:
        found.append(View(name, name, f"hubspot_{name}_raw", f"current_{name}", portal_id))
    types = values(conn, QUERIES["custom_types"], {"portal_id": portal_id})
    called = sql_names([_CUSTOM + each for each in types], OURS)
    for each in types:
        found.append(_custom(called[_CUSTOM + each], each, portal_id))
    return found


def _custom(name: str, object_type: str, portal_id: int) -> View:
    return View(name, object_type, "hubspot_objects_raw", "custom_objects", portal_id)


def left(conn: Connection, wanted: list[View]) -> list[View]:
    """List the views that were built and are wanted no more: of custom types without any record or
    definition, of portals that were removed."""
    here = {(each.portal_id, each.name) for each in wanted}
    gone = []
    for portal_id, name, object_type in tuples(conn, QUERIES["noted_views"]):
        noted = _custom(name, object_type, portal_id)
        if (portal_id, name) not in here and (noted.is_custom or portal_id != SHARED):
            gone.append(noted)
    return gone


def plan(conn: Connection, schema: str, view: View) -> Plan | None:
    """Plan a view; answer None when the view was built for the very same definitions, and is
    there."""
    return next(iter(outdated(conn, schema, [view])), None)


def outdated(conn: Connection, schema: str, every: Sequence[View]) -> list[Plan]:
    """Plan the views that are not there as their definitions say, in three questions: there are as
    many views as types and portals together, and each refresh asks."""
    found = []
    columns, properties = fixed(conn, schema, every), _definitions(conn, every)
    for view, last in zip(every, built(conn, schema, every), strict=True):
        before = tuple(PropertyColumn(**column) for column in last["columns"] or ())
        of_type = properties[view.portal_id, view.object_type]
        planned = Plan(schema, view, columns[view], of_type, before)
        same = last["definition"] == planned.hash and not last["problem"] and not last["missing"]
        if not same:
            found.append(planned)
    return found


def built(conn: Connection, schema: str, every: Sequence[View]) -> list[dict[str, Any]]:
    """Answer how each view was built last: nothing but `missing` of a view that never was."""
    places = [sql.Identifier(schema_of(schema, each.portal_id), each.name) for each in every]
    asked = {
        "portals": [each.portal_id for each in every],
        "names": [each.name for each in every],
        "places": [place.as_string(conn) for place in places],
    }
    return conn.execute(QUERIES["built_views"], asked).fetchall()


def fixed(conn: Connection, schema: str, every: Sequence[View]) -> dict[View, tuple[Fixed, ...]]:
    """Answer the columns that each view begins with."""

    def named(relation: str) -> str:
        return sql.Identifier(schema, relation).as_string(conn)

    pairs = dict.fromkeys((each.current, each.table) for each in every)
    asked = {"current": [named(current) for current, _ in pairs]}
    asked |= {"tables": [named(table) for _, table in pairs]}
    found: dict[tuple[str, str], list[Fixed]] = {pair: [] for pair in pairs}
    places = list(pairs)
    for row in conn.execute(QUERIES["fixed_columns"], asked):
        column = Fixed.of(row["name"], row["type"], row["comment"])
        found[places[row["place"] - 1]].append(column)
    return {each: _of_its_own(each, found[each.current, each.table]) for each in every}


def _of_its_own(view: View, columns: Sequence[Fixed]) -> tuple[Fixed, ...]:
    """Leave out what custom_objects says of many types."""
    if not view.is_custom:
        return tuple(columns)
    return tuple(each for each in columns if each.name not in _OF_MANY_TYPES)


def _definitions(
    conn: Connection, every: Sequence[View]
) -> dict[tuple[int, str], tuple[Definition, ...]]:
    """Answer the properties of each portal's types, or the ones that all portals define alike."""
    asked = dict.fromkeys((each.portal_id, each.object_type) for each in every)
    agreed: dict[tuple[int, str], list[Definition]] = {key: [] for key in asked}
    words = {"portals": [portal for portal, _ in asked], "types": [name for _, name in asked]}
    for row in conn.execute(QUERIES["property_definitions"], words):
        types = tuple(zip(row["types"], row["field_types"], strict=True))
        each = Definition(row["name"], types, row["label"])
        if each.is_agreed:
            agreed[row["portal_id"], row["object_type"]].append(each)
    return {key: tuple(found) for key, found in agreed.items()}
