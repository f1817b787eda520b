"""Every kind of change, from HubSpot's API through webhook, receiver, ingest and fetch to a row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.processes import OTHER_TOKEN, Simulator
from tests.workers.conftest import arrive
from workers.context import Context

Rows = Callable[..., list[dict[str, Any]]]

EXAMPLES: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
    "contacts": (
        {
            "email": "a@example.com",
            "firstname": "Ann",
            "vsl_watched": "true",
            "vsl_watch_duration": "90",
        },
        {
            "email": "a@example.com",
            "firstname": "Ann",
            "vsl_watched": True,
            "vsl_watch_duration": 90,
            "phone": None,
        },
    ),
    "companies": (
        {"name": "Acme", "domain": "acme.test", "annualrevenue": "1250000.50"},
        {
            "name": "Acme",
            "domain": "acme.test",
            "annualrevenue": Decimal("1250000.50"),
            "industry": None,
        },
    ),
    "deals": (
        {
            "dealname": "Big",
            "amount": "1000.10",
            "closedate": "2026-01-31T00:00:00Z",
            "offer_given": "true",
        },
        {
            "dealname": "Big",
            "amount": Decimal("1000.10"),
            "closedate": datetime(2026, 1, 31, tzinfo=UTC),
            "offer_given": True,
            "offer_accepted": None,
        },
    ),
    "calls": (
        {
            "hs_timestamp": "2026-02-03T04:05:06.789Z",
            "hs_call_duration": "61000",
            "hs_call_direction": "OUTBOUND",
        },
        {
            "call_timestamp": datetime(2026, 2, 3, 4, 5, 6, 789_000, UTC),
            "call_duration": 61_000,
            "call_direction": "OUTBOUND",
            "call_to_number": None,
        },
    ),
}


@pytest.mark.parametrize("object_type", EXAMPLES)
def test_a_new_record_becomes_a_row(
    context: Context, simulator: Simulator, rows: Rows, object_type: str
) -> None:
    properties, typed = EXAMPLES[object_type]
    hubspot_id = simulator.create(object_type, properties)
    arrive(context, simulator)
    [row] = rows(f"select * from hubspot_{object_type}_raw where hubspot_id = %s", hubspot_id)
    assert {name: row[name] for name in typed} == typed
    assert properties.items() <= row["raw_json"]["properties"].items()
    assert row["raw_json"]["id"] == hubspot_id
    assert (row["portal_id"], row["archived"], row["merged_into"]) == (
        simulator.portal_id,
        False,
        None,
    )
    assert row["updated_at"] == datetime.fromisoformat(row["raw_json"]["updatedAt"])


def test_an_edit_replaces_the_row_and_a_cleared_property_becomes_null(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    contact = simulator.create("contacts", {"email": "b@example.com", "phone": "+1 202 555 0100"})
    simulator.update("contacts", contact, {"email": "c@example.com", "phone": ""})
    arrive(context, simulator)
    assert rows("select email, phone from hubspot_contacts_raw where hubspot_id = %s", contact) == [
        {"email": "c@example.com", "phone": None}
    ]


def test_archive_and_restore_arrive(context: Context, simulator: Simulator, rows: Rows) -> None:
    deal = simulator.create("deals", {"dealname": "Gone"})
    arrive(context, simulator)
    simulator.archive("deals", deal)
    arrive(context, simulator)
    [row] = rows(
        "select archived, archived_at, dealname from hubspot_deals_raw where hubspot_id = %s", deal
    )
    assert row["archived"] and row["archived_at"] is not None and row["dealname"] == "Gone"
    assert rows("select * from deals where hubspot_id = %s", deal) == []
    simulator.control("restore", type="deals", ids=[deal])
    arrive(context, simulator)
    assert rows(
        "select archived, archived_at from hubspot_deals_raw where hubspot_id = %s", deal
    ) == [{"archived": False, "archived_at": None}]


def test_links_arrive_at_both_ends_and_leave_again(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    contact, deal = (
        simulator.create("contacts", {"firstname": "Linked"}),
        simulator.create("deals", {"dealname": "L"}),
    )
    ends = "select (select contact_ids from hubspot_deals_raw where hubspot_id = %s) as contacts, "
    ends += "(select deal_ids from hubspot_contacts_raw where hubspot_id = %s) as deals"
    pair = {"from": {"id": deal}, "to": {"id": contact}}
    path = "/crm/associations/2026-09/deals/contacts/batch"
    kinds = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 3}]
    simulator.call("POST", f"{path}/create", {"inputs": [pair | {"types": kinds}]})
    arrive(context, simulator)
    assert rows(ends, deal, contact) == [{"contacts": [contact], "deals": [deal]}]
    simulator.call(
        "POST", f"{path}/archive", {"inputs": [{"from": pair["from"], "to": [pair["to"]]}]}
    )
    arrive(context, simulator)
    assert rows(ends, deal, contact) == [{"contacts": [], "deals": []}]


def test_a_plain_edit_reads_no_links_and_keeps_the_stored_ones(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    contact = simulator.create("contacts", {"firstname": "Quiet"})
    arrive(context, simulator)
    simulator.control("reset-stats")
    before = rows(
        "select company_ids, raw_json->'associations' as links from hubspot_contacts_raw"
        " where hubspot_id = %s",
        contact,
    )
    simulator.update("contacts", contact, {"firstname": "Louder"})
    arrive(context, simulator)
    requests = simulator.stats()["requests"]
    assert requests == {"update": 1, "batch_read": 1}
    assert before == rows(
        "select company_ids, raw_json->'associations' as links from hubspot_contacts_raw"
        " where hubspot_id = %s",
        contact,
    )


def test_portals_with_the_same_ids_stay_apart(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    first = simulator.create("contacts", {"firstname": "First"})
    second = simulator.create("contacts", {"firstname": "Second"}, OTHER_TOKEN)
    arrive(context, simulator)
    found = rows(
        "select portal_id, hubspot_id, firstname from hubspot_contacts_raw"
        " where firstname in ('First', 'Second') order by portal_id"
    )
    assert [tuple(row.values()) for row in found] == [
        (simulator.portal_id, first, "First"),
        (simulator.portal_id + 1, second, "Second"),
    ]


def test_an_edit_that_overtakes_the_creation_brings_the_links_too(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    """Of a record that we never saw, an event names one property; its links must not stay
    unread."""
    contact = simulator.control(
        "import", type="contacts", records=[{"properties": {"firstname": "Early"}}]
    )["ids"][0]
    simulator.update("contacts", contact, {"firstname": "Known"})
    arrive(context, simulator)
    assert rows(
        "select firstname, company_ids, deal_ids, call_ids from hubspot_contacts_raw"
        " where hubspot_id = %s",
        contact,
    ) == [{"firstname": "Known", "company_ids": [], "deal_ids": [], "call_ids": []}]
