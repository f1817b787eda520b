"""On any data: a view has one row for each key, and no portal sees another's."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.aggregations import AGGREGATIONS
from db.connect import Connection, Database
from db.migrate import VIEWS
from db.rebuild import sources
from hubspot.objects import OBJECT_TYPES

from .conftest import Crm

LINKING = {
    "calls_to_contacts": "portal_id, call_id",
    "calls_to_contacts_from_scratch": "portal_id, call_id",
    "calls_to_deals": "portal_id, call_id, deal_id",
    "company_deals": "portal_id, deal_id, company_id",
    "sales_deals": "portal_id, deal_id",
    "merged_records": "portal_id, object_type, old_id",
    "contacts_to_users": "portal_id, contact_id",
    "deals_with_contacts": "portal_id, deal_id",
    "team_spending": "portal_id, team_id",
    "uncertain_links": "portal_id, kind, from_id",
}
KEYS = LINKING | {
    **{f"current_{name}": "portal_id, hubspot_id" for name in OBJECT_TYPES},
    **{name: "portal_id, hubspot_id" for name in OBJECT_TYPES},
    "custom_objects": "portal_id, object_type, hubspot_id",
    "associations": "portal_id, object_type, hubspot_id, to_type, to_id",
    "owners": "portal_id, owner_id",
    "deal_money": "portal_id, deal_id",
    "deals_readable": "portal_id, deal_id",
    "calls_readable": "portal_id, call_id",
    "changes": "portal_id, object_type, hubspot_id, property, changed_at",
    "property_options": "portal_id, object_type, property, value",
    "deals_of_unknown_amount": "portal_id, deal_id",
    "metrics": "number",
    "pipeline_stages": "portal_id, object_type, pipeline_id, stage_id",
    "deal_stage_history": "portal_id, deal_id, entered_at",
    "deal_stage_durations": "portal_id, pipeline_id, stage_id",
    "uncertain_team_links": "portal_id, kind, from_id",
    "uncertain_call_links": "portal_id, kind, from_id",
    "uncertain_user_links": "portal_id, kind, from_id",
    "sync_status": "portal_id, object_type",
    "scan_progress": "portal_id, scan_id",
    "lists": "portal_id, list_id",
    "list_memberships": "portal_id, list_id, record_id",
    "forms": "portal_id, form_id",
    "form_submissions": "portal_id, form_id, submission_id",
    "marketing_emails": "portal_id, email_id",
    "campaigns": "portal_id, campaign_id",
    "subscription_types": "portal_id, subscription_type_id",
    "subscription_changes": "portal_id, change_id, change_number",
    "hubspot_users": "portal_id, hubspot_user_id",
    "hubspot_teams": "portal_id, hubspot_team_id",
    "hubspot_roles": "portal_id, role_id",
    "workflows": "portal_id, workflow_id",
    "entity_companies": "portal_id, company_id",
    "entity_contacts": "portal_id, contact_id",
    "entity_deals": "portal_id, deal_id",
    "entity_tickets": "portal_id, ticket_id",
    "entity_marketing_events": "portal_id, event_id",
    "entity_email_events": 'portal_id, email_event_id, "timestamp"',
    "entity_web_sessions": 'portal_id, session_id, "timestamp"',
    "kpis": "portal_id",
    "touches": "portal_id, kind, touch_id",
    "deal_touches": "portal_id, deal_id, kind, touch_id",
    "deal_activity": "portal_id, deal_id",
    "contact_usage": "portal_id, contact_id, source",
    "enriched_records": "portal_id, object_type, hubspot_id, provider",
    "deal_competitors": "portal_id, deal_id, competitor",
    "competitor_results": "portal_id, competitor",
    "competitor_losses": "portal_id, deal_id, competitor",
    "competitor_patterns": "portal_id, competitor",
    "lead_scoring": "portal_id, contact_id",
    "ideal_customers": "portal_id, size_band, industry",
    "company_fit": "portal_id, company_id",
    "model_quality": "portal_id, model_id",
    "drift": "portal_id, model_id, checked_at, feature",
    "forecast_snapshots": "portal_id, owner_id, period_start, period_end, made_on",
    "forecast_now": "portal_id, owner_id, period_start, period_end",
    "forecast_accuracy": "portal_id, owner_id",
    "stage_win_rates": "portal_id, pipeline_id, stage_id",
    "funnel_bottlenecks": "portal_id, pipeline_id, stage_id",
    "customer_lifetime_value": "portal_id, company_id",
    "team_performance": "portal_id, owner_id, quarter",
    "lead_priorities": "portal_id, deal_id",
    **{each.view: f"portal_id, {each.group}" for each in AGGREGATIONS},
}
REPEATED = " union all ".join(
    f"select '{view}' as view, count(*) - count(distinct ({key})) as repeated from {view}"
    for view, key in KEYS.items()
)

# Few values, so that they meet often.
ids = st.sampled_from(["1", "2", "9", "10"])
links = st.none() | st.lists(ids, max_size=4)
phones = st.sampled_from(
    [
        None,
        "",
        "972",
        "+14155550100",
        "001 415 555 0100 x5",
        "+14155550199",
        "+",
        "ext. 5",
        "+14155550100 or +14155550199",
    ]
)
emails = st.sampled_from(
    [None, "", " ", "Unknown", "ann@example.com", "ANN@example.com ", "bob@example.com"]
)
names = st.sampled_from(
    [
        *(
            None,
            "",
            "Unknown",
            "X",
            "Acme",
            "Acme Inc",
            "The Acme Team",
            "Acmo",
            "Robert Co",
            "Rupert Ltd",
            " \t",
            "🚀",
        ),
        "Acme " + "x" * 10_000,
    ]
)
stages = st.sampled_from([None, "closedwon", "closedlost", "signed"])
amounts = st.none() | st.integers(-100, 100)
dates = st.none() | st.sampled_from(["2024-01-01", "2025-01-01"])
merges = st.sampled_from(
    [{}, {}, {"hs_merged_object_ids": "7;7;8"}, {"hs_merged_object_ids": ";8"}]
)
kinds = st.sampled_from(["team_company", "call_contact", "contact_user"])
gone = st.fixed_dictionaries(
    {"archived": st.sampled_from([False, False, True]), "merged_into": st.none() | st.just("1")}
)


def records(**columns: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, dict[str, Any]]]:
    """Up to four records with different ids, some of them archived or merged."""
    values = st.tuples(st.fixed_dictionaries(columns), gone).map(lambda pair: pair[0] | pair[1])
    return st.dictionaries(ids, values, max_size=4)


portals = st.fixed_dictionaries(
    {
        "contact": records(phone=phones, email=emails, createdate=dates, properties=merges),
        "company": records(name=names),
        "deal": records(
            amount=amounts,
            contact_ids=links,
            company_ids=links,
            primary=st.lists(ids),
            dealstage=stages,
            phone_number=phones,
            createdate=dates,
            closedate=dates,
            hubspot_owner_id=st.sampled_from([None, "404"]),
        ),
        "call": records(
            contact_ids=links,
            call_to_number=phones,
            call_from_number=phones,
            call_direction=st.sampled_from([None, "INBOUND", "OUTBOUND"]),
        ),
        "link": st.dictionaries(
            st.tuples(kinds, ids), st.fixed_dictionaries({"to_id": st.none() | ids}), max_size=3
        ),
    }
)
businesses = st.fixed_dictionaries(
    {
        "user": st.dictionaries(ids, st.fixed_dictionaries({"email": emails}), max_size=4),
        "team": st.dictionaries(
            ids, st.fixed_dictionaries({"team_name": names, "members": st.lists(ids, unique=True)})
        ),
    }
)


def test_every_view_has_a_key() -> None:
    files = [source for source in sources(VIEWS) if not source.has_model]
    created = [each for source in files for each in source.created]
    assert {name for kind, name in created if kind == "view"} <= KEYS.keys()


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ours=portals, theirs=portals, business=businesses)
def test_one_row_for_each_key(
    shared_database: Database, ours: Any, theirs: Any, business: Any
) -> None:
    with shared_database.transaction() as conn, conn.transaction(force_rollback=True):
        crm = Crm(conn)
        _fill(crm, ours)
        _fill(crm, business)
        crm.conn.execute(LISTED_TWICE)
        alone = {view: crm.rows(view) for view in LINKING}
        _fill(Crm(conn, portal_id=2), theirs)
        assert [row for row in crm.rows(f"({REPEATED}) as views") if row[1]] == []
        assert crm.rows(
            "contacts_to_users", "count(*) - count(distinct (portal_id, contact_id, user_id))"
        ) == [(0,)]
        for view, rows in alone.items():
            assert crm.rows(f"{view} where portal_id = 1") == rows


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(portal=portals)
def test_nothing_is_lost(shared_database: Database, portal: Any) -> None:
    """Every live call and deal keeps its row; amounts by company are the amounts of the deals' live
    or unknown companies."""
    with shared_database.transaction() as conn, conn.transaction(force_rollback=True):
        crm = Crm(conn)
        _fill(crm, portal)
        assert crm.rows("calls_to_contacts", "call_id") == crm.rows("calls", "hubspot_id")
        assert crm.rows("deals_with_contacts", "deal_id") == crm.rows("deals", "hubspot_id")
        left = {
            key
            for key, company in portal["company"].items()
            if company["archived"] or company["merged_into"]
        }
        expected = sum(
            deal["amount"] * len(set(deal["company_ids"]) - left)
            for deal in portal["deal"].values()
            if deal["amount"] is not None
            and deal["company_ids"]
            and not (deal["archived"] or deal["merged_into"])
        )
        assert crm.rows("company_deals", "coalesce(sum(amount), 0)") == [(expected,)]


@pytest.mark.parametrize("first", [1, 2])
def test_two_portals_with_identical_ids_never_cross(conn: Connection, first: int) -> None:
    """The other's rows stay as they were when they were alone, for anything that the one says."""
    crm, other = Crm(conn, first), Crm(conn, 3 - first)
    _fill(crm, BUSINESS)
    _fill(crm, PORTALS[first])
    crm.stage("signed", closed=first == 1, probability="1.0")
    alone = {view: crm.rows(view) for view in LINKING}
    _fill(other, PORTALS[3 - first])
    other.stage("signed", closed=first != 1, probability="1.0")
    for view, rows in alone.items():
        assert crm.rows(f"{view} where portal_id = {first}") == rows


# One id means two things: what links a record in one portal, in the other is archived, another
# person's or both.
ANN, BOB = (
    {"phone": "+14155550100", "email": "ann@example.com"},
    {"phone": "+14155550199", "email": "bob@example.com"},
)
EVE = {"phone": "+14155550777"}
SIGNED = {"pipeline": "signed", "dealstage": "signed", "contact_ids": ["9", "10"]}
PORTALS: dict[int, dict[str, dict[str, dict[str, Any]]]] = {
    1: {
        "contact": {"9": ANN, "10": BOB | {"archived": True}, "11": EVE},
        "company": {"1": {"name": "Acme"}},
        "deal": {"7": SIGNED | {"company_ids": ["1"]}},
        "call": {
            "4": {"call_to_number": "+14155550777"},
            "5": {"call_to_number": "+14155550100"},
            "6": {"contact_ids": ["9"]},
            "8": {"contact_ids": ["9", "10"]},
        },
    },
    2: {
        "contact": {
            "9": BOB | {"archived": True},
            "10": ANN | {"createdate": "2020-01-01"},
            "11": EVE,
        },
        "company": {"1": {"name": "Zenith"}},
        "deal": {"7": SIGNED | {"company_ids": ["1", "2"], "amount": 7}},
        "call": {
            "4": {"call_to_number": "+14155550777"},
            "5": {"call_to_number": "+14155550199"},
            "6": {"contact_ids": ["9"]},
            "8": {"contact_ids": ["9", "10"]},
        },
    },
}
BUSINESS: dict[str, dict[str, dict[str, Any]]] = {
    "user": {"u1": {"email": "ann@example.com"}},
    "team": {"t1": {"team_name": "Acme"}},
}


# A pipeline whose stage stands in its list twice, and deals that were set to a stage that they were
# in.
LISTED_TWICE = """
insert into hubspot_pipelines (portal_id, object_type, hubspot_id, label, raw_json)
values (1, 'deals', 'p', 'p', '{"stages": [{"id": "signed"}, {"id": "signed"}]}');
update hubspot_deals_raw set pipeline = 'p' where portal_id = 1 and dealstage = 'signed';
insert into property_history (portal_id, object_type, hubspot_id, property, changed_at, value)
select portal_id, 'deals', hubspot_id, property, moment::timestamptz, value
from hubspot_deals_raw
cross join (
    values
        ('dealstage', '2024-01-01', 'new'), ('dealstage', '2024-01-02', 'new'),
            ('dealstage', '2024-01-03', 'signed'),
        ('dealstage', '2024-01-04', null), ('pipeline', '2024-01-01', 'p'),
            ('pipeline', '2024-01-03', 'p')
) as versions (property, moment, value)
where portal_id = 1
"""


def _fill(crm: Crm, records_by_kind: dict[str, dict[Any, dict[str, Any]]]) -> None:
    for kind, found in records_by_kind.items():
        for key, columns in found.items():
            getattr(crm, kind)(*(key if isinstance(key, tuple) else [key]), **columns)
    crm.settled("team_spending")
