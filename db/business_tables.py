"""Write the company's own tables, which linking views join to: rows are put in or replaced by their
key."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from psycopg import sql

from db.connect import Connection
from db.queries import QUERIES, QueryRow
from db.row_shapes import values

_IDS = {"users": "known_business_users", "teams": "known_business_teams"}


def columns(conn: Connection, tables: Iterable[str]) -> list[QueryRow]:
    """Answer each column of these tables: table, name, type, and whether the table is a view."""
    return conn.execute(QUERIES["business_columns"], {"tables": list(tables)}).fetchall()


def known_ids(conn: Connection, table: str) -> set[str]:
    """Answer the ids that `users` or `teams` has already."""
    return set(values(conn, QUERIES[_IDS[table]]))


def put(
    conn: Connection,
    table: str,
    key: Sequence[str],
    names: Sequence[str],
    rows: Sequence[Sequence[Any]],
) -> int:
    """Put rows in, or replace the named columns of rows with the same key; answer how many rows are
    new or differ. Rows of the table that are not named stay as they are."""
    beside = [name for name in names if name not in key]
    into = sql.Identifier("business", table)
    conn.execute(
        sql.SQL("create temporary table loaded on commit drop as select {} from {} limit 0").format(
            _list(names), into
        )
    )
    with (
        conn.cursor() as cursor,
        cursor.copy(sql.SQL("copy loaded ({}) from stdin").format(_list(names))) as copy,
    ):
        for row in rows:
            copy.write_row(row)
    put = conn.execute(
        sql.SQL(
            "insert into {into} as kept ({names}) select {names} from loaded"
            " on conflict ({key}) {do}"
        ).format(into=into, names=_list(names), key=_list(key), do=_on_conflict(beside))
    )
    conn.execute("drop table loaded")
    return put.rowcount


def _on_conflict(beside: Sequence[str]) -> sql.Composable:
    if not beside:
        return sql.SQL("do nothing")
    assignments = sql.SQL(", ").join(
        sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in beside
    )
    differs = sql.SQL(" or ").join(
        sql.SQL("kept.{0} is distinct from excluded.{0}").format(sql.Identifier(name))
        for name in beside
    )
    return sql.SQL("do update set {} where {}").format(assignments, differs)


def _list(names: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))
