"""Keep the rights that people were given on views.

They are lost when a view is dropped, so they are read before and given again after. A report that
reads `sync_status` must not stop because a column of it changed its type.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import sql

from db.connect import Connection
from db.queries import QUERIES

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


def read(conn: Connection, views: Sequence[str]) -> list[Grant]:
    """List every right on these views but the owner's own."""
    rows = conn.execute(QUERIES["view_grants"], {"views": list(views)}).fetchall()
    return [Grant(**row) for row in rows]


def restore(conn: Connection, views: Sequence[str], grants: Sequence[Grant]) -> None:
    """Give these rights again, and take back what a new view got by default and the old one did not
    have. A column that is no more cannot be granted, and nothing else is in its place."""
    for grant in read(conn, views):
        if grant not in grants:
            _say(conn, "revoke {privilege} on {view} from {role}", grant)
    give(conn, grants)


def give(conn: Connection, grants: Sequence[Grant]) -> None:
    for grant in grants:
        if grant.column is None or grant.column in _columns(conn, grant.view):
            _say(
                conn,
                "grant {privilege} on {view} to {role}" + " with grant option" * grant.may_pass_on,
                grant,
            )


def hide(conn: Connection, view: sql.Identifier) -> None:
    """Hide relations from Supabase's public roles, to whom its default privileges give everything
    that is created."""
    for role in conn.execute(
        "select rolname from pg_roles where rolname = any(%s)", [list(PUBLIC_ROLES)]
    ).fetchall():
        conn.execute(
            sql.SQL("revoke all on {} from {}").format(view, sql.Identifier(role["rolname"]))
        )


def _say(conn: Connection, words: str, grant: Grant) -> None:
    """Grant or revoke. `privilege` is one of the catalogue's own words (SELECT, …), so it may stand
    in the statement as it is."""
    privilege: sql.Composable = sql.SQL(grant.privilege)
    if grant.column is not None:
        privilege = sql.SQL("{} ({})").format(privilege, sql.Identifier(grant.column))
    role = sql.SQL("public") if grant.role is None else sql.Identifier(grant.role)
    conn.execute(
        sql.SQL(words).format(privilege=privilege, view=sql.Identifier(grant.view), role=role)
    )


def _columns(conn: Connection, view: str) -> set[str]:
    return {
        row["column"] for row in conn.execute(QUERIES["view_columns"], {"view": view}).fetchall()
    }
