"""Read a copy of HubSpot that another program keeps in this database, beside our rows.

Every name comes from the catalog and goes through psycopg.sql: they are another program's, not
ours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from db.connect import Connection
from db.mirrored_tables import of_type
from db.queries import QUERIES, QueryRow
from hubspot.mirrored import Mirrored


@dataclass(frozen=True, slots=True)
class CopyTable:
    """Name a table of the copy, its column of ids and that column's SQL type."""

    schema: str
    table: str
    id_column: str
    id_type: str

    @property
    def name(self) -> sql.Identifier:
        return sql.Identifier(self.schema, self.table)

    @property
    def key(self) -> sql.Identifier:
        return sql.Identifier(self.id_column)

    def among(self) -> sql.Composed:
        """Write the condition that ids are in the parameter `ids`, so that an index serves it."""
        return sql.SQL("{} = any(%(ids)s::text[]::{}[])").format(self.key, sql.SQL(self.id_type))


def columns(conn: Connection, schema: str) -> dict[str, dict[str, str]]:
    """Answer table → column → SQL type of a schema; empty where there is none of that name."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for row in conn.execute(QUERIES["columns_of_schema"], {"schema": schema}).fetchall():
        found[row["table"]][row["column"]] = row["type"]
    return dict(found)


def ours(conn: Connection, of: Mirrored, after: str, at_most: int) -> list[QueryRow]:
    """Read our next rows behind an id, archived and merged ones, too."""
    statement = sql.SQL(
        "select hubspot_id, raw_json, archived, merged_into, updated_at from {}"
        " where portal_id = %(portal_id)s{} and hubspot_id > %(after)s"
        " order by hubspot_id limit %(at_most)s"
    ).format(sql.Identifier(of.kind.table), of_type(of.kind))
    where = {"portal_id": of.portal_id, "after": after, "at_most": at_most}
    return conn.execute(statement, where).fetchall()


def theirs(
    conn: Connection, place: CopyTable, names: Sequence[str], ids: Sequence[str]
) -> dict[str, list[dict[str, Any]]]:
    """Read these columns of the copy's rows with these ids: id → rows."""
    listed = sql.SQL(", ").join(sql.Identifier(name) for name in names)
    statement = sql.SQL("select {}::text as spoke_id, {} from {} where {}").format(
        place.key, listed, place.name, place.among()
    )
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in conn.execute(statement, {"ids": list(ids)}).fetchall():
        found[row.pop("spoke_id")].append(row)
    return found


def linked(
    conn: Connection, place: CopyTable, to_column: str, ids: Sequence[str]
) -> dict[str, set[str]]:
    """Read a copy's table of links: id → ids at the other end."""
    statement = sql.SQL("select {}::text as start, {}::text as other from {} where {}").format(
        place.key, sql.Identifier(to_column), place.name, place.among()
    )
    found: dict[str, set[str]] = defaultdict(set)
    for row in conn.execute(statement, {"ids": list(ids)}).fetchall():
        found[row["start"]].add(row["other"])
    return found


def unknown(conn: Connection, of: Mirrored, place: CopyTable, deleted: str) -> list[str]:
    """List the ids that the copy shows and of which we have no row."""
    shown: sql.Composable = sql.SQL("true")
    if deleted:
        shown = sql.SQL("coalesce({}::text, '') in ('', 'false')").format(sql.Identifier(deleted))
    statement = sql.SQL(
        "select distinct {key}::text as id from {name} where {shown} and not exists ("
        "select from {table} as mine where portal_id = %(portal_id)s{of_type}"
        " and mine.hubspot_id = {name}.{key}::text) and {key} is not null order by 1"
    ).format(
        key=place.key,
        name=place.name,
        shown=shown,
        table=sql.Identifier(of.kind.table),
        of_type=of_type(of.kind),
    )
    rows = conn.execute(statement, {"portal_id": of.portal_id}).fetchall()
    return [row["id"] for row in rows]


def count(conn: Connection, place: CopyTable) -> int:
    """Count the rows of the copy's table."""
    row = conn.execute(sql.SQL("select count(*) as n from {}").format(place.name)).fetchone()
    return int(row["n"]) if row else 0
