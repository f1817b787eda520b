"""Say how long the rows and events are kept of records that HubSpot shows no longer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from psycopg import sql

from db.connect import Connection

_FORGET = """
    with gone as (
        delete from {table} where archived and archived_at < now() - %(keep)s
        returning portal_id, {object_type} as object_type, hubspot_id
    ),
    told as (
        delete from webhook_events told using gone
         where told.portal_id = gone.portal_id and told.object_type = gone.object_type
           and told.hubspot_id = gone.hubspot_id
    )
    delete from property_history past using gone
     where past.portal_id = gone.portal_id and past.object_type = gone.object_type
       and past.hubspot_id = gone.hubspot_id
"""


def forget_deleted(
    conn: Connection, tables: Iterable[tuple[str, str | None]], keep: timedelta
) -> None:
    """Delete rows that were archived so long ago, table by table; each table comes with the type of
    its rows, or None where a column of theirs tells."""
    for table, object_type in tables:
        kind = sql.Identifier("object_type") if object_type is None else sql.Literal(object_type)
        statement = sql.SQL(_FORGET).format(table=sql.Identifier(table), object_type=kind)
        conn.execute(statement, {"keep": keep})
