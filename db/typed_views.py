"""Build the views contacts, companies, deals …: what current_contacts shows, and a typed column for
every other property. And custom_cars for the portals' own type `cars`: its part of custom_objects,
in the same way.

They are built again when the portals' definitions changed, at the end of `migrate` and of each
refresh. A new property is appended; for anything else the view is dropped and created in one
transaction: readers see the one or the other.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from db import grants, reader_rights
from db.column_comments import words_for
from db.connect import Connection, Database
from db.queries import QUERIES
from db.typed_columns import (
    MOST_COLUMNS,
    Definition,
    Fixed,
    PropertyColumn,
    arranged,
    comments,
    sql_names,
    wanted,
)
from hubspot.objects import OBJECT_TYPES

_LOCK = 0x5B0E0  # one builder at a time; migrations (5B0CE) and links (5B0CF, 5B0D0) have others
PATIENCE = "2s"  # while we wait for a view's lock its new readers wait behind us
# begins the views of custom types, so that none is called as a view or table of ours
_CUSTOM = "custom_"
_OURS = frozenset({"custom_objects"})  # but this
# columns of custom_objects that say nothing of one type
_OF_MANY_TYPES = frozenset({"object_type", "properties"})
log = logging.getLogger(__name__)
Change = Callable[[Connection, str, "View"], None]


@dataclass(frozen=True, slots=True)
class View:
    """Describe a view of every property: what it is called, whose records it shows, and with which
    view's columns it begins."""

    name: str
    object_type: str
    table: str
    current: str

    @property
    def is_custom(self) -> bool:
        return self.name != self.object_type

    @property
    def condition(self) -> sql.Composable:
        if not self.is_custom:
            return sql.SQL("")
        return sql.SQL(" and object_type = {}").format(sql.Literal(self.object_type))


@dataclass(frozen=True, slots=True)
class Plan:
    """Say what one view should be, and how it was built last."""

    schema: str
    of: View
    fixed: tuple[Fixed, ...]
    definitions: tuple[Definition, ...]
    before: tuple[PropertyColumn, ...]

    @property
    def view(self) -> sql.Identifier:
        """Name the view with its schema: where ours has no such view yet, `contacts` alone may be
        another's."""
        return sql.Identifier(self.schema, self.of.name)

    @property
    def table(self) -> sql.Identifier:
        return sql.Identifier(self.schema, self.of.table)

    @property
    def hash(self) -> str:
        """Hash what was asked for and of what it comes to: a newer version may read a type in
        another way."""
        asked = (self.fixed, self.definitions, wanted(self.fixed, self.definitions))
        return hashlib.sha256(repr(asked).encode()).hexdigest()


def rebuild(database: Database, patience: str = PATIENCE) -> list[str]:
    """Bring every view up to date, each in a transaction of its own; answers their names. One whose
    lock takes longer than `patience`, or that fails, stays: `spoke status` says why, and the next
    refresh tries again."""
    with database.transaction() as conn:
        if not (wanted := views(conn)):
            return []  # no table of records yet
        due = [view for view in wanted if _plan(conn, database.schema, view)]
        names = [each.name for each in wanted]
        left = [View(**row) for row in conn.execute(QUERIES["left_views"], {"names": names})]
    for view in due:
        _try(database, view, bring_up_to_date, patience)
    for view in left:
        _try(database, view, _drop, patience)
    return [view.name for view in wanted]


def views(conn: Connection) -> list[View]:
    """List the views: one for each table of records, and one for each custom type that a portal has
    or of which records are left. Portals whose types have the same name share its view, as they
    share contacts."""
    names = [row["name"] for row in conn.execute(QUERIES["typed_view_names"]).fetchall()]
    types = [row["object_type"] for row in conn.execute(QUERIES["custom_types"])] if names else []
    called = sql_names([_CUSTOM + each for each in types], _OURS)
    own = [View(name, name, f"hubspot_{name}_raw", f"current_{name}") for name in names]
    return own + [
        View(called[_CUSTOM + each], each, "hubspot_objects_raw", "custom_objects")
        for each in types
    ]


def _try(database: Database, view: View, change: Change, patience: str) -> None:
    try:
        with database.transaction() as conn:
            conn.execute("select set_config('lock_timeout', %s, true)", [patience])
            conn.execute("select pg_advisory_xact_lock(%s::bigint)", [_LOCK])
            change(conn, database.schema, view)
    except psycopg.Error as error:
        log.warning("The view %s stays as it is: %s", view.name, error)
        with database.transaction() as conn:
            _note_problem(conn, view, str(error))


def bring_up_to_date(conn: Connection, schema: str, view: View) -> None:
    """Build one view. Raises psycopg.Error when the view cannot be had even with its old columns,
    LockNotAvailable when a reader holds it for too long."""
    plan = _plan(conn, schema, view)
    if plan and view.is_custom and _is_yours(conn, plan):
        _note_problem(
            conn,
            view,
            f"Something of yours is called {view.name}: rename it, and the view comes within the "
            "hour",
        )
    elif plan:
        columns, left_out, problem = _build(conn, plan)
        reader_rights.give_everybody(conn)
        said = {
            "columns": Jsonb([asdict(column) for column in columns]),
            "left_out": left_out,
            "problem": problem,
        }
        named = {"name": view.name, "object_type": view.object_type}
        conn.execute(QUERIES["note_view"], named | said | {"definition": plan.hash})


def _note_problem(conn: Connection, view: View, problem: str) -> None:
    named = {"name": view.name, "object_type": view.object_type}
    conn.execute(QUERIES["note_view_problem"], named | {"problem": problem})


def _is_yours(conn: Connection, plan: Plan) -> bool:
    """Tell whether the name is taken by a relation that we did not build. Types appear at any time,
    under names that nothing announced."""
    built = _built(conn, plan.schema, plan.of.name)
    return not built["missing"] and not built["definition"]


def _drop(conn: Connection, schema: str, view: View) -> None:
    """Drop a view: no portal has the type, and no record of it is here."""
    if _built(conn, schema, view.name)["definition"]:
        conn.execute(sql.SQL("drop view if exists {}").format(sql.Identifier(schema, view.name)))
    conn.execute(QUERIES["forget_view"], {"name": view.name})


def _plan(conn: Connection, schema: str, view: View) -> Plan | None:
    """Plan a view; answer None when the view was built for the very same definitions, and is
    there."""
    built = _built(conn, schema, view.name)
    before = tuple(PropertyColumn(**column) for column in built["columns"] or ())
    plan = Plan(
        schema, view, _fixed(conn, schema, view), _definitions(conn, view.object_type), before
    )
    same = built["definition"] == plan.hash and not built["problem"] and not built["missing"]
    return None if same else plan


def _built(conn: Connection, schema: str, name: str) -> dict[str, Any]:
    """Answer how a view was built last: nothing but `missing` of a view that never was."""
    view = sql.Identifier(schema, name).as_string(conn)
    built = conn.execute(QUERIES["built_view"], {"name": name, "view": view}).fetchone()
    assert built is not None
    return built


def _fixed(conn: Connection, schema: str, view: View) -> tuple[Fixed, ...]:
    relations = {"current": view.current, "table": view.table}
    named = {
        key: sql.Identifier(schema, relation).as_string(conn) for key, relation in relations.items()
    }
    found = [Fixed.of(**row) for row in conn.execute(QUERIES["fixed_columns"], named).fetchall()]
    return tuple(each for each in found if not (view.is_custom and each.name in _OF_MANY_TYPES))


def _definitions(conn: Connection, object_type: str) -> tuple[Definition, ...]:
    rows = conn.execute(QUERIES["property_definitions"], {"object_type": object_type}).fetchall()
    return tuple(
        Definition(
            row["name"], tuple(zip(row["types"], row["field_types"], strict=True)), row["label"]
        )
        for row in rows
    )


def _build(conn: Connection, plan: Plan) -> tuple[list[PropertyColumn], list[str], str | None]:
    """Replace the view, else drop and create it, else (another view uses it) keep its
    columns and append the new ones. Answers its columns, what is left out, and what could not be
    done."""
    room = MOST_COLUMNS - len(plan.fixed)
    asked = wanted(plan.fixed, plan.definitions)
    columns, left_out = arranged(asked, plan.before, room)
    try:
        with conn.transaction():
            _create(conn, plan, columns)
        return columns, left_out, None
    except psycopg.errors.InvalidTableDefinition:
        pass  # a column changed its type or is gone: PostgreSQL only appends
    try:
        with conn.transaction():
            _drop_and_create(conn, plan, columns)
        return columns, left_out, None
    except psycopg.errors.DependentObjectsStillExist as error:
        problem = f"Columns changed, but {error.diag.message_detail}"
    columns, left_out = arranged(asked, plan.before, room, keep=True)
    _create(conn, plan, columns)
    return columns, left_out, problem


def _drop_and_create(conn: Connection, plan: Plan, columns: Sequence[PropertyColumn]) -> None:
    """Drop a view and create it, with the rights that were given on it."""
    given = grants.read(conn, [plan.of.name])
    conn.execute(sql.SQL("drop view {}").format(plan.view))
    _create(conn, plan, columns)
    grants.restore(conn, [plan.of.name], given)


def _create(conn: Connection, plan: Plan, columns: Sequence[PropertyColumn]) -> None:
    """Create a view. The properties are unpacked once per row, and not once per column: with 300
    properties all of them take a tenth of the time. `offset 0` is what keeps the planner from
    undoing that."""
    shown = [sql.SQL("record.{}").format(sql.Identifier(column.name)) for column in plan.fixed]
    conn.execute(
        sql.SQL(
            "create or replace view {view} with (security_invoker = true) as select {columns} from "
            "{table} as record"
            " cross join lateral (select record.raw_json -> 'properties' as properties offset 0) "
            "as unpacked"
            " where not record.archived and record.merged_into is null{of_type}"
        ).format(
            view=plan.view,
            columns=sql.SQL(", ").join([*shown, *(column.expression for column in columns)]),
            table=plan.table,
            of_type=plan.of.condition,
        )
    )
    grants.hide(conn, plan.view)
    _comment(conn, plan, columns)


def _comment(conn: Connection, plan: Plan, columns: Sequence[PropertyColumn]) -> None:
    labels = {each.name: each.label for each in plan.definitions}
    told = {each.name: words_for(plan.of.object_type, each.name) for each in plan.fixed}
    said = {name: words for name, words in told.items() if words}
    said |= comments(plan.fixed, columns, labels)
    statements = (
        sql.SQL("comment on column {}.{} is {}").format(
            plan.view, sql.Identifier(name), sql.Literal(text)
        )
        for name, text in said.items()
    )
    if said:
        conn.execute(sql.SQL("; ").join(statements))  # in one go: there may be 1,600
    whose = sql.Literal(_whose(plan))
    conn.execute(sql.SQL("comment on view {} is {}").format(plan.view, whose))


def _whose(plan: Plan) -> str:
    """Say of which records a view is."""
    if plan.of.is_custom:
        return f"Records of the custom object type {plan.of.object_type}"
    note = OBJECT_TYPES[plan.of.object_type].note
    every = f"The {plan.of.object_type} as they are now, with a column for every property."
    return f"{every} {note}".strip()
