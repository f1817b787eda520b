"""Custom types that come and go in the simulated portals while a test runs."""

from __future__ import annotations

import requests

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


def undefine(simulator: Simulator, name: str, portal_id: int, token: str) -> None:
    """Delete the type and all of its records, if it is there."""
    known = simulator.call("GET", "/crm-object-schemas/2026-09/schemas", token=token)["results"]
    if name in [each["fullyQualifiedName"] for each in known]:
        found = requests.get(
            f"{simulator.url}/simulator/records/{name}?portal_id={portal_id}", timeout=10
        ).json()
        body = {"inputs": [{"id": each} for each in found["records"]]}
        simulator.call("POST", f"/crm/objects/2026-09/{name}/batch/archive", body, token)
        simulator.call("DELETE", f"/crm-object-schemas/2026-09/schemas/{name}", token=token)


def shown(context: Context, simulator: Simulator) -> dict[tuple[int, str], int]:
    """Count the records that HubSpot shows, by portal and type, where there are any. The simulator
    keeps records of earlier tests."""
    found = {}
    for portal in context.portals():
        for kind in context.types(portal).values():
            path = f"/crm/objects/2026-09/{kind.path}?limit=100"
            if records := simulator.call("GET", path, token=TOKENS[portal.portal_id])["results"]:
                found[portal.portal_id, kind.name] = len(records)
    return found
