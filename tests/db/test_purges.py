"""What is erased leaves nothing: each table that names records is filled with one and searched."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
import pytest

from db import purges
from db.connect import Connection, Database
from hubspot.catalogue import BUILT_IN
from hubspot.mirrored import Mirrored
from hubspot.objects import CONTACTS

PERSON, CANARY = "876543210987", "canary-5d1f"
FILL = """
insert into portals (portal_id) values (1);
insert into hubspot_contacts_raw (portal_id, hubspot_id, email, phone, raw_json, fetched_at,
    updated_at)
values (1, %(id)s, %(canary)s || '@example.com', '+12025550123',
    jsonb_build_object('id', %(id)s, 'properties', jsonb_build_object('firstname', %(canary)s)),
    now(), now());
insert into hubspot_deals_raw (portal_id, hubspot_id, contact_ids, raw_json, fetched_at, updated_at)
values (1, '7', array[%(id)s], jsonb_build_object('id', '7', 'associations', jsonb_build_object(
    'contacts', jsonb_build_object('results', jsonb_build_array(jsonb_build_object(
        'id', %(id)s))))), now(), now());
insert into hubspot_calls_raw (portal_id, hubspot_id, contact_ids, raw_json, fetched_at, updated_at)
values (1, '8', array[%(id)s], jsonb_build_object('id', '8', 'associations', jsonb_build_object(
    'contacts', jsonb_build_object('results', jsonb_build_array(jsonb_build_object(
        'id', %(id)s))))), now(), now());
insert into hubspot_associations (portal_id, from_type, from_id, to_type, to_id, type_id, category)
values (1, 'contacts', %(id)s, 'contacts', '9', 1, ''),
    (1, 'contacts', '9', 'contacts', %(id)s, 1, '');
insert into manual_links (portal_id, kind, from_id, to_id, note)
values (1, 'contact_user', %(id)s, 'u1', %(canary)s), (1, 'call_contact', '8', %(id)s, %(canary)s);
insert into verify_runs (portal_id, run_id, object_type, sampled, started_at, compared, unequal,
    differences, healed)
values (1, gen_random_uuid(), 'contacts', false, now(), 2, 1,
    jsonb_build_object('missing', jsonb_build_array(%(id)s, '9'), 'pairs', 1), false);
insert into webhook_events (portal_id, event_key, subscription_type, object_type, hubspot_id,
    received_at, event)
values (1, gen_random_uuid(), 'contact.propertyChange', 'contacts', %(id)s, now(),
    jsonb_build_object('propertyValue', %(canary)s)),
  (1, gen_random_uuid(), 'deal.associationChange', 'deals', '7', now(),
    jsonb_build_object('toObjectId', %(id)s::bigint, 'note', %(canary)s));
insert into dead_letters (portal_id, kind, object_type, hubspot_id, reason, payload)
values (1, 'record', 'contacts', %(id)s, %(canary)s, null),
    (0, 'delivery', null, null, 'not JSON', jsonb_build_object('base64', encode(convert_to(
        '[' || %(id)s || %(canary)s, 'UTF8'), 'base64')));
insert into pending_changes (portal_id, object_type, hubspot_id, error)
values (1, 'contacts', %(id)s, %(canary)s);
insert into value_issues (portal_id, object_type, property, reason, occurrences, last_hubspot_id)
values (1, 'contacts', 'phone', 'not a number', 1, %(id)s);
insert into fetches (portal_id, object_type, fetched_at, hubspot_ids, linked, outdated, missing)
values (1, 'contacts', now(), array[%(id)s, '9'], array[%(id)s], array[%(id)s], array[%(id)s]);
insert into property_history (portal_id, object_type, hubspot_id, property, changed_at, value)
values (1, 'contacts', %(id)s, 'lifecyclestage', now(), %(canary)s);
insert into history_marks (portal_id, object_type, hubspot_id, error)
values (1, 'contacts', %(id)s, %(canary)s);
insert into hubspot_email_events (portal_id, event_id, occurred_at, action, recipient, contact_id)
values (1, 'e1', now(), 'OPEN', %(canary)s || '@example.com', %(id)s);
insert into hubspot_web_sessions (portal_id, session_id, occurred_at, contact_id)
values (1, 's1', now(), %(id)s);
insert into hubspot_list_memberships (portal_id, list_id, object_type, record_id)
values (1, '5', 'contacts', %(id)s);
insert into ingested_events (portal_id, source, event_id, schema_name, event, occurred_at,
    contact_id, properties)
values (1, 'website', '1', 'website.v1', 'visit', now(), %(id)s, '{}');
insert into lead_scores (portal_id, contact_id, model_id, as_of, probability, score, reasons)
values (1, %(id)s, 1, now(), 0.5, 50, '[]');
insert into assignments (portal_id, experiment, contact_id, variant) values (1, 'e', %(id)s, 'a');
insert into contact_responses values (1, %(id)s, now());
insert into enrichments (portal_id, provider, object_type, hubspot_id)
values (1, 'http', 'contacts', %(id)s);
insert into enrichment_costs (portal_id, provider, object_type, hubspot_id, cost)
values (1, 'http', 'contacts', %(id)s, 1);
insert into written_values (portal_id, object_type, hubspot_id, property, value)
values (1, 'contacts', %(id)s, 'lead_score_ml', %(canary)s);
insert into outgoing_messages (portal_id, channel, destination, idempotency_key, payload)
values (1, 'webhook', 'ep_1', 'a', jsonb_build_object('object_type', 'contacts',
    'hubspot_id', %(id)s, 'data', jsonb_build_object('object_type', 'contacts',
    'hubspot_id', %(id)s, 'record_id', %(id)s)));
"""
TABLES = """
select oid::regclass::text as name from pg_class
where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p') and not relispartition
"""
# Tables beside those of a type's records whose columns may name a record.
NAMING = """
select distinct table_name::text as name from information_schema.columns join pg_class
  on oid = to_regclass(table_name) and relkind in ('r', 'p') and not relispartition
where table_schema = current_schema() and table_name !~ '^hubspot_.*_raw$'
  and column_name ~ '(hubspot|from|to|call|contact|deal|company|team|user|record)_ids?$'
"""
# Which of them nothing of a person is filled into here, and why.
OTHERS = {
    "company_keys", "deal_numbers", "team_keys", "team_links", "team_marks",  # no person's
    "hubspot_owners", "hubspot_pipelines", "user_keys",
    "link_doubts", "link_marks", "sales_marks",  # of the rows' jobs, which the deletion marks
    "company_scores", "competitive_losses", "competitor_marks", "competitor_mentions",  # of deals
    "deal_touch_sums",
    "privacy_requests",  # hubspot says first that it knows nothing any more
}  # fmt: skip


def holding(conn: Connection, words: Sequence[str]) -> set[str]:
    """Name the tables that hold one of these words anywhere."""
    found = set()
    for table in [row["name"] for row in conn.execute(TABLES.encode()).fetchall()]:
        query = (
            f"select exists (select from {table} as kept where to_jsonb(kept)::text ~ %s) as has"
        )
        row = conn.execute(query.encode(), ["|".join(words)]).fetchone()
        if row and row["has"]:
            found.add(table)
    return found


@pytest.fixture
def filled(database: Database) -> Database:
    with database.transaction() as conn:
        psycopg.ClientCursor(conn).execute(FILL.encode(), {"id": PERSON, "canary": CANARY})
        for work in ("refresh_team_keys()", "settle_link_marks(1000)"):
            conn.execute(f"select {work}".encode())
    return database


def test_an_erased_person_stands_in_no_table(filled: Database) -> None:
    """A new table that names records is filled here, too, or named above with its reason."""
    with filled.transaction() as conn:
        before = holding(conn, [PERSON, CANARY])
        naming = {row["name"] for row in conn.execute(NAMING.encode()).fetchall()}
        purges.erase(conn, Mirrored(1, CONTACTS), BUILT_IN.mentions("contacts"), [PERSON])
        conn.execute("select settle_link_marks(1000)")
        left = holding(conn, [PERSON, CANARY])
        kept = conn.execute("select differences, hubspot_ids from verify_runs, fetches").fetchall()
    assert naming - before == OTHERS
    assert left == set()
    assert kept == [{"differences": {"missing": ["9"], "pairs": 1}, "hubspot_ids": ["9"]}]
