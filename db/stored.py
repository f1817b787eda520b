"""Read the present rows of the mirrored tables: which records show, their links, and which are due
to be compared."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import sql

from db.catch_ups import CatchUp
from db.connect import Connection
from db.mirrored_tables import Table, of_type
from db.row_shapes import tuples, values
from hubspot.mirrored import Mirrored
from hubspot.objects import ObjectType


def visible(conn: Connection, of: Mirrored, hubspot_ids: Collection[str]) -> dict[str, bool]:
    """Answer which of these ids have a row, and whether it shows (neither archived nor merged
    away)."""
    statement = sql.SQL(
        "select hubspot_id, not archived and merged_into is null as shows"
        " from {} where portal_id = %s{} and hubspot_id = any(%s)"
    ).format(sql.Identifier(of.kind.table), of_type(of.kind))
    return dict(tuples(conn, statement, [of.portal_id, sorted(hubspot_ids)]))


@dataclass(frozen=True, slots=True)
class Standing:
    """Tell how new a row is: its modified time in HubSpot, when it was read, and whether it is
    merged away here."""

    updated_at: datetime
    fetched_at: datetime
    merged: bool


def standings(
    conn: Connection,
    of: Mirrored,
    hubspot_ids: Collection[str],
) -> dict[str, Standing]:
    """Answer the standing of those of these ids that have a row."""
    if not hubspot_ids:
        return {}
    statement = sql.SQL(
        "select hubspot_id, updated_at, fetched_at, merged_into is not null as merged"
        " from {} where portal_id = %s{} and hubspot_id = any(%s)"
    ).format(sql.Identifier(of.kind.table), of_type(of.kind))
    rows = conn.execute(statement, [of.portal_id, sorted(hubspot_ids)]).fetchall()
    return {row.pop("hubspot_id"): Standing(**row) for row in rows}


def archived_ids(
    conn: Connection, of: Mirrored, within: timedelta, after: str, until: str | None
) -> set[str]:
    """List the rows with after < id <= until in HubSpot's order that were archived within this
    time."""
    statement = sql.SQL(
        "select hubspot_id from {} where portal_id = %(portal_id)s{}"
        " and archived and archived_at > now() - %(within)s and {}"
    ).format(sql.Identifier(of.kind.table), of_type(of.kind), _in_range(after, until))
    where = {"portal_id": of.portal_id, "within": within, "after": after, "until": until}
    return set(values(conn, statement, where))


def unmet(conn: Connection, of: Mirrored, scan_id: UUID, after: str, at_most: int) -> list[str]:
    """List `at_most` rows above an id that show, that this scan did not write, and that no fetch
    has read since it began."""
    statement = sql.SQL(
        "select hubspot_id from {} where portal_id = %(portal_id)s{}"
        " and scan_id is distinct from %(scan_id)s and not archived and merged_into is null"
        " and fetched_at < (select started_at from scans where portal_id = %(portal_id)s"
        " and scan_id = %(scan_id)s) and hubspot_id > %(after)s"
        " order by hubspot_id limit %(at_most)s"
    ).format(sql.Identifier(of.kind.table), of_type(of.kind))
    where = {"portal_id": of.portal_id, "scan_id": scan_id, "after": after, "at_most": at_most}
    return values(conn, statement, where)


def ids_above(conn: Connection, of: Mirrored, after: str, at_most: int) -> list[str]:
    """List `at_most` rows above an id, in the order of their ids as text: a walk through all."""
    statement = sql.SQL(
        "select hubspot_id from {} where portal_id = %(portal_id)s{} and hubspot_id > %(after)s"
        " order by hubspot_id limit %(at_most)s"
    ).format(sql.Identifier(of.kind.table), of_type(of.kind))
    where = {"portal_id": of.portal_id, "after": after, "at_most": at_most}
    return [row["hubspot_id"] for row in conn.execute(statement, where).fetchall()]


def any_of(conn: Connection, of: Mirrored) -> bool:
    """Tell whether there is any row of a type."""
    statement = sql.SQL("select exists (select from {} where portal_id = %s{}) as found")
    row = conn.execute(
        statement.format(sql.Identifier(of.kind.table), of_type(of.kind)), [of.portal_id]
    ).fetchone()
    return bool(row and row["found"])


def lacking(conn: Connection, kind: ObjectType, due: CatchUp, count: int) -> list[str]:
    """List up to `count` rows that a catch-up has still to read: rows that show, above its id (as
    texts), modified in its time, and read without one of its properties."""
    statement = sql.SQL(
        "select hubspot_id from {} where portal_id = %(portal_id)s{} and hubspot_id > %(after)s"
        " and updated_at >= coalesce(%(since)s::timestamptz, '-infinity') and not archived"
        " and merged_into is null and not coalesce(raw_json->'properties' ?& %(names)s, false)"
        " order by hubspot_id limit %(count)s"
    ).format(sql.Identifier(kind.table), of_type(kind))
    where = asdict(due) | {"count": count}
    return values(conn, statement, where)


def linked(conn: Connection, of: Mirrored, hubspot_ids: Collection[str]) -> list[tuple[str, str]]:
    """Answer (type, id) of every record that these are linked to, as last read."""
    if not (hubspot_ids and of.kind.associations):
        return []
    parts = [
        sql.SQL(
            "select {to} as to_type, {ids} as to_id from {table}"
            " where portal_id = %(portal_id)s{of_type} and hubspot_id = any(%(ids)s)"
        ).format(
            to=sql.Literal(to),
            ids=_link_ids(of.kind, to),
            table=sql.Identifier(of.kind.table),
            of_type=of_type(of.kind),
        )
        for to in of.kind.associations
    ]
    where = {"portal_id": of.portal_id, "ids": sorted(hubspot_ids)}
    return tuples(conn, sql.SQL(" union ").join(parts), where)


def _link_ids(table: Table, to: str) -> sql.Composed:
    """Read links from their column; from raw_json where the table has none for that type."""
    if to in table.link_columns:
        return sql.SQL("unnest({})").format(sql.Identifier(table.link_columns[to]))
    path = sql.Literal(["associations", to, "results"])
    return sql.SQL("jsonb_array_elements(raw_json #> {}) ->> 'id'").format(path)


def linking(conn: Connection, of: Mirrored, to: str, hubspot_ids: Collection[str]) -> list[str]:
    """Answer the ids of the visible records of this type that link to any of these, of type
    `to`."""
    if not hubspot_ids:
        return []
    condition: sql.Composable
    if to in of.kind.link_columns:
        condition = sql.SQL("{} && %s::text[]").format(sql.Identifier(of.kind.link_columns[to]))
        wanted = sorted(hubspot_ids)
    else:
        condition = sql.SQL("raw_json @> any(%s::jsonb[])")
        wanted = [
            json.dumps({"associations": {to: {"results": [{"id": each}]}}})
            for each in sorted(hubspot_ids)
        ]
    statement = sql.SQL(
        "select hubspot_id from {} where portal_id = %s{} and not archived and merged_into is null"
        " and {}"
    ).format(sql.Identifier(of.kind.table), of_type(of.kind), condition)
    return values(conn, statement, [of.portal_id, wanted])


def survivors(conn: Connection, of: Mirrored, hubspot_ids: Collection[str]) -> dict[str, str]:
    """Answer id → survivor, for those of these ids that a stored record names as its own before
    merges."""
    if not hubspot_ids:
        return {}
    statement = sql.SQL(
        "select former, hubspot_id from {} as kept"
        " cross join unnest(string_to_array(raw_json->'properties'->>'hs_merged_object_ids',"
        " ';')) as former where portal_id = %s{}"
        " and raw_json->'properties'->>'hs_merged_object_ids' <> '' and merged_into is null"
        " and former <> hubspot_id and former = any(%s)"
    ).format(sql.Identifier(of.kind.table), of_type(of.kind))
    return dict(tuples(conn, statement, [of.portal_id, sorted(hubspot_ids)]))


def modified_times(
    conn: Connection, of: Mirrored, hubspot_ids: Collection[str]
) -> dict[str, tuple[datetime, bool]]:
    """Answer the stored modified time and archived flag of those of these ids that have a row."""
    statement = sql.SQL(
        "select hubspot_id, updated_at, archived from {} where portal_id = %s{}"
        " and hubspot_id = any(%s)"
    ).format(sql.Identifier(of.kind.table), of_type(of.kind))
    rows = conn.execute(statement, [of.portal_id, list(hubspot_ids)]).fetchall()
    return {row["hubspot_id"]: (row["updated_at"], row["archived"]) for row in rows}


def rows_between(
    conn: Connection, of: Mirrored, after: str, until: str | None
) -> dict[str, dict[str, Any]]:
    """Read rows with after < id <= until in HubSpot's order, that of numbers: id → archived,
    merged_into, raw_json."""
    statement = sql.SQL(
        "select hubspot_id, archived, merged_into, raw_json from {}"
        " where portal_id = %(portal_id)s{} and {}"
    ).format(sql.Identifier(of.kind.table), of_type(of.kind), _in_range(after, until))
    rows = conn.execute(
        statement, {"portal_id": of.portal_id, "after": after, "until": until}
    ).fetchall()
    return {row["hubspot_id"]: row for row in rows}


def _in_range(after: str, until: str | None) -> sql.SQL:
    """Build the condition of a range. Ids are text here: digits of one length sort like numbers, so
    a range within one length walks the primary key."""
    if until and len(after) == len(until):
        return sql.SQL(
            "length(hubspot_id) = length(%(after)s) and hubspot_id > %(after)s and hubspot_id <= "
            "%(until)s"
        )
    return sql.SQL(
        "(length(hubspot_id), hubspot_id) > (length(%(after)s), %(after)s) and (%(until)s::text is "
        "null or (length(hubspot_id), hubspot_id) <= (length(%(until)s), %(until)s))"
    )


def rows_of(
    conn: Connection, of: Mirrored, hubspot_ids: Collection[str]
) -> dict[str, dict[str, Any]]:
    """Read the rows of these ids as rows_between does, with the modified time."""
    statement = sql.SQL(
        "select hubspot_id, archived, merged_into, raw_json, updated_at from {}"
        " where portal_id = %s{} and hubspot_id = any(%s)"
    ).format(sql.Identifier(of.kind.table), of_type(of.kind))
    rows = conn.execute(statement, [of.portal_id, list(hubspot_ids)]).fetchall()
    return {row["hubspot_id"]: row for row in rows}


def standing(conn: Connection, of: Mirrored, hubspot_id: str) -> dict[str, Any] | None:
    """Answer how a record stands here: its times, and whether it is archived or merged away. None
    without a row."""
    statement = sql.SQL(
        "select archived, archived_at, merged_into, synced_at, fetched_at, updated_at, scan_id"
        " from {} where portal_id = %s{} and hubspot_id = %s"
    ).format(sql.Identifier(of.kind.table), of_type(of.kind))
    return conn.execute(statement, [of.portal_id, hubspot_id]).fetchone()


def versions(
    conn: Connection, of: Mirrored, hubspot_ids: Collection[str]
) -> dict[str, tuple[str, bool, str | None]]:
    """Answer id → a hash of all that HubSpot said of it, archived and merged_into, for ids that
    have a row."""
    statement = sql.SQL(
        "select hubspot_id, md5(raw_json::text) as version, archived, merged_into"
        " from {} where portal_id = %s{} and hubspot_id = any(%s)"
    ).format(sql.Identifier(of.kind.table), of_type(of.kind))
    rows = conn.execute(statement, [of.portal_id, sorted(hubspot_ids)]).fetchall()
    return {
        row["hubspot_id"]: (row["version"], row["archived"], row["merged_into"]) for row in rows
    }
