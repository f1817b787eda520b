"""Calculated properties that follow others: HubSpot moves them silently, without an event of their
own."""

from typing import Any

from .store import Store

Pipelines = dict[str, list[dict[str, Any]]]


def derived(type_name: str, values: dict[str, str], pipelines: Pipelines) -> dict[str, str]:
    """Answer what else becomes true when these values are set; only a deal's stage has such
    consequences here."""
    if type_name != "deals" or "dealstage" not in values:
        return {}
    stages = [stage for pipeline in pipelines["deals"] for stage in pipeline["stages"]]
    for stage in stages:
        if stage["id"] == values["dealstage"]:
            return of_stage(stage["metadata"])
    return {}


def of_stage(metadata: dict[str, str]) -> dict[str, str]:
    return {
        "hs_is_closed": metadata["isClosed"],
        "hs_deal_stage_probability": metadata["probability"],
        "hs_is_closed_won": str(metadata["probability"] == "1.0").lower(),
        "hs_is_closed_lost": str(metadata["probability"] == "0.0").lower(),
    }


def calculate(store: Store, name: str, formula: str) -> None:
    """Fill a calculated property that was just created: silently, with no event and no new modified
    date. Formulas here are another property's name, or else the value itself, and what follows
    later is not calculated again."""
    for record in store.records.values():
        if value := record.properties.get(formula, formula if formula.isdecimal() else ""):
            record.properties[name] = value
