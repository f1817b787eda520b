"""Correct stored rows: links read alone, older times, archives and merges. Each is one statement
under the staleness guard."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg import sql

from db.connect import Connection
from db.mirrored_tables import Table, array_literal, each_name, of_type
from db.row_shapes import values
from hubspot.mirrored import Mirrored
from hubspot.records import Links


def relink(
    conn: Connection, of: Mirrored, links: Sequence[Links], fetched_at: datetime
) -> set[str]:
    """Replace the links of rows that show and are no newer than this read; answers their ids.

    The rows count as fetched now: a page read before and committed after must not bring older links
    back. Locked in the order of their ids first, as every batch does.
    """
    if not links:
        return set()
    name = sql.Identifier(of.kind.table)
    where = {
        "portal_id": of.portal_id,
        "fetched_at": fetched_at,
        "ids": sorted(each.hubspot_id for each in links),
    }
    _lock(conn, of.kind, where)
    columns = of.kind.link_columns
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
        assignments=each_name("{0} = coalesce(read.{0}::text[], kept.{0}), ", columns.values()),
        arrays=sql.Composed(
            [sql.SQL(", {}::text[]").format(sql.Placeholder(each)) for each in columns.values()]
        ),
        names=each_name(", {0}", columns.values()),
        of_type=of_type(of.kind, "kept"),
    )
    return set(values(conn, statement, where | _columns_of(of.kind, links)))


def _columns_of(table: Table, links: Sequence[Links]) -> dict[str, Any]:
    """Answer one array per column. A type of links that was not read is NULL."""
    found: dict[str, Any] = {
        "hubspot_ids": [each.hubspot_id for each in links],
        "raws": [each.raw_json for each in links],
    }
    for to, column in table.link_columns.items():
        found[column] = [array_literal(each.ids[to]) if to in each.ids else None for each in links]
    return found


def set_back(
    conn: Connection,
    of: Mirrored,
    believed: Mapping[str, tuple[datetime, datetime]],
) -> set[str]:
    """Give rows the older modified time that HubSpot stands by (id → that time, and since when);
    answer their ids.

    Then the guard lets its record in. A row that was read since then stays as it is; one that was
    merged away is back.
    """
    if not believed:
        return set()
    ids = sorted(believed)
    where = {"portal_id": of.portal_id, "ids": ids}
    _lock(conn, of.kind, where)
    statement = sql.SQL(
        "update {table} as kept"
        " set updated_at = least(kept.updated_at, older.at), merged_into = null"
        " from unnest(%(ids)s::text[], %(ats)s::timestamptz[], %(sinces)s::timestamptz[])"
        " as older (hubspot_id, at, since)"
        " where kept.portal_id = %(portal_id)s{of_type} and kept.hubspot_id = older.hubspot_id"
        " and kept.fetched_at <= older.since returning kept.hubspot_id"
    ).format(table=sql.Identifier(of.kind.table), of_type=of_type(of.kind, "kept"))
    ats, sinces = zip(*(believed[each] for each in ids), strict=True)
    return set(values(conn, statement, where | {"ats": list(ats), "sinces": list(sinces)}))


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
    of: Mirrored,
    hubspot_ids: Collection[str],
    fetched_at: datetime,
) -> None:
    """Hide the rows of ids that HubSpot no longer knows, not even as archived, with the time when
    we learnt of it."""
    statement = sql.SQL(
        "update {table} set archived = true, archived_at = coalesce(archived_at, now()),"
        " synced_at = now(), fetched_at = %(fetched_at)s where portal_id = %(portal_id)s{of_type}"
        " and hubspot_id = any(%(ids)s) and fetched_at <= %(fetched_at)s and merged_into is null"
    ).format(table=sql.Identifier(of.kind.table), of_type=of_type(of.kind))
    conn.execute(
        statement, {"portal_id": of.portal_id, "ids": sorted(hubspot_ids), "fetched_at": fetched_at}
    )


def merge(
    conn: Connection,
    of: Mirrored,
    survivors: Mapping[str, str],
    fetched_at: datetime,
) -> set[str]:
    """Let former ids point to their survivors (former id → survivor); answer the ids of changed
    rows.

    Ids that were merged into a former id before follow it, so that every old id names the last
    survivor. A merged row is as new as the read that told of it. A fetch that began before the
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
    ).format(table=sql.Identifier(of.kind.table), of_type=of_type(of.kind, "kept"))
    pairs = {"losers": list(survivors), "survivors": list(survivors.values())}
    read = {"portal_id": of.portal_id, "fetched_at": fetched_at}
    return set(values(conn, statement, pairs | read))
