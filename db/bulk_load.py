"""Load whole tables by COPY, at the pace of a table without indexes.

An empty table first loses its indexes and the triggers that work row by row, and gets both back
behind the last row. All of it is one transaction: after a crash the table is empty again and its
indexes are as they were, for PostgreSQL undoes DROP INDEX like any other change. What it costs: the
table is locked until the load of it is over. A table that has rows keeps all, and nobody waits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

from db.connect import Connection, Database
from db.queries import QUERIES
from db.row_shapes import values

LOCK_PATIENCE = "10s"
SORT_MEMORY = "256MB"  # to build an index with
# trigger → the statement that does its work for all rows at once
REBUILT: Mapping[str, Mapping[str, str]] = {
    "hubspot_contacts_raw": {
        "mark_day_came": "days_of_loaded_contacts",
        "link_came": "numbers_of_loaded_contacts",
    }
}


def rows_of(conn: Connection, table: str, portal_id: int) -> int:
    """Count the rows that a portal has in a table."""
    statement = sql.SQL("select count(*) from {} where portal_id = %s").format(
        sql.Identifier(table)
    )
    return int(values(conn, statement, [portal_id])[0])


@contextmanager
def unburdened(conn: Connection, table: str, portal_id: int) -> Iterator[bool]:
    """Take indexes and triggers of an empty table off until the end of the block. Answer whether
    rows may come as frozen ones (see `copy`). Sums of aggregations are given up: see
    `settle_rollups`."""
    named = sql.Identifier(table)
    conn.execute("select set_config('spoke.rollups', 'off', true)")
    conn.execute("select set_config('lock_timeout', %s, true)", [LOCK_PATIENCE])
    conn.execute("select set_config('maintenance_work_mem', %s, true)", [SORT_MEMORY])
    found = sql.SQL("select exists (select from {}) as found").format(named)
    if values(conn, found) == [True]:
        yield False
    else:
        conn.execute(sql.SQL("lock table {} in access exclusive mode").format(named))
        if values(conn, found) == [True]:  # rows came while we waited for the lock
            yield False
        else:
            yield from _without(conn, table, portal_id)
    conn.execute(sql.SQL("analyze {}").format(named))


def _without(conn: Connection, table: str, portal_id: int) -> Iterator[bool]:
    named = sql.Identifier(table)
    is_plain = values(conn, QUERIES["is_plain_table"], {"table": table}) == [True]
    if is_plain:
        conn.execute(sql.SQL("truncate {}").format(named))
    indexes = conn.execute(QUERIES["indexes_to_rebuild"], {"table": table}).fetchall()
    rebuilt = REBUILT.get(table, {})
    asked = {"table": table, "names": list(rebuilt)}
    skipped = values(conn, QUERIES["triggers_to_skip"], asked)
    for name in skipped:
        conn.execute(
            sql.SQL("alter table {} disable trigger {}").format(named, sql.Identifier(name))
        )
    for index in indexes:
        conn.execute(sql.SQL("drop index {}").format(sql.Identifier(index["name"])))
    yield is_plain
    for index in indexes:
        _restore(conn, index)
    for name in skipped:
        conn.execute(
            sql.SQL("alter table {} enable trigger {}").format(named, sql.Identifier(name))
        )
        conn.execute(QUERIES[rebuilt[name]], {"portal_id": portal_id})


def _restore(conn: Connection, index: Mapping[str, Any]) -> None:
    """Make an index as it was. PostgreSQL writes that of a partitioned table as if it were to have
    none in the partitions."""
    conn.execute(index["definition"].replace(" ON ONLY ", " ON ", 1).encode())
    if index["comment"]:
        conn.execute(
            sql.SQL("comment on index {} is {}").format(
                sql.Identifier(index["name"]), sql.Literal(index["comment"])
            )
        )


def copy(
    conn: Connection, table: str, columns: Sequence[str], chunk: bytes, freeze: bool = False
) -> None:
    """Copy rows of CSV into a table. Each chunk is one statement, whose rows the triggers that sum
    up see together. Frozen rows need no VACUUM; PostgreSQL takes them in a table that this
    transaction emptied."""
    statement = sql.SQL("copy {} ({}) from stdin (format csv, freeze {})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.Literal(freeze),
    )
    with conn.cursor() as cursor, cursor.copy(statement) as copying:
        copying.write(chunk)


def vacuum(database: Database, table: str) -> None:
    """Note which pages all may see: until then no index alone answers. VACUUM refuses to run in a
    transaction."""
    with psycopg.connect(database.url, autocommit=True, connect_timeout=5) as conn:
        conn.execute(sql.SQL("vacuum {}").format(sql.Identifier(database.schema, table)))


def settle_rollups(database: Database, portal_id: int) -> None:
    """Build the sums of aggregations that a load gave up, each entity in a transaction of its own.
    Where the job `sums` does so already, it is left to it."""
    with database.transaction() as conn:
        due = conn.execute(QUERIES["entities_to_settle"]).fetchall()
    for entity in due:
        if entity["portal_id"] == portal_id:
            with database.transaction() as conn:
                conn.execute(QUERIES["settle_rollup"], entity)
