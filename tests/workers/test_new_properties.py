"""A property that somebody adds in HubSpot: its values arrive, whichever records were read before it was known."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

import jobs
from db import catch_ups, changes, definitions
from db.changes import Mark
from db.portals import Portal
from hubspot.daily_limit import Daily
from hubspot.objects import CONTACTS
from hubspot.rate_limit import daily_key
from tests.processes import Simulator
from tests.workers.conftest import arrive
from tests.workers.test_events import event, send
from workers import backfill, catch_up, clock, fetch, ingest, properties
from workers.context import Context
from workers.definitions import refresh
from workers.verify import verify

Rows = Callable[..., list[dict[str, Any]]]
TEXT = {"type": "string", "fieldType": "text", "groupName": "custom"}
OPEN = "select object_type, names, records, after, error, not_before > now() as later from property_catch_ups"
MINUTE = "spoke:properties:{}"


@pytest.fixture
def portal(context: Context, simulator: Simulator) -> Portal:
    found = context.portal(simulator.portal_id)
    assert found is not None
    return found


@pytest.fixture
def copied(context: Context, portal: Portal) -> None:
    """Every contact is here."""
    assert backfill.backfill(context, portal, ["contacts"], lambda scan: None) == []


def define(simulator: Simulator, name: str, **more: Any) -> str:
    simulator.call("POST", "/crm/properties/2026-09/contacts", TEXT | {"name": name, "label": name} | more)
    return name


def set_silently(simulator: Simulator, contact: str, values: dict[str, str]) -> None:
    """As everybody may, with no webhook: nobody subscribed to the property, or the delivery is lost."""
    simulator.control("import", type="contacts", records=[{"id": contact, "properties": values}])


def shown(rows: Rows, contact: str, name: str) -> Any:
    return rows(f"select {name} as value from contacts where hubspot_id = %s", contact)[0]["value"]


def unequal(context: Context, portal: Portal) -> dict[str, list[str]]:
    return verify(context, portal, ["contacts"], patience=0)[0].differences


def asked(simulator: Simulator) -> dict[str, int]:
    """Requests since the last `reset-stats`, by kind."""
    return dict(simulator.stats()["requests"])


def test_an_event_that_names_it_brings_its_value_at_once(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows, copied: None
) -> None:
    contact = simulator.create("contacts", {"firstname": "Ada"})
    arrive(context, simulator)
    define(simulator, "by_event")
    simulator.control("reset-stats")
    simulator.update("contacts", contact, {"by_event": "here"})
    arrive(context, simulator)
    assert asked(simulator)["properties"] == 1, "of one type"
    assert rows("select raw_json->'properties'->>'by_event' as value from contacts where hubspot_id = %s", contact) == [
        {"value": "here"}
    ]
    assert jobs.queued(context.server, jobs.CATCH_UP) == {(portal.portal_id,)}
    catch_up.run(context, portal.portal_id)
    assert shown(rows, contact, "by_event") == "here"
    assert unequal(context, portal) == {}
    assert rows("select from unheard_properties") == rows(OPEN) == []


def test_without_an_event_of_its_own_its_value_comes_with_the_hourly_refresh(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows, copied: None
) -> None:
    contact = simulator.create("contacts", {"firstname": "Ada"})
    define(simulator, "by_refresh")
    set_silently(simulator, contact, {"by_refresh": "here"})
    simulator.update("contacts", contact, {"firstname": "Grace"})
    arrive(context, simulator)
    refresh(context, portal)
    assert shown(rows, contact, "by_refresh") is None, "it was read before anybody knew"
    assert jobs.queued(context.server, jobs.CATCH_UP) == {(portal.portal_id,)}
    simulator.control("reset-stats")
    catch_up.run(context, portal.portal_id)
    assert asked(simulator) == {"batch_read": 1}
    read = rows("select hubspot_ids from fetches where object_type = 'contacts' order by fetched_at desc limit 1")
    assert read == [{"hubspot_ids": [contact]}], "nothing can have changed in the others"
    assert shown(rows, contact, "by_refresh") == "here"
    assert unequal(context, portal) == {}
    assert rows(OPEN) == []


def test_reconcile_marks_none_of_the_records_that_lack_an_unset_property(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows, copied: None
) -> None:
    define(simulator, "never_set")
    refresh(context, portal)
    assert unequal(context, portal) == {}, "no value here, none there"


def test_events_of_properties_that_hubspot_does_not_list_ask_once_a_minute_and_once_each(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows
) -> None:
    contact = simulator.create("contacts", {})
    arrive(context, simulator)
    simulator.control("reset-stats")

    def storm(*names: str) -> None:
        told = [
            event(portal.portal_id, objectId=int(contact), propertyName=each, eventId=number)
            for number in range(20)
            for each in names
        ]
        send(context, json.dumps(told).encode())
        arrive(context, simulator)

    for eventful in ("hidden", "sensitive"):
        storm(eventful, "deleted")
        simulator.update("contacts", contact, {"firstname": eventful})
    assert asked(simulator)["properties"] == 1
    assert context.server.ttl(MINUTE.format(portal.portal_id)) > 50
    unheard = "select name, asked_at is not null as asked from unheard_properties order by name"
    assert rows(unheard) == [
        {"name": "deleted", "asked": True},
        {"name": "hidden", "asked": True},
        {"name": "sensitive", "asked": False},
    ]
    catch_up.run(context, portal.portal_id)
    assert asked(simulator)["properties"] == 1
    for _ in range(2):
        context.server.delete(MINUTE.format(portal.portal_id))  # a minute has passed
        storm("hidden", "sensitive", "deleted")
        clock.sweep(context)
        catch_up.run(context, portal.portal_id)
    assert asked(simulator)["properties"] == 2, "the one that came within the minute, and no other"


def test_within_the_minute_the_record_is_fetched_without_it_and_again_with_it(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows, copied: None
) -> None:
    contact = simulator.create("contacts", {})
    arrive(context, simulator)
    context.server.set(MINUTE.format(portal.portal_id), 1)
    define(simulator, "too_soon")
    simulator.update("contacts", contact, {"too_soon": "here"})
    arrive(context, simulator)
    assert "too_soon" not in rows("select raw_json from contacts where hubspot_id = %s", contact)[0]["raw_json"]
    context.server.delete(MINUTE.format(portal.portal_id))
    clock.sweep(context)
    assert jobs.queued(context.server, jobs.CATCH_UP) == {(portal.portal_id,)}
    catch_up.run(context, portal.portal_id)
    assert shown(rows, contact, "too_soon") == "here"


def test_hubspot_away_or_closed_while_it_is_asked_costs_no_change(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows
) -> None:
    contact = simulator.create("contacts", {})
    arrive(context, simulator)
    for status, waits in ((503, True), (403, False)):
        simulator.control("faults", api=[{"fault": "status", "status": status, "kinds": ["properties"]}])
        context.server.delete(MINUTE.format(portal.portal_id))
        define(simulator, f"while_{status}")
        simulator.update("contacts", contact, {"firstname": str(status), f"while_{status}": "x"})
        arrive(context, simulator)
        assert rows("select firstname from contacts where hubspot_id = %s", contact) == [{"firstname": str(status)}]
        assert bool(rows("select from unheard_properties where asked_at is null")) is waits


def test_a_calculated_property_is_read_of_every_record(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows, copied: None
) -> None:
    define(simulator, "calculated_here", calculationFormula="7", fieldType="calculation_equation", type="number")
    refresh(context, portal)
    catch_up.run(context, portal.portal_id)
    assert rows("select distinct calculated_here::int as value from contacts") == [{"value": 7}]
    assert unequal(context, portal) == {}


def test_a_property_that_was_archived_and_is_back_has_its_values_again(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows, copied: None
) -> None:
    contact = simulator.create("contacts", {})
    define(simulator, "comes_back")
    simulator.update("contacts", contact, {"comes_back": "here"})
    arrive(context, simulator)
    simulator.call("DELETE", "/crm/properties/2026-09/contacts/comes_back")
    refresh(context, portal)
    simulator.update("contacts", contact, {"firstname": "Grace"})
    arrive(context, simulator)
    simulator.control("restore-property", type="contacts", property="comes_back")
    refresh(context, portal)
    assert shown(rows, contact, "comes_back") is None
    catch_up.run(context, portal.portal_id)
    assert shown(rows, contact, "comes_back") == "here"


def test_what_was_being_fetched_when_it_was_learnt_is_read_again(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows, copied: None
) -> None:
    define(simulator, "under_way")
    contact = simulator.control("import", type="contacts", records=[{"properties": {"under_way": "here"}}])["ids"][0]
    with context.database.transaction() as conn:
        changes.mark(conn, [Mark(portal.portal_id, "contacts", contact)])
        claims = changes.claim(conn, portal.portal_id, "contacts", 100)
        names = definitions.property_names(conn, portal.portal_id, "contacts")
    assert claims is not None
    fetched = fetch.ask(context.client(portal), CONTACTS, claims, names)
    refresh(context, portal)
    catch_up.run(context, portal.portal_id)
    assert rows(OPEN) == []
    with context.database.transaction() as conn:
        fetch.conclude(conn, CONTACTS, claims, fetched)
    assert [row["names"] for row in rows(OPEN)] == [["under_way"]]
    catch_up.run(context, portal.portal_id)
    assert shown(rows, contact, "under_way") == "here"


def test_a_backfill_under_way_reads_on_with_it(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows
) -> None:
    contact = simulator.create("contacts", {})

    def meanwhile(scan: Any) -> None:
        define(simulator, "mid_scan")
        set_silently(simulator, contact, {"mid_scan": "here"})
        refresh(context, portal)

    assert backfill.backfill(context, portal, ["contacts"], meanwhile) == []
    assert shown(rows, contact, "mid_scan") == "here"
    assert rows(OPEN) == []


def test_nobody_learns_a_property_while_records_are_being_saved(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows
) -> None:
    """Else the look for records that lack it could pass before these are committed."""
    define(simulator, "meanwhile")
    with ThreadPoolExecutor(1) as threads:
        with context.database.transaction() as conn:
            properties.note_unread(conn, CONTACTS, portal.portal_id, _known(context, portal))
            conn.execute(
                "insert into hubspot_contacts_raw (portal_id, hubspot_id, raw_json, fetched_at, updated_at)"
                " values (%s, '1', '{}', now(), now())",
                [portal.portal_id],
            )
            learning = threads.submit(refresh, context, portal)
            assert wait([learning], timeout=1).not_done
        learning.result()
    assert [row["names"] for row in rows(OPEN)] == [["meanwhile"]], "the row counted"


def _known(context: Context, portal: Portal) -> list[str]:
    with context.database.transaction() as conn:
        return CONTACTS.property_names(definitions.property_names(conn, portal.portal_id, "contacts"))


def test_it_goes_on_from_its_checkpoint_whoever_was_told_or_killed(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows, copied: None
) -> None:
    define(simulator, "resumed", calculationFormula="7", fieldType="calculation_equation", type="number")
    refresh(context, portal)
    context.server.flushdb()
    with context.database.transaction() as conn:
        due = catch_ups.due(conn, portal.portal_id)
    assert due is not None
    simulator.control("reset-stats")
    catch_up._advance(context, portal, due, 10)
    [at] = rows(OPEN)
    have = "select hubspot_id from hubspot_contacts_raw where raw_json->'properties' ? 'resumed' order by 1"
    assert (len(rows(have)), at["records"], at["after"]) == (10, 10, rows(have)[-1]["hubspot_id"])
    simulator.control("faults", api=[{"fault": "status", "status": 503, "kinds": ["batch_read"]}])
    assert catch_up.catch_up(context, portal, batch=10)
    [waiting] = rows(OPEN)
    assert waiting["later"] and "503" in waiting["error"] and waiting["after"] == at["after"]
    clock.sweep(context)
    assert jobs.queued(context.server, jobs.CATCH_UP) == set(), "not before HubSpot may be asked again"
    simulator.control("faults", api=[])
    rows("update property_catch_ups set not_before = now() returning 1")
    clock.sweep(context)
    clock.sweep(context)
    assert list(jobs.standing(context.server, jobs.CATCH_UP).values()) == [(portal.portal_id,)]
    assert catch_up.catch_up(context, portal, batch=10)
    assert rows(OPEN) == []
    [contacts] = rows("select count(*) as n from contacts")
    assert len(rows(have)) == contacts["n"]
    assert asked(simulator)["batch_read"] == 1 + -(-contacts["n"] // 10), "each once, and the one that was refused"


def test_it_is_bulk_work_and_leaves_the_days_last_tenth_to_live_changes(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows, copied: None
) -> None:
    define(simulator, "patient", calculationFormula="7", fieldType="calculation_equation", type="number")
    refresh(context, portal)
    spent = Daily(1_000_000, 99_000, datetime.now(UTC))
    context.server.hset(
        daily_key(str(portal.portal_id)),
        mapping={"limit": spent.limit, "remaining": spent.remaining, "at": spent.seen_at.isoformat()},
    )
    catch_up.run(context, portal.portal_id)
    [waiting] = rows(OPEN)
    assert waiting["records"] == 0 and "last tenth" in waiting["error"]


def test_a_record_that_cannot_be_stored_is_a_dead_letter_and_costs_no_other(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows, copied: None
) -> None:
    define(simulator, "hostile", calculationFormula="7", fieldType="calculation_equation", type="number")
    refresh(context, portal)
    [poison] = rows("select hubspot_id from contacts order by hubspot_id offset 5 limit 1")
    with context.database.transaction() as conn:
        conn.execute(
            "alter table hubspot_contacts_raw add constraint not_this_one check"
            f" (hubspot_id <> '{poison['hubspot_id']}' or not raw_json->'properties' ? 'hostile')"
        )
    catch_up.run(context, portal.portal_id)
    arrive(context, simulator)
    assert rows("select hubspot_id from dead_letters") == [poison]
    assert rows("select hubspot_id from contacts where not raw_json->'properties' ? 'hostile'") == [poison]


def test_links_that_were_read_meanwhile_do_not_cost_the_value(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows, copied: None
) -> None:
    """A row whose links alone were read is newer than our read, and has not got the property."""
    define(simulator, "linked_now", calculationFormula="7", fieldType="calculation_equation", type="number")
    refresh(context, portal)
    rows("update hubspot_contacts_raw set fetched_at = now() + interval '3 seconds' returning 1")
    catch_up.run(context, portal.portal_id)
    assert rows("select from hubspot_contacts_raw where raw_json->'properties' ? 'linked_now'") == []
    rows("update hubspot_contacts_raw set fetched_at = now() returning 1")  # three seconds later
    arrive(context, simulator)
    assert rows("select distinct linked_now::int as value from contacts") == [{"value": 7}]


def test_the_names_of_old_events_are_forgotten(context: Context, portal: Portal, rows: Rows) -> None:
    with context.database.transaction() as conn:
        catch_ups.note_unheard(conn, [(portal.portal_id, "contacts", name) for name in ("old", "young", "unasked")])
    rows("update unheard_properties set asked_at = now() - interval '31 days' where name = 'old' returning 1")
    rows("update unheard_properties set asked_at = now() where name = 'young' returning 1")
    clock.tidy(context)
    assert [row["name"] for row in rows("select name from unheard_properties order by 1")] == ["unasked", "young"]


def test_an_event_of_a_name_that_can_be_no_property_is_taken_like_any_other(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows
) -> None:
    odd: list[Any] = ["", None, 7, ["x"], {"x": 1}, "x" * 5_000]
    told = [event(portal.portal_id, propertyName=each, eventId=number) for number, each in enumerate(odd)]
    told.append(event(portal.portal_id, subscriptionType="product.associationChange"))
    send(context, json.dumps(told).encode())
    ingest.run(context)
    assert rows("select from unheard_properties") == []
    assert len(rows("select from webhook_events")) == len(told)


CREATED = "2026-05-01T00:00:00Z"
PLAIN: dict[str, Any] = {"name": "x", "createdAt": CREATED, "calculated": False, "hubspotDefined": False}


@pytest.mark.parametrize(
    ("changes", "since"),
    [
        ({}, datetime(2026, 5, 1, tzinfo=UTC)),
        ({"modificationMetadata": {"readOnlyValue": False}}, datetime(2026, 5, 1, tzinfo=UTC)),
        ({"modificationMetadata": {"readOnlyValue": True}}, None),
        ({"calculated": True}, None),
        ({"hubspotDefined": True}, None),
        ({"createdAt": None}, None),
        ({"createdAt": "some day"}, None),
    ],
)
def test_who_may_have_a_value_without_a_newer_modified_time(changes: dict[str, Any], since: datetime | None) -> None:
    assert properties.values_since(PLAIN | changes) == since


def test_of_several_properties_the_one_that_may_be_everywhere_decides(
    context: Context, portal: Portal, rows: Rows
) -> None:
    with context.database.transaction() as conn:
        catch_ups.remember(conn, 1, "contacts", ["b"], datetime(2026, 5, 2, tzinfo=UTC))
        first = catch_ups.due(conn, 1)
        assert first is not None
        catch_ups.advance(conn, first, "9", 3)
        catch_ups.remember(conn, 1, "contacts", ["a", "b"], datetime(2026, 5, 1, tzinfo=UTC))
        second = catch_ups.due(conn, 1)
        catch_ups.finish(conn, first)
        catch_ups.remember(conn, 1, "contacts", ["c"], None)
        third = catch_ups.due(conn, 1)
    assert second == replace(first, names=["a", "b"], since=datetime(2026, 5, 1, tzinfo=UTC), generation=2)
    assert third == replace(first, names=["a", "b", "c"], since=None, generation=3), "and what is old ends nothing"
