"""One of everything that pages show, in two portals."""

from __future__ import annotations

from db.connect import Database
from tests.api.conftest import OTHERS, OURS
from tests.uncertain import doubt_teams

AMOUNTS = {OURS: 1_234, OTHERS: 98_765}  # of the deal that each portal has won
RUN = "00000000-0000-4000-8000-000000062515"  # a scan that has ended
SMALL = 17  # what another owner's deal of ours is worth
STATEMENTS = (
    """insert into hubspot_contacts_raw (portal_id, hubspot_id, email, createdate, raw_json,
           updated_at, fetched_at)
       select %(portal)s, id, email, now() - interval '3 days', jsonb_build_object('id', id,
           'properties', jsonb_build_object('email', email)), now(), now()
         from (values ('1', %(email)s), ('2', 'bea@example.com')) as made (id, email)""",
    """insert into hubspot_deals_raw (portal_id, hubspot_id, dealname, dealstage, pipeline,
           closedate, createdate, amount, hubspot_owner_id, raw_json, updated_at, fetched_at)
       select %(portal)s, id, %(name)s || id, 'closedwon', pipeline, now() - age,
           now() - age - interval '7 days', amount, owner, jsonb_build_object('id', id,
           'properties', jsonb_build_object('dealname', %(name)s || id, 'amount', amount::text)),
           now(), now()
         from (values ('7', 'sales', interval '2 days', %(amount)s, 'o1'),
                      ('8', 'others', '60 days', 17, 'o2'))
              as made (id, pipeline, age, amount, owner)""",
    """insert into hubspot_pipelines (portal_id, object_type, hubspot_id, label, raw_json)
       select %(portal)s, 'deals', id, label, '{"stages": [{"id": "open", "label": "Open"},
           {"id": "closedwon", "label": "Won", "displayOrder": 1,
            "metadata": {"isClosed": "true", "probability": "1.0"}}]}'
         from (values ('sales', 'Sales'), ('others', 'Others')) as made (id, label)""",
    """insert into hubspot_owners (portal_id, hubspot_id, firstname, raw_json)
       select %(portal)s, id, name, '{}'
         from (values ('o1', 'Ona'), ('o2', 'Owen')) as made (id, name)""",
    """insert into hubspot_properties (portal_id, object_type, name, label, type, raw_json)
       select %(portal)s, object_type, name, label, type, '{}'
         from (values ('deals', 'dealname', 'Deal name', 'string'),
                      ('deals', 'amount', 'Amount', 'number'),
                      ('deals', 'worth', 'Worth', 'number'),
                      ('contacts', 'email', 'E-mail', 'string'))
              as made (object_type, name, label, type)""",
    """insert into webhook_events (portal_id, event_key, subscription_type, object_type,
           hubspot_id, received_at, event)
       select %(portal)s, gen_random_uuid(), 'deal.' || kind, 'deals', id, now(),
           jsonb_build_object('propertyName', 'amount', 'propertyValue', %(amount)s::text)
         from (values ('propertyChange', '7'), ('creation', '8')) as made (kind, id)""",
    """insert into verify_runs (portal_id, run_id, object_type, sampled, started_at, finished_at,
           compared, unequal, differences, healed)
       select %(portal)s, gen_random_uuid(), type, false, now(), now() - age, 2, unequal,
           case when unequal = 0 then '{}' else '{"stale": ["7"]}' end::jsonb, true
         from (values ('contacts', interval '0', 0), ('deals', '0', 0), ('companies', '0', 0),
                      ('deals', '1 day', 1)) as made (type, age, unequal)""",
    """insert into scans (portal_id, scan_id, kind, object_type, state, created_at, started_at,
           heartbeat_at, finished_at, records, total, requests)
       select %(portal)s, %(run)s::uuid, 'backfill', 'deals', 'completed', at, at, at, at, 2, 2, 3
         from (select now() - interval '2 hours') as made (at)""",
    "insert into sync_latency values (%(portal)s, 'deals', date_trunc('hour', now()), 150, 3)",
)


def fill(database: Database) -> None:
    """Put the same ids into both portals, with names and amounts of their own."""
    with database.transaction() as conn:
        for portal, amount in AMOUNTS.items():
            words = {"portal": portal, "amount": amount, "run": RUN, "name": f"Deal of {portal}, "}
            for statement in STATEMENTS:
                email = f"contact-of-{portal}@example.com"
                conn.execute(statement.encode(), words | {"email": email})
    doubt_teams(database)
