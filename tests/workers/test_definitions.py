"""What describes the records: a property that is added in HubSpot becomes a column by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from analytics import schema_needs
from db import metadata, schema_findings
from hubspot.mirrored import Mirrored
from hubspot.objects import OBJECT_TYPES, TASKS
from operations import status
from tests.processes import Simulator
from tests.workers.conftest import OWN, arrive
from workers.context import Context
from workers.definitions import refresh
from workers.properties import learn, now
from workers.reconcile import reconcile

Rows = Callable[..., list[dict[str, Any]]]


def test_a_new_property_is_a_column_and_its_values_arrive(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    contact = simulator.create("contacts", {"firstname": "Ada"})
    arrive(context, simulator)
    body = {
        "name": "shoe_size",
        "label": "Shoe size",
        "type": "number",
        "fieldType": "number",
        "groupName": "x",
    }
    simulator.call("POST", "/crm/properties/2026-09/contacts", body)
    portal = context.portal(simulator.portal_id)
    assert portal is not None
    refresh(context, portal)
    assert rows(f"select shoe_size from {OWN}.contacts where hubspot_id = %s", contact) == [
        {"shoe_size": None}
    ]
    simulator.update("contacts", contact, {"shoe_size": "42.5"})
    arrive(context, simulator)
    (here,) = rows(f"select shoe_size from {OWN}.contacts where hubspot_id = %s", contact)
    assert str(here["shoe_size"]) == "42.5"


def test_what_ends_a_refresh_is_said_until_one_succeeds_and_ends_no_reconcile(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    portal = context.portal(simulator.portal_id)
    assert portal is not None
    types = len(context.types(portal).in_use)
    broken = "alter table hubspot_owners add constraint broken check (false) not valid"
    for change, failures in ((broken, 1), ("select 1", 1), (UNBROKEN, 0)):
        with context.database.transaction() as conn:
            conn.execute(change.encode())
        assert len(reconcile(context, portal)) == types
        failed = status.read(context)["failed_runs"]
        assert [(each["kind"], each["object_type"]) for each in failed] == [
            ("refresh", "definitions")
        ] * failures
        assert all("broken" in each["error"] for each in failed)
    kept = rows("select state, attempt from scans where kind = 'refresh'")
    assert kept == [{"state": "completed", "attempt": 2}]
    with context.database.transaction() as conn:
        conn.execute(broken.encode())
    with pytest.raises(psycopg.errors.CheckViolation):
        refresh(context, portal)


UNBROKEN = "alter table hubspot_owners drop constraint broken"


def test_sensitive_properties_are_not_mirrored(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    """A type's own description lists them; a token without their scope must not ask for them."""
    described = [
        {"name": "name", "type": "string", "fieldType": "text", "dataSensitivity": "non_sensitive"},
        {"name": "diagnosis", "type": "string", "dataSensitivity": "highly_sensitive"},
        {"name": "salary", "type": "number", "dataSensitivity": "sensitive"},
        {"name": "old", "type": "string"},
        {"label": "nameless"},
    ]
    with context.database.transaction() as conn:
        learn(conn, Mirrored(simulator.portal_id, OBJECT_TYPES["tasks"]), described, now(conn))
        known = metadata.property_names(conn, Mirrored(simulator.portal_id, TASKS))
    assert known == ["name", "old"]


def test_a_refresh_of_some_types_asks_for_no_others(context: Context, simulator: Simulator) -> None:
    portal = context.portal(simulator.portal_id)
    assert portal is not None
    simulator.control("reset-stats")
    refresh(context, portal, ["0-3"])  # deals, as HubSpot's own id names them
    asked = simulator.stats()["requests"]
    assert (asked["properties"], asked["pipelines"]) == (1, 1)


def test_what_numbers_stand_on_is_watched(context: Context, simulator: Simulator) -> None:
    """Of three things HubSpot tells otherwise than was noted: each is a finding at the next look,
    with what needs it. A property that nothing needs is none."""
    portal = context.portal(simulator.portal_id)
    assert portal is not None
    noted = "update schema_watched set meaning = %s where object_type = 'deals' and name = %s"
    with context.database.transaction() as conn:
        needs = schema_needs.needs(conn, portal.portal_id)
        conn.execute(noted, ["string", "amount"])
        conn.execute(noted, ["open", "default/closedwon"])
        conn.execute("update schema_watched set name = 'unneeded' where name = 'dealname'")
        conn.execute("delete from hubspot_properties where name = 'closedate'")
        schema_findings.compare(conn, portal.portal_id, needs)
        schema_findings.compare(conn, portal.portal_id, needs)
        found = {each.name: each for each in schema_findings.still_open(conn)}
    assert {name: each.what for name, each in found.items()} == {
        "amount": "property Amount (amount) of deals was of type string, and is number",
        "closedate": "property Close Date (closedate) of deals is gone from HubSpot",
        "default/closedwon": "stage Closed Won (default/closedwon) of deals meant open, "
        "and means won",
    }
    assert {"metric totalSales", "view entity_deals", "aggregation deals_by_region"} <= {
        *found["amount"].needed_by
    }
    assert "metric winRate" in found["default/closedwon"].needed_by
    told = status.read(context)["schema_findings"]
    assert [each["todo"] for each in told] == [each.cure for each in found.values()]
    refresh(context, portal)  # brings closedate back
    with context.database.transaction() as conn:
        amount = found["amount"].finding_id
        assert schema_findings.accept(conn, portal.portal_id, amount)
        assert not schema_findings.accept(conn, portal.portal_id, amount)
        schema_findings.compare(conn, portal.portal_id, needs)
        assert [each.name for each in schema_findings.still_open(conn)] == ["default/closedwon"]
