"""The records of an extraction, page by page, as the copy has them now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg import sql

from db.connect import Connection
from db.mirrored_tables import of_type
from db.queries import QUERIES, QueryRow
from hubspot.objects import ObjectType

_PAGE = """
select record.hubspot_id, record.updated_at, record.synced_at,
    record.raw_json -> 'properties' as properties
from {table} as record
where record.portal_id = %(portal_id)s{of_type}
    and record.hubspot_id > %(after)s
    and not record.archived and record.merged_into is null
    and (%(since)s::timestamptz is null or record.updated_at >= %(since)s)
order by record.hubspot_id
limit %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Slice:
    """Which records: of one type, behind an id, changed since a moment (None: all)."""

    portal_id: int
    kind: ObjectType
    after: str = ""
    since: datetime | None = None
    limit: int = 100


def page(conn: Connection, asked: Slice) -> list[QueryRow]:
    """Answer the next records in the order of their ids as texts, which the primary key has."""
    statement = sql.SQL(_PAGE).format(
        table=sql.Identifier(asked.kind.table), of_type=of_type(asked.kind, "record")
    )
    values = {
        "portal_id": asked.portal_id,
        "after": asked.after,
        "since": asked.since,
        "limit": asked.limit,
    }
    return conn.execute(statement, values).fetchall()


def shown(row: QueryRow, names: tuple[str, ...], hidden: frozenset[str]) -> QueryRow:
    """Leave of a record the properties that were asked for and may be seen."""
    found = row["properties"] or {}
    wanted = names or tuple(found)
    kept = {name: found.get(name) for name in wanted if name not in hidden}
    return row | {"properties": kept}


def sensitive(conn: Connection, portal_id: int, object_type: str) -> frozenset[str]:
    """Answer the properties of a type that HubSpot marks as sensitive."""
    asked = {"portal_id": portal_id, "object_type": object_type}
    rows = conn.execute(QUERIES["sensitive_properties"], asked).fetchall()
    return frozenset(row["name"] for row in rows)
