"""Sensitive properties: never asked for, and their values leave once HubSpot calls them so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import jobs
from db import changes, followed_properties
from db import metadata as definitions
from db.changes import Mark
from db.migrate import MIGRATIONS
from db.portals import Portal
from hubspot.mirrored import Mirrored
from hubspot.objects import CONTACTS
from tests.processes import Simulator
from tests.workers.conftest import arrive
from tests.workers.test_new_properties import define
from tests.workers.test_new_properties import portal as portal
from workers import asking, catch_up, history, settling, withdrawals
from workers.context import Context
from workers.definitions import refresh
from workers.verify import verify

Rows = Callable[..., list[dict[str, Any]]]
PLACES = """
    select 'row' as place from hubspot_contacts_raw as kept
     where to_jsonb(kept)::text like '%%canary%%'
     union select 'history' from property_history where value like '%%canary%%'
     union select 'event' from webhook_events where event::text like '%%canary%%'
     order by place
"""


def call_it(simulator: Simulator, name: str, sensitivity: str) -> None:
    path = f"/crm/properties/2026-09/contacts/{name}"
    simulator.call("PATCH", path, {"dataSensitivity": sensitivity})


@pytest.mark.parametrize(
    ("name", "kind"), [("ssn", "highly_sensitive"), ("sales_script_version", "sensitive")]
)
def test_values_of_what_becomes_sensitive_leave(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows, name: str, kind: str
) -> None:
    """Also values of a read that was under way; and no request names the property from then on. The
    second one has a column of its own."""
    if name == "ssn":
        define(simulator, name)
    refresh(context, portal)
    of = Mirrored(portal.portal_id, CONTACTS)
    with context.database.transaction() as conn:
        followed_properties.follow(conn, of, name)
    contact = simulator.create("contacts", {"firstname": "A", name: "canary"})
    simulator.create("contacts", {"firstname": "B", name: "canary"})
    arrive(context, simulator)
    assert [row["place"] for row in rows(PLACES)] == ["event", "history", "row"]
    with context.database.transaction() as conn:
        changes.mark(conn, [Mark(portal.portal_id, "contacts", contact)])
        claims = changes.claim(conn, of, 100)
        names = definitions.property_names(conn, of)
    assert claims is not None
    under_way = asking.ask(context.client(portal), CONTACTS, claims, names)
    call_it(simulator, name, kind)
    refresh(context, portal)
    assert jobs.queued(context.server, jobs.WITHDRAWALS) == {()}
    withdrawals.run(context, batch=1)
    assert rows(PLACES) == []
    with context.database.transaction() as conn:
        settling.conclude(conn, CONTACTS, claims, under_way)
    assert [row["place"] for row in rows(PLACES)] == ["row"]
    withdrawals.run(context, batch=1)
    assert rows(PLACES) == []
    simulator.update("contacts", contact, {"lifecyclestage": "customer", name: "canary"})
    arrive(context, simulator)
    [row] = rows("select * from hubspot_contacts_raw where hubspot_id = %s", contact)
    assert row["lifecyclestage"] == "customer" and name not in row["raw_json"]["properties"]
    history.read(context, portal)
    assert rows(PLACES) == [] and rows("select from history_marks where error <> ''") == []
    never_fetched = {"missing"}  # what the portal began with
    found = verify(context, portal, ["contacts"], patience=0)[0].differences
    assert found.keys() == never_fetched
    call_it(simulator, name, "non_sensitive")
    refresh(context, portal)
    catch_up.run(context, portal.portal_id)
    assert [row["place"] for row in rows(PLACES)] == ["row"]
    assert rows("select from withdrawn_properties") == []


def test_values_of_what_an_earlier_version_forgot_leave_after_the_upgrade(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows
) -> None:
    """It forgot a property that became sensitive, and kept its values."""
    define(simulator, "ssn")
    refresh(context, portal)
    simulator.create("contacts", {"firstname": "A", "ssn": "canary"})
    arrive(context, simulator)
    assert [row["place"] for row in rows(PLACES)] == ["event", "row"]
    call_it(simulator, "ssn", "sensitive")
    with context.database.transaction() as conn:
        conn.execute("delete from hubspot_properties where name = 'ssn'")
        migration = MIGRATIONS / "0048_sensitive_looks.sql"
        conn.execute(migration.read_text().split(";", 2)[2].encode())
    refresh(context, portal, ["contacts"])
    withdrawals.run(context)
    assert rows(PLACES) == []
    looks = rows("select object_type from sensitive_looks where portal_id = %s", portal.portal_id)
    assert looks and {"object_type": "contacts"} not in looks


def test_a_type_with_a_sensitive_property_is_mirrored_from_its_first_event_on(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows
) -> None:
    """Its schema lists the property, its list of properties does not, and HubSpot refuses each
    request that names it. (F13 of real use: no record came for an hour.)"""
    text = {"type": "string", "fieldType": "text"}
    schema = {
        "name": "patients",
        "labels": {"singular": "Patient", "plural": "Patients"},
        "primaryDisplayProperty": "name",
        "requiredProperties": ["name"],
        "properties": [
            {"name": "name", "label": "Name", **text},
            {"name": "diagnosis", "label": "Diagnosis", **text}
            | {"dataSensitivity": "highly_sensitive"},
        ],
        "associatedObjects": ["CONTACT"],
    }
    made = simulator.call("POST", "/crm-object-schemas/2026-09/schemas", schema)
    values = {"name": "Ann", "diagnosis": "canary"}
    patient = simulator.create(made["objectTypeId"], values)
    arrive(context, simulator)
    [row] = rows("select raw_json->'properties' as kept from hubspot_objects_raw")
    assert (row["kept"]["name"], row["kept"]["hs_object_id"]) == ("Ann", patient)
    assert "canary" not in str(rows("select event from webhook_events")) + str(row)
    assert rows("select from pending_changes") == []
