"""Filtered by one record, the links are answered from indexes: no table is read from one end to the other."""

from __future__ import annotations

import re

from db.connect import Database

from .conftest import Crm

FILL = """
insert into hubspot_contacts_raw (portal_id, hubspot_id, phone, email, createdate, raw_json, fetched_at, updated_at)
select 1, n, '+1415' || 1000000 + n, 'user' || n || '@example.com', now(), '{}', now(), now()
from generate_series(1, 4000) as n;
insert into hubspot_calls_raw
    (portal_id, hubspot_id, contact_ids, call_direction, call_to_number, raw_json, fetched_at, updated_at)
select 1, n, case when n % 3 > 0 then array[(n % 4000)::text] end, 'OUTBOUND', '+1415' || 1000000 + n % 4000,
       '{}', now(), now()
from generate_series(1, 12000) as n;
insert into hubspot_companies_raw (portal_id, hubspot_id, name, raw_json, fetched_at, updated_at)
select 1, n, 'Company ' || n, '{}', now(), now() from generate_series(1, 8000) as n;
insert into hubspot_deals_raw
    (portal_id, hubspot_id, amount, contact_ids, company_ids, raw_json, fetched_at, updated_at)
select 1, n, n, array[n::text], '{1}', '{}', now(), now() from generate_series(1, 2000) as n;
insert into business.users (user_id, email) select n, 'user' || n || '@example.com' from generate_series(1, 4000) as n;
analyze;
"""


QUESTIONS = {
    "calls_to_contacts where call_id = '300'": 1,
    "calls_to_contacts where call_id = '301'": 1,
    "calls_to_contacts where contact_id = '300'": 3,
    "contacts_to_users where contact_id = '300'": 1,
    "calls_to_deals where deal_id = '300'": 3,
    "deals_with_contacts where deal_id = '300'": 1,
    "company_deals where deal_id = '300'": 1,
}


def test_one_record_is_looked_up(database: Database) -> None:
    with database.transaction() as conn:
        conn.execute(FILL)
        for question, found in QUESTIONS.items():
            plan = "\n".join(row["QUERY PLAN"] for row in conn.execute(f"explain select * from {question}"))
            assert "Index Scan" in plan, f"{question}\n{plan}"
            assert not re.search(r"Seq Scan on (hubspot|users)", plan), f"{question}\n{plan}"
            assert len(Crm(conn).rows(question)) == found, question
