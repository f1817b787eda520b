"""The numbers of records that sync_status shows are the ones of the tables, whatever happens."""

from __future__ import annotations

from db.connect import Connection

from .conftest import Crm

PLAIN = """
select portal_id, 'deals' as object_type,
    count(*) filter (where not archived and merged_into is null) as live,
    count(*) filter (where archived or merged_into is not null) as archived
from hubspot_deals_raw group by 1
union all
select portal_id, object_type,
    count(*) filter (where not archived and merged_into is null),
    count(*) filter (where archived or merged_into is not null)
from hubspot_objects_raw group by 1, 2
order by 1, 2
"""
KEPT = """
select portal_id, object_type, rows as live, archived_rows as archived from sync_status
where rows + archived_rows > 0 order by 1, 2
"""
INSERT = """
insert into {table} (portal_id, hubspot_id, {more} raw_json, archived, fetched_at, updated_at)
select portal, n, {values} '{{}}', n % 5 = 0, now(), now()
from generate_series(1, 20) as n, unnest(array[1, 2]) as portal
on conflict (portal_id, {key} hubspot_id) do update set archived = not {table}.archived
"""
DEALS = INSERT.format(table="hubspot_deals_raw", more="", values="", key="")
CARS = INSERT.format(
    table="hubspot_objects_raw", more="object_type,", values="'cars',", key="object_type,"
)
STEPS = {
    "records come": f"{DEALS}; {CARS}",
    "they come again, archived or shown": f"{DEALS}; {CARS}",
    "some change, and nothing of this": "update hubspot_deals_raw set synced_at = now()",
    "some are merged": "update hubspot_deals_raw set merged_into = '1' where hubspot_id > '7'",
    "a merged one is archived": "update hubspot_deals_raw set archived = true",
    "some are deleted": "delete from hubspot_objects_raw where hubspot_id < '3' and portal_id = 1",
    "a portal goes": "delete from hubspot_deals_raw where portal_id = 2",
}


def numbers(conn: Connection, query: str) -> list[dict[str, object]]:
    return conn.execute(query.encode()).fetchall()


def test_numbers_are_right_after_every_change(crm: Crm) -> None:
    for step, statements in STEPS.items():
        for statement in statements.split("; "):
            crm.conn.execute(statement.encode())
        plain = numbers(crm.conn, PLAIN)
        assert numbers(crm.conn, KEPT) == plain and plain, step
    crm.conn.execute("set local session_replication_role = replica")  # no trigger runs
    crm.conn.execute("delete from hubspot_deals_raw where hubspot_id = '1'")
    assert numbers(crm.conn, KEPT) != numbers(crm.conn, PLAIN)
    crm.conn.execute("select recount_records()")
    assert numbers(crm.conn, KEPT) == numbers(crm.conn, PLAIN)
    assert numbers(crm.conn, "select count(*) as n from record_counts") == [{"n": 3}]
