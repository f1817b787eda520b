"""What describes a portal: properties, pipelines, owners, account."""

from typing import Any

from flask import Blueprint, Response, request

from ..definitions import definition
from ..derived import calculate
from ..errors import Problem, not_found
from ..wire import iso
from .reply import (
    DATED,
    asked,
    cursor_of,
    empty,
    flag,
    kind_named,
    place_of,
    portal,
    reply,
    whole_number,
)

_REQUIRED = {"name", "label", "type", "fieldType", "groupName"}


def register(api: Blueprint) -> None:
    api.get(f"/crm/properties/{DATED}/<object_type>")(properties)
    api.post(f"/crm/properties/{DATED}/<object_type>")(property_create)
    api.get(f"/crm/properties/{DATED}/<object_type>/<name>")(property_get)
    api.delete(f"/crm/properties/{DATED}/<object_type>/<name>")(property_archive)
    api.get(f"/crm/pipelines/{DATED}/<object_type>")(pipelines)
    api.get(f"/crm/pipelines/{DATED}/<object_type>/<pipeline_id>")(pipeline)
    api.get(f"/crm/pipelines/{DATED}/<object_type>/<pipeline_id>/stages")(pipeline_stages)
    api.get(f"/crm/owners/{DATED}")(owners)
    api.get(f"/crm/owners/{DATED}/<owner_id>")(owner)
    api.get(f"/account-info/{DATED}/details")(account_details)


def properties(version: str, object_type: str) -> Response:
    """All at once: this list has no paging."""
    return reply({"results": list(portal().properties[kind_named(object_type).name].values())})


def property_get(version: str, object_type: str, name: str) -> Response:
    found = portal().properties[kind_named(object_type).name].get(name)
    if found is None:
        raise not_found(f"Property {name} does not exist")
    return reply(found)


def property_create(version: str, object_type: str) -> Response:
    kind, body = kind_named(object_type), asked()
    if not body.keys() >= _REQUIRED:
        raise Problem(400, f"Missing required fields: {sorted(_REQUIRED - body.keys())}")
    known = portal().properties[kind.name]
    if body["name"] in known:
        raise Problem(
            409, f"A property named '{body['name']}' already exists.", "OBJECT_ALREADY_EXISTS"
        )
    unique, formula = bool(body.pop("hasUniqueValue", False)), body.get("calculationFormula")
    known[body["name"]] = definition(
        body,
        read_only=bool(formula),
        calculated=bool(formula),
        unique=unique,
        created_at=iso(portal().now()),
    )
    if unique:
        portal().stores[kind.name].index(body["name"])
    if formula:
        calculate(portal().stores[kind.name], body["name"], formula)
    portal().define(kind)
    return reply(known[body["name"]], 201)


def property_archive(version: str, object_type: str, name: str) -> Response:
    """The values stay with the records, unseen, and are back when somebody restores the
    property."""
    kind = kind_named(object_type)
    known = portal().properties[kind.name]
    if name not in known:
        raise not_found(f"Property {name} does not exist")
    if not known[name]["modificationMetadata"]["archivable"]:
        raise Problem(400, f"Property {name} is HubSpot's own and cannot be archived.")
    portal().archived_properties[kind.name, name] = known.pop(name)
    portal().define(kind)
    return empty()


def pipelines(version: str, object_type: str) -> Response:
    return reply({"results": portal().pipelines.get(kind_named(object_type).name, [])})


def the_pipeline(object_type: str, pipeline_id: str) -> dict[str, Any]:
    for one in portal().pipelines.get(kind_named(object_type).name, []):
        if one["id"] == pipeline_id:
            return one
    raise not_found(f"Pipeline {pipeline_id} does not exist")


def pipeline(version: str, object_type: str, pipeline_id: str) -> Response:
    return reply(the_pipeline(object_type, pipeline_id))


def pipeline_stages(version: str, object_type: str, pipeline_id: str) -> Response:
    return reply({"results": the_pipeline(object_type, pipeline_id)["stages"]})


def owners(version: str) -> Response:
    """A page; `archived=true` lists the deactivated ones only."""
    limit, after = whole_number("limit", 100, 500), place_of(request.args.get("after"))
    email = request.args.get("email")
    listed = [
        one
        for one in portal().owners
        if one["archived"] is flag("archived") and email in (None, one["email"])
    ]
    body: dict[str, Any] = {"results": listed[after : after + limit]}
    if len(listed) > after + limit:
        body["paging"] = cursor_of(after + limit)
    return reply(body)


def owner(version: str, owner_id: str) -> Response:
    key = request.args.get("idProperty", "id")
    for one in portal().owners:
        if str(one.get(key)) == owner_id and one["archived"] is flag("archived"):
            return reply(one)
    raise not_found(f"Owner {owner_id} does not exist")


def account_details(version: str) -> Response:
    return reply(
        {
            "portalId": portal().portal_id,
            "accountType": "STANDARD",
            "timeZone": "US/Eastern",
            "companyCurrency": "USD",
            "additionalCurrencies": ["EUR", "ILS"],
            "utcOffset": "-05:00",
            "utcOffsetMilliseconds": -18_000_000,
            "uiDomain": "app.hubspot.com",
            "dataHostingLocation": "na1",
        }
    )
