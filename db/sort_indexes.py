"""Make an index for each property that people sort records by, and drop the ones nobody needs.

An index is of one portal and one type, and holds the records that show and have a value. It is made
beside the running work: nobody waits, and an upsert keeps it right from then on.
"""

from __future__ import annotations

import logging

import psycopg
from psycopg import sql

from db.connect import Connection, Database
from db.queries import QUERIES, QueryRow
from hubspot.objects import OBJECT_TYPES, SHARED_TABLE

MOST_OF_A_TYPE = 12
KEPT = "30 days"  # after the day on which it was asked for last
# Names are whole: a session outside a transaction has no search_path of ours behind a pooler.
_MAKE = """
create index concurrently {name} on {schema}.{table} (({value}), hubspot_id)
where portal_id = {portal_id} and not archived and merged_into is null{of_type}
    and ({value}) is not null
"""
_DROP = "drop index concurrently if exists {schema}.{name}"
log = logging.getLogger(__name__)


def bring_up_to_date(database: Database) -> list[str]:
    """Make and drop what is due; answers the properties that have an index since.

    An index whose making was broken off is dropped and made again.
    """
    with database.transaction() as conn:
        conn.execute(QUERIES["drop_old_sorts"], {"most": MOST_OF_A_TYPE, "kept": KEPT})
        asked = conn.execute(QUERIES["sorts_asked"]).fetchall()
        here = {row["name"]: row["is_whole"] for row in _indexes(conn)}
    whole = {name for name, is_whole in here.items() if is_whole}
    wanted = {row["index_name"] for row in asked}
    due = [row for row in asked if row["index_name"] not in whole]
    gone = [name for name in here if name not in wanted & whole]
    if due or gone:
        with database.transaction() as conn:
            for row in due:
                _note(conn, row, is_made=False)
        _change(database, gone, due)
    with database.transaction() as conn:
        for row in asked:
            if not row["is_made"] or row in due:
                _note(conn, row, is_made=True)
    return [row["property"] for row in due]


def _indexes(conn: Connection) -> list[QueryRow]:
    return conn.execute(QUERIES["sort_indexes"]).fetchall()


def _change(database: Database, gone: list[str], due: list[QueryRow]) -> None:
    """Drop and make indexes, each for itself: neither is possible inside a transaction."""
    schema = sql.Identifier(database.schema)
    with psycopg.connect(database.url, autocommit=True, prepare_threshold=None) as session:
        for name in gone:
            session.execute(sql.SQL(_DROP).format(schema=schema, name=sql.Identifier(name)))
        for row in due:
            log.info("Making an index for %s by %s", row["object_type"], row["property"])
            session.execute(statement(schema, row))


def statement(schema: sql.Identifier, row: QueryRow) -> sql.Composed:
    """Write what makes the index of an order."""
    kind = OBJECT_TYPES.get(row["object_type"])
    of_type: sql.Composable = sql.SQL("")
    if kind is None:
        of_type = sql.SQL(" and object_type = {}").format(sql.Literal(row["object_type"]))
    return sql.SQL(_MAKE).format(
        name=sql.Identifier(row["index_name"]),
        schema=schema,
        table=sql.Identifier(kind.table if kind else SHARED_TABLE),
        value=sql.SQL(row["value"]),
        portal_id=sql.Literal(row["portal_id"]),
        of_type=of_type,
    )


def _note(conn: Connection, row: QueryRow, is_made: bool) -> None:
    conn.execute(QUERIES["sort_made"], row | {"is_made": is_made})
