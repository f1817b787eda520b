"""Keep records whose privacy deletion HubSpot announced: hidden until HubSpot no longer knows
them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from psycopg import sql

from db import id_hashes
from db.connect import Connection
from db.mirrored_tables import Table, of_type
from db.queries import QUERIES, QueryRow


@dataclass(frozen=True, slots=True)
class Due:
    """Hold records of one type to ask HubSpot about now."""

    portal_id: int
    object_type: str
    hubspot_ids: list[str]


def request(
    conn: Connection,
    table: Table,
    portal_id: int,
    object_type: str,
    hubspot_ids: Collection[str],
) -> None:
    """Note the wish, and hide the rows: views show nothing that is archived."""
    where = _where(portal_id, object_type, hubspot_ids)
    statement = sql.SQL(
        "update {} set archived = true, archived_at = coalesce(archived_at, now())"
        " where portal_id = %(portal_id)s{} and hubspot_id = any(%(hubspot_ids)s)"
    )
    conn.execute(statement.format(sql.Identifier(table.table), of_type(table)), where)
    conn.execute(QUERIES["request_privacy"], where)


def requested(
    conn: Connection, portal_id: int, object_type: str, hubspot_ids: Collection[str]
) -> set[str]:
    """Answer which of these are hidden."""
    where = _where(portal_id, object_type, hubspot_ids)
    return {row["hubspot_id"] for row in conn.execute(QUERIES["requested_ids"], where)}


def due(conn: Connection) -> list[Due]:
    return [Due(**row) for row in conn.execute(QUERIES["due_privacy"])]


def postpone(conn: Connection, asked: Due, hubspot_ids: Collection[str], answer: str) -> None:
    """Ask again later; `answer` says why."""
    where = _where(asked.portal_id, asked.object_type, hubspot_ids)
    conn.execute(QUERIES["postpone_privacy"], where | {"answer": answer})


def settle(
    conn: Connection, portal_id: int, object_type: str, hubspot_ids: Collection[str]
) -> None:
    """Forget the wish: it was carried out."""
    conn.execute(QUERIES["settle_privacy"], _where(portal_id, object_type, hubspot_ids))


def undo(conn: Connection, portal_id: int, object_type: str, hubspot_id: str, reason: str) -> bool:
    """Take a privacy deletion back, carried out or not; answer whether there was one. Erased rows
    are gone: HubSpot has to be asked for the record again."""
    where = {"portal_id": portal_id, "object_type": object_type, "hubspot_id": hubspot_id}
    known = id_hashes.hashes(conn.id_keys, portal_id, object_type, [hubspot_id])
    erased = conn.execute(QUERIES["undo_purge"], where | {"hashes": known["hashes"]}).rowcount > 0
    if not erased and not requested(conn, portal_id, object_type, [hubspot_id]):
        return False
    conn.execute(QUERIES["undo_privacy"], where | {"reason": reason})
    return True


def everything(conn: Connection, portal_id: int | None = None) -> list[QueryRow]:
    """List the hidden records and the announcements that were taken back."""
    return conn.execute(QUERIES["read_privacy"], {"portal_id": portal_id}).fetchall()


def erased(conn: Connection, portal_id: int | None = None) -> list[QueryRow]:
    """Answer how many records of each type were erased."""
    return conn.execute(QUERIES["count_purges"], {"portal_id": portal_id}).fetchall()


def _where(portal_id: int, object_type: str, hubspot_ids: Collection[str]) -> dict[str, object]:
    ids = sorted(hubspot_ids)
    return {"portal_id": portal_id, "object_type": object_type, "hubspot_ids": ids}
