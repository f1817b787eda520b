"""One January of a small portal in New York, with every answer computed by hand, and the records
that are left out."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import psycopg
import pytest
from psycopg.errors import NoDataFound

from .conftest import Crm

JANUARY = "date '2026-01-01', date '2026-01-31'"
CONNECTED = "f240bbac-87c9-4f6e-bf70-924b57d47db7"
COUNTS = {
    "totalSales",
    "totalDeals",
    "totalCallTime",
    "upfrontCashCollected",
    "totalCalls",
    "totalContactsCreated",
}


@pytest.fixture
def january(crm: Crm) -> Crm:
    """Give the portal. New York is five hours behind: its January is from 2026-01-01 05:00 to
    2026-02-01 05:00 UTC."""
    crm.portal("America/New_York")
    crm.owner("7", "Ann", lastname="Lee")
    crm.owner("8", email="bob@example.com")
    crm.stage("signed", closed=True, probability="1.0")
    crm.stage("rejected", closed=True, probability="0.0")
    _contacts(crm)
    _deals(crm)
    _calls(crm)
    return crm


def _contacts(crm: Crm) -> None:
    ann, bob, customer = (
        {"hubspot_owner_id": "7"},
        {"hubspot_owner_id": "8"},
        {"lifecyclestage": "customer"},
    )
    crm.contact(
        "1",
        createdate="2026-01-01 05:00Z",
        vsl_watched=True,
        sales_script_version="A",
        **ann,
        **customer,
    )
    crm.contact(
        "2", createdate="2026-01-10 12:00Z", vsl_watched=False, sales_script_version="A", **ann
    )
    crm.contact("3", createdate="2026-02-01 04:59:59Z", sales_script_version="B", **bob, **customer)
    crm.contact(
        "4", createdate="2026-01-15 00:00Z", phone="+1 415 555 0200", sales_script_version=" "
    )
    crm.contact("5", createdate="2026-01-01 04:59:59Z", **ann, **customer)
    crm.contact("6", createdate="2026-02-01 05:00Z", **ann)
    crm.contact("7", createdate=None, **ann)
    crm.contact("8", createdate="2026-01-15", archived=True, **ann)
    crm.contact("9", createdate="2026-01-15", merged_into="1", **ann)


def _deals(crm: Crm) -> None:
    ann = {"hubspot_owner_id": "7", "offer_given": True}
    whole = {
        "deal_whole_amount": 1200,
        "number_of_installments__months": 12,
        "payment_status": "active",
    }
    crm.deal(
        "1", 100, pipeline="signed", dealstage="signed", createdate="2026-01-01",
        closedate="2026-01-11",
        contact_ids=["1"], qualified_status="Yes", trial_status="no", offer_accepted=True, **ann,
        **whole,
    )  # fmt: skip
    crm.deal(  # closing before it was created
        "2", 300, dealstage="closedwon", createdate="2026-01-20", closedate="2026-01-10",
        contact_ids=["1", "2"],
        qualified_status=" y ", number_of_installments__months=0, payment_status="Refunded", **ann,
    )  # fmt: skip
    crm.deal(  # in the last second, worth less than nothing
        "3", -50, dealstage="closedwon", closedate="2026-02-01 04:59:59Z", contact_ids=["3"],
        hubspot_owner_id="8",
        upfront_payment=-20, payment_status=" chargeback",
    )  # fmt: skip
    crm.deal(  # in the first moment, without amount, contacts and owner
        "4", None, dealstage="closedwon", createdate="2025-12-29 05:00Z",
        closedate="2026-01-01 05:00Z",
        upfront_payment=30, number_of_installments__months=6, trial_status="1",
    )  # fmt: skip
    crm.deal(  # lost after the offer was accepted, of an owner that does not exist
        "5", 1000, pipeline="rejected", dealstage="rejected", closedate="2026-01-15",
        contact_ids=["2", "3", "3"],
        hubspot_owner_id="404", offer_given=True, offer_accepted=True,
    )  # fmt: skip
    crm.deal(
        "6",
        500,
        dealstage="open",
        closedate="2026-01-15",
        trial_status="TRUE",
        qualified_status="perhaps",
    )
    won = {"dealstage": "closedwon", "amount": 10_000, "contact_ids": ["1"]}
    crm.deal("7", closedate=None, **won)
    crm.deal("8", closedate="2026-02-01 05:00Z", **won)
    crm.deal("9", closedate="2026-01-01 04:59:59Z", **won)
    crm.deal("10", closedate="2026-01-15", archived=True, **won)
    crm.deal("11", closedate="2026-01-15", merged_into="1", **won)


def _calls(crm: Crm) -> None:
    ann, connected = {"hubspot_owner_id": "7"}, {"call_disposition": CONNECTED}
    crm.call(
        "1",
        call_timestamp="2026-01-02 05:00Z",
        call_duration=60_000,
        contact_ids=["1"],
        **ann,
        **connected,
    )
    crm.call(
        "2",
        call_timestamp="2026-01-03",
        call_duration=300_000,
        contact_ids=["1"],
        call_disposition="x",
        **ann,
    )
    outbound = {"call_direction": "OUTBOUND", "call_to_number": "001 415 555 0200"}
    crm.call("3", call_timestamp="2026-01-16", call_duration=0, **outbound, **connected)
    crm.call(
        "4",
        call_timestamp="2026-01-17",
        call_duration=360_000,
        call_to_number="972",
        hubspot_owner_id="8",
    )
    crm.call("5", call_timestamp="2026-01-09", call_duration=None, contact_ids=["2"])
    crm.call("6", call_timestamp="2026-02-01 12:00Z", call_duration=9, contact_ids=["2"], **ann)
    crm.call(
        "7", call_timestamp="2026-01-20", call_duration=9, contact_ids=["3"], archived=True, **ann
    )
    crm.call(
        "8", call_timestamp="2026-01-20", call_duration=9, contact_ids=["3"], merged_into="1", **ann
    )
    crm.call("9", call_timestamp=None, call_duration=9, contact_ids=["3"], **ann)


EVERYBODY = {
    "totalSales": 1200 + 300 - 50,
    "avgDealSize": (1200 + 300) / 2,
    "totalDeals": 4,
    "cancellationRate": "16.67",  # 1 of 6
    "conversionRate": "50.00",  # 2 of 4
    "qualifiedRate": "33.33",  # 2 of 6
    "trialRate": "33.33",
    "avgInstallments": (12 + 6) / 2,
    "timeToSale": (10 - 10 + 3) / 3,
    "avgCallTime": 3,  # (1 + 5 + 0 + 6) / 4
    "totalCallTime": 0.2,
    "upfrontCashCollected": 100 + 30,
    "followupRate": "33.33",  # contact 1 of 1, 2 and 4
    "totalCalls": 5,
    "fiveMinReachedRate": "40.00",  # 2 of 5
    "pickupRate": "40.00",
    "timeToFirstContact": (1 + 22 + 1) / 3,  # contacts 1, 2 and 4
    "avgFollowups": 1 / 3,
    "offersGivenRate": "50.00",  # 3 of 6
    "offerCloseRate": "33.33",  # 1 of 3
    "totalContactsCreated": 4,
    "winRate": "80.00",  # 4 of 5
}
ANN = {
    "totalSales": 1200 + 300,
    "avgDealSize": (1200 + 300) / 2,
    "totalDeals": 2,
    "cancellationRate": "0.00",
    "conversionRate": "50.00",
    "qualifiedRate": "100.00",
    "trialRate": "0.00",
    "avgInstallments": 12,
    "timeToSale": 0,
    "avgCallTime": 3,
    "totalCallTime": 0.1,
    "upfrontCashCollected": 100,
    "followupRate": "50.00",  # contact 1 of 1 and 2, whose call 5 is hers because the contact is
    "totalCalls": 3,
    "fiveMinReachedRate": "33.33",
    "pickupRate": "33.33",
    "timeToFirstContact": (1 + 22) / 2,
    "avgFollowups": 0.5,
    "offersGivenRate": "100.00",
    "offerCloseRate": "50.00",
    "totalContactsCreated": 2,
    "winRate": "100.00",
}


@pytest.mark.parametrize(
    ("owner", "expected"), [("null", EVERYBODY), ("'7'", ANN)], ids=["everybody", "one owner"]
)
def test_sales_metrics(january: Crm, owner: str, expected: dict[str, Any]) -> None:
    found = january.conn.execute(f"select * from sales_metrics({owner}, {JANUARY})").fetchall()
    assert len(found) == 1
    row = dict(found[0])
    assert (str(row.pop("starts_on")), str(row.pop("ends_on"))) == ("2026-01-01", "2026-01-31")
    assert list(row) == list(expected)
    for key, value in expected.items():
        if isinstance(value, float):
            assert float(row[key]) == pytest.approx(value, rel=1e-12), key
        else:
            assert row[key] == Decimal(value), key
        assert not isinstance(value, str) or str(row[key]) == value, f"{key} has two decimals"


@pytest.mark.parametrize(
    ("period", "contacts", "deals"),
    [
        pytest.param(JANUARY, 4, 4, id="January"),
        pytest.param("null, date '2026-01-31'", 5, 5, id="until its end"),
        pytest.param("date '2026-01-01', null", 5, 5, id="since its beginning"),
        pytest.param("null, null", 6, 6, id="ever"),
        pytest.param("date '2026-02-01', date '2026-02-01'", 1, 1, id="one day"),
        pytest.param("date '2026-01-31', date '2026-01-01'", 0, 0, id="backwards"),
    ],
)
def test_a_period_is_from_its_first_to_its_last_day(
    january: Crm, period: str, contacts: int, deals: int
) -> None:
    found = january.rows(f"sales_metrics(null, {period})", '"totalContactsCreated", "totalDeals"')
    assert found == [(contacts, deals)]


@pytest.mark.parametrize("owner", ["nobody", ""])
def test_an_owner_whom_nobody_knows_is_an_error(january: Crm, owner: str) -> None:
    for function in ("sales_metrics", "sales_timeline", "deals_by_stage", "first_response"):
        with pytest.raises(NoDataFound, match=f"has no owner {owner}"), january.conn.transaction():
            january.conn.execute(f"select * from {function}(%s, {JANUARY})", [owner])


@pytest.mark.parametrize("owner", ["404", "new"])
def test_an_owner_without_anything(january: Crm, owner: str) -> None:
    january.owner("new")
    [row] = january.conn.execute(f"select * from sales_metrics(%s, {JANUARY})", [owner]).fetchall()
    lost = {"cancellationRate": Decimal(100), "qualifiedRate": Decimal(0), "trialRate": Decimal(0)}
    lost |= {"winRate": Decimal(0)}
    lost |= {"offersGivenRate": Decimal(100), "offerCloseRate": Decimal(0)}
    nothing = {key: 0 if key in COUNTS else None for key in EVERYBODY}
    assert {key: row[key] for key in EVERYBODY} == nothing | (lost if owner == "404" else {})


def test_an_empty_portal_has_zeros_and_nothing_else(crm: Crm) -> None:
    crm.portal()
    [row] = crm.conn.execute("select * from sales_metrics()").fetchall()
    assert row == {"starts_on": None, "ends_on": None} | {
        key: 0 if key in COUNTS else None for key in EVERYBODY
    }
    assert (
        crm.rows("sales_timeline(null, '2026-01-01', '2026-01-03')", '"totalCalls", "pickupRate"')
        == [(0, None)] * 3
    )
    assert crm.rows("sales_timeline()") == []
    assert crm.rows("sales_script_stats()") == crm.rows("deals_by_stage()") == []
    assert crm.rows("call_to_close()", 'owner_name, calls, won, "callToCloseRate"') == [
        ("Team", 0, 0, None)
    ]
    assert crm.rows("vsl_watch_stats()", "contacts, customers, rate") == [(0, 0, None)] * 3
    assert crm.rows("retention()", "deals, amount, share") == [(0, 0, None)] * 5
    assert crm.rows("sales_funnel()", "reached, rate") == [(0, None)] * 7


TABLES = {
    "sales_script_stats": [("A", 2, 1, Decimal("50.00")), ("B", 1, 1, Decimal("100.00"))],
    "vsl_watch_stats": [
        ("watched", 1, 1, Decimal("100.00")),
        ("not_watched", 1, 0, Decimal("0.00")),
        ("unknown", 2, 1, Decimal("50.00")),
    ],
    "call_to_close": [
        ("7", "Ann Lee", 3, 3, 2, 1500, Decimal("66.67"), Decimal("66.67"), False),
        ("8", "bob@example.com", 1, 2, 1, -50, Decimal("50.00"), Decimal("100.00"), False),
        (None, "Nobody", 1, 0, 0, 0, None, Decimal("0.00"), False),
        (None, "Team", 5, 4, 3, 1450, Decimal("75.00"), Decimal("60.00"), True),
    ],
    "retention": [
        ("Active", 1, 1200, Decimal("33.33")),
        ("Paused", 0, 0, Decimal("0.00")),
        ("Stopped", 0, 0, Decimal("0.00")),
        ("Refunded", 1, 300, Decimal("33.33")),
        ("Completed", 0, 0, Decimal("0.00")),
        ("Chargeback", 1, -50, Decimal("33.33")),
        ("Unknown", 1, 0, None),
    ],
    "sales_funnel": [
        (1, "contacts", 4, None, None),
        (2, "deals", 6, 2950, Decimal("150.00")),
        (3, "qualified", 2, 1500, Decimal("33.33")),
        (4, "trial", 0, 0, Decimal("0.00")),
        (5, "offer given", 0, 0, None),
        (6, "offer accepted", 0, 0, None),
        (7, "won", 0, 0, None),
    ],
    "deals_by_stage": [
        ("rejected", "rejected", "rejected", "rejected", False, True, 1, 1000, Decimal("16.67")),
        ("signed", "signed", "signed", "signed", True, False, 1, 1200, Decimal("16.67")),
        (None, None, "closedwon", None, True, False, 3, 250, Decimal("50.00")),
        (None, None, "open", None, False, False, 1, 500, Decimal("16.67")),
    ],
}


@pytest.mark.parametrize("function", TABLES)
def test_tables(january: Crm, function: str) -> None:
    found = january.conn.execute(f"select * from {function}(null, {JANUARY})").fetchall()
    assert [tuple(row.values()) for row in found] == TABLES[function]


ANNS_TABLES = {
    "sales_script_stats": [("A", 2, 1, Decimal("50.00"))],
    "vsl_watch_stats": [
        ("watched", 1, 1, Decimal("100.00")),
        ("not_watched", 1, 0, Decimal("0.00")),
        ("unknown", 0, 0, None),
    ],
    "call_to_close": TABLES["call_to_close"][:1],
}


@pytest.mark.parametrize("function", ANNS_TABLES)
def test_tables_of_an_owner(january: Crm, function: str) -> None:
    found = january.conn.execute(f"select * from {function}('7', {JANUARY})").fetchall()
    assert [tuple(row.values()) for row in found] == ANNS_TABLES[function]


@pytest.mark.parametrize("function", ["retention", "deals_by_stage"])
def test_sums_of_an_owner(january: Crm, function: str) -> None:
    found = january.rows(
        f"{function}('7', {JANUARY})", "sum(deals) as deals, sum(amount) as amount"
    )
    assert found == [(2, 1500)]


def test_owners_have_names(january: Crm) -> None:
    january.owner("9", "  ", archived=True)
    assert january.rows("owners", "owner_id, owner_name, archived") == [
        ("7", "Ann Lee", False),
        ("8", "bob@example.com", False),
        ("9", "9", True),
    ]


def test_an_owner_that_hubspot_does_not_know_has_its_id_for_a_name(
    january: Crm, other_crm: Crm
) -> None:
    other_crm.owner("404", "Another owner")
    january.call("10", call_timestamp="2026-01-20", hubspot_owner_id="404")
    found = january.rows(
        f"call_to_close(null, {JANUARY}, 1) where owner_id = '404'", "owner_name, calls"
    )
    assert found == [("404", 1)]


def test_a_stage_that_is_listed_twice_counts_its_deals_once(january: Crm) -> None:
    january.conn.execute(
        "update hubspot_pipelines set raw_json = jsonb_set(raw_json, '{stages}',"
        " raw_json -> 'stages' || stages) from (select hubspot_id as id,"
        " raw_json -> 'stages' as stages from hubspot_pipelines) as same where same.id = hubspot_id"
    )
    assert january.rows(f"sales_metrics(null, {JANUARY})", '"totalSales"') == [(1450,)]
    assert january.rows(f"deals_by_stage(null, {JANUARY})", "sum(deals)") == [(6,)]


def test_several_portals_must_be_told_apart(january: Crm, other_crm: Crm) -> None:
    other_crm.portal("Asia/Kolkata")
    other_crm.contact("1", createdate="2026-01-01 05:00Z")
    for portal_id, contacts in ((1, 4), (2, 1)):
        found = january.rows(
            f"sales_metrics(null, {JANUARY}, {portal_id})", '"totalContactsCreated"'
        )
        assert found == [(contacts,)]
    with pytest.raises(
        psycopg.errors.AmbiguousParameter, match="Several portals are mirrored: say which one"
    ):
        january.conn.execute(f"select * from sales_metrics(null, {JANUARY})")


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        pytest.param(
            {},
            {"totalSales": 1450, "pickupRate": 40, "qualifiedRate": Decimal("33.33")},
            id="defaults",
        ),
        pytest.param({"sale_property": "amount"}, {"totalSales": 350}, id="a typed column"),
        pytest.param(
            {"sale_property": "price"},
            {"totalSales": Decimal("12.5"), "totalDeals": 5},
            id="raw_json",
        ),
        pytest.param(
            {"sale_property": "nowhere"},
            {"totalSales": 0, "avgDealSize": None},
            id="no such property",
        ),
        pytest.param(
            {"upfront_property": "price"}, {"upfrontCashCollected": Decimal("12.5")}, id="upfront"
        ),
        pytest.param(
            {"upfront_property": "amount"}, {"upfrontCashCollected": 400}, id="upfront in a column"
        ),
        pytest.param(
            {"connected_dispositions": ["x", CONNECTED]}, {"pickupRate": 60}, id="outcomes"
        ),
        pytest.param({"connected_dispositions": []}, {"pickupRate": 0}, id="no outcome"),
        pytest.param(
            {"yes_words": ["perhaps", "y"]}, {"qualifiedRate": Decimal("28.57")}, id="words"
        ),
    ],
)
def test_settings_of_a_portal(
    january: Crm, other_crm: Crm, settings: dict[str, Any], expected: dict[str, Any]
) -> None:
    """Deal 12 says what the property is; the settings of another portal change nothing."""
    if "price" in settings.values():
        properties = {"price": " 12.50 "}
        january.deal(
            "12", None, dealstage="closedwon", closedate="2026-01-15", properties=properties
        )
    if "yes_words" in settings:
        january.deal("12", None, closedate="2026-01-15")
    january.insert("metric_settings", {"portal_id": 1} | settings)
    other_crm.insert("metric_settings", {"portal_id": 2, "sale_property": "x", "yes_words": []})
    [row] = january.conn.execute(f"select * from sales_metrics(null, {JANUARY})").fetchall()
    assert {key: row[key] for key in expected} == expected


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12),
        (" -12.50 ", Decimal("-12.5")),
        ("+.5", Decimal("0.5")),
        ("1e3", 1000),
        ("1E-2", Decimal("0.01")),
        ("7.", 7),
        ("1,000", None),
        ("$5", None),
        ("1e400", Decimal("1e400")),
        ("1,000.50", Decimal("1000.5")),
        ("NaN", None),
        ("Infinity", None),
        ("0x10", None),
        ("", None),
        (" ", None),
        ("-", None),
        (".", None),
        ("9" * 101, int("9" * 101)),
        ("1" * 100_000, None),
        ("١٢", None),
        ("12 🚀", None),
        (None, None),
    ],
)
def test_what_is_a_number(crm: Crm, text: str | None, number: int | Decimal | None) -> None:
    assert crm.conn.execute("select number_of(%s) as found", [text]).fetchall() == [
        {"found": number}
    ]


@pytest.mark.parametrize(
    "raw", [{"properties": None}, {"properties": []}, {"properties": {"price": {"a": 1}}}, {}]
)
def test_a_record_of_another_shape_has_no_sale(crm: Crm, raw: dict[str, Any]) -> None:
    crm.insert("metric_settings", {"portal_id": 1, "sale_property": "price"})
    crm.deal("1", raw_json=psycopg.types.json.Jsonb(raw))
    assert crm.rows("sales_deals", "sale") == [(None,)]


def test_averages_are_not_rounded(crm: Crm) -> None:
    crm.portal()
    for hubspot_id, amount in (("1", 10), ("2", 10), ("3", 5)):
        crm.deal(hubspot_id, amount, dealstage="closedwon", closedate="2026-01-15")
    [(size,)] = crm.rows(f"sales_metrics(null, {JANUARY})", '"avgDealSize"')
    assert abs(Fraction(size) - Fraction(25, 3)) < Fraction(1, 10**12)
