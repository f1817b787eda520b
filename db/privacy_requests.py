"""Keep records whose privacy deletion HubSpot announced: hidden until HubSpot no longer knows
them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass

from psycopg import sql

from db import id_hashes, polled_people
from db.connect import Connection
from db.mirrored_tables import of_type
from db.queries import QUERIES, QueryRow
from db.row_shapes import records, values
from hubspot.mirrored import Mirrored


@dataclass(frozen=True, slots=True)
class Due:
    """Hold records of one type to ask HubSpot about now."""

    portal_id: int
    object_type: str
    hubspot_ids: list[str]


def request(
    conn: Connection,
    of: Mirrored,
    hubspot_ids: Collection[str],
) -> None:
    """Note the wish, and hide the rows: views show nothing that is archived."""
    where = _where(of, hubspot_ids)
    polled_people.forget(conn, of, hubspot_ids)
    statement = sql.SQL(
        "update {} set archived = true, archived_at = coalesce(archived_at, now())"
        " where portal_id = %(portal_id)s{} and hubspot_id = any(%(hubspot_ids)s)"
    )
    conn.execute(statement.format(sql.Identifier(of.kind.table), of_type(of.kind)), where)
    conn.execute(QUERIES["request_privacy"], where)


def requested(conn: Connection, of: Mirrored, hubspot_ids: Collection[str]) -> set[str]:
    """Answer which of these are hidden."""
    where = _where(of, hubspot_ids)
    return set(values(conn, QUERIES["requested_ids"], where))


def due(conn: Connection) -> list[Due]:
    return records(conn, Due, QUERIES["due_privacy"])


def postpone(conn: Connection, asked: Due, hubspot_ids: Collection[str], answer: str) -> None:
    """Ask again later; `answer` says why."""
    parameters = asdict(asked) | {"hubspot_ids": sorted(hubspot_ids), "answer": answer}
    conn.execute(QUERIES["postpone_privacy"], parameters)


def settle(conn: Connection, of: Mirrored, hubspot_ids: Collection[str]) -> None:
    """Forget the wish: it was carried out."""
    conn.execute(QUERIES["settle_privacy"], _where(of, hubspot_ids))


def undo(conn: Connection, of: Mirrored, hubspot_id: str, reason: str) -> bool:
    """Take a privacy deletion back, carried out or not; answer whether there was one. Erased rows
    are gone: HubSpot has to be asked for the record again."""
    where = of.where | {"hubspot_id": hubspot_id}
    known = id_hashes.hashes(conn.id_keys, of, [hubspot_id])
    where |= {"hashes": known["hashes"]}
    erased = conn.execute(QUERIES["undo_purge"], where).rowcount > 0
    conn.execute(QUERIES["free_addresses"], where)
    if not erased and not requested(conn, of, [hubspot_id]):
        return False
    conn.execute(QUERIES["undo_privacy"], where | {"reason": reason})
    polled_people.read_again(conn, of.portal_id)
    return True


def everything(conn: Connection, portal_id: int | None = None) -> list[QueryRow]:
    """List the hidden records and the announcements that were taken back."""
    return conn.execute(QUERIES["read_privacy"], {"portal_id": portal_id}).fetchall()


def erased(conn: Connection, portal_id: int | None = None) -> list[QueryRow]:
    """Answer how many records of each type were erased."""
    return conn.execute(QUERIES["count_purges"], {"portal_id": portal_id}).fetchall()


def _where(of: Mirrored, hubspot_ids: Collection[str]) -> dict[str, object]:
    return of.where | {"hubspot_ids": sorted(hubspot_ids)}
