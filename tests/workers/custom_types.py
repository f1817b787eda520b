"""Custom types that come and go in the simulated portals while a test runs."""

from __future__ import annotations

from lab.simulator.custom import generated
from tests.processes import ACCESS_TOKEN, OTHER_TOKEN, Simulator
from workers.context import Context

TOKENS = {62515: ACCESS_TOKEN, 62516: OTHER_TOKEN}


def defined(simulator: Simulator, name: str, token: str = ACCESS_TOKEN) -> str:
    """Define a type of this name; answer its type id."""
    schema = generated(name, linked=["p62515_cars"] if token == ACCESS_TOKEN else [])
    return str(
        simulator.call("POST", "/crm-object-schemas/2026-09/schemas", schema, token)["objectTypeId"]
    )


def shown(context: Context, simulator: Simulator) -> dict[tuple[int, str], int]:
    """Count the records that HubSpot shows, by portal and type, where there are any."""
    found = {}
    for portal in context.portals():
        for kind in context.types(portal).values():
            path = f"/crm/objects/2026-09/{kind.path}?limit=100"
            if records := simulator.call("GET", path, token=TOKENS[portal.portal_id])["results"]:
                found[portal.portal_id, kind.name] = len(records)
    return found
