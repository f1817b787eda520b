"""Upsert mirrored records: one statement for every type, generated from a table's column names,
under the staleness guard."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from psycopg import sql

from db.connect import Connection
from db.mirrored_tables import Table, array_literal, each_name
from hubspot.mirrored import Mirrored
from hubspot.records import Row


@dataclass(frozen=True, slots=True)
class Upserted:
    """Tell what became of a batch: the rows kept (new or replaced), and which of them had no row
    before."""

    kept: frozenset[str]
    new: frozenset[str]


def upsert(
    conn: Connection,
    of: Mirrored,
    rows: Sequence[Row],
    fetched_at: datetime,
    scan_id: UUID | None = None,
    e164: Callable[[str | None], str | None] = lambda number: None,
) -> Upserted:
    """Write a batch with one statement. A row older than the stored one changes nothing and is not
    in the answer.

    `fetched_at` is the database's clock when the fetch began. Ties in HubSpot's modified time go to
    the later fetch, because association and calculated-property changes do not move that time.

    Rows are sorted by id, so that two workers lock them in the same order. Of an id that comes
    twice the newest counts: a statement cannot replace a row twice. `e164` reads a phone number;
    see hubspot.phones.
    """
    newest = {row.hubspot_id: row for row in sorted(rows, key=lambda row: row.updated_at)}
    batch = [row for _, row in sorted(newest.items())]
    parameters: dict[str, Any] = {
        "portal_id": of.portal_id,
        "fetched_at": fetched_at,
        "scan_id": scan_id,
    } | _arrays(of.kind, batch)
    for typed, name in of.kind.phone_columns.items():
        parameters[name] = list(map(e164, parameters[typed]))
    answer = conn.execute(_upsert_statement(of.kind), parameters).fetchall()
    kept = frozenset(row["hubspot_id"] for row in answer)
    return Upserted(kept, frozenset(row["hubspot_id"] for row in answer if row["new"]))


def _arrays(table: Table, rows: Sequence[Row]) -> dict[str, list[Any]]:
    """Answer one array per column. An association type that was not read is NULL, and keeps the
    stored links."""
    columns = zip(*(row.values for row in rows), strict=True) if rows else [()] * len(table.columns)
    arrays: dict[str, list[Any]] = {
        column.name: list(values) for column, values in zip(table.columns, columns, strict=True)
    }
    for to, name in table.link_columns.items():
        arrays[name] = [array_literal(row.links[to]) if to in row.links else None for row in rows]
    for name in ("hubspot_id", "raw_json", "archived", "archived_at", "updated_at"):
        arrays[name] = [getattr(row, name) for row in rows]
    return arrays


@lru_cache(maxsize=1_000)  # bounded: portals have types of their own
def _upsert_statement(table: Table) -> sql.Composed:
    links = list(table.link_columns.values())
    arrays = _array_types(table)
    key_values = [sql.SQL(", {}").format(sql.Literal(value)) for value in table.key.values()]
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
        key=each_name(", {0}", table.key),
        key_values=sql.Composed(key_values),
        names=sql.SQL(", ").join(map(sql.Identifier, arrays)),
        values=sql.SQL(", ").join(_cast(name, links) for name in arrays),
        # Binary: as text, every quote in 2 kB of JSON would be escaped, by a regular expression, in
        # Python.
        arrays=sql.SQL(", ").join(sql.SQL(f"%({name})b::{t}[]") for name, t in arrays.items()),
        assignments=sql.SQL(", ").join(_assignments(table, links)),
    )


def _array_types(table: Table) -> dict[str, str]:
    """Answer column → the type in which its values travel. Links travel as text."""
    types = {column.name: column.sql_type for column in table.columns}
    types |= dict.fromkeys(table.phone_columns.values(), "text")
    types |= dict.fromkeys(table.link_columns.values(), "text")
    types |= {"hubspot_id": "text", "raw_json": "text", "archived": "boolean"}
    return types | {"archived_at": "timestamptz", "updated_at": "timestamptz"}


def _assignments(table: Table, links: Collection[str]) -> Iterator[sql.Composed]:
    """Yield the columns that a newer record replaces. Links that were not read stay as they are
    stored."""
    typed = [column.name for column in table.columns]
    fixed = ["archived", "archived_at", "updated_at", "fetched_at", "scan_id"]
    for name in (*typed, *table.phone_columns.values(), *fixed):
        yield sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name))
    for name in links:
        yield sql.SQL("{0} = coalesce(excluded.{0}, kept.{0})").format(sql.Identifier(name))


def _cast(name: str, links: Collection[str]) -> sql.Composed:
    suffix = "::text[]" if name in links else ""
    if name == "raw_json":
        suffix = "::jsonb"
    return sql.SQL("{}" + suffix).format(sql.Identifier(name))
