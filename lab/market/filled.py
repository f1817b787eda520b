"""Put a market into a simulated portal: its owners, properties, records and links."""

from __future__ import annotations

from random import Random
from typing import Any

from hubspot.objects import OBJECT_TYPES
from lab.market.causes import COMPETITORS
from lab.market.made import Market
from lab.simulator.definitions import definition
from lab.simulator.deliveries import Deliveries
from lab.simulator.derived import derived
from lab.simulator.events import Writer
from lab.simulator.families import generated_families
from lab.simulator.portal import Portal
from lab.simulator.settings import Settings

# (type, name, label, type of the value, field): the portal's own properties, and long texts
PROPERTIES = (
    ("deals", "main_competitor", "Main competitor", "enumeration", "select"),
    ("deals", "contract_signed", "Contract signed", "bool", "booleancheckbox"),
    ("deals", "onboarding_date", "Onboarding date", "date", "date"),
    ("deals", "num_invoices", "Invoices", "number", "number"),
    ("emails", "hs_email_text", "Text", "string", "textarea"),
    ("meetings", "hs_meeting_body", "Description", "string", "textarea"),
)


def empty_portal(portal_id: int, settings: Settings, owners: list[dict[str, Any]]) -> Portal:
    writer = Writer(portal_id, OBJECT_TYPES, Random(f"{portal_id}:events"), settings.webhooks)
    deliveries = Deliveries(settings, Random(f"{portal_id}:deliveries"))
    portal = Portal(portal_id, writer, deliveries, owners)
    writer.types = portal.types
    return portal


def fill(portal: Portal, market: Market) -> None:
    """Fill an empty portal. What it held of these types before is gone."""
    portal.owners = market.owners
    for name, *told in PROPERTIES:
        portal.properties[name][told[0]] = _definition(*told)
    for kind in portal.types.values():
        portal.choose_again(kind)
        portal.define(kind)
    for name, records in market.records.items():
        for record in records:
            record.properties |= derived(name, record.properties, portal.pipelines)
        portal.stores[name].fill(records)
    for from_type, from_id, to_type, to_id in market.links:
        pair = (from_type, to_type)
        labels = portal.associations.labels_of(pair)
        primary = [label.type_id for label in labels if label.primary]
        portal.associations.put(pair, from_id, to_id, primary)
    portal.families = generated_families(
        {name: store.live for name, store in portal.stores.items()}, market.now_ms
    )


def _definition(name: str, label: str, value_type: str, field: str) -> dict[str, object]:
    wanted = {"name": name, "label": label, "type": value_type, "fieldType": field}
    choices = {
        "enumeration": [{"label": one, "value": one, "hidden": False} for one in COMPETITORS],
        "bool": [{"label": one.title(), "value": one, "hidden": False} for one in _TRUTHS],
    }
    options = [
        option | {"displayOrder": place, "description": ""}
        for place, option in enumerate(choices.get(value_type, []))
    ]
    return definition(wanted | {"groupName": "dealinformation", "options": options})


_TRUTHS = ("true", "false")
