"""A view with a column for every property of a portal's own type: there with the type, and as long
as its records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jobs
from db import catch_ups
from db.portals import Portal
from hubspot.mirrored import Mirrored
from hubspot.objects import CONTACTS
from tests.processes import Simulator
from workers import catch_up
from workers.context import Context
from workers.definitions import refresh

from .conftest import OWN, arrive
from .custom_types import defined
from .test_custom_objects import described as described
from .test_custom_objects import fetched, unequal
from .test_custom_objects import portal as portal
from .test_custom_objects import receiver as receiver
from .test_custom_objects import shared_simulator as shared_simulator

Rows = Callable[..., list[dict[str, Any]]]


def test_from_the_first_event_of_a_new_type_until_hubspot_has_it_no_longer(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows
) -> None:
    defined(simulator, "boats")
    boat = simulator.create("p62515_boats", {"title": "Argo"})
    arrive(context, simulator)
    shown = "select hubspot_id, title, amount from custom_boats"
    assert rows(shown) == [{"hubspot_id": boat, "title": "Argo", "amount": None}]

    body = {
        "name": "masts",
        "label": "Masts",
        "type": "number",
        "fieldType": "number",
        "groupName": "x",
    }
    simulator.call("POST", "/crm/properties/2026-09/p62515_boats", body)
    refresh(context, portal)
    simulator.update("p62515_boats", boat, {"masts": "2"})
    arrive(context, simulator)
    assert rows("select title, masts from custom_boats") == [{"title": "Argo", "masts": 2}]

    simulator.archive("p62515_boats", boat)
    arrive(context, simulator)
    simulator.call("DELETE", "/crm-object-schemas/2026-09/schemas/p62515_boats")
    assert "boats" not in refresh(context, portal)
    assert rows(shown) == [], "who queries it goes on"


def test_a_new_property_of_a_custom_type_reaches_the_records_that_were_read_without_it(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows
) -> None:
    fetched(context, portal)
    car, other = (
        simulator.create("p62515_cars", {"title": "Known"}),
        simulator.create("p62515_tyres", {"title": "x"}),
    )
    arrive(context, simulator)
    made = {
        "name": "wheels",
        "label": "Wheels",
        "type": "number",
        "fieldType": "number",
        "groupName": "x",
    }
    simulator.call("POST", "/crm/properties/2026-09/p62515_cars", made)
    placed = [{"id": car, "properties": {"wheels": "4"}}]
    simulator.control("import", type="p62515_cars", records=placed)
    simulator.update("p62515_cars", car, {"title": "Known better"})
    simulator.update("p62515_tyres", other, {"title": "y"})
    arrive(context, simulator)
    refresh(context, portal)
    wheels = f"select wheels from {OWN}.custom_cars where hubspot_id = %s"
    assert rows(wheels, car) == [{"wheels": None}]
    assert jobs.queued(context.server, jobs.CATCH_UP) == {(simulator.portal_id,)}
    simulator.control("reset-stats")
    catch_up.run(context, simulator.portal_id)
    assert simulator.stats()["requests"] == {"batch_read": 1}
    assert rows(wheels, car) == [{"wheels": 4}]
    assert unequal(context, portal) == {}


def test_the_property_catch_up_of_a_type_that_disappeared_ends(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    with context.database.transaction() as conn:
        former = replace(CONTACTS, name="former", shared=True)
        catch_ups.remember(conn, Mirrored(simulator.portal_id, former), ["x"], None)
    catch_up.run(context, simulator.portal_id)
    assert rows("select from property_catch_ups") == []
