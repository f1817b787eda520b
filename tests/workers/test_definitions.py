"""What describes the records: a property that somebody adds in HubSpot becomes a column by
itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.processes import Simulator
from tests.workers.conftest import arrive
from workers.context import Context
from workers.definitions import refresh

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
    assert rows("select shoe_size from contacts where hubspot_id = %s", contact) == [
        {"shoe_size": None}
    ]
    simulator.update("contacts", contact, {"shoe_size": "42.5"})
    arrive(context, simulator)
    (here,) = rows("select shoe_size from contacts where hubspot_id = %s", contact)
    assert str(here["shoe_size"]) == "42.5"
