"""The views contacts, companies, deals …: what current_contacts shows, and a typed column for every other property.

Made anew when the portals' definitions changed, at the end of `migrate` and of each refresh. A new property is
appended; for anything else the view is dropped and created in one transaction: readers see the one or the other.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from db import grants
from db.connect import Connection, Database
from db.queries import QUERIES
from db.typed_columns import MOST_COLUMNS, Definition, Fixed, PropertyColumn, arranged, comments, wanted

_LOCK = 0x5B0D0  # one builder at a time; migrations and links have others
_PATIENCE = "2s"  # while we wait for a view's lock its new readers wait behind us
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Plan:
    """What one view should be, and how it was built last."""

    schema: str
    name: str
    fixed: tuple[Fixed, ...]
    definitions: tuple[Definition, ...]
    before: tuple[PropertyColumn, ...]

    @property
    def view(self) -> sql.Identifier:
        """With its schema: where ours has no such view yet, `contacts` alone may be somebody's own."""
        return sql.Identifier(self.schema, self.name)

    @property
    def table(self) -> sql.Identifier:
        return sql.Identifier(self.schema, f"hubspot_{self.name}_raw")

    @property
    def hash(self) -> str:
        return hashlib.sha256(repr((self.fixed, self.definitions)).encode()).hexdigest()


def rebuild(database: Database) -> list[str]:
    """Bring every view up to date, each in a transaction of its own; answers their names. One that cannot be built now
    stays as it is: the reason is kept for `spoke status`, and the next refresh tries again."""
    with database.transaction() as conn:
        names = [row["name"] for row in conn.execute(QUERIES["typed_view_names"]).fetchall()]
        due = [name for name in names if _plan(conn, database.schema, name)]
    for name in due:
        try:
            with database.transaction() as conn:
                conn.execute("select set_config('lock_timeout', %s, true)", [_PATIENCE])
                conn.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
                bring_up_to_date(conn, database.schema, name)
        except psycopg.Error as error:
            log.warning("The view %s stays as it is: %s", name, error)
            with database.transaction() as conn:
                conn.execute(QUERIES["note_view_problem"], {"name": name, "problem": str(error)})
    return names


def bring_up_to_date(conn: Connection, schema: str, name: str) -> None:
    """Raises psycopg.Error when the view cannot be had even with its old columns, LockNotAvailable when somebody reads
    it for too long."""
    if plan := _plan(conn, schema, name):
        columns, left_out, problem = _build(conn, plan)
        said = {"columns": Jsonb([asdict(column) for column in columns]), "left_out": left_out, "problem": problem}
        conn.execute(QUERIES["note_view"], said | {"name": name, "definition": plan.hash})


def _plan(conn: Connection, schema: str, name: str) -> Plan | None:
    """None when the view was built for the very same definitions, and is there."""
    view = sql.Identifier(schema, name).as_string(conn)
    built = conn.execute(QUERIES["built_view"], {"name": name, "view": view}).fetchone()
    before = tuple(PropertyColumn(**column) for column in built["columns"]) if built else ()
    plan = Plan(schema, name, _fixed(conn, schema, name), _definitions(conn, name), before)
    same = built and built["definition"] == plan.hash and not built["problem"] and not built["missing"]
    return None if same else plan


def _fixed(conn: Connection, schema: str, name: str) -> tuple[Fixed, ...]:
    relations = {"current": f"current_{name}", "table": f"hubspot_{name}_raw"}
    named = {key: sql.Identifier(schema, relation).as_string(conn) for key, relation in relations.items()}
    rows = conn.execute(QUERIES["fixed_columns"], named).fetchall()
    return tuple(Fixed.of(row["name"], row["type"], row["comment"]) for row in rows)


def _definitions(conn: Connection, name: str) -> tuple[Definition, ...]:
    rows = conn.execute(QUERIES["property_definitions"], {"name": name}).fetchall()
    return tuple(
        Definition(row["name"], tuple(zip(row["types"], row["field_types"], strict=True)), row["label"]) for row in rows
    )


def _build(conn: Connection, plan: Plan) -> tuple[list[PropertyColumn], list[str], str | None]:
    """Replace the view, else drop and create it, else (a view of somebody's uses it) keep its columns and append the
    new ones. Answers its columns, what is left out, and what could not be done."""
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
            _create_anew(conn, plan, columns)
        return columns, left_out, None
    except psycopg.errors.DependentObjectsStillExist as error:
        problem = f"Columns changed, but {error.diag.message_detail}"
    columns, left_out = arranged(asked, plan.before, room, keep=True)
    _create(conn, plan, columns)
    return columns, left_out, problem


def _create_anew(conn: Connection, plan: Plan, columns: Sequence[PropertyColumn]) -> None:
    """With the rights that were given on it."""
    given = grants.read(conn, [plan.name])
    conn.execute(sql.SQL("drop view {}").format(plan.view))
    _create(conn, plan, columns)
    grants.restore(conn, [plan.name], given)


def _create(conn: Connection, plan: Plan, columns: Sequence[PropertyColumn]) -> None:
    """The properties are unpacked once per row, and not once per column: with 300 properties all of them take a tenth
    of the time. `offset 0` is what keeps the planner from undoing that."""
    shown = [sql.SQL("record.{}").format(sql.Identifier(column.name)) for column in plan.fixed]
    conn.execute(
        sql.SQL(
            "create or replace view {view} with (security_invoker = true) as select {columns} from {table} as record"
            " cross join lateral (select record.raw_json -> 'properties' as properties offset 0) as unpacked"
            " where not record.archived and record.merged_into is null"
        ).format(
            view=plan.view,
            columns=sql.SQL(", ").join([*shown, *(column.expression for column in columns)]),
            table=plan.table,
        )
    )
    grants.hide(conn, plan.view)
    _comment(conn, plan, columns)


def _comment(conn: Connection, plan: Plan, columns: Sequence[PropertyColumn]) -> None:
    said = comments(plan.fixed, columns, {each.name: each.label for each in plan.definitions})
    statements = (
        sql.SQL("comment on column {}.{} is {}").format(plan.view, sql.Identifier(name), sql.Literal(text))
        for name, text in said.items()
    )
    if said:
        conn.execute(sql.SQL("; ").join(statements))  # in one go: there may be 1,600
