"""Money is in the company's currency wherever it is added up, and deals of unknown amount are
listed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from .conftest import Crm

WON = {"dealstage": "closedwon", "pipeline": "default", "company_ids": ["1"]}
DATES = {"createdate": "2026-01-05", "closedate": "2026-01-10"}


def portal(crm: Crm, currency: str | None = "USD") -> None:
    crm.insert("portals", {"portal_id": 1, "time_zone": "UTC", "currency": currency})
    crm.company("1", "Acme")


def deal(crm: Crm, hubspot_id: str, amount: Any, home: Any, currency: str | None, **more: Any):  # type: ignore[no-untyped-def]
    told = {"amount_in_home_currency": home, "deal_currency_code": currency}
    crm.deal(hubspot_id, amount, **(WON | DATES | told | more))


def test_every_sum_is_the_same_and_in_the_companys_currency(crm: Crm) -> None:
    """100 dollars, and a million yen that are 6,500 dollars."""
    portal(crm)
    deal(crm, "1", 100, 100, "USD")
    deal(crm, "2", 1_000_000, 6_500, "JPY")
    deal(crm, "3", 3, None, "EUR")  # worth something, and its worth is not known
    crm.team("t", "Acme")
    crm.link("team_company", "t", "1")
    versions = {"portal_id": 1, "object_type": "deals", "changed_at": "2026-01-05"}
    for hubspot_id, amount in (("1", "100"), ("2", "1000000"), ("3", "3")):
        crm.insert(
            "property_history",
            versions | {"hubspot_id": hubspot_id, "property": "amount", "value": amount},
        )
    sums = {
        "sales_metrics(null, \"from\" => date '2026-01-01')": '"totalSales"',
        "deals_by_stage() where deals > 0": "amount",
        "sales_funnel() where step = 2": "amount",
        "retention() where deals > 0": "amount",
        "sales_deals": "sum(sale)",
        "company_deals": "sum(amount)",
        "team_spending": "won_team_spend",
        "deals_as_of(timestamptz '2026-02-01')": "sum(amount)",
    }
    for each, what in sums.items():
        assert (each, crm.rows(each, what)) == (each, [(6600,)])
    assert crm.rows("sales_deals", "deal_id, amount, currency, rate") == [
        ("1", 100, "USD", 1),
        ("2", 1_000_000, "JPY", Decimal("0.0065")),
        ("3", 3, "EUR", None),
    ]
    assert crm.rows("deals_of_unknown_amount", "deal_id, told_amount, currency, reason") == [
        ("3", "3", "EUR", "no rate")
    ]


@pytest.mark.parametrize(
    ("company", "amount", "home", "currency", "whole", "upfront", "expected"),
    [
        ("USD", 100, None, None, None, None, (100, None)),
        ("USD", 100, None, "USD", None, 40, (100, 40)),
        ("USD", 100, None, "EUR", None, 40, (None, None)),
        ("USD", 100, 110, "EUR", None, 40, (110, 44)),
        ("USD", 100, 110, "EUR", 1_000, None, (1_100, 110)),
        ("USD", 3, 100, "EUR", None, None, (100, None)),  # exactly, not 99.99999
        ("USD", -50, -55, "EUR", None, None, (-55, None)),
        ("USD", 0, 0, "EUR", 10, None, (None, None)),
        ("USD", 0, 0, "USD", 10, None, (10, 0)),
        ("USD", 100, 0, "EUR", None, None, (0, None)),
        (None, 100, None, "EUR", None, None, (None, None)),
        (None, 100, None, None, None, None, (100, None)),
        ("USD", None, None, "EUR", None, None, (None, None)),
    ],
)
def test_sale_and_upfront_are_converted_once(
    crm: Crm, company: Any, amount: Any, home: Any, currency: Any, whole: Any, upfront: Any,
    expected: tuple[Any, Any],
) -> None:  # fmt: skip
    portal(crm, company)
    deal(crm, "1", amount, home, currency, deal_whole_amount=whole, upfront_payment=upfront)
    assert crm.rows("sales_deals", "sale, upfront") == [expected]
    listed = amount is not None and expected[0] is None
    assert crm.rows("deals_of_unknown_amount", "reason") == [("no rate",)] * listed


def test_a_property_that_a_portal_names_is_taken_as_it_is(crm: Crm) -> None:
    portal(crm)
    deal(crm, "1", 100, 110, "EUR", properties={"tcv": "1,200.50"})
    crm.insert("metric_settings", {"portal_id": 1, "sale_property": "tcv"})
    assert crm.rows("sales_deals", "sale") == [(Decimal("1200.50"),)]
    assert crm.rows("deals_as_of(now())", "amount") == [(Decimal("1200.50"),)]


def test_an_amount_that_is_no_number_is_listed(crm: Crm) -> None:
    portal(crm)
    deal(crm, "1", None, None, "USD", properties={"amount": "1,800"})
    assert crm.rows("deals_of_unknown_amount", "told_amount, reason") == [("1,800", "no number")]


def test_what_was_it_worth_then(crm: Crm) -> None:
    """At the rate of now, with the whole amount that it had then."""
    portal(crm)
    deal(crm, "1", 100, 110, "EUR", deal_whole_amount=1_000)
    for name, day, value in (
        ("amount", "2026-01-05", "50"),
        ("amount", "2026-01-07", "100"),
        ("deal_whole_amount", "2026-01-08", "1000"),
    ):
        crm.insert(
            "property_history",
            {"portal_id": 1, "object_type": "deals", "hubspot_id": "1", "property": name,
             "changed_at": day, "value": value},
        )  # fmt: skip
    worth = [
        crm.rows(f"deals_as_of(timestamptz '2026-01-{day} 12:00Z')", "amount")
        for day in ("06", "07", "09")
    ]
    assert worth == [[(55,)], [(110,)], [(1100,)]]


@pytest.mark.parametrize(
    ("stage", "told", "expected"),
    [
        ("closedwon", {}, (True, False)),
        ("closedlost", {}, (False, True)),
        ("x", {}, (False, False)),
        ("x", {"hs_is_closed_won": "true", "hs_is_closed": "true"}, (True, False)),
        ("x", {"hs_is_closed_won": "false", "hs_is_closed": "true"}, (False, True)),
        ("closedwon", {"hs_is_closed_won": "false", "hs_is_closed": "false"}, (False, False)),
        ("closedwon", {"hs_is_closed_won": ""}, (True, False)),
        ("known", {"hs_is_closed_won": "false", "hs_is_closed": "true"}, (True, False)),
    ],
)
def test_won_and_lost_are_the_stages_then_the_deals(
    crm: Crm, stage: str, told: dict[str, str], expected: tuple[bool, bool]
) -> None:
    portal(crm)
    crm.stage("known", closed=True, probability="1.0")
    crm.deal("1", dealstage=stage, pipeline="known", properties=told)
    assert crm.rows("sales_deals", "is_won, is_lost") == [expected]
