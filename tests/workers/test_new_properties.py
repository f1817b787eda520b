"""A property that is added in HubSpot: its values arrive, also of records that were read before it
was known."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

import jobs
from db import catch_ups
from db.portals import Portal
from tests.processes import Simulator
from tests.workers.conftest import OWN, arrive
from tests.workers.test_events import event, send
from workers import backfill, catch_up, clock, history, ingest, properties
from workers.context import Context
from workers.definitions import refresh
from workers.verify import verify

Rows = Callable[..., list[dict[str, Any]]]
TEXT = {"type": "string", "fieldType": "text", "groupName": "custom"}
OPEN = (
    "select object_type, names, records, after, error, not_before > now() as later"
    " from property_catch_ups"
)
MINUTE = "spoke:properties:{}"


@pytest.fixture
def portal(context: Context, simulator: Simulator) -> Portal:
    found = context.portal(simulator.portal_id)
    assert found is not None
    return found


@pytest.fixture
def copied(context: Context, portal: Portal) -> None:
    """Have every contact here."""
    assert backfill.backfill(context, portal, ["contacts"], lambda scan: None) == []


def define(simulator: Simulator, name: str, **more: Any) -> str:
    simulator.call(
        "POST", "/crm/properties/2026-09/contacts", TEXT | {"name": name, "label": name} | more
    )
    return name


def set_silently(simulator: Simulator, contact: str, values: dict[str, str]) -> None:
    """Set a value as everybody may, with no webhook: the app did not subscribe to the property, or
    the delivery is lost."""
    simulator.control("import", type="contacts", records=[{"id": contact, "properties": values}])


def shown(rows: Rows, contact: str, name: str) -> Any:
    query = f"select {name} as value from {OWN}.contacts where hubspot_id = %s"
    return rows(query, contact)[0]["value"]


def unequal(context: Context, portal: Portal) -> dict[str, list[str]]:
    return verify(context, portal, ["contacts"], patience=0)[0].differences


def asked(simulator: Simulator) -> dict[str, int]:
    """Count the requests since the last `reset-stats`, by kind."""
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
    assert rows(
        "select raw_json->'properties'->>'by_event' as value from contacts where hubspot_id = %s",
        contact,
    ) == [{"value": "here"}]
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
    read = rows(
        "select hubspot_ids from fetches where object_type = 'contacts' order by fetched_at desc"
        " limit 1"
    )
    assert read == [{"hubspot_ids": [contact]}], "nothing can have changed in the others"
    assert shown(rows, contact, "by_refresh") == "here"
    assert unequal(context, portal) == {}
    assert rows(OPEN) == []


def test_a_property_without_a_value_makes_no_record_differ(
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
        clock.wake_waiting(context)
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
    assert (
        "too_soon"
        not in rows("select raw_json from contacts where hubspot_id = %s", contact)[0]["raw_json"]
    )
    context.server.delete(MINUTE.format(portal.portal_id))
    clock.wake_waiting(context)
    assert jobs.queued(context.server, jobs.CATCH_UP) == {(portal.portal_id,)}
    catch_up.run(context, portal.portal_id)
    assert shown(rows, contact, "too_soon") == "here"


def test_hubspot_away_or_closed_while_it_is_asked_costs_no_change(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows
) -> None:
    contact = simulator.create("contacts", {})
    arrive(context, simulator)
    for status, waits in ((503, True), (403, False)):
        simulator.control(
            "faults", api=[{"fault": "status", "status": status, "kinds": ["properties"]}]
        )
        context.server.delete(MINUTE.format(portal.portal_id))
        define(simulator, f"while_{status}")
        simulator.update("contacts", contact, {"firstname": str(status), f"while_{status}": "x"})
        arrive(context, simulator)
        assert rows("select firstname from contacts where hubspot_id = %s", contact) == [
            {"firstname": str(status)}
        ]
        assert bool(rows("select from unheard_properties where asked_at is null")) is waits


def test_a_calculated_property_is_read_of_every_record(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows, copied: None
) -> None:
    history.read(context, portal)
    define(
        simulator,
        "calculated_here",
        calculationFormula="7",
        fieldType="calculation_equation",
        type="number",
    )
    refresh(context, portal)
    catch_up.run(context, portal.portal_id)
    assert rows("select from history_marks where object_type = 'contacts'") == [], (
        "no change was heard of"
    )
    values = rows(f"select distinct calculated_here::int as value from {OWN}.contacts")
    assert values == [{"value": 7}]
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


def test_the_names_of_old_events_are_forgotten(
    context: Context, portal: Portal, rows: Rows
) -> None:
    with context.database.transaction() as conn:
        catch_ups.note_unheard(
            conn, [(portal.portal_id, "contacts", name) for name in ("old", "young", "unasked")]
        )
    rows(
        "update unheard_properties set asked_at = now() - interval '31 days' where name = 'old'"
        " returning 1"
    )
    rows("update unheard_properties set asked_at = now() where name = 'young' returning 1")
    clock.tidy(context)
    assert [row["name"] for row in rows("select name from unheard_properties order by 1")] == [
        "unasked",
        "young",
    ]


def test_an_event_of_a_name_that_can_be_no_property_is_taken_like_any_other(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows
) -> None:
    odd: list[Any] = ["", None, 7, ["x"], {"x": 1}, "x" * 5_000]
    told = [
        event(portal.portal_id, propertyName=each, eventId=number)
        for number, each in enumerate(odd)
    ]
    told.append(event(portal.portal_id, subscriptionType="product.associationChange"))
    send(context, json.dumps(told).encode())
    ingest.run(context)
    assert rows("select from unheard_properties") == []
    assert len(rows("select from webhook_events")) == len(told)


CREATED = "2026-05-01T00:00:00Z"
PLAIN: dict[str, Any] = {
    "name": "x",
    "createdAt": CREATED,
    "calculated": False,
    "hubspotDefined": False,
}


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
def test_who_may_have_a_value_without_a_newer_modified_time(
    changes: dict[str, Any], since: datetime | None
) -> None:
    assert properties.values_since(PLAIN | changes) == since
