"""Take the values of properties that became sensitive out of rows, histories and events.

A name is noted in the transaction that stores the definitions without it, so no crash comes
between. The walk through a type's records commits slice by slice.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from psycopg import sql

from db.connect import Connection
from db.mirrored_tables import of_type
from db.queries import QUERIES, QueryRow
from hubspot.mirrored import Mirrored
from hubspot.objects import ObjectType

_SLICE = sql.SQL(
    "with slice as materialized ("
    " select hubspot_id, raw_json->'properties' ? %(name)s as has_it from {table}"
    " where portal_id = %(portal_id)s{of_type} and hubspot_id > %(after)s"
    " order by hubspot_id limit %(at_most)s),"
    " locked as materialized ("
    " select hubspot_id from {table} where portal_id = %(portal_id)s{of_type}"
    " and hubspot_id in (select hubspot_id from slice where has_it)"
    " order by hubspot_id for update),"
    " changed as (update {table} as kept"
    " set {columns}raw_json = raw_json #- array['properties', %(name)s]"
    " from locked where portal_id = %(portal_id)s{of_type} and kept.hubspot_id = locked.hubspot_id)"
    " select max(hubspot_id) as reached, count(*) as rows from slice"
)


def is_look_due(conn: Connection, of: Mirrored) -> bool:
    """Tell whether all sensitive properties of a type are to be asked for, after an upgrade."""
    row = conn.execute(QUERIES["is_look_due"], of.where).fetchone()
    return bool(row and row["found"])


def note(conn: Connection, of: Mirrored, sensitive: Collection[str], whole: bool) -> None:
    """Note which of these names were mirrored until now. Call it before they are forgotten.

    `whole`: they are all that the type has. Once after an upgrade all are noted: an earlier version
    may have mirrored and forgotten them.
    """
    if sensitive or whole:
        told = {"names": sorted(sensitive), "whole": whole}
        conn.execute(QUERIES["withdraw_properties"], of.where | told)


def admit(conn: Connection, of: Mirrored) -> None:
    """Forget names that HubSpot lists among the plain ones again. Call it after these are put."""
    conn.execute(QUERIES["admit_properties"], of.where)


def look_again(conn: Connection, of: Mirrored, asked: Collection[str]) -> None:
    """Walk again for names that a read still asked for, whose records are being saved."""
    conn.execute(QUERIES["withdraw_again"], of.where | {"names": sorted(asked)})


def is_waiting(conn: Connection) -> bool:
    """Tell whether values are still to be taken out."""
    row = conn.execute(QUERIES["has_withdrawals"]).fetchone()
    return bool(row and row["found"])


def due(conn: Connection) -> QueryRow | None:
    """Answer the walk that waits longest, and keep other workers from it until the transaction
    ends: portal_id, object_type, name, after."""
    return conn.execute(QUERIES["next_withdrawal"]).fetchone()


def take_out(conn: Connection, kind: ObjectType | None, walk: QueryRow, at_most: int) -> None:
    """Take the property out of the next rows, and out of what history and events tell of them. A
    type that the portal has no longer has no rows to walk through."""
    where: dict[str, Any] = dict(walk) | {"at_most": at_most}
    reached = None
    if kind is not None:
        found = conn.execute(_slice_of(kind, walk["name"]), where).fetchone()
        if found and found["rows"] == at_most:
            reached = found["reached"]
    for name in ("withdraw_versions", "withdraw_told", "advance_withdrawal"):
        conn.execute(QUERIES[name], where | {"reached": reached})


def _slice_of(kind: ObjectType, name: str) -> sql.Composed:
    columns = [column.name for column in kind.columns if column.property == name]
    columns += [kind.phone_columns[each] for each in columns if each in kind.phone_columns]
    emptied = [sql.SQL("{} = null, ").format(sql.Identifier(each)) for each in columns]
    return _SLICE.format(
        table=sql.Identifier(kind.table),
        of_type=of_type(kind),
        columns=sql.Composed(emptied),
    )
