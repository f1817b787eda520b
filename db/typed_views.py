"""Build the views contacts, companies, deals …: what current_contacts shows, and a typed column for
every other property. And custom_cars for the portals' own type `cars`: its part of custom_objects,
in the same way. With several portals, the same for each in a schema of its own.

They are built again when the portals' definitions changed, at the end of `migrate` and of each
refresh. A new property is appended; for anything else the view is dropped and created in one
transaction: readers see the one or the other.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from db import grants, portal_schemas, reader_rights
from db.column_comments import words_for
from db.connect import Connection, Database
from db.queries import QUERIES
from db.typed_columns import MOST_COLUMNS, PropertyColumn, arranged, comments, wanted
from db.typed_view_plans import SHARED, Plan, View, built, left, outdated, plan, schema_of, views
from hubspot.objects import OBJECT_TYPES

_LOCK = 0x5B0E0  # one builder at a time; migrations (5B0CE) and links (5B0CF, 5B0D0) have others
PATIENCE = "2s"  # while we wait for a view's lock its new readers wait behind us
log = logging.getLogger(__name__)
Change = Callable[[Connection, str, View], None]


def rebuild(database: Database, patience: str = PATIENCE) -> list[str]:
    """Bring every view up to date, each in a transaction of its own; answers their names. One whose
    lock takes longer than `patience`, or that fails, stays: `spoke status` says why, and the next
    refresh tries again."""
    with database.transaction() as conn:
        if not (every := views(conn)):
            return []  # no table of records yet
        late = [each.of for each in outdated(conn, database.schema, every)]
        gone = left(conn, every)
    for view in late:
        _try(database, view, bring_up_to_date, patience)
    for view in gone:
        _try(database, view, _drop, patience)
    return [view.name for view in every if view.portal_id == SHARED]


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
    planned = plan(conn, schema, view)
    if not planned:
        return
    if problem := _hindrance(conn, planned):
        _note_problem(conn, view, problem)
        return
    columns, left_out, problem = _build(conn, planned)
    said = {
        "columns": Jsonb([asdict(column) for column in columns]),
        "left_out": left_out,
        "problem": problem,
    }
    conn.execute(QUERIES["note_view"], view.key | said | {"definition": planned.hash})
    reader_rights.give_view(conn, planned.view, is_shared=view.portal_id == SHARED)


def _note_problem(conn: Connection, view: View, problem: str) -> None:
    conn.execute(QUERIES["note_view_problem"], view.key | {"problem": problem})


def _hindrance(conn: Connection, due: Plan) -> str | None:
    """Say why the name or the schema cannot be ours; None where it can. Types and portals appear at
    any time, under names that nothing announced."""
    of = due.of
    if of.portal_id != SHARED:
        owner = f"Spoke: views of portal {of.portal_id} of schema {due.main}"
        if problem := portal_schemas.open_schema(conn, due.schema, owner):
            return problem
    if (of.is_custom or of.portal_id != SHARED) and _is_yours(conn, due):
        return (
            f"Something of yours is called {of.name}: rename it, and the view comes within the hour"
        )
    return None


def _is_yours(conn: Connection, due: Plan) -> bool:
    """Tell whether the name is taken by a relation that we did not build."""
    [found] = built(conn, due.main, [due.of])
    return not found["missing"] and not found["definition"]


def _drop(conn: Connection, schema: str, view: View) -> None:
    """Drop a view: no portal has the type, and no record of it is here. Or its portal was removed;
    with a portal's last view goes its schema."""
    place = schema_of(schema, view.portal_id)
    [found] = built(conn, schema, [view])
    if found["definition"]:
        conn.execute(sql.SQL("drop view if exists {}").format(sql.Identifier(place, view.name)))
    conn.execute(QUERIES["forget_view"], view.key)
    if view.portal_id != SHARED:
        portal_schemas.close_schema(conn, place)


def _build(conn: Connection, due: Plan) -> tuple[list[PropertyColumn], list[str], str | None]:
    """Replace the view, else drop and create it, else (another view uses it) keep its
    columns and append the new ones. Answers its columns, what is left out, and what could not be
    done."""
    room = MOST_COLUMNS - len(due.fixed)
    asked = wanted(due.fixed, due.definitions)
    columns, left_out = arranged(asked, due.before, room)
    try:
        with conn.transaction():
            _create(conn, due, columns)
        return columns, left_out, None
    except psycopg.errors.InvalidTableDefinition:
        pass  # a column changed its type or is gone: PostgreSQL only appends
    try:
        with conn.transaction():
            _drop_and_create(conn, due, columns)
        return columns, left_out, None
    except psycopg.errors.DependentObjectsStillExist as error:
        problem = f"Columns changed, but {error.diag.message_detail}"
    columns, left_out = arranged(asked, due.before, room, keep=True)
    _create(conn, due, columns)
    return columns, left_out, problem


def _drop_and_create(conn: Connection, due: Plan, columns: Sequence[PropertyColumn]) -> None:
    """Drop a view and create it, with the rights that were given on it."""
    given = grants.read(conn, [due.of.name], due.schema)
    conn.execute(sql.SQL("drop view {}").format(due.view))
    _create(conn, due, columns)
    grants.restore(conn, [due.of.name], given, due.schema)


def _create(conn: Connection, due: Plan, columns: Sequence[PropertyColumn]) -> None:
    """Create a view. The properties are unpacked once per row, and not once per column: with 300
    properties all of them take a tenth of the time. `offset 0` is what keeps the planner from
    undoing that."""
    shown = [sql.SQL("record.{}").format(sql.Identifier(column.name)) for column in due.fixed]
    conn.execute(
        sql.SQL(
            "create or replace view {view} with (security_invoker = true) as select {columns} from "
            "{table} as record"
            " cross join lateral (select record.raw_json -> 'properties' as properties offset 0) "
            "as unpacked"
            " where not record.archived and record.merged_into is null{whose}"
        ).format(
            view=due.view,
            columns=sql.SQL(", ").join([*shown, *(column.expression for column in columns)]),
            table=due.table,
            whose=due.of.condition,
        )
    )
    grants.hide(conn, due.view)
    _comment(conn, due, columns)


def _comment(conn: Connection, due: Plan, columns: Sequence[PropertyColumn]) -> None:
    labels = {each.name: each.label for each in due.definitions}
    told = {each.name: words_for(due.of.object_type, each.name) for each in due.fixed}
    said = {name: words for name, words in told.items() if words}
    said |= comments(due.fixed, columns, labels)
    statements = (
        sql.SQL("comment on column {}.{} is {}").format(
            due.view, sql.Identifier(name), sql.Literal(text)
        )
        for name, text in said.items()
    )
    if said:
        conn.execute(sql.SQL("; ").join(statements))  # in one go: there may be 1,600
    whose = sql.Literal(_whose(due))
    conn.execute(sql.SQL("comment on view {} is {}").format(due.view, whose))


def _whose(due: Plan) -> str:
    """Say of which records a view is."""
    only = f" Of portal {due.of.portal_id} alone." if due.of.portal_id != SHARED else ""
    if due.of.is_custom:
        return f"Records of the custom object type {due.of.object_type}" + (only and f".{only}")
    note = OBJECT_TYPES[due.of.object_type].note
    every = f"The {due.of.object_type} as they are now, with a column for every property."
    return f"{every} {note}".strip() + only
