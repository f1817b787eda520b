"""Deals and their companies, contacts and calls: every pair once, and nothing that left."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from .conftest import Crm

CLOSED = datetime(2025, 1, 31, tzinfo=UTC)
GONE = [{"archived": True}, {"merged_into": "99"}]


@pytest.mark.parametrize(
    ("deal", "links"),
    [
        pytest.param({"company_ids": ["1"]}, [("1", "Acme")], id="one company"),
        pytest.param(
            {"company_ids": ["1", "2"]},
            [("1", "Acme"), ("2", "Unknown")],
            id="two, one without a name",
        ),
        pytest.param({"company_ids": ["1", "1"]}, [("1", "Acme")], id="the same id twice"),
        pytest.param({"company_ids": ["404"]}, [("404", "Unknown")], id="not fetched yet"),
        pytest.param(
            {"company_ids": ["3", "4", "1"]}, [("1", "Acme")], id="archived and merged companies"
        ),
        pytest.param({"company_ids": ["5"]}, [("5", "Unknown")], id="blank name"),
        pytest.param({"company_ids": ["6"]}, [("6", "Unknown")], id="called Unknown"),
        pytest.param({"company_ids": ["7"]}, [("7", "🚀")], id="emoji"),
        pytest.param({"company_ids": ["8"]}, [("8", "x" * 10_000)], id="10 kB"),
        pytest.param(
            {"company_ids": ["1"], "createdate": "2025-02-01", "closedate": "2025-01-01"},
            [("1", "Acme")],
            id="closing before it was created",
        ),
        pytest.param(
            {"company_ids": ["1"], "hubspot_owner_id": "404"},
            [("1", "Acme")],
            id="an owner who is not there",
        ),
        pytest.param({"company_ids": []}, [], id="no company"),
        pytest.param({"company_ids": None}, [], id="associations not read"),
        pytest.param({"company_ids": ["1"], "amount": None}, [], id="no amount"),
        pytest.param({"company_ids": ["1"], "archived": True}, [], id="archived deal"),
        pytest.param({"company_ids": ["1"], "merged_into": "9"}, [], id="merged deal"),
    ],
)
def test_companies_of_a_deal(crm: Crm, deal: dict[str, Any], links: list[tuple[str, str]]) -> None:
    crm.company("1", "Acme")
    crm.company("2", None)
    crm.company("3", "Left", archived=True)
    crm.company("4", "Merged", merged_into="1")
    crm.company("5", "  ")
    for hubspot_id, name in (("6", "Unknown"), ("7", "🚀"), ("8", "x" * 10_000)):
        crm.company(hubspot_id, name)
    crm.deal("70", **deal)
    assert crm.rows("company_deals", "company_id, company_name") == links


@pytest.mark.parametrize("amount", [0, -25, Decimal("99.99")])
def test_a_company_deal_says_amount_and_date(crm: Crm, amount: Decimal) -> None:
    crm.company("1", "Acme")
    crm.deal("70", amount, company_ids=["1"], closedate=CLOSED)
    assert crm.rows("company_deals") == [(1, "70", amount, CLOSED, "1", "Acme")]


@pytest.mark.parametrize(
    ("deal", "primary_contact_id", "contact_ids"),
    [
        pytest.param({"contact_ids": ["10"]}, "10", ["10"], id="one contact"),
        pytest.param(
            {"contact_ids": ["10", "9", "11"]}, "9", ["9", "10", "11"], id="lowest id as a number"
        ),
        pytest.param(
            {"contact_ids": ["9", "10"], "primary": ["10"]}, "10", ["9", "10"], id="labelled"
        ),
        pytest.param(
            {"contact_ids": ["9", "10", "11"], "primary": ["11", "10"]},
            "10",
            ["9", "10", "11"],
            id="two labels",
        ),
        pytest.param({"contact_ids": ["9", "9"]}, "9", ["9"], id="the same id twice"),
        pytest.param(
            {"contact_ids": ["1", "2", "9"], "primary": ["1"]},
            "9",
            ["9"],
            id="archived and merged contacts",
        ),
        pytest.param({"contact_ids": ["404"]}, "404", ["404"], id="not fetched yet"),
        pytest.param({"contact_ids": []}, None, [], id="no contact"),
        pytest.param({"contact_ids": None}, None, [], id="associations not read"),
    ],
)
def test_contacts_of_a_deal(
    crm: Crm, deal: dict[str, Any], primary_contact_id: str | None, contact_ids: list[str]
) -> None:
    for hubspot_id in ("9", "10", "11"):
        crm.contact(hubspot_id)
    crm.contact("1", archived=True)
    crm.contact("2", merged_into="9")
    crm.deal("70", **deal)
    assert crm.rows("deals_with_contacts") == [
        (1, "70", primary_contact_id, contact_ids, "Deal 70")
    ]


@pytest.mark.parametrize("gone", GONE)
def test_archived_and_merged_deals_have_no_contacts(crm: Crm, gone: dict[str, Any]) -> None:
    crm.contact("9")
    crm.deal("70", contact_ids=["9"], **gone)
    assert crm.rows("deals_with_contacts") == []


def test_calls_reach_the_deals_of_their_contact_only(crm: Crm) -> None:
    crm.contact("9", phone="+14155550100")
    crm.contact("10")
    crm.deal("70", contact_ids=["9", "9", "10"])
    crm.deal("71", contact_ids=["9"])
    crm.deal("72", contact_ids=["10"])
    crm.deal("73", contact_ids=None)
    crm.call("500", contact_ids=["9", "10"])
    crm.call("501", call_to_number="+14155550100")
    crm.call("502", call_to_number="+14155550999")
    assert crm.rows("calls_to_deals") == [
        (1, "500", "9", "70", "association"),
        (1, "500", "9", "71", "association"),
        (1, "501", "9", "70", "phone"),
        (1, "501", "9", "71", "phone"),
    ]


@pytest.mark.parametrize("gone", GONE)
def test_calls_do_not_reach_what_left(crm: Crm, gone: dict[str, Any]) -> None:
    crm.contact("9", **gone)
    crm.contact("10")
    crm.deal("70", contact_ids=["9"])
    crm.deal("71", contact_ids=["10"], **gone)
    crm.call("500", contact_ids=["9"])
    crm.call("501", contact_ids=["10"])
    crm.call("502", contact_ids=["10"], **gone)
    assert crm.rows("calls_to_deals") == []


@pytest.mark.parametrize(
    ("call", "deals"),
    [
        pytest.param({"call_to_number": "+1 415 555 0100"}, ["70"], id="the deal's number"),
        pytest.param({"call_to_number": "+1 415 555 0100 x7"}, ["70"], id="with an extension"),
        pytest.param({"call_to_number": "+14155550199"}, ["71"], id="of another deal"),
        pytest.param({"call_to_number": "+14155550199 x5"}, ["71"], id="the same extension"),
        pytest.param({"call_to_number": "+14155550199 x6"}, [], id="another extension"),
        pytest.param({"call_to_number": "+14155550999"}, [], id="of no deal"),
        pytest.param({"call_to_number": "+14155550300"}, [], id="a number that went"),
        pytest.param(
            {"call_from_number": "+14155550100", "call_direction": "INBOUND"}, ["70"], id="inbound"
        ),
        pytest.param(
            {"call_from_number": "+14155550100", "call_direction": "OUTBOUND"}, [], id="our own"
        ),
    ],
)
def test_a_call_with_a_deals_own_number_is_about_the_deal(
    crm: Crm, call: dict[str, Any], deals: list[str]
) -> None:
    crm.deal("70", phone_number="(415) 555-0100 or +1 415 555 0100")
    crm.deal("71", phone_number="+1 415 555 0199 ext. 5")
    crm.deal("72", phone_number="+1 415 555 0300")
    crm.conn.execute("update hubspot_deals_raw set phone_number = null where hubspot_id = '72'")
    crm.deal("73", phone_number="+14155550100", archived=True)
    crm.call("500", **call)
    assert crm.rows("calls_to_deals") == [
        (1, "500", None, deal_id, "deal_phone") for deal_id in deals
    ]


def test_a_deals_own_number_and_its_contact_make_one_row(crm: Crm) -> None:
    """And another contact's call with that number is about the deal all the same."""
    crm.contact("9", phone="+14155550100")
    crm.contact("10")
    crm.deal("70", contact_ids=["9"], phone_number="+14155550100")
    crm.call("500", call_to_number="+14155550100")
    crm.call("501", call_to_number="+14155550100", contact_ids=["10"])
    assert crm.rows("calls_to_deals") == [
        (1, "500", "9", "70", "phone"),
        (1, "501", "10", "70", "deal_phone"),
    ]
    crm.conn.execute("delete from hubspot_deals_raw")
    assert crm.rows("deal_numbers") == []
