"""Merges, privacy deletions, and what they do to the records at the other end of a link."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from db import changes
from db.changes import Mark
from hubspot import records
from hubspot.mirrored import Mirrored
from hubspot.objects import CONTACTS
from tests.processes import Simulator
from tests.workers.conftest import arrive, fetch_now
from tests.workers.test_backfill import run as backfill
from tests.workers.test_backfill import unequal
from tests.workers.test_events import event, send
from workers.backfill import backfill as backfill_types
from workers.context import Context
from workers.fetched import Fetched
from workers.save import save

Rows = Callable[..., list[dict[str, Any]]]


def link(
    simulator: Simulator, start: str, start_id: str, end: str, end_id: str, type_id: int
) -> None:
    kinds = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}]
    body = {"inputs": [{"from": {"id": start_id}, "to": {"id": end_id}, "types": kinds}]}
    simulator.call("POST", f"/crm/associations/2026-09/{start}/{end}/batch/create", body)


def merge(simulator: Simulator, primary: str, other: str, kind: str = "contacts") -> str:
    body = {"primaryObjectId": primary, "objectIdToMerge": other}
    return str(simulator.call("POST", f"/crm/objects/2026-09/{kind}/merge", body)["id"])


@pytest.mark.parametrize(
    "follow", [True, False], ids=["old ids are followed", "old ids are not found"]
)
def test_merged_records_point_to_the_last_survivor_and_links_follow(
    context: Context, simulator: Simulator, rows: Rows, follow: bool
) -> None:
    """Whether a batch read follows old ids is documented nowhere, so either must do."""
    simulator.control("settings", batch_read_follows_merges=follow)
    first, second, third = (
        simulator.create("contacts", {"firstname": name}) for name in ("A", "B", "C")
    )
    deal = simulator.create("deals", {"dealname": "Theirs"})
    link(simulator, "deals", deal, "contacts", second, 3)
    arrive(context, simulator)
    survivor = merge(simulator, first, second)
    arrive(context, simulator)
    last = merge(simulator, survivor, third)
    arrive(context, simulator)
    found = rows(
        "select hubspot_id, merged_into, archived from hubspot_contacts_raw"
        " where hubspot_id = any(%s)",
        [first, second, third, survivor, last],
    )
    assert {row["hubspot_id"]: row["merged_into"] for row in found} == {
        first: last, second: last, third: last, survivor: last, last: None,
    }  # fmt: skip
    assert not any(row["archived"] for row in found)
    assert rows("select contact_ids from hubspot_deals_raw where hubspot_id = %s", deal) == [
        {"contact_ids": [last]}
    ]
    old_ids = rows(
        "select old_id from merged_records where object_type = 'contacts' and hubspot_id = %s", last
    )
    assert {row["old_id"] for row in old_ids} == {first, second, third, survivor}
    assert rows("select deal_ids from hubspot_contacts_raw where hubspot_id = %s", last) == [
        {"deal_ids": [deal]}
    ]


@pytest.mark.parametrize(
    "follow", [True, False], ids=["old ids are followed", "old ids are not found"]
)
def test_a_loser_that_comes_after_its_survivor_still_points_to_it(
    context: Context, simulator: Simulator, rows: Rows, follow: bool
) -> None:
    """A read of before the merge may be committed after that of the survivor."""
    simulator.control("settings", batch_read_follows_merges=follow)
    first, second = (simulator.create("contacts", {"firstname": name}) for name in ("A", "B"))
    arrive(context, simulator)
    last = merge(simulator, first, second)
    arrive(context, simulator)
    old = {"id": second, "updatedAt": "2026-01-01T00:00:00Z", "archived": False, "properties": {}}
    with context.database.transaction() as conn:
        conn.execute("delete from hubspot_contacts_raw where hubspot_id = %s", [second])
        save(
            conn,
            Mirrored(simulator.portal_id, CONTACTS),
            Fetched([records.row(CONTACTS, old, {})], frozenset(), datetime.now(UTC)),
        )
        changes.mark(conn, [Mark(simulator.portal_id, "contacts", second)])
    fetch_now(context, simulator.portal_id, "contacts")
    found = rows(
        "select merged_into, archived from hubspot_contacts_raw where hubspot_id = %s", second
    )
    assert found == [{"merged_into": last, "archived": False}]


def test_archiving_takes_the_record_out_of_its_neighbours_links(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    """Even when only the deletion is delivered: the other end need not hear of it."""
    simulator.control("settings", removals_tell_associations=False)
    contact, deal = simulator.create("contacts", {}), simulator.create("deals", {})
    link(simulator, "deals", deal, "contacts", contact, 3)
    arrive(context, simulator)
    simulator.archive("contacts", contact)
    arrive(context, simulator)
    assert rows("select contact_ids from hubspot_deals_raw where hubspot_id = %s", deal) == [
        {"contact_ids": []}
    ]
    simulator.control("restore", type="contacts", ids=[contact])
    arrive(context, simulator)
    assert rows("select contact_ids from hubspot_deals_raw where hubspot_id = %s", deal) == [
        {"contact_ids": [contact]}
    ]
    simulator.control("settings", removals_tell_associations=True)


def test_what_was_archived_before_it_was_ever_here_leaves_the_links_of_those_who_were(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    """They were read while it was there, and no event tells them that it went."""
    simulator.control("settings", removals_tell_associations=False)
    contact, deal, call = (simulator.create(name, {}) for name in ("contacts", "deals", "calls"))
    link(simulator, "deals", deal, "contacts", contact, 3)
    link(simulator, "calls", call, "deals", deal, 206)
    portal = context.portal(simulator.portal_id)
    assert portal is not None
    assert backfill_types(context, portal, ("contacts", "calls"), lambda scan: None) == []
    linked = "select deal_ids from hubspot_{}_raw where hubspot_id = %s"
    assert (
        rows(linked.format("calls"), call)
        == rows(linked.format("contacts"), contact)
        == [{"deal_ids": [deal]}]
    )
    simulator.archive("deals", deal)
    with context.database.transaction() as conn:
        changes.mark(conn, [Mark(simulator.portal_id, "deals", deal)])
    for name in ("deals", "calls", "contacts"):
        fetch_now(context, simulator.portal_id, name)
    assert (
        rows(linked.format("calls"), call)
        == rows(linked.format("contacts"), contact)
        == [{"deal_ids": []}]
    )
    simulator.control("settings", removals_tell_associations=True)


def test_what_comes_back_returns_to_links_that_are_kept_at_the_other_end_only(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    """Of calls a deal's record says nothing, and no event tells them that it is there again."""
    simulator.control("settings", removals_tell_associations=False)
    known, unknown, call = (simulator.create(name, {}) for name in ("deals", "deals", "calls"))
    for deal in (known, unknown):
        link(simulator, "calls", call, "deals", deal, 206)
    simulator.archive("deals", unknown)
    portal = context.portal(simulator.portal_id)
    assert portal is not None
    assert backfill_types(context, portal, ("deals", "calls"), lambda scan: None) == []
    simulator.archive("deals", known)
    linked = "select deal_ids from hubspot_calls_raw where hubspot_id = %s"
    arrive(context, simulator)
    assert rows(linked, call) == [{"deal_ids": []}]
    simulator.control("faults", webhooks={"dropped": 1.0})
    simulator.control("restore", type="deals", ids=[known])
    simulator.quiet()
    simulator.control("faults", webhooks={})
    with context.database.transaction() as conn:
        changes.mark(conn, [Mark(simulator.portal_id, "deals", known)])
    arrive(context, simulator)
    assert rows(linked, call) == [{"deal_ids": [known]}]
    simulator.control("restore", type="deals", ids=[unknown])
    arrive(context, simulator)
    assert sorted(rows(linked, call)[0]["deal_ids"]) == [known, unknown]
    simulator.control("settings", removals_tell_associations=True)


def test_what_was_back_for_a_moment_leaves_the_links_of_those_who_were_read_then(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    """It was archived when it was read, and is archived when it is read again; between them others
    were read."""
    simulator.control("settings", removals_tell_associations=False)
    contact, call = simulator.create("contacts", {}), simulator.create("calls", {})
    link(simulator, "calls", call, "contacts", contact, 194)
    simulator.archive("contacts", contact)
    arrive(context, simulator)
    linked = "select contact_ids from hubspot_calls_raw where hubspot_id = %s"
    assert rows(linked, call) == [{"contact_ids": []}]
    simulator.control("restore", type="contacts", ids=[contact])
    with context.database.transaction() as conn:
        changes.mark(conn, [Mark(simulator.portal_id, "calls", call, frozenset({"contacts"}))])
    fetch_now(context, simulator.portal_id, "calls")
    assert rows(linked, call) == [{"contact_ids": [contact]}]
    simulator.archive("contacts", contact)
    arrive(context, simulator)
    assert rows(linked, call) == [{"contact_ids": []}]
    simulator.control("settings", removals_tell_associations=True)


def test_what_was_away_for_a_moment_returns_to_the_links_of_those_who_were_read_then(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    """It was here whenever it was read itself."""
    simulator.control("settings", removals_tell_associations=False)
    contact, company = simulator.create("contacts", {}), simulator.create("companies", {})
    link(simulator, "contacts", contact, "companies", company, 279)
    arrive(context, simulator)
    linked = "select company_ids from hubspot_contacts_raw where hubspot_id = %s"
    assert rows(linked, contact) == [{"company_ids": [company]}]
    simulator.archive("companies", company)
    with context.database.transaction() as conn:
        changes.mark(
            conn, [Mark(simulator.portal_id, "contacts", contact, frozenset({"companies"}))]
        )
    fetch_now(context, simulator.portal_id, "contacts")
    assert rows(linked, contact) == [{"company_ids": []}]
    simulator.control("restore", type="companies", ids=[company])
    arrive(context, simulator)
    assert rows(linked, contact) == [{"company_ids": [company]}]
    simulator.control("settings", removals_tell_associations=True)


def test_two_that_were_merged_away_do_not_wake_one_another_for_ever(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    """Each is kept with the links that it had, and the links name the other."""
    contacts = [simulator.create("contacts", {}) for _ in range(2)]
    deals = [simulator.create("deals", {}) for _ in range(2)]
    link(simulator, "deals", deals[1], "contacts", contacts[1], 3)
    arrive(context, simulator)
    merge(simulator, *contacts)
    merge(simulator, *deals, kind="deals")
    arrive(context, simulator)  # which says so if work does not end
    kept = rows("select contact_ids from hubspot_deals_raw where hubspot_id = %s", deals[1])
    kept += rows("select deal_ids from hubspot_contacts_raw where hubspot_id = %s", contacts[1])
    assert kept == [{"contact_ids": [contacts[1]]}, {"deal_ids": [deals[1]]}]


def everything(context: Context) -> str:
    """Answer all that Postgres and Redis hold, as text."""
    with context.database.transaction() as conn:
        tables = conn.execute(
            "select tablename from pg_tables where schemaname = current_schema()"
        ).fetchall()
        names = [
            row["tablename"]
            for row in tables
            if row["tablename"] not in ("migrations", "hubspot_properties")
        ]
        text = "".join(str(conn.execute(f"select * from {name}").fetchall()) for name in names)  # type: ignore[arg-type]
    return text + str([context.server.dump(key) for key in context.server.scan_iter()])


def test_a_privacy_deletion_erases_the_person_and_no_backfill_brings_them_back(
    context: Context, simulator: Simulator, rows: Rows, caplog: pytest.LogCaptureFixture
) -> None:
    secret = {
        "email": "canary-7f3a@example.com",
        "firstname": "Canaria",
        "phone": "+1 202 555 7777",
    }
    contact, deal = (
        simulator.create("contacts", secret),
        simulator.create("deals", {"dealname": "Kept"}),
    )
    link(simulator, "deals", deal, "contacts", contact, 3)
    arrive(context, simulator)
    assert "canary-7f3a" in everything(context)
    stale = rows("select * from hubspot_contacts_raw where hubspot_id = %s", contact)[0]
    simulator.update("contacts", contact, {"firstname": "Canaria the Second"})
    simulator.call("POST", "/crm/objects/2026-09/contacts/gdpr-delete", {"objectId": contact})
    arrive(context, simulator)
    backfill(context, simulator)
    arrive(context, simulator)
    left = everything(context) + caplog.text
    assert [word for word in (*secret.values(), "Canaria") if word in left] == []
    assert rows("select count(*) as n from purges where object_type = 'contacts'") == [{"n": 1}]
    assert rows("select contact_ids from hubspot_deals_raw where hubspot_id = %s", deal) == [
        {"contact_ids": []}
    ]
    assert unequal(context, simulator) == {}
    assert_not_stored_again(context, simulator, stale)


def assert_not_stored_again(context: Context, simulator: Simulator, stale: dict[str, Any]) -> None:
    """Commit a page after the deletion that was read before it."""
    row = records.row(CONTACTS, stale["raw_json"] | {"associations": {}}, {})
    with context.database.transaction() as conn:
        save(
            conn,
            Mirrored(simulator.portal_id, CONTACTS),
            Fetched([row], frozenset(), datetime.now(UTC)),
        )
    assert "canary-7f3a" not in everything(context)


@pytest.mark.parametrize("told", ["before", "after"])
def test_with_a_person_everybody_who_was_merged_into_them_is_erased(
    context: Context, simulator: Simulator, rows: Rows, told: str
) -> None:
    """A merge leaves the rows of the former ids as they were read last. It may be told after the
    privacy deletion."""
    first = simulator.create("contacts", {"email": "canary-first@example.com"})
    other = simulator.create("contacts", {"email": "canary-other@example.com"})
    arrive(context, simulator)
    simulator.control("faults", webhooks={"dropped": 1.0 if told == "after" else 0.0})
    survivor = merge(simulator, first, other)
    arrive(context, simulator)
    simulator.call("POST", "/crm/objects/2026-09/contacts/gdpr-delete", {"objectId": survivor})
    arrive(context, simulator)
    if told == "after":
        merged = {
            "primaryObjectId": int(first),
            "mergedObjectIds": [int(other)],
            "newObjectId": int(survivor),
        }
        late = event(
            simulator.portal_id, subscriptionType="contact.merge", objectId=int(survivor), **merged
        )
        send(context, json.dumps([late]).encode())
        arrive(context, simulator)
    assert (
        rows(
            "select hubspot_id from hubspot_contacts_raw where hubspot_id = any(%s)", [first, other]
        )
        == []
    )
    assert "canary" not in everything(context)


def test_rows_that_hubspot_shows_no_longer_forget_the_erased_too(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    """They keep their last links and are never read again."""
    contact = simulator.create("contacts", {"firstname": "Canaria"})
    first, other = (simulator.create("companies", {"name": name}) for name in ("A", "B"))
    link(simulator, "contacts", contact, "companies", first, 279)
    arrive(context, simulator)
    body = {"primaryObjectId": first, "objectIdToMerge": other}
    simulator.call("POST", "/crm/objects/2026-09/companies/merge", body)
    arrive(context, simulator)
    assert len(rows("select 1 from hubspot_companies_raw where contact_ids @> %s", [contact])) == 2
    simulator.call("POST", "/crm/objects/2026-09/contacts/gdpr-delete", {"objectId": contact})
    arrive(context, simulator)
    links = rows(
        "select distinct contact_ids, raw_json->'associations'->'contacts' as raw"
        " from hubspot_companies_raw"
    )
    assert links == [{"contact_ids": [], "raw": {"results": []}}]
