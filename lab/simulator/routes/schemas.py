"""/crm-object-schemas/{version}/schemas: custom object types.

https://developers.hubspot.com/docs/api-reference/latest/crm/objects/schemas
"""

from flask import Blueprint, Response

from ..custom import define, described, drop
from ..errors import Problem, not_found
from .reply import DATED, asked, empty, kind_named, portal, reply

_REQUIRED = {"name", "labels", "requiredProperties", "properties"}


def register(api: Blueprint) -> None:
    api.get(f"/crm-object-schemas/{DATED}/schemas")(schemas)
    api.post(f"/crm-object-schemas/{DATED}/schemas")(schema_create)
    api.get(f"/crm-object-schemas/{DATED}/schemas/<object_type>")(schema)
    api.delete(f"/crm-object-schemas/{DATED}/schemas/<object_type>")(schema_drop)


def schemas(version: str) -> Response:
    return reply({"results": [described(portal(), name) for name in portal().schemas]})


def schema(version: str, object_type: str) -> Response:
    return reply(described(portal(), schema_named(object_type)))


def schema_create(version: str) -> Response:
    body = asked()
    if not body.keys() >= _REQUIRED:
        raise Problem(400, f"Missing required fields: {sorted(_REQUIRED - body.keys())}")
    return reply(described(portal(), define(portal(), body).name), 201)


def schema_drop(version: str, object_type: str) -> Response:
    drop(portal(), schema_named(object_type))
    return empty()


def schema_named(object_type: str) -> str:
    name = kind_named(object_type).name
    if name not in portal().schemas:
        raise not_found(f"{object_type} is not a custom object")
    return name
