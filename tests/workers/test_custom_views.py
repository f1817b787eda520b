"""A view with a column for every property of a portal's own type: there with the type, and as long as its records."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from db.portals import Portal
from tests.processes import Simulator
from workers.context import Context
from workers.definitions import refresh

from .conftest import arrive
from .custom_types import defined
from .test_custom_objects import described as described
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

    body = {"name": "masts", "label": "Masts", "type": "number", "fieldType": "number", "groupName": "x"}
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
