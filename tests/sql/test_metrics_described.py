"""Every metric is explained, and the explanations name what the functions answer."""

from __future__ import annotations

import pytest

from .conftest import Crm

KEYS = [
    *(
        "totalSales",
        "avgDealSize",
        "totalDeals",
        "cancellationRate",
        "conversionRate",
        "qualifiedRate",
        "trialRate",
    ),
    *(
        "avgInstallments",
        "timeToSale",
        "avgCallTime",
        "totalCallTime",
        "salesScriptStats",
        "vslWatchStats",
    ),
    *(
        "upfrontCashCollected",
        "followupRate",
        "totalCalls",
        "fiveMinReachedRate",
        "pickupRate",
        "timeToFirstContact",
    ),
    *(
        "avgFollowups",
        "offersGivenRate",
        "offerCloseRate",
        "totalContactsCreated",
        "callToCloseRate",
    ),
    *("winRate", "openPipeline", "weightedPipeline", "forecastCategories", "salesVelocity"),
    *("firstResponse", "neverContacted"),
]


def test_the_24_metrics_and_those_beside_them_in_their_order(crm: Crm) -> None:
    described = crm.conn.execute("select number, key from metrics order by number").fetchall()
    assert [(row["number"], row["key"]) for row in described] == list(enumerate(KEYS, start=1))


def test_nothing_is_left_unsaid(crm: Crm) -> None:
    for row in crm.conn.execute("select * from metrics").fetchall():
        assert all(str(value).strip() for value in row.values()) and None not in row.values(), row[
            "key"
        ]


def test_a_scalar_metric_is_a_column_of_sales_metrics_and_of_the_timeline(crm: Crm) -> None:
    crm.portal()
    named = crm.conn.execute(
        "select key from metrics where answered_by = 'sales_metrics' order by number"
    ).fetchall()
    for question in ("sales_metrics()", "sales_timeline(null, '2026-01-01', '2026-01-01')"):
        columns = [
            column.name
            for column in crm.conn.execute(f"select * from {question}").description or ()
        ]
        assert columns == ["starts_on", "ends_on", *(row["key"] for row in named)]


@pytest.mark.parametrize("number", [12, 13, 24])
def test_a_table_is_a_function_of_its_own(crm: Crm, number: int) -> None:
    crm.portal()
    [(function, key, unit)] = crm.rows(f"metrics where number = {number}", "answered_by, key, unit")
    columns = [
        column.name for column in crm.conn.execute(f"select * from {function}()").description or ()
    ]
    assert unit == "table" and ("rate" in columns or key in columns)
