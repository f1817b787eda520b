"""Keep phone numbers in E.164 beside the numbers as they were typed, for rows that were stored
before their country was known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from db.connect import Connection
from db.queries import QUERIES
from hubspot.mirrored import Mirrored


def country(conn: Connection, portal_id: int) -> str | None:
    """Answer the country whose numbers come without prefix. It is locked until the transaction
    ends: the next to set another country then finds every row that was written by this one."""
    row = conn.execute(QUERIES["portal_country"], {"portal_id": portal_id}).fetchone()
    return row["country"] if row else None


def set_country(conn: Connection, portal_id: int, country: str) -> None:
    conn.execute(QUERIES["set_portal_country"], {"portal_id": portal_id, "country": country})


@dataclass(frozen=True, slots=True)
class Reread:
    """Say whose numbers are to be read again, and behind which id."""

    portal_id: int
    object_type: str
    after: str


def begin_rereads(conn: Connection, portal_id: int, object_types: Sequence[str]) -> None:
    """Note that the numbers of these types are to be read again, from the beginning."""
    asked = {"portal_id": portal_id, "object_types": list(object_types)}
    conn.execute(QUERIES["begin_phone_rereads"], asked)


def due_reread(conn: Connection, portal_id: int | None) -> Reread | None:
    """Answer a type of a portal (None: of any) whose numbers wait, locked; None: none waits."""
    row = conn.execute(QUERIES["due_phone_reread"], {"portal_id": portal_id}).fetchone()
    return Reread(**row) if row else None


def has_rereads(conn: Connection, portal_id: int | None) -> bool:
    """Tell whether numbers of a portal (None: of any) wait to be read again."""
    row = conn.execute(QUERIES["has_phone_rereads"], {"portal_id": portal_id}).fetchone()
    return bool(row and row["found"])


def advance_reread(conn: Connection, due: Reread, after: str | None) -> None:
    """Move the checkpoint of a reread; None: it is done."""
    of = {"portal_id": due.portal_id, "object_type": due.object_type}
    if after is None:
        conn.execute(QUERIES["end_phone_reread"], of)
    else:
        conn.execute(QUERIES["advance_phone_reread"], of | {"after": after})


def reread(
    conn: Connection,
    of: Mirrored,
    after: str,
    count: int,
    e164: Callable[[str | None], str | None],
) -> tuple[str | None, int]:
    """Read the numbers of up to `count` rows after an id once more, and write those that differ;
    answers the last id (None at the end) and how many rows it was."""
    typed, stored = list(of.kind.phone_columns), list(of.kind.phone_columns.values())
    rows = conn.execute(
        sql.SQL(
            "select hubspot_id, {columns} from {table} where portal_id = %s and hubspot_id > %s"
            " order by hubspot_id limit %s for update"
        ).format(columns=_list([*typed, *stored]), table=sql.Identifier(of.kind.table)),
        [of.portal_id, after, count],
    ).fetchall()
    other = {}
    for row in rows:
        read = [e164(row[name]) for name in typed]
        if read != [row[name] for name in stored]:
            other[row["hubspot_id"]] = read
    _write(conn, of, other)
    return (rows[-1]["hubspot_id"] if rows else None), len(rows)


def _write(conn: Connection, of: Mirrored, read: Mapping[str, Sequence[str | None]]) -> None:
    """Write numbers in E.164: id → one for each of the table's phone columns."""
    columns = list(of.kind.phone_columns.values())
    placeholders = [sql.Placeholder(name) for name in ("hubspot_id", *columns)]
    statement = sql.SQL(
        "update {table} as kept set {assignments} from unnest({arrays}) as read (hubspot_id,"
        " {columns}) where kept.portal_id = %(portal_id)s and kept.hubspot_id = read.hubspot_id"
    ).format(
        table=sql.Identifier(of.kind.table),
        assignments=sql.SQL(", ").join(
            sql.SQL("{0} = read.{0}").format(sql.Identifier(name)) for name in columns
        ),
        arrays=sql.SQL(", ").join(sql.SQL("{}::text[]").format(each) for each in placeholders),
        columns=_list(columns),
    )
    parameters: dict[str, Any] = {"portal_id": of.portal_id, "hubspot_id": list(read)}
    for place, name in enumerate(columns):
        parameters[name] = [numbers[place] for numbers in read.values()]
    conn.execute(statement, parameters)


def _list(names: list[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(name) for name in names)
