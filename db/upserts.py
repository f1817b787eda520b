"""Mirrored records: one upsert for every type, generated from a table's column names, under the
staleness guard."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from psycopg import sql

from db.connect import Connection
from hubspot.objects import ObjectType
from hubspot.records import Links, Row

Table = ObjectType


def of_type(table: Table, alias: str = "") -> sql.Composed:
    """`and object_type = 'cars'` for a type that shares its table with others; nothing for one that
    has its own."""
    return sql.Composed(
        [
            sql.SQL(" and {} = {}").format(
                sql.Identifier(*filter(None, (alias, column))), sql.Literal(value)
            )
            for column, value in table.key.items()
        ]
    )


@dataclass(frozen=True, slots=True)
class Upserted:
    """What became of a batch: rows kept (new or replaced), and of those the ones that had no row
    before."""

    kept: frozenset[str]
    new: frozenset[str]


def upsert(
    conn: Connection,
    table: Table,
    portal_id: int,
    rows: Sequence[Row],
    fetched_at: datetime,
    scan_id: UUID | None = None,
    e164: Callable[[str | None], str | None] = lambda number: None,
) -> Upserted:
    """Write a batch with one statement. A row older than what is stored changes nothing and is not
    in the answer.

    `fetched_at` is the database's clock when the fetch began: ties in HubSpot's modified time go to
    the later fetch, because association and calculated-property changes do not move that time.
    Sorted by id, so that two workers lock rows in the same order; of an id that comes twice the
    newest counts (a statement cannot replace a row twice). `e164` reads a phone number; see
    hubspot.phones.
    """
    newest = {row.hubspot_id: row for row in sorted(rows, key=lambda row: row.updated_at)}
    batch = [row for _, row in sorted(newest.items())]
    parameters: dict[str, Any] = {
        "portal_id": portal_id,
        "fetched_at": fetched_at,
        "scan_id": scan_id,
    } | _arrays(table, batch)
    parameters |= {
        name: [e164(number) for number in parameters[typed]]
        for typed, name in table.phone_columns.items()
    }
    answer = conn.execute(_upsert_statement(table), parameters).fetchall()
    kept = frozenset(row["hubspot_id"] for row in answer)
    return Upserted(kept, frozenset(row["hubspot_id"] for row in answer if row["new"]))


def relink(
    conn: Connection, table: Table, portal_id: int, links: Sequence[Links], fetched_at: datetime
) -> set[str]:
    """Replace the links of rows that show and are no newer than this read; answers their ids.

    The rows count as fetched now: a page read before and committed after must not bring older links
    back. Locked in the order of their ids first, as every batch does.
    """
    if not links:
        return set()
    name = sql.Identifier(table.table)
    where = {
        "portal_id": portal_id,
        "fetched_at": fetched_at,
        "ids": sorted(each.hubspot_id for each in links),
    }
    _lock(conn, table, where)
    columns = table.link_columns
    statement = sql.SQL(
        "update {name} as kept set {assignments}fetched_at = %(fetched_at)s, synced_at = now(),"
        " raw_json = kept.raw_json || jsonb_build_object('associations',"
        " coalesce(kept.raw_json->'associations', '{{}}') || raw)"
        " from unnest(%(hubspot_ids)s::text[], %(raws)s::jsonb[]{arrays}) as read (hubspot_id,"
        " raw{names}) where kept.portal_id = %(portal_id)s{of_type}"
        " and kept.hubspot_id = read.hubspot_id and kept.fetched_at <= %(fetched_at)s"
        " and not kept.archived and kept.merged_into is null returning kept.hubspot_id"
    ).format(
        name=name,
        assignments=_each("{0} = coalesce(read.{0}::text[], kept.{0}), ", columns.values()),
        arrays=sql.Composed(
            [sql.SQL(", {}::text[]").format(sql.Placeholder(each)) for each in columns.values()]
        ),
        names=_each(", {0}", columns.values()),
        of_type=of_type(table, "kept"),
    )
    parameters = where | {
        "hubspot_ids": [each.hubspot_id for each in links],
        "raws": [each.raw_json for each in links],
    }
    for to, column in columns.items():
        parameters[column] = [
            _array_literal(each.ids[to]) if to in each.ids else None for each in links
        ]
    return {row["hubspot_id"] for row in conn.execute(statement, parameters).fetchall()}


def set_back(
    conn: Connection,
    table: Table,
    portal_id: int,
    believed: Mapping[str, tuple[datetime, datetime]],
) -> set[str]:
    """Give rows the older modified time that HubSpot stands by (id → that time, and since when):
    then the guard lets its record in. Answers their ids. A row that was read since then stays as it
    is; one that was merged away is back."""
    if not believed:
        return set()
    ids = sorted(believed)
    where = {"portal_id": portal_id, "ids": ids}
    _lock(conn, table, where)
    statement = sql.SQL(
        "update {table} as kept"
        " set updated_at = least(kept.updated_at, older.at), merged_into = null"
        " from unnest(%(ids)s::text[], %(ats)s::timestamptz[], %(sinces)s::timestamptz[])"
        " as older (hubspot_id, at, since)"
        " where kept.portal_id = %(portal_id)s{of_type} and kept.hubspot_id = older.hubspot_id"
        " and kept.fetched_at <= older.since returning kept.hubspot_id"
    ).format(table=sql.Identifier(table.table), of_type=of_type(table, "kept"))
    ats, sinces = zip(*(believed[each] for each in ids), strict=True)
    rows = conn.execute(statement, where | {"ats": list(ats), "sinces": list(sinces)}).fetchall()
    return {row["hubspot_id"] for row in rows}


def _lock(conn: Connection, table: Table, where: Mapping[str, Any]) -> None:
    """Lock the rows of `ids` in the order of their ids, as every batch does."""
    conn.execute(
        sql.SQL(
            "select from {} where portal_id = %(portal_id)s{} and hubspot_id = any(%(ids)s)"
            " order by hubspot_id for update"
        ).format(sql.Identifier(table.table), of_type(table)),
        where,
    )


def archive_missing(
    conn: Connection,
    table: Table,
    portal_id: int,
    hubspot_ids: Collection[str],
    fetched_at: datetime,
) -> None:
    """HubSpot knows these ids no longer, not even as archived: hide the rows, with the time when we
    learnt of it."""
    statement = sql.SQL(
        "update {table} set archived = true, archived_at = coalesce(archived_at, now()),"
        " synced_at = now(), fetched_at = %(fetched_at)s where portal_id = %(portal_id)s{of_type}"
        " and hubspot_id = any(%(ids)s) and fetched_at <= %(fetched_at)s and merged_into is null"
    ).format(table=sql.Identifier(table.table), of_type=of_type(table))
    conn.execute(
        statement, {"portal_id": portal_id, "ids": sorted(hubspot_ids), "fetched_at": fetched_at}
    )


def merge(
    conn: Connection,
    table: Table,
    portal_id: int,
    survivors: Mapping[str, str],
    fetched_at: datetime,
) -> set[str]:
    """Let former ids point to their survivors (former id → survivor); answers the ids of rows that
    changed.

    Those that were merged into a former id before follow it, so that every old id names the last
    survivor. A merged row is as new as the read that told of it: a fetch that began before the
    merge must not bring it back.
    """
    if not survivors:
        return set()
    statement = sql.SQL(
        "update {table} as kept set merged_into = pair.survivor, archived = false,"
        " archived_at = null, synced_at = now(), fetched_at = greatest(kept.fetched_at,"
        " %(fetched_at)s) from unnest(%(losers)s::text[], %(survivors)s::text[]) as pair (loser,"
        " survivor) where kept.portal_id = %(portal_id)s{of_type}"
        " and kept.hubspot_id <> pair.survivor and (kept.hubspot_id = pair.loser"
        " or kept.merged_into = pair.loser) and kept.merged_into is distinct from pair.survivor"
        " returning kept.hubspot_id"
    ).format(table=sql.Identifier(table.table), of_type=of_type(table, "kept"))
    pairs = {"losers": list(survivors), "survivors": list(survivors.values())}
    rows = conn.execute(
        statement, pairs | {"portal_id": portal_id, "fetched_at": fetched_at}
    ).fetchall()
    return {row["hubspot_id"] for row in rows}


def _arrays(table: Table, rows: Sequence[Row]) -> dict[str, list[Any]]:
    """One array per column. An association type that was not read is NULL, and leaves what is
    stored."""
    columns = zip(*(row.values for row in rows), strict=True) if rows else [()] * len(table.columns)
    arrays: dict[str, list[Any]] = {
        column.name: list(values) for column, values in zip(table.columns, columns, strict=True)
    }
    for to, name in table.link_columns.items():
        arrays[name] = [_array_literal(row.links[to]) if to in row.links else None for row in rows]
    for name in ("hubspot_id", "raw_json", "archived", "archived_at", "updated_at"):
        arrays[name] = [getattr(row, name) for row in rows]
    return arrays


def _array_literal(ids: Collection[str]) -> str:
    """unnest() would flatten an array of arrays, so each travels as text. Ids are digits: no
    quoting is needed."""
    return "{" + ",".join(ids) + "}"


@lru_cache(maxsize=1_000)  # bounded: portals have types of their own
def _upsert_statement(table: Table) -> sql.Composed:
    typed = [(column.name, column.sql_type) for column in table.columns]
    typed += [(name, "text") for name in table.phone_columns.values()]
    links = list(table.link_columns.values())
    fixed = [("hubspot_id", "text"), ("raw_json", "text"), ("archived", "boolean")]
    fixed += [("archived_at", "timestamptz"), ("updated_at", "timestamptz")]
    arrays = [*typed, *((name, "text") for name in links), *fixed]
    replaced = [name for name, _ in typed] + [
        "archived",
        "archived_at",
        "updated_at",
        "fetched_at",
        "scan_id",
    ]
    return sql.SQL(
        """
        insert into {table} as kept (portal_id{key}, fetched_at, scan_id, synced_at, {names})
        select %(portal_id)s{key_values}, %(fetched_at)s, %(scan_id)s, now(), {values}
          from unnest({arrays}) as fetched ({names})
         order by hubspot_id
            on conflict (portal_id{key}, hubspot_id) do update
           set {assignments}, synced_at = now(),
               raw_json = excluded.raw_json || jsonb_build_object('associations',
                   coalesce(kept.raw_json->'associations',
                       '{{}}') || (excluded.raw_json->'associations'))
         where (kept.updated_at, kept.fetched_at) <= (excluded.updated_at, excluded.fetched_at)
        returning hubspot_id, xmax = 0 as new
        """
    ).format(
        table=sql.Identifier(table.table),
        key=_each(", {0}", table.key),
        key_values=sql.Composed(
            [sql.SQL(", {}").format(sql.Literal(value)) for value in table.key.values()]
        ),
        names=_list(name for name, _ in arrays),
        values=sql.SQL(", ").join(_cast(name, links) for name, _ in arrays),
        # Binary: as text, every quote in 2 kB of JSON would be escaped, by a regular expression, in
        # Python.
        arrays=sql.SQL(", ").join(sql.SQL(f"%({name})b::{kind}[]") for name, kind in arrays),
        assignments=sql.SQL(", ").join(
            [_assign(name, "excluded.{0}") for name in replaced]
            + [_assign(name, "coalesce(excluded.{0}, kept.{0})") for name in links]
        ),
    )


def _each(text: str, names: Iterable[str]) -> sql.Composed:
    """The text once for each name, in the place of {0}."""
    return sql.Composed([sql.SQL(text).format(sql.Identifier(name)) for name in names])


def _list(names: Any) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(name) for name in names)


def _cast(name: str, links: Collection[str]) -> sql.Composed:
    suffix = "::text[]" if name in links else "::jsonb" if name == "raw_json" else ""
    return sql.SQL("{}" + suffix).format(sql.Identifier(name))


def _assign(name: str, value: str) -> sql.Composed:
    return sql.SQL("{} = " + value.replace("{0}", "{}")).format(
        *[sql.Identifier(name)] * (1 + value.count("{0}"))
    )
