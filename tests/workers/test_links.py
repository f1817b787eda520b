"""Changed links cost a request per thousand records, and neither overtake nor are overtaken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jobs
from db import changes, corrections
from db.changes import Mark
from hubspot import records
from hubspot.mirrored import Mirrored
from hubspot.objects import CONTACTS
from tests.processes import Simulator
from tests.workers.conftest import arrive, fetch_now
from workers.context import Context
from workers.fetched import Fetched
from workers.save import save

Rows = Callable[..., list[dict[str, Any]]]
LINK = [
    {
        "id": "7",
        "type": "contact_to_deal",
        "typeId": 4,
        "category": "HUBSPOT_DEFINED",
        "label": None,
    }
]


def test_changed_links_are_read_without_their_records(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    contacts = [simulator.create("contacts", {}) for _ in range(12)]
    deal = simulator.create("deals", {"dealname": "Shared"})
    arrive(context, simulator)
    simulator.control("reset-stats")
    kinds = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 3}]
    pairs = [{"from": {"id": deal}, "to": {"id": contact}, "types": kinds} for contact in contacts]
    simulator.call(
        "POST", "/crm/associations/2026-09/deals/contacts/batch/create", {"inputs": pairs}
    )
    arrive(context, simulator)
    assert simulator.stats()["requests"] == {"associations_create": 1, "associations_read": 2}
    assert rows("select contact_ids from hubspot_deals_raw where hubspot_id = %s", deal) == [
        {"contact_ids": contacts}
    ]
    found = rows(
        "select distinct deal_ids from hubspot_contacts_raw where hubspot_id = any(%s)", contacts
    )
    assert found == [{"deal_ids": [deal]}]


def test_links_of_a_record_without_a_row_bring_the_record(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    contact = simulator.control(
        "import", type="contacts", records=[{"properties": {"firstname": "Unseen"}}]
    )["ids"][0]
    with context.database.transaction() as conn:
        changes.mark(
            conn,
            [Mark(simulator.portal_id, "contacts", contact, frozenset({"deals"}), whole=False)],
        )
    arrive(context, simulator)
    [row] = rows(
        "select firstname, company_ids, deal_ids from hubspot_contacts_raw where hubspot_id = %s",
        contact,
    )
    assert row == {"firstname": "Unseen", "company_ids": [], "deal_ids": []}


def test_a_page_read_before_does_not_bring_older_links_back(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    contact = simulator.create("contacts", {})
    arrive(context, simulator)
    [row] = rows(
        "select raw_json, fetched_at from hubspot_contacts_raw where hubspot_id = %s", contact
    )
    read_at = row["fetched_at"] + timedelta(seconds=2)
    with context.database.transaction() as conn:
        kept = corrections.relink(
            conn,
            Mirrored(simulator.portal_id, CONTACTS),
            [records.links(contact, {"deals": LINK})],
            read_at,
        )
    assert kept == {contact}
    page = records.row(CONTACTS, row["raw_json"], {to: [] for to in CONTACTS.associations})
    with context.database.transaction() as conn:
        saved = save(
            conn,
            Mirrored(simulator.portal_id, CONTACTS),
            Fetched([page], frozenset(), read_at - timedelta(seconds=1)),
        )
    assert saved.lost == {contact}
    [row] = rows(
        "select deal_ids, raw_json from hubspot_contacts_raw where hubspot_id = %s", contact
    )
    assert row["deal_ids"] == ["7"] and row["raw_json"]["associations"]["deals"]["results"] == LINK


def test_older_links_do_not_replace_newer_ones(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    contact = simulator.create("contacts", {})
    arrive(context, simulator)
    [row] = rows("select fetched_at from hubspot_contacts_raw where hubspot_id = %s", contact)
    late = Fetched(
        [],
        frozenset(),
        row["fetched_at"] - timedelta(seconds=1),
        (records.links(contact, {"deals": LINK}),),
    )
    with context.database.transaction() as conn:
        assert save(conn, Mirrored(simulator.portal_id, CONTACTS), late).lost == {contact}
    assert rows("select deal_ids from hubspot_contacts_raw where hubspot_id = %s", contact) == [
        {"deal_ids": []}
    ]


def test_records_linked_to_an_archived_one_are_woken_at_once(
    context: Context, simulator: Simulator
) -> None:
    """Without this it would wait for the clock."""
    contact, deal = simulator.create("contacts", {}), simulator.create("deals", {})
    kinds = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 3}]
    pair = {"from": {"id": deal}, "to": {"id": contact}, "types": kinds}
    simulator.call(
        "POST", "/crm/associations/2026-09/deals/contacts/batch/create", {"inputs": [pair]}
    )
    arrive(context, simulator)
    simulator.control("settings", removals_tell_associations=False)
    simulator.archive("contacts", contact)
    simulator.quiet()
    simulator.control("settings", removals_tell_associations=True)
    context.server.flushdb()
    with context.database.transaction() as conn:
        changes.mark(conn, [Mark(simulator.portal_id, "contacts", contact)])
    fetch_now(context, simulator.portal_id, "contacts")
    assert "deals" in [job.args[1] for job in jobs.queue(context.server, "fetch").jobs]
