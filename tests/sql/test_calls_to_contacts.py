"""Every call once, with at most one contact: HubSpot's association first, then the other party's
number."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Crm

ANN, BOB = "+14155550100", "+14155550200"
LINK = "call_id, contact_id, link_method"


@pytest.fixture
def contacts(crm: Crm) -> Crm:
    """Ann and Bob; Ann's double, younger and with a lower id; one who left; some whose number says
    nothing."""
    crm.contact("9", phone="001 (415) 555-0100", createdate="2024-01-01")
    crm.contact("10", phone="+1 415 555 0200 ext. 5", createdate="2024-02-01")
    crm.contact("8", phone=ANN, createdate="2024-03-01")
    crm.contact("7", phone=ANN, createdate=None)
    crm.contact("1", phone=BOB, createdate="2020-01-01", archived=True)
    crm.contact("2", phone=BOB, createdate="2020-01-01", merged_into="10")
    crm.contact("20", phone="972")
    crm.contact("21", phone="+")
    crm.contact("22", phone=None)
    crm.contact("23", phone="ext. 5")
    crm.contact("25", mobilephone="+1 (415) 555-0500")
    crm.contact("26", phone_e164="3545551234", phone="555 1234")
    crm.contact("27", phone="1234567890", mobilephone="0000000000")
    crm.contact("24", phone="+1 415 555 0300 or +1 415 555 0400")
    return crm


@pytest.mark.parametrize(
    ("call", "contact_id", "link_method"),
    [
        pytest.param({"contact_ids": ["10"]}, "10", "association", id="associated"),
        pytest.param({"contact_ids": ["10", "9"]}, "9", "association", id="lowest id as a number"),
        pytest.param({"contact_ids": ["10", "10"]}, "10", "association", id="the same id twice"),
        pytest.param(
            {"contact_ids": ["1", "10"]}, "10", "association", id="archived ones do not count"
        ),
        pytest.param({"contact_ids": ["2"]}, None, None, id="merged ones do not count"),
        pytest.param({"contact_ids": ["99"]}, None, None, id="not fetched yet"),
        pytest.param(
            {"contact_ids": ["10"], "call_direction": "OUTBOUND", "call_to_number": ANN},
            "10",
            "association",
            id="association before number",
        ),
        pytest.param(
            {"contact_ids": ["1"], "call_direction": "OUTBOUND", "call_to_number": ANN},
            "9",
            "phone",
            id="number when the associated contact left",
        ),
        pytest.param(
            {"call_direction": "OUTBOUND", "call_to_number": BOB},
            "10",
            "phone",
            id="extension ignored",
        ),
        pytest.param(
            {"call_direction": "OUTBOUND", "call_to_number": ANN},
            "9",
            "phone",
            id="oldest of several",
        ),
        pytest.param(
            {
                "contact_ids": [],
                "call_direction": "INBOUND",
                "call_from_number": BOB,
                "call_to_number": ANN,
            },
            "10",
            "phone",
            id="inbound: who called",
        ),
        pytest.param(
            {"call_direction": "OUTBOUND", "call_from_number": BOB, "call_to_number": ANN},
            "9",
            "phone",
            id="outbound: who was called",
        ),
        pytest.param(
            {"call_to_number": "972", "call_from_number": BOB},
            "10",
            "phone",
            id="direction unknown",
        ),
        pytest.param(
            {"call_direction": "OUTBOUND", "call_to_number": "972"}, None, None, id="fragment"
        ),
        pytest.param(
            {"call_direction": "OUTBOUND", "call_to_number": "+"}, None, None, id="no digits"
        ),
        pytest.param(
            {"call_direction": "OUTBOUND", "call_to_number": "ext. 5"},
            None,
            None,
            id="an extension alone",
        ),
        pytest.param(
            {"call_to_number": "+14155550300"},
            "24",
            "phone",
            id="the first of a contact's two numbers",
        ),
        pytest.param({"call_to_number": "+14155550400"}, "24", "phone", id="or the second"),
        pytest.param({"call_to_number": "+14155550500"}, "25", "phone", id="a mobile number"),
        pytest.param({"call_to_number": "14155550500.0"}, "25", "phone", id="a spreadsheet's"),
        pytest.param({"call_to_number": f"{BOB} ext 5"}, "10", "phone", id="the same extension"),
        pytest.param({"call_to_number": f"{BOB} x6"}, None, None, id="another extension"),
        pytest.param({"call_to_number": f"{ANN} x6"}, "9", "phone", id="one extension alone"),
        pytest.param({"call_to_number": "1234567890"}, None, None, id="a number no plan has"),
        pytest.param({"call_to_number": "0000000000"}, None, None, id="nor this one"),
        pytest.param(
            {"call_to_number": "555 1234", "call_to_e164": "3545551234"},
            "26",
            "phone",
            id="a short valid number",
        ),
        pytest.param(
            {"call_to_number": f"{BOB}, {ANN}"},
            "10",
            "phone",
            id="the first of a call's two numbers",
        ),
        pytest.param({"call_direction": "OUTBOUND"}, None, None, id="no number"),
        pytest.param({"hubspot_owner_id": "404"}, None, None, id="owner that does not exist"),
    ],
)
def test_one_call(
    contacts: Crm, call: dict[str, Any], contact_id: str | None, link_method: str | None
) -> None:
    contacts.call("500", **call)
    assert contacts.rows("calls_to_contacts", LINK) == [("500", contact_id, link_method)]


def test_a_row_says_what_statistics_need(contacts: Crm) -> None:
    columns = {
        "call_duration": 300_000,
        "call_direction": "INBOUND",
        "call_disposition": "x",
        "hubspot_owner_id": "3",
    }
    contacts.call("500", contact_ids=["9"], **columns)
    contacts.call("501", **columns)
    assert contacts.rows("calls_to_contacts") == [
        (1, "500", "9", "association", None, 300_000, "INBOUND", "x", "3"),
        (1, "501", None, None, None, 300_000, "INBOUND", "x", "3"),
    ]


def test_of_contacts_as_old_the_lowest_id(crm: Crm) -> None:
    for hubspot_id in ("100", "99"):
        crm.contact(hubspot_id, phone=ANN, createdate="2024-01-01")
    crm.call("500", call_to_number=ANN)
    assert crm.rows("calls_to_contacts", LINK) == [("500", "99", "phone")]


def test_archived_and_merged_calls_do_not_count(contacts: Crm) -> None:
    contacts.call("500", contact_ids=["9"], archived=True)
    contacts.call("501", contact_ids=["9"], merged_into="502")
    assert contacts.rows("calls_to_contacts") == []


def test_calls_of_a_contact_are_those_that_are_linked_to_it(contacts: Crm) -> None:
    """The same answer whether the planner comes from the call or from the contact."""
    contacts.call("500", contact_ids=["9", "10"])
    contacts.call("501", call_to_number=ANN)
    contacts.call("502", call_to_number=BOB)
    assert contacts.rows("calls_to_contacts where contact_id = '9'", LINK) == [
        ("500", "9", "association"),
        ("501", "9", "phone"),
    ]
    assert contacts.rows("calls_to_contacts where contact_id = '8'", LINK) == []
