"""Keep the rights that people were given on views.

They are lost when a view is dropped, so they are read before and given again after. A report that
reads `sync_status` must not stop because a column of it changed its type.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from psycopg import sql

from db.connect import Connection
from db.queries import QUERIES
from db.row_shapes import records, values

# Supabase's, whose keys ship in browsers; they read nothing of ours
PUBLIC_ROLES = (
    "anon",
    "authenticated",
)


@dataclass(frozen=True, slots=True)
class Grant:
    """Name one right on a view: of a role (None: every role), on one column (None: on all of
    it)."""

    view: str
    column: str | None
    role: str | None
    privilege: str
    may_pass_on: bool


def read(conn: Connection, views: Sequence[str], schema: str | None = None) -> list[Grant]:
    """List every right on these views but the owner's own. Without a schema: of ours."""
    asked = {"views": list(views), "schema": schema}
    return records(conn, Grant, QUERIES["view_grants"], asked)


def restore(
    conn: Connection, views: Sequence[str], grants: Sequence[Grant], schema: str | None = None
) -> None:
    """Give these rights again, and take back what a new view got by default and the old one did not
    have. A column that is no more cannot be granted, and nothing else is in its place."""
    for grant in read(conn, views, schema):
        if grant not in grants:
            place = _place(grant.view, schema)
            _say(conn, "revoke {privilege} on {view} from {role}", grant, place)
    give(conn, grants, schema)


def give(conn: Connection, grants: Sequence[Grant], schema: str | None = None) -> None:
    for grant in grants:
        place = _place(grant.view, schema)
        if grant.column is None or grant.column in _columns(conn, place):
            passing = " with grant option" * grant.may_pass_on
            _say(conn, "grant {privilege} on {view} to {role}" + passing, grant, place)


def inherited(conn: Connection, names: Sequence[str]) -> list[Grant]:
    """Answer the rights that a new current_contacts takes over from contacts.

    Our views that selected from the one select from the other, with the rights of their reader.
    """
    here = set(values(conn, QUERIES["typed_view_names"]))
    current = [name for name in names if name.startswith("current_")]
    new = [name.removeprefix("current_") for name in current]
    given = read(conn, [name for name in new if name not in here])
    return [replace(grant, view=f"current_{grant.view}") for grant in given]


def _place(view: str, schema: str | None) -> sql.Identifier:
    return sql.Identifier(schema, view) if schema else sql.Identifier(view)


def hide(conn: Connection, name: sql.Identifier, kind: str = "") -> None:
    """Hide a relation, or a thing of another kind, from Supabase's public roles, to whom its
    default privileges give everything that is created."""
    revoke = sql.SQL(f"revoke all on {kind}{{}} from {{}}")
    for role in conn.execute(
        "select rolname from pg_roles where rolname = any(%s)", [list(PUBLIC_ROLES)]
    ).fetchall():
        conn.execute(revoke.format(name, sql.Identifier(role["rolname"])))


def _say(conn: Connection, words: str, grant: Grant, view: sql.Identifier) -> None:
    """Grant or revoke. `privilege` is one of the catalogue's own words (SELECT, …), so it may stand
    in the statement as it is."""
    privilege: sql.Composable = sql.SQL(grant.privilege)
    if grant.column is not None:
        privilege = sql.SQL("{} ({})").format(privilege, sql.Identifier(grant.column))
    role = sql.SQL("public") if grant.role is None else sql.Identifier(grant.role)
    conn.execute(sql.SQL(words).format(privilege=privilege, view=view, role=role))


def _columns(conn: Connection, view: sql.Identifier) -> set[str]:
    asked = {"view": view.as_string(conn)}
    return set(values(conn, QUERIES["view_columns"], asked))
