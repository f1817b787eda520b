"""The first backfill fills tables of which PostgreSQL has no statistics yet: what runs beside it
looks up one record after the other all the same, instead of all of them for each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from db.connect import Connection, Database

CONTACTS, CALLS, MARKED = 4_000, 24_000, 300
# Without triggers, so that no link is found before it is asked for.
FILL = f"""
set local session_replication_role = replica;
insert into portals (portal_id) values (1);
insert into hubspot_contacts_raw (portal_id, hubspot_id, phone, createdate, hubspot_owner_id,
    raw_json, fetched_at,
                                  updated_at)
select 1, n, '+1415' || 1000000 + n, timestamptz '2025-01-01' + n * interval '2 hours', n % 20,
       jsonb_build_object('filler', repeat('x', 1000)), now(), now()
from generate_series(1, {CONTACTS}) as n;
insert into hubspot_calls_raw (portal_id, hubspot_id, contact_ids, call_timestamp, raw_json,
    fetched_at, updated_at)
select 1, n, array[(n % {CONTACTS} + 1)::text], timestamptz '2025-01-01' + n * interval '1 hour',
    '{{}}', now(), now()
from generate_series(1, {CALLS}) as n;
insert into call_links (portal_id, call_id, contact_id, link_method, call_timestamp)
select portal_id, hubspot_id, contact_ids[1], 'association', call_timestamp from hubspot_calls_raw;
insert into link_marks (portal_id, call_ids, contact_ids)
select 1, array_agg(n::text), array_agg(n::text) from generate_series(1, {MARKED}) as n;
set local session_replication_role = origin;
"""
READ = """
select coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)::bigint as rows
from pg_stat_xact_user_tables
where schemaname = 'hubspot' and relname = %s
"""


@pytest.fixture
def filled(database: Database) -> Iterator[Connection]:
    with database.transaction() as conn:
        known = (
            "select from pg_stats where schemaname = 'hubspot' and tablename in "
            "('hubspot_calls_raw', 'call_links')"
        )
        assert conn.execute(known).fetchall() == []
        conn.execute(FILL)
        yield conn


def test_marks_are_settled_call_by_call(filled: Connection) -> None:
    before = _read(filled, "hubspot_calls_raw")
    assert filled.execute("select settle_link_marks(20) as marks").fetchall() == [{"marks": 1}]
    # those that are marked, and those of the contacts that are
    calls = MARKED * (CALLS // CONTACTS + 1)
    assert 0 < _read(filled, "hubspot_calls_raw") - before < 4 * calls


def test_days_are_added_up_contact_by_contact(filled: Connection) -> None:
    before = _read(filled, "hubspot_contacts_raw")
    assert filled.execute("select settle_days(1) as marks").fetchall() == [{"marks": 0}]
    assert 0 < _read(filled, "hubspot_contacts_raw") - before < 4 * CALLS


def test_a_contact_is_found_by_its_id_and_not_among_all_numbers(filled: Connection) -> None:
    """Of several indexes that hold a contact's id, the one for numbers would be walked from end to
    end for each call: that was half of all that a first backfill cost."""
    filled.execute(
        "set local enable_seqscan = off; set local enable_hashjoin = off; set local "
        "enable_mergejoin = off"
    )
    question = (
        "select * from calls_to_contacts_from_scratch where portal_id = 1"
        " and call_id = wanted.id offset 0"
    )
    many = (
        "select from unnest(array['1', '2']) as wanted (id)"
        f" cross join lateral ({question}) as found"
    )
    filled.execute(many.encode())  # functions read the catalogue once
    plan = filled.execute(f"explain (analyze, format json) {many}".encode()).fetchone()
    assert plan and 0 < plan["QUERY PLAN"][0]["Plan"]["Shared Hit Blocks"] < 2 * 20, plan


def _read(conn: Connection, table: str) -> int:
    """Answer how many rows of a table this transaction has read."""
    row = conn.execute(READ, [table]).fetchone()
    return int(row["rows"]) if row else 0
