"""What sales leads look for first, computed by hand: open deals, how far deals come, from where
they came, how soon people are answered; and the same in words."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from .conftest import Crm
from .test_deal_history import as_of, past

JANUARY = "null, date '2026-01-01', date '2026-01-31'"


@pytest.fixture
def selling(crm: Crm) -> Crm:
    """Give two pipelines; in sales two deals are won, one is lost and three are open."""
    crm.portal()
    stages = [("new", "false", "0.2"), ("talk", "false", "0.5"), ("won", "true", "1.0")]
    crm.pipeline("sales", *stages, ("lost", "true", "0.0"))
    crm.pipeline("renewal", ("due", "false", "0.9"), ("renewed", "true", "1.0"))
    told = {"pipeline": "sales", "createdate": "2026-01-01"}
    crm.deal("1", 100, dealstage="won", closedate="2026-01-11", contact_ids=["1"], **told)
    crm.deal("2", 300, dealstage="won", closedate="2026-01-21", contact_ids=["2"], **told)
    crm.deal("3", 900, dealstage="lost", closedate="2026-01-21", contact_ids=["1"], **told)
    crm.deal("4", 1000, dealstage="new", closedate=None, hubspot_owner_id="7", **told)
    category = {"hs_manual_forecast_category": "BEST_CASE"}
    crm.deal("5", 400, dealstage="talk", closedate="2026-01-30", properties=category, **told)
    crm.deal("6", None, dealstage="nowhere", closedate="2027-01-01", **told)
    crm.deal("7", 50, dealstage="due", pipeline="renewal", closedate="2026-01-15")
    crm.deal("8", 70, dealstage="talk", archived=True, **told)
    sources = {"hs_analytics_source": "PAID_SEARCH"}
    crm.contact("1", sources, createdate="2026-01-01", sales_script_version="A")
    crm.contact("2", createdate="2026-01-02", sales_script_version="B")
    crm.contact("3", createdate="2026-01-03")
    return crm


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        # 4 open; velocity: 4 * 2/3 * 200 / 15 days
        (JANUARY, (4, 1450, 200 + 200 + 45, Decimal("35.56"))),
        (f"{JANUARY}, pipeline => 'sales'", (3, 1400, 400, Decimal("26.67"))),
        (f"{JANUARY}, pipeline => 'renewal'", (1, 50, 45, None)),
        ("'7'", (1, 1000, 200, None)),
        ("null, '2020-01-01', '2020-01-31'", (4, 1450, 445, None)),
    ],
)
def test_what_is_open(selling: Crm, asked: str, expected: tuple[Any, ...]) -> None:
    columns = '"openDeals", "openPipeline", "weightedPipeline", round("salesVelocity", 2)'
    assert selling.rows(f"sales_outlook({asked})", columns) == [expected]


def test_the_win_rate_is_of_closed_deals_and_the_cancellation_rate_of_all(selling: Crm) -> None:
    columns = '"winRate", "cancellationRate"'
    assert selling.rows(f"sales_metrics({JANUARY})", columns) == [
        (Decimal("66.67"), Decimal("20.00"))
    ]


def test_stages_without_a_period_hold_every_open_deal(selling: Crm) -> None:
    open_ = "where not is_won and not is_lost"
    assert selling.rows(f"deals_by_stage() {open_}", "sum(deals)") == [(4,)]
    assert selling.rows(f"deals_by_stage({JANUARY}) {open_}", "sum(deals)") == [(2,)]
    assert len(selling.rows("deals_by_stage(pipeline => 'renewal')")) == 2


def test_forecast_categories(selling: Crm) -> None:
    found = selling.conn.execute(f"select * from forecast_categories({JANUARY})").fetchall()
    assert [tuple(row.values()) for row in found] == [
        ("Pipeline", 0, 0, 0),
        ("Best case", 1, 400, 200),
        ("Commit", 0, 0, 0),
        ("Closed", 2, 400, 400),
        ("Not set", 1, 50, 45),
    ]
    assert selling.rows("forecast_categories() where category = 'Not set'", "deals, amount") == [
        (3, 1050)
    ]


def test_the_funnel_by_stage_in_both_kinds(selling: Crm) -> None:
    """1 came through all; 2 left talk out; 3 began at talk and came back to new."""
    past(selling, "1", "dealstage", (1, "new"), (3, "talk"), (11, "won"))
    past(selling, "2", "dealstage", (1, "new"), (21, "won"))
    past(selling, "3", "dealstage", (1, "talk"), (5, "new"), (21, "lost"))
    found = selling.rows(
        f"stage_funnel({JANUARY}, pipeline => 'sales')",
        "step, stage_label, in_order, in_order_rate, any_stage, any_rate",
    )
    assert found == [
        (1, "New", 3, None, 3, Decimal("100.00")),
        (2, "Talk", 1, Decimal("33.33"), 2, Decimal("66.67")),
        (3, "Won", 1, Decimal("100.00"), 2, Decimal("66.67")),
    ]
    assert len(selling.rows(f"stage_funnel({JANUARY})")) == 5


def test_win_rates_by_source_and_script(selling: Crm) -> None:
    selling.defines("contacts", "hs_analytics_source", PAID_SEARCH="Paid search")
    columns = 'label, deals, won, lost, "winRate", revenue'
    assert selling.rows(f"win_rates('source', {JANUARY})", columns) == [
        ("Paid search", 2, 1, 1, Decimal("50.00"), 100),
        ("Unknown", 3, 1, 0, Decimal("100.00"), 300),
    ]
    assert selling.rows(f"win_rates('script', {JANUARY}, pipeline => 'sales')", columns) == [
        ("A", 2, 1, 1, Decimal("50.00"), 100),
        ("B", 1, 1, 0, Decimal("100.00"), 300),
        ("Unknown", 1, 0, 0, None, 0),
    ]
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="not by moon"):
        selling.rows("win_rates('moon')")


def test_the_first_response_is_outgoing_and_has_happened(selling: Crm) -> None:
    """1 wrote to us first and was called after 30 minutes; 2 had an e-mail after 10; 3 nothing that
    was sent or has happened."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    later = datetime.now(UTC) + timedelta(days=9)
    call = {"call_direction": "INBOUND", "contact_ids": ["1"]}
    selling.call("1", call_timestamp=at + timedelta(minutes=5), **call)
    call["call_direction"] = "OUTBOUND"
    selling.call("2", call_timestamp=at + timedelta(minutes=30), **call)
    sent = {"contact_ids": ["2"], "direction": "EMAIL"}
    selling.record("emails", "1", email_timestamp=at + timedelta(days=1, minutes=10), **sent)
    selling.record("emails", "2", email_timestamp=at, contact_ids=["2"], direction="EMAIL")
    selling.record("meetings", "1", start_time=later, contact_ids=["3"])
    held = {"start_time": at + timedelta(days=3), "contact_ids": ["3"]}
    selling.record("meetings", "2", outcome="CANCELED", **held)
    columns = 'contacts, contacted, "firstResponse", "neverContacted"'
    assert selling.rows(f"first_response({JANUARY})", columns) == [(3, 2, 20, Decimal("33.33"))]


def test_a_timeline_without_ends_is_that_of_the_data(selling: Crm) -> None:
    steps = selling.rows("sales_timeline()", "min(starts_on), max(ends_on)")
    assert [[str(day) for day in row] for row in steps] == [["2026-01-01", "2027-01-01"]]


def test_a_rate_over_a_property_that_the_portal_has_not_is_none(selling: Crm) -> None:
    assert selling.rows(f"sales_metrics({JANUARY})", '"trialRate"') == [(0,)]
    selling.defines("deals", "qualified_status")
    columns = '"qualifiedRate", "trialRate", "offersGivenRate"'
    assert selling.rows(f"sales_metrics({JANUARY})", columns) == [(0, None, None)]
    assert selling.rows(f"sales_funnel({JANUARY})", "step, name") == [
        *((1, "contacts"), (2, "deals"), (3, "qualified"), (4, "won"))
    ]
    selling.conn.execute("update hubspot_properties set name = 'other'")
    assert selling.rows(f"sales_funnel({JANUARY})") == []


@pytest.mark.parametrize(
    ("setting", "rate"), [({}, 50), ({"customer_stages": [" Lead "]}, Decimal("33.33"))]
)
def test_which_stages_are_customers(crm: Crm, setting: dict[str, Any], rate: Any) -> None:
    crm.portal()
    stages = ("customer", "evangelist", "evangelist", "lead", "lead", None)
    for number, stage in enumerate(stages):
        crm.contact(str(number), createdate="2026-01-05", lifecyclestage=stage)
    if setting:
        crm.insert("metric_settings", {"portal_id": 1} | setting)
    crm.conn.execute("select settle_days(1)")
    assert crm.rows(f"sales_metrics({JANUARY})", '"conversionRate"') == [(rate,)]


@pytest.mark.parametrize("portal", ["null", "9"])
def test_an_unknown_portal_is_an_error(crm: Crm, portal: str) -> None:
    with pytest.raises(psycopg.errors.NoDataFound, match=r"[Nn]o portal"):
        crm.rows(f"sales_metrics(portal => {portal})")


def test_a_leaderboard_by_owner_and_team(selling: Crm) -> None:
    selling.owner("7", "Ann", lastname="Lee")
    teams = Jsonb({"teams": [{"id": "t", "name": "North"}]})
    selling.conn.execute("update hubspot_owners set raw_json = %s", [teams])
    selling.conn.execute("update hubspot_deals_raw set hubspot_owner_id = '7' where amount = 300")
    columns = "kind, name, deals, won, lost, revenue"
    assert selling.rows(f"sales_leaderboard({JANUARY})", columns) == [
        ("owner", "Ann Lee", 1, 1, 0, 300),
        ("owner", "Nobody", 4, 1, 1, 100),
        ("team", "North", 1, 1, 0, 300),
    ]


def test_customers_are_worth_what_users_spend(selling: Crm) -> None:
    selling.user("u1", "ann@example.com", spend=40)
    selling.contact("4", createdate="2026-01-09", email="Ann@example.com", hubspot_owner_id="7")
    selling.user("u2", "bo@example.com", spend=7)
    selling.contact("5", createdate="2026-01-10", email="bo@example.com")
    selling.contact("6", createdate="2026-02-10", email="bo@example.com", hubspot_owner_id="7")
    found = [("7", "7", 1, 40, 40), (None, "Nobody", 1, 7, 7)]
    assert selling.rows(f"lifetime_value({JANUARY})") == found
    moment = b"select user_spend_as_of() = now() as is_now"
    assert selling.conn.execute(moment).fetchone() == {"is_now": None}
    selling.conn.execute("select refresh_user_spend()")
    assert selling.conn.execute(moment).fetchone() == {"is_now": True}
    assert selling.rows(f"lifetime_value({JANUARY})") == found
    assert selling.rows("lifetime_value('7')") == [("7", "7", 2, Decimal("23.5"), 47)]
    spent = "update business.users set client_lifetime_spend = 50"
    selling.conn.execute(spent.encode())  # is seen once the sums are found again, or too old
    assert selling.rows(f"lifetime_value({JANUARY})") == found
    selling.conn.execute("update user_spend_sums set found_at = found_at - interval '181 minutes'")
    found = [("7", "7", 1, 50, 50), (None, "Nobody", 1, 50, 50)]
    assert selling.rows(f"lifetime_value({JANUARY})") == found


def test_deals_and_calls_in_words(selling: Crm) -> None:
    selling.owner("7", "Ann", lastname="Lee")
    selling.company("20", "Globex")
    selling.company("3", "Acme")
    links = [{"id": "20", "type": "deal_to_company"}, {"id": "3", "type": "other"}]
    raw = {"properties": {}, "associations": {"companies": {"results": links}}}
    selling.deal(
        *("9", 5), pipeline="sales", dealstage="talk", hubspot_owner_id="7",
        company_ids=["3", "20"], raw_json=Jsonb(raw),
    )  # fmt: skip
    columns = "pipeline_label, stage_label, is_open, owner_name, primary_company_name"
    assert selling.rows("deals_readable where deal_id = '9'", columns) == [
        ("Sales", "Talk", True, "Ann Lee", "Globex")
    ]
    assert selling.rows("deals_readable where deal_id = '6'", "stage_label, is_open") == [
        ("nowhere", True)
    ]
    selling.defines("calls", "hs_call_disposition", abc="Left voicemail")
    for number, disposition in (("1", "abc"), ("2", "def")):
        selling.call(number, call_disposition=disposition, call_duration=90_000)
    assert selling.rows("calls_readable", "call_id, outcome, minutes") == [
        ("1", "Left voicemail", Decimal("1.5")),
        ("2", "def", Decimal("1.5")),
    ]


def test_a_past_is_known_while_only_the_daily_comparison_waits(selling: Crm) -> None:
    past(selling, "4", "dealstage", (1, "talk"), (5, "new"))
    selling.insert(
        "history_marks",
        {
            "portal_id": 1,
            "object_type": "deals",
            "hubspot_id": "4",
            "not_before": datetime.now(UTC) + timedelta(hours=9),
            "compares": True,
        },
    )
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    found = {row[0]: (row[1], row[5]) for row in as_of(selling, moment)}
    assert found["4"] == ("talk", True)
    for wrong in ("compares = false", "compares = true, not_before = now()"):
        selling.conn.execute(f"update history_marks set {wrong}".encode())
        assert {row[0]: row[5] for row in as_of(selling, moment)}["4"] is False


def test_changes_are_told_and_say_from_what_to_what(selling: Crm) -> None:
    past(selling, "4", "dealstage", (1, "new"), (2, "talk"), (3, "talk"), (4, None))
    columns = "property, from_value, to_value"
    assert selling.rows("changes", columns) == [
        ("dealstage", "new", "talk"),
        ("dealstage", "talk", None),
    ]


def test_listeners_are_told_of_changes(shared_database: Any) -> None:
    with psycopg.connect(shared_database.url, autocommit=True) as listener:
        listener.execute("listen spoke_changes")
        with shared_database.transaction() as conn:
            past(Crm(conn, 5), "4", "dealstage", (1, "new"), (2, "talk"))
        told = list(listener.notifies(timeout=5, stop_after=1))
        with shared_database.transaction() as conn:
            conn.execute("delete from property_history where portal_id = 5")
    assert [json.loads(each.payload) for each in told] == [{"portal_id": 5, "object_type": "deals"}]
