"""Hot questions are answered by the index that was made for them: no table is read from one end to
the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from db.connect import Connection, Database

from .conftest import Crm

# Without triggers, which would find each link by itself: a second instead of four.
FILL = """
set local session_replication_role = replica;
insert into hubspot_contacts_raw (portal_id, hubspot_id, phone, email, createdate, hubspot_owner_id,
    company_ids,
                                  raw_json, fetched_at, updated_at)
select 1, n, '+1415' || 1000000 + n, 'user' || n || '@example.com',
    timestamptz '2025-01-01' + n * interval '4 hours',
       n % 400, array[(n % 800)::text],
           jsonb_build_object('properties', jsonb_build_object('size', n)), now(), now()
from generate_series(1, 2000) as n;
insert into hubspot_calls_raw (portal_id, hubspot_id, contact_ids, call_timestamp, hubspot_owner_id,
    raw_json,
                               fetched_at, updated_at)
select 1, n, array[(n % 2000)::text], timestamptz '2025-01-01' + n * interval '40 minutes', n % 400,
    '{}', now(), now()
from generate_series(1, 12000) as n;
insert into call_links (portal_id, call_id, contact_id, link_method, call_timestamp,
    hubspot_owner_id)
select portal_id, hubspot_id, contact_ids[1], 'association', call_timestamp, hubspot_owner_id
    from hubspot_calls_raw;
insert into hubspot_companies_raw (portal_id, hubspot_id, name, createdate, hubspot_owner_id,
    raw_json, fetched_at,
                                   updated_at)
select 1, n, 'Company ' || n, timestamptz '2025-01-01' + n * interval '2 hours', n % 400, '{}',
    now(), now()
from generate_series(1, 3000) as n;
insert into company_keys (portal_id, company_id, name_key, domain_key)
select 1, n, 'company ' || n, n || '.com' from generate_series(1, 3000) as n;
insert into hubspot_deals_raw (portal_id, hubspot_id, amount, createdate, closedate,
    hubspot_owner_id, contact_ids,
                               company_ids, raw_json, fetched_at, updated_at)
select 1, n, n, timestamptz '2025-01-01' + n * interval '4 hours',
    timestamptz '2025-02-01' + n * interval '4 hours',
       n % 400, array[n::text], array[(n % 1000)::text],
       jsonb_build_object('properties', jsonb_build_object('size', n)), now(), now()
from generate_series(1, 2000) as n;
insert into deal_numbers (portal_id, deal_id, phone_key, extensions)
select 1, n, '1415' || 2000000 + n, '{""}' from generate_series(1, 2000) as n;
insert into property_history (portal_id, object_type, hubspot_id, property, changed_at, value)
select 1, 'deals', n, property, now(), 'new'
from generate_series(1, 2000) as n, unnest('{dealstage,pipeline}'::text[]) as property;
insert into business.users (user_id, email) select n, 'user' || n || '@example.com'
    from generate_series(1, 2000) as n;
insert into user_keys (user_id, email, created_at)
select user_id, email, created_at from business.users;
insert into business.teams (team_id, team_name)
select n, 'Company ' || n from generate_series(1, 2000) as n;
insert into team_keys (team_id, name_key, domain_key)
select n, 'company ' || n, n || '.com' from generate_series(1, 2000) as n;
insert into team_links (portal_id, team_id, company_id, link_rule, link_score, place, doubt)
select 1, n, n, 'exact', 1, 1, case when n % 10 = 0 then 'several' end
from generate_series(1, 2000) as n;
analyze;
"""

# Question → the index that answers it, and how many rows are found.
QUESTIONS = {
    "calls_to_contacts where call_id = '300' and portal_id = 1": ("call_links_pkey", 1),
    "calls_to_contacts where contact_id = '300'": ("call_links_contact_id_call_timestamp_idx", 6),
    "calls_to_deals where call_id = '300' and portal_id = 1": (
        "hubspot_deals_raw_contact_ids_idx",
        1,
    ),
    "calls_to_deals where deal_id = '300'": ("call_links_contact_id_call_timestamp_idx", 6),
    "calls_to_deals where contact_id = '300'": ("hubspot_deals_raw_contact_ids_idx", 6),
    "contacts_to_users where contact_id = '300'": ("user_keys_email_key_created_at_idx", 1),
    "company_deals where deal_id = '300'": ("hubspot_deals_raw_hubspot_id_idx", 1),
    "deals_with_contacts where deal_id = '300'": ("hubspot_deals_raw_hubspot_id_idx", 1),
    "team_links where portal_id = 1 and team_id = '300'": ("team_links_pkey", 1),
    "team_links where portal_id = 1 and company_id = '300'": (
        "team_links_portal_id_company_id_idx",
        1,
    ),
    "deal_stage_history where portal_id = 1 and deal_id = '300'": ("property_history_deal_ways", 1),
    "contacts where hubspot_owner_id = '7'": ("hubspot_contacts_raw_hubspot_owner_id_idx", 5),
    "contacts where createdate >= '2025-03-01' order by createdate limit 100": (
        "hubspot_contacts_raw_createdate_idx",
        100,
    ),
    "contacts where company_ids @> array['7']": ("hubspot_contacts_raw_company_ids_idx", 3),
    "contacts where email = 'user7@example.com'": ("hubspot_contacts_raw_email_idx", 1),
    """contacts where raw_json @> '{"properties": {"size": 7}}'""": (
        "hubspot_contacts_raw_raw_json_idx",
        1,
    ),
    "companies where hubspot_owner_id = '7'": ("hubspot_companies_raw_hubspot_owner_id_idx", 8),
    "companies where createdate >= '2025-03-01' order by createdate limit 100": (
        "hubspot_companies_raw_createdate_idx",
        100,
    ),
    "deals where hubspot_owner_id = '7'": ("hubspot_deals_raw_hubspot_owner_id_idx", 5),
    "deals where closedate >= '2025-03-01' order by closedate limit 100": (
        "hubspot_deals_raw_closedate_idx",
        100,
    ),
    "deals where createdate >= '2025-03-01' order by createdate limit 100": (
        "hubspot_deals_raw_createdate_idx",
        100,
    ),
    "deals where company_ids @> array['7']": ("hubspot_deals_raw_company_ids_idx", 2),
    "deals where contact_ids @> array['7']": ("hubspot_deals_raw_contact_ids_idx", 1),
    """deals where raw_json @> '{"properties": {"size": 7}}'""": (
        "hubspot_deals_raw_raw_json_idx",
        1,
    ),
    "sales_deals where closedate between '2025-03-01' and '2025-03-05'": (
        "hubspot_deals_raw_closedate_idx",
        25,
    ),
    "calls where hubspot_owner_id = '7'": ("hubspot_calls_raw_hubspot_owner_id_idx", 30),
    "calls where call_timestamp >= '2025-03-01' order by call_timestamp limit 100": (
        "hubspot_calls_raw_call_timestamp_idx",
        100,
    ),
    "calls where contact_ids @> array['7']": ("hubspot_calls_raw_contact_ids_idx", 6),
    "calls_to_contacts where hubspot_owner_id = '7'": (
        "call_links_hubspot_owner_id_call_timestamp_idx",
        30,
    ),
    "calls_to_contacts where call_timestamp >= '2025-03-01' order by call_timestamp limit 100": (
        "call_links_call_timestamp_idx",
        100,
    ),
}
NEVER = (
    r"Seq Scan on (hubspot_(?!pipelines)"
    r"|users|user_keys|team|company_keys|call_links|deal_numbers|property_history)"
)


@pytest.fixture(scope="module")
def filled(shared_database: Database) -> Iterator[Connection]:
    with shared_database.transaction() as conn, conn.transaction(force_rollback=True):
        conn.execute(FILL)
        yield conn


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_hot_question_is_looked_up(filled: Connection, question: str) -> None:
    index, found = QUESTIONS[question]
    plan = _plan(filled, question)
    assert index in plan, plan
    assert not re.search(NEVER, plan), plan
    assert len(Crm(filled).rows(question)) == found


def test_a_page_of_users_looks_up_those_of_its_contacts_and_sorts_nothing_else(
    filled: Connection,
) -> None:
    plan = _plan(filled, "contacts_to_users limit 100")
    assert "Index Scan using user_keys_email_key_created_at_idx" in plan, plan
    assert not re.search("Seq Scan on user_keys|Sort Key: .*portal_id", plan), plan


@pytest.mark.parametrize(
    ("question", "narrow"),
    [
        ("team_id = '301'", set[str]()),
        ("company_id = '301'", {"team_links", "company_keys"}),  # for rivals of any team
    ],
)
def test_what_a_team_or_company_spent_reads_deals_and_looks_up_the_rest(
    filled: Connection, question: str, narrow: set[str]
) -> None:
    """Deals are few: reading them all, once for the shown ones and once for rivals, is quicker than
    looking each up."""
    before = _scans(filled)
    assert Crm(filled).rows(f"team_spending where portal_id = 1 and {question}", "team_id") == [
        ("301",)
    ]
    after = _scans(filled)
    read = {
        table: times - before.get(table, 0)
        for table, times in after.items()
        if times > before.get(table, 0)
    }
    assert read.pop("hubspot_deals_raw") <= 2
    small = {"hubspot_pipelines", "manual_links", "portals", "metric_settings"}
    assert set(read) <= narrow | small


def test_candidates_of_teams_are_looked_up(filled: Connection) -> None:
    """The plans are within a function: PostgreSQL's own counts of what it read."""
    before = _scans(filled)
    assert len(Crm(filled).rows("team_candidates(array['300', '301'])")) >= 2
    assert _scans(filled) == before


def test_doubts_about_users_read_users_and_contacts_a_few_times_each(filled: Connection) -> None:
    """Looked up for each contact, 2,000 of both made eight million comparisons."""
    explained = "explain (analyze, timing off, format json) select * from uncertain_user_links"
    row = filled.execute(explained).fetchone()
    assert row is not None
    assert rows_of(row["QUERY PLAN"][0]["Plan"]) < 100_000


def rows_of(node: dict[str, Any]) -> float:
    """Count the rows that a plan's nodes made, and the ones that they compared in vain."""
    named = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Join Filter")
    own = sum(node.get(name, 0) for name in named) * node["Actual Loops"]
    return float(own + sum(rows_of(each) for each in node.get("Plans", ())))


def _plan(conn: Connection, question: str) -> str:
    return "\n".join(
        row["QUERY PLAN"] for row in conn.execute(f"explain select * from {question}".encode())
    )


def _scans(conn: Connection) -> dict[str, int]:
    """Table → how often it was read from one end to the other in this transaction."""
    query = "select relname, seq_scan from pg_stat_xact_user_tables where schemaname = 'hubspot'"
    return {row["relname"]: row["seq_scan"] for row in conn.execute(query.encode()).fetchall()}
