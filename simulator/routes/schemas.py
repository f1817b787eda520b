"""/crm-object-schemas/{version}/schemas: custom object types.

https://developers.hubspot.com/docs/api-reference/latest/crm/objects/schemas
"""

from typing import Any

from flask import Blueprint, Response

from hubspot.objects import ObjectType

from ..definitions import definition, definitions
from ..errors import Problem, not_found
from ..portal import Portal
from .reply import DATED, asked, kind_named, portal, reply

_REQUIRED = {"name", "labels", "requiredProperties", "properties"}


def register(api: Blueprint) -> None:
    api.get(f"/crm-object-schemas/{DATED}/schemas")(schemas)
    api.post(f"/crm-object-schemas/{DATED}/schemas")(schema_create)
    api.get(f"/crm-object-schemas/{DATED}/schemas/<object_type>")(schema)


def schemas(version: str) -> Response:
    return reply({"results": [described(portal(), name) for name in portal().schemas]})


def schema(version: str, object_type: str) -> Response:
    name = kind_named(object_type).name
    if name not in portal().schemas:
        raise not_found(f"{object_type} is not a custom object")
    return reply(described(portal(), name))


def schema_create(version: str) -> Response:
    """The type is known under its full name p{portal}_{name}, its short name and its type id 2-…"""
    body = asked()
    if not body.keys() >= _REQUIRED:
        raise Problem(400, f"Missing required fields: {sorted(_REQUIRED - body.keys())}")
    kind = custom_type(portal(), body["name"])
    if kind.name in portal().types:
        raise Problem(409, f"An object type named '{body['name']}' already exists.", "OBJECT_ALREADY_EXISTS")
    known = definitions(kind, portal().choices(kind))
    group = {"groupName": f"{body['name']}_information"}
    for one in body["properties"]:
        known[one["name"]] = definition(group | one, unique=one.get("hasUniqueValue", False))
    portal().know(kind, known)
    portal().schemas[kind.name] = {key: body[key] for key in body.keys() - {"properties", "associatedObjects"}}
    return reply(described(portal(), kind.name), 201)


def custom_type(held: Portal, name: str) -> ObjectType:
    type_id = f"2-{held.portal_id * 100 + len(held.schemas) + 1}"
    return ObjectType(f"p{held.portal_id}_{name}", name, type_id, "hs_lastmodifieddate", ())


def described(held: Portal, name: str) -> dict[str, Any]:
    kind = held.types[name]
    return held.schemas[name] | {
        "id": kind.type_id.removeprefix("2-"),
        "objectTypeId": kind.type_id,
        "fullyQualifiedName": name,
        "archived": False,
        "properties": list(held.properties[name].values()),
        "associations": [one for to in ("contacts", "companies", "deals") for one in ways(held, kind, held.types[to])],
    }


def ways(held: Portal, kind: ObjectType, to: ObjectType) -> list[dict[str, str]]:
    """The association definitions of a schema towards one standard type."""
    ends = {"fromObjectTypeId": kind.type_id, "toObjectTypeId": to.type_id}
    labels = held.associations.labels_of((kind.name, to.name))
    return [{"id": str(label.type_id), "name": label.name, **ends} for label in labels]
