"""Forecasts, bottlenecks, lifetime value, team performance and priorities, computed by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from .conftest import Crm

STAGES = (("new", "false", "0.2"), ("offer", "false", "0.8"), ("won", "true", "1.0"),
          ("lost", "true", "0.0"))  # fmt: skip


@pytest.fixture
def market(crm: Crm) -> Crm:
    """Four deals of two owners: two won, one lost, one open for 40 days."""
    crm.portal()
    crm.pipeline("p", *STAGES)
    crm.owner("7", "Ada")
    crm.owner("8", "Bo")
    crm.company("c", "Acme")
    _deal(crm, "1", "7", 300, "won", [("new", 1), ("offer", 3), ("won", 13)], company="c")
    _deal(crm, "2", "7", 100, "won", [("new", 11), ("offer", 15), ("won", 43)], company="c")
    _deal(crm, "3", "7", 500, "lost", [("new", 5), ("lost", 25)])
    _deal(crm, "4", "8", 1_000, "offer", [("new", 2), ("offer", 8)])
    return crm


def _deal(
    crm: Crm, deal_id: str, owner: str, amount: float, stage: str, moves: list[tuple[str, int]],
    company: str | None = None,
) -> None:  # fmt: skip
    days = {name: datetime.fromtimestamp(1_735_689_600 + day * 86_400, UTC) for name, day in moves}
    crm.deal(
        deal_id,
        amount,
        dealstage=stage,
        pipeline="p",
        hubspot_owner_id=owner,
        createdate=days[moves[0][0]],
        closedate=days[moves[-1][0]] if stage in ("won", "lost") else None,
        company_ids=[company] if company else None,
    )
    for name, at in days.items():
        row = {"portal_id": 1, "object_type": "deals", "hubspot_id": deal_id, "changed_at": at}
        crm.insert("property_history", row | {"property": "dealstage", "value": name})


def test_bottlenecks_tell_where_deals_are_lost_and_where_they_stay(market: Crm) -> None:
    """new: stays of 2, 4, 20 and 6 days, of which three went on. offer: of 10 and 28 days, both
    went on; the open one has been there for longer than nine in ten."""
    columns = (
        "stage_id, stays, advancement, extract(day from median)::int as median, open,"
        " waiting, overdue, leak, slowness"
    )
    assert market.rows("funnel_bottlenecks", columns) == [
        ("new", 4, Decimal("75.0"), 5, 0, 0, 0, 1, 2),
        ("offer", 2, Decimal("100.0"), 19, 1, 1_000, 1, 2, 1),
    ]


def test_lifetime_value_adds_up_what_a_company_bought(market: Crm) -> None:
    columns = "company_id, company_name, won_deals, worth, average, days_between"
    assert market.rows("customer_lifetime_value", columns) == [
        ("c", "Acme", 2, 400, 200, Decimal("30.0"))
    ]
    (yearly,) = market.rows("customer_lifetime_value", "yearly")[0]
    years = (datetime.now(UTC) - datetime(2025, 1, 14, tzinfo=UTC)).days / 365.25
    assert yearly == pytest.approx(Decimal(400 / max(1.0, years)), rel=Decimal("0.01"))


def test_performance_stands_beside_the_quota_of_exactly_that_quarter(market: Crm) -> None:
    quota = {"portal_id": 1, "owner_id": "7", "amount": 800, "period_start": "2025-01-01"}
    market.insert("quotas", quota | {"period_end": "2025-04-01"})
    market.insert("quotas", quota | {"period_end": "2025-02-01"})
    columns = (
        "owner_name, quarter::text, won, lost, win_rate, revenue, average, days_to_close, quota"
    )
    assert market.rows("team_performance", columns + ", attainment") == [
        ("Ada", "2025-01-01", 2, 1, Decimal("66.67"), 400, 200, Decimal("22.0"), 800, 50)
    ]


def test_priorities_are_by_worth_times_the_rate_of_the_stage(market: Crm) -> None:
    market.deal("5", 3_000, dealstage="new", pipeline="p")
    market.insert("forecast_stages", {"portal_id": 1, "pipeline_id": "p", "stage_id": "offer",
        "win_rate": 0.5, "deals": 3})  # fmt: skip
    market.call("9", deal_ids=["5"], call_timestamp=datetime.now(UTC) - timedelta(days=1))
    columns = "place, deal_id, win_rate, expected, is_stalled"
    assert market.rows("lead_priorities", columns) == [
        (1, "4", Decimal("0.5"), 500, True),
        (2, "5", Decimal("0.1"), 300, False),
    ]


SNAPSHOT = {
    "portal_id": 1, "owner_id": "", "won": 10, "commit": 40, "best_case": 50, "pipeline": 100,
    "p10": 30, "p50": 60, "p90": 90, "mean": 60, "weighted": 80, "before": 200, "open_deals": 4,
}  # fmt: skip


def test_the_newest_forecast_shows_with_what_is_missing_to_the_quota(market: Crm) -> None:
    period = {"period_start": "2030-01-01", "period_end": "2030-04-01"}
    market.insert("forecasts", SNAPSHOT | period | {"made_on": "2029-12-01", "p50": 55})
    market.insert("forecasts", SNAPSHOT | period | {"made_on": "2029-12-02"})
    market.insert("forecasts", SNAPSHOT | {"period_start": "2025-01-01", "period_end":
        "2025-04-01", "made_on": "2025-01-01"})  # fmt: skip
    for owner, amount in (("7", 40), ("8", 15)):
        market.insert("quotas", period | {"portal_id": 1, "owner_id": owner, "amount": amount})
    columns = "owner_name, p50, quota, coverage, attainment"
    assert market.rows("forecast_now", columns) == [("Everybody", 60, 55, 2, Decimal("18.2"))]


def test_accuracy_counts_what_was_said_before_the_period(market: Crm) -> None:
    """Of 100 that came, 60 was forecast, 80 weighted, and 200 had come before."""
    period = {"period_start": "2025-01-01", "period_end": "2025-04-01"}
    market.insert("forecasts", SNAPSHOT | period | {"made_on": "2025-01-01", "came": 100})
    market.insert("forecasts", SNAPSHOT | period | {"made_on": "2025-02-01", "came": 100, "p50": 1})
    market.insert("forecasts", SNAPSHOT | period | {"made_on": "2024-12-01", "came": 80, "p50": 80})
    columns = "forecasts, within, median_error, weighted_error, before_error"
    assert market.rows("forecast_accuracy", columns) == [
        (2, Decimal("50.0"), Decimal("20.0"), Decimal("10.0"), Decimal("125.0"))
    ]
