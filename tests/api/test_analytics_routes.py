"""The data of the charts over HTTP, against values computed by hand from a handful of records."""

from __future__ import annotations

from typing import Any

import pytest

from analytics.aggregations import SERVED
from operations.servers import Servers
from tests.api.conftest import OTHERS, OURS, Client, asking_of
from tests.entities import fill

EMPTY = {"labels": [], "data": []}


@pytest.fixture(scope="module")
def reading(served_to_all: Servers) -> Client:
    """Give the clients of tests that change nothing, with records in our portal alone."""
    with served_to_all.database.transaction() as conn:
        fill(conn, OURS)
    return asking_of(served_to_all)


def trend(labels: list[str], **sets: list[float | None]) -> dict[str, Any]:
    named = [{"label": name.replace("_", " "), "data": data} for name, data in sets.items()]
    return {"labels": labels, "datasets": named}


ANSWERS = {
    "kpis": {
        "won_revenue": 3_000.0,  # 1,000 + 2,000: neither the lost 400 nor the open 600
        "pipeline_value": 300.0,  # 600 at 50 %
        "total_revenue": 4_000.0,
        "total_deals": 4,
        "win_rate": 66.7,  # 2 of the 3 that are closed
        "avg_deal_size": 1_000.0,
        "total_contacts": 3,
        "total_companies": 3,
        "total_sessions": 8,
        "conversion_rate": 12.5,
        "bounce_rate": 37.5,
        "avg_csat": 3.33,
        "sla_compliance": 66.7,  # of the three resolved ones
        "email_open_rate": 50.0,  # 2 opened of 4 delivered: a click follows an opening
        "email_click_rate": 25.0,
        "total_tickets": 4,
    },
    "revenue_trend": trend(
        ["2026-01", "2026-02"],
        Won_revenue=[3_000.0, 0.0],
        Weighted_pipeline=[0.0, 300.0],
        Average_deal=[1_133.33, 600.0],
        Deals=[3, 1],
        Won_deals=[2, 0],
        Lost_deals=[1, 0],
    ),
    "deals_by_stage": {
        "labels": ["Talking", "Won", "Lost"],
        "count": [1, 2, 1],
        "total_value": [600.0, 3_000.0, 400.0],
        "avg_probability": [50.0, 100.0, 0.0],
        "avg_days": [10.0, 15.0, 5.0],
    },
    "deals_by_region": {
        "labels": ["Europe", "Africa", "Unknown"],
        "won_revenue": [2_000.0, 1_000.0, 0.0],
        "avg_deal_size": [1_200.0, 1_000.0, 600.0],
        "deal_count": [2, 1, 1],
        "win_rate": [50.0, 100.0, None],
        "avg_velocity": [2.5, 10.0, 5.0],
    },
    "deals_by_industry": {
        "labels": ["Iron", "Wood"],
        "won_revenue": [3_000.0, 0.0],
        "avg_deal_size": [1_500.0, 500.0],
        "deal_count": [2, 2],
        "win_rate": [100.0, 0.0],
    },
    "deals_by_pipeline": {
        "labels": ["Sales"],
        "won_revenue": [3_000.0],
        "deal_count": [4],
        "win_rate": [66.7],
        "avg_deal_size": [1_000.0],
    },
    "marketing_channels": {
        "labels": ["Paid", "Organic"],
        "event_count": [2, 1],
        "avg_session_duration": [80.0, 30.0],
        "engagement_rate": [50.0, 0.0],
        "avg_page_depth": [3.0, 1.0],
    },
    "marketing_trend": trend(
        ["2026-01", "2026-02"],
        Events=[1, 2],
        Engaged=[0.0, 50.0],
        Average_visit=[60.0, 65.0],
    ),
    "marketing_event_types": {
        "labels": ["Webinar", "Fair"],
        "event_count": [2, 1],
        "engagement_rate": [50.0, 0.0],
        "avg_session_duration": [80.0, 30.0],
    },
    "email_performance": {
        "labels": ["News"],
        "delivered": [4],
        "open_rate": [50.0],
        "click_rate": [25.0],
        "bounce_rate": [20.0],
        "unsub_rate": [25.0],
    },
    "email_trend": trend(
        ["2026-01"],
        Delivered=[4],
        Opened=[50.0],
        Clicked=[25.0],
        Bounced=[20.0],
    ),
    "email_by_hour": {"labels": ["9"], "delivered": [4], "open_rate": [50.0], "click_rate": [25.0]},
    "contacts_lifecycle": {
        "labels": ["lead", "customer"],
        "count": [2, 1],
        "avg_lead_score": [30.0, 90.0],
        "avg_engagement": [15.0, 45.0],
    },
    "contacts_by_source": {
        "labels": ["REFERRALS", "Unknown"],
        "count": [2, 1],
        "avg_lead_score": [65.0, 20.0],
        "avg_engagement": [32.5, 10.0],
    },
    "support_by_category": {
        "labels": ["Bug", "Billing"],
        "ticket_count": [3, 1],
        "avg_resolution_hours": [23.0, 2.0],
        "sla_compliance": [50.0, 100.0],
        "avg_satisfaction": [3.0, 4.0],
    },
    "support_by_priority": {
        "labels": ["Critical", "Low"],
        "ticket_count": [2, 2],
        "avg_resolution_hours": [4.0, 40.0],
        "sla_compliance": [50.0, 100.0],
        "avg_satisfaction": [3.5, 3.0],
    },
    "web_top_pages": {
        "labels": ["/", "/pricing"],
        "sessions": [6, 2],
        "avg_duration": [40.0, 60.0],
        "bounce_rate": [50.0, 0.0],
        "conversion_rate": [0.0, 50.0],
        "avg_page_views": [1.5, 4.0],
    },
    "web_by_country": {
        "labels": ["DE", "FR"],
        "sessions": [6, 2],
        "avg_duration": [40.0, 60.0],
        "bounce_rate": [50.0, 0.0],
        "conversion_rate": [0.0, 50.0],
    },
    "web_by_device": {
        "labels": ["Phone"],
        "sessions": [8],
        "avg_duration": [45.0],
        "bounce_rate": [37.5],
        "conversion_rate": [12.5],
    },
    "web_trend": trend(
        ["2026-01", "2026-02"],
        Sessions=[6, 2],
        Bounced=[50.0, 0.0],
        Converted=[0.0, 50.0],
        Engaged=[50.0, 100.0],
    ),
    "companies_by_industry": {
        "labels": ["Iron", "Wood"],
        "company_count": [2, 1],
        "avg_employees": [15.0, 100.0],
        "avg_revenue": [1_500.0, None],
        "avg_traffic": [7.0, 9.0],
    },
    "companies_by_region": {
        "labels": ["Europe", "Unknown"],
        "company_count": [2, 1],
        "avg_employees": [15.0, 100.0],
        "avg_revenue": [1_500.0, None],
    },
}


def test_every_figure_is_what_a_hand_computes(reading: Client) -> None:
    found = reading().get("/api/dashboard").json
    assert {name: found[name] for name in ANSWERS} == ANSWERS
    assert list(found) == sorted(ANSWERS) and len(ANSWERS) == 22


def test_each_chart_has_an_endpoint_of_its_own(reading: Client) -> None:
    """21 endpoints beside the cards and the whole: the same figures, a hash, and no cache."""
    client = reading()
    for each in SERVED:
        answer = client.get(f"/api{each.path}")
        assert answer.json == ANSWERS[each.key], each.path
        again = client.get(f"/api{each.path}", headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304 and answer.headers["Cache-Control"] == "no-store"
    assert client.get("/api/kpis").json == ANSWERS["kpis"]


def test_without_records_every_list_is_empty(reading: Client) -> None:
    found = reading(portals=(OTHERS,)).get("/api/dashboard").json
    assert found.pop("kpis")["total_deals"] == 0
    assert list(found.values()) == [EMPTY] * 21


def test_portals_and_scopes_are_kept_apart(reading: Client) -> None:
    assert reading().get(f"/api/kpis?portal={OTHERS}").status_code == 404
    assert reading("status:read").get("/api/kpis").status_code == 403
    both = reading(portals=(OURS, OTHERS))
    assert both.get("/api/kpis").status_code == 422
    assert both.get(f"/api/kpis?portal={OURS}").json["total_deals"] == 4
    refused = reading().get("/api/deals/moon")
    assert (refused.status_code, refused.content_type) == (404, "application/problem+json")


def test_months_narrow_every_figure(reading: Client) -> None:
    client = reading()

    def asked(path: str, **days: str) -> dict[str, Any]:
        query = "&".join(f"{name}={day}" for name, day in days.items())
        found: dict[str, Any] = client.get(f"/api/{path}?{query}").json
        return found

    whole = {"from": "2026-01-01", "to": "2026-02-28"}
    assert asked("revenue-trend", **whole) == ANSWERS["revenue_trend"]
    february = {"from": "2026-02-01", "to": "2026-02-28"}
    found = asked("dashboard", **february)
    assert found["deals_by_region"]["labels"] == ["Unknown"]
    assert found["web_by_country"] == {
        "labels": ["FR"],
        "sessions": [2],
        "avg_duration": [60.0],
        "bounce_rate": [0.0],
        "conversion_rate": [50.0],
    }
    assert found["web_trend"]["labels"] == ["2026-02"] and found["support_by_category"] == EMPTY
    kpis = asked("kpis", to="2026-01-31")
    assert (kpis["total_deals"], kpis["won_revenue"], kpis["total_sessions"]) == (3, 3_000.0, 6)
    backwards = {"from": "2026-02-01", "to": "2026-01-31"}
    for days in ({"from": "2026-02-02"}, {"to": "2026-02-27"}, backwards):
        assert asked("kpis", **days)["status"] == 422
