"""Open and close the schema in which a portal's own views stand, and say who may use it.

A schema is ours where its comment says so, or where it is empty. People may use the schemas of
their portals alone; the reader role may use all, and row security holds it to the portals that it
names.
"""

from __future__ import annotations

from collections.abc import Collection

import psycopg
from psycopg import sql

from db import grants
from db.connect import Connection
from db.queries import QUERIES

_LONGEST_NAME = 63  # bytes of a name in PostgreSQL


def open_schema(
    conn: Connection, name: str, said: str, then: str = "the views come within the hour"
) -> str | None:
    """Make a schema with this comment, where it is not there; say why it cannot be ours, and what
    is to be done and `then`."""
    if len(name) > _LONGEST_NAME:
        return f"The name {name} is too long for a schema: choose a shorter DATABASE_SCHEMA"
    found = conn.execute(QUERIES["portal_schema"], {"schema": name}).fetchone()
    assert found is not None
    if found["said"] == said and found["may_change"]:
        return None
    if found["here"] and not (found["may_change"] and found["is_empty"]):
        return f"The schema {name} is not Spoke's: rename it, and {then}"
    if not found["here"] and not _make(conn, name):
        words = {"schema": sql.Identifier(name), "owner": sql.Identifier(conn.info.user)}
        create = sql.SQL("create schema {schema} authorization {owner}").format(**words)
        return f"Let an admin run `{create.as_string(conn)}`, and {then}"
    schema = sql.Identifier(name)
    conn.execute(sql.SQL("comment on schema {} is {}").format(schema, sql.Literal(said)))
    grants.hide(conn, schema, "schema ")
    return None


def _make(conn: Connection, name: str) -> bool:
    try:
        with conn.transaction():
            conn.execute(sql.SQL("create schema {}").format(sql.Identifier(name)))
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True


def close_schema(conn: Connection, name: str) -> None:
    """Drop a schema of ours, unless a view of ours or something of yours is in it."""
    found = conn.execute(QUERIES["portal_schema"], {"schema": name}).fetchone()
    if found and found["here"] and found["is_empty"] and found["may_change"]:
        try:
            with conn.transaction():
                conn.execute(sql.SQL("drop schema {}").format(sql.Identifier(name)))
        except psycopg.errors.DependentObjectsStillExist:
            pass  # a function or type of yours


def give(conn: Connection, roles: Collection[str]) -> None:
    """Let readers use the views of their portals; nothing is done for what they may already."""
    rows = conn.execute(QUERIES["roles_of_portal_schemas"], {"roles": list(roles)}).fetchall()
    for role, schema in sorted({(row["role"], row["schema"]) for row in rows}):
        found = [row["view"] for row in rows if (row["role"], row["schema"]) == (role, schema)]
        name, of_them = sql.Identifier(role), sql.SQL(", ").join(map(sql.SQL, found))
        conn.execute(sql.SQL("grant usage on schema {} to {}").format(sql.SQL(schema), name))
        conn.execute(sql.SQL("grant select on {} to {}").format(of_them, name))


def take(conn: Connection, role: str) -> None:
    """Take from a role all that it has in the schemas of portals."""
    for row in conn.execute(QUERIES["portal_schemas"]).fetchall():
        for things in ("all tables in schema", "schema"):
            revoke = sql.SQL(f"revoke all on {things} {{}} from {{}}")
            conn.execute(revoke.format(sql.Identifier(row["schema"]), sql.Identifier(role)))
