"""Privacy deletion: erase a person everywhere and remember, as a salted hash, never to store them again."""

from __future__ import annotations

from collections.abc import Collection

from psycopg import sql

from db.connect import Connection
from db.queries import QUERIES
from db.records import Table


def erase(conn: Connection, table: Table, portal_id: int, object_type: str, hubspot_id: str) -> None:
    """The row, its events, dead letters and marks. What other rows say of the person (an id among their links) goes
    when they are read again: mark them before."""
    where = {"portal_id": portal_id, "object_type": object_type, "hubspot_id": hubspot_id}
    # The row before its mark, in the order of a fetch: the other way round the two would deadlock.
    conn.execute(
        sql.SQL("delete from {} where portal_id = %(portal_id)s and hubspot_id = %(hubspot_id)s").format(
            sql.Identifier(table.table)
        ),
        where,
    )
    for name in ("note_purge", "purge_events", "purge_letters", "purge_mark", "purge_issues", "purge_fetches"):
        conn.execute(QUERIES[name], where)


def purged(conn: Connection, portal_id: int, object_type: str, hubspot_ids: Collection[str]) -> set[str]:
    """Which of these ids were erased and must not come back."""
    parameters = {"portal_id": portal_id, "object_type": object_type, "hubspot_ids": list(hubspot_ids)}
    return {row["hubspot_id"] for row in conn.execute(QUERIES["purged_ids"], parameters).fetchall()}
