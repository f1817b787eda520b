"""Say how long the rows and events are kept of records that HubSpot shows no longer."""

from __future__ import annotations

from datetime import timedelta

from psycopg import sql

from db.connect import Connection

_FORGET = """
    with gone as (
        delete from {table}
         where ctid = any(array(
               select ctid from {table}
                where archived and archived_at < now() - %(keep)s
                limit %(at_most)s))
        returning portal_id, {object_type} as object_type, hubspot_id
    ),
    told as (
        delete from webhook_events told using gone
         where told.portal_id = gone.portal_id and told.object_type = gone.object_type
           and told.hubspot_id = gone.hubspot_id
    ),
    past as (
        delete from property_history past using gone
         where past.portal_id = gone.portal_id and past.object_type = gone.object_type
           and past.hubspot_id = gone.hubspot_id
    )
    select count(*) as gone from gone
"""

_FORGET_EVENTS = """
    delete from {part}
     where ctid = any(array(
           select ctid from {part} where received_at < now() - %(keep)s limit %(at_most)s))
"""


def forget_events(conn: Connection, part: str, keep: timedelta, at_most: int) -> int:
    """Delete `at_most` webhook events of a partition that came so long ago; answer how many it
    were. A place in a file names a row of one partition only, so each is asked by its name."""
    statement = sql.SQL(_FORGET_EVENTS).format(part=sql.Identifier(part))
    return conn.execute(statement, {"keep": keep, "at_most": at_most}).rowcount


def forget_deleted(
    conn: Connection, table: str, object_type: str | None, keep: timedelta, at_most: int
) -> int:
    """Delete `at_most` rows of a table that were archived so long ago; answer how many it were.
    Without an `object_type` a column of the rows tells it."""
    kind = sql.Identifier("object_type") if object_type is None else sql.Literal(object_type)
    statement = sql.SQL(_FORGET).format(table=sql.Identifier(table), object_type=kind)
    row = conn.execute(statement, {"keep": keep, "at_most": at_most}).fetchone()
    return int(row["gone"]) if row else 0
