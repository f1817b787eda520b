"""Read the texts that may name a competitor, and keep which deals name which. What a text says is
found elsewhere: intelligence/competitors.py."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg import sql

from db.connect import Connection
from db.queries import QUERIES, QueryRow
from db.row_shapes import records, values

# Properties of deals that say why, or against whom. Portals call them as they like.
_OF_DEALS = "competitor|(lost|loss|won|win).*reason|reason.*(lost|loss|won|win)"


@dataclass(frozen=True, slots=True)
class TextSource:
    """Describe a type whose records may name competitors: which of its properties are read (a
    pattern), when it was said, and of which deals."""

    object_type: str
    properties: str
    said_at: str
    deal_ids: str = "deal_ids"

    @property
    def table(self) -> sql.Identifier:
        return sql.Identifier(f"hubspot_{self.object_type}_raw")


SOURCES = {
    source.object_type: source
    for source in (
        TextSource("deals", _OF_DEALS, "closedate", "array[hubspot_id]"),
        TextSource("notes", "^hs_note_body$", "note_timestamp"),
        TextSource("calls", "^hs_call_(title|body)$", "call_timestamp"),
        TextSource("emails", "^hs_email_(subject|text|html)$", "email_timestamp"),
    )
}
# What a mention's `source` may be: of deals the kind of property, of others the type.
KINDS_OF_DEALS = ("lost_reason", "won_reason", "competitor_property")
_READ = """
select hubspot_id, {deal_ids} as deal_ids, {said_at} as said_at,
       (select jsonb_object_agg(key, value)
          from jsonb_each_text(raw_json -> 'properties')
         where key ~ %(properties)s and value <> '') as texts
  from {table}
 where portal_id = %(portal_id)s and hubspot_id = any(%(hubspot_ids)s::text[])
   and not archived and merged_into is null
"""
_NEXT = """
select hubspot_id from {table}
 where portal_id = %(portal_id)s and hubspot_id > %(after)s
 order by hubspot_id
 limit %(at_most)s
"""


@dataclass(frozen=True, slots=True)
class Said:
    """Hold what a record says, property by property; None: nothing that is read."""

    hubspot_id: str
    deal_ids: list[str] | None
    said_at: datetime | None
    texts: dict[str, str] | None


@dataclass(frozen=True, slots=True)
class DealMention:
    """Say that a record of a deal names a competitor."""

    deal_id: str
    competitor: str
    source: str
    record_id: str
    mentioned_at: datetime | None


def read(
    conn: Connection, portal_id: int, source: TextSource, hubspot_ids: Sequence[str]
) -> list[Said]:
    """Answer what these records say. A record that is gone or archived says nothing any more."""
    statement = sql.SQL(_READ).format(
        table=source.table, deal_ids=sql.SQL(source.deal_ids), said_at=sql.SQL(source.said_at)
    )
    asked = {
        "portal_id": portal_id,
        "hubspot_ids": list(hubspot_ids),
        "properties": source.properties,
    }
    return records(conn, Said, statement, asked)


def next_ids(
    conn: Connection, portal_id: int, source: TextSource, after: str, at_most: int
) -> list[str]:
    """Answer the ids of the next records behind an id, archived ones too."""
    asked = {"portal_id": portal_id, "after": after, "at_most": at_most}
    return values(conn, sql.SQL(_NEXT).format(table=source.table), asked)


def replace(
    conn: Connection,
    portal_id: int,
    source: TextSource,
    record_ids: Sequence[str],
    mentions: Iterable[DealMention],
) -> None:
    """Keep what these records name, instead of all that was kept of them."""
    kinds = KINDS_OF_DEALS if source.object_type == "deals" else (source.object_type,)
    of = {"portal_id": portal_id, "sources": list(kinds), "record_ids": list(record_ids)}
    conn.execute(QUERIES["drop_mentions_of"], of)
    rows = list(mentions)
    kept = {
        "deal_ids": [each.deal_id for each in rows],
        "competitors": [each.competitor for each in rows],
        "sources": [each.source for each in rows],
        "record_ids": [each.record_id for each in rows],
        "times": [each.mentioned_at for each in rows],
    }
    conn.execute(QUERIES["put_mentions"], kept | {"portal_id": portal_id})


def note_losses(conn: Connection, portal_id: int, deal_ids: Sequence[str]) -> list[QueryRow]:
    """Note which of these deals were lost while they name a competitor; answer the new losses.

    A message about a loss belongs into this transaction: its row here appears once, however often
    the deal is looked at. A first reading finds old losses, too: lost_at tells them.
    """
    asked = {"portal_id": portal_id, "deal_ids": list(deal_ids)}
    return conn.execute(QUERIES["note_competitive_losses"], asked).fetchall()
