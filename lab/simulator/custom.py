"""Custom object types, as a portal defines them: a schema becomes an ObjectType like the
registry's.

https://developers.hubspot.com/docs/api-reference/latest/crm/objects/schemas/guide
"""

from collections.abc import Iterable
from typing import Any

from hubspot.columns import Column, Kind
from hubspot.objects import ObjectType

from .definitions import definition, definitions
from .errors import Problem
from .portal import Portal

# HubSpot links every custom type to the activities, asked for or not.
ACTIVITIES = ("calls", "emails", "meetings", "notes", "tasks")
_KINDS = {
    "number": Kind.NUMERIC,
    "bool": Kind.BOOLEAN,
    "date": Kind.TIMESTAMP,
    "datetime": Kind.TIMESTAMP,
}
_GENERATED = {"title": "string", "amount": "number", "begins_at": "datetime", "active": "bool"}


def generated(name: str, linked: Iterable[str] = ()) -> dict[str, Any]:
    """Make a schema for `--custom NAME`, linked to the standard objects and to these."""
    types = {"string": "text", "number": "number", "datetime": "date", "bool": "booleancheckbox"}
    return {
        "name": name,
        "labels": {"singular": name.capitalize(), "plural": name.capitalize()},
        "primaryDisplayProperty": "title",
        "requiredProperties": ["title"],
        "properties": [
            {"name": each, "label": each.capitalize(), "type": kind, "fieldType": types[kind]}
            for each, kind in _GENERATED.items()
        ],
        "associatedObjects": ["CONTACT", "COMPANY", "DEAL", "TICKET", *linked],
    }


def define(held: Portal, wanted: dict[str, Any]) -> ObjectType:
    """Make the type known under its full name p{portal}_{name}, its short name and its type id
    2-…"""
    kind = custom_type(held, wanted)
    if kind.name in held.types:
        raise Problem(
            409, f"An object type named '{wanted['name']}' already exists.", "OBJECT_ALREADY_EXISTS"
        )
    known = definitions(kind, held.choices(kind))
    group = {"groupName": f"{wanted['name']}_information"}
    for one in wanted["properties"]:
        known[one["name"]] = definition(group | one, unique=one.get("hasUniqueValue", False))
    held.know(kind, known)
    held.defined += 1
    held.schemas[kind.name] = {
        key: wanted[key] for key in wanted.keys() - {"properties", "associatedObjects"}
    }
    return kind


def custom_type(held: Portal, wanted: dict[str, Any]) -> ObjectType:
    columns = (
        Column(one["name"], _KINDS.get(one.get("type", "string"), Kind.TEXT))
        for one in wanted["properties"]
    )
    return ObjectType(
        f"p{held.portal_id}_{wanted['name']}",
        wanted["name"],
        f"2-{held.portal_id * 100 + held.defined + 1}",
        "hs_lastmodifieddate",
        tuple(columns),
        tuple(
            dict.fromkeys(
                held.kind(one.lower()).name for one in wanted.get("associatedObjects") or ()
            )
        ),
    )


def described(held: Portal, name: str) -> dict[str, Any]:
    kind = held.types[name]
    listing = (
        other.name
        for each, other in held.types.items()
        if each in held.schemas and name in other.associations
    )
    ends = dict.fromkeys((*kind.associations, *listing, *ACTIVITIES))
    return held.schemas[name] | {
        "id": kind.type_id.removeprefix("2-"),
        "objectTypeId": kind.type_id,
        "fullyQualifiedName": name,
        "archived": False,
        "properties": list(held.properties[name].values()),
        "associations": [one for to in ends for one in ways(held, kind, held.types[to])],
    }


def ways(held: Portal, kind: ObjectType, to: ObjectType) -> list[dict[str, str]]:
    """Answer the association definitions between a custom type and another, in both directions."""
    return [
        {
            "id": str(label.type_id),
            "name": label.name,
            "fromObjectTypeId": start.type_id,
            "toObjectTypeId": end.type_id,
        }
        for start, end in dict.fromkeys([(kind, to), (to, kind)])
        for label in held.associations.labels_of((start.name, end.name))
    ]


def drop(held: Portal, name: str) -> None:
    """Delete a type only when none of its records is left, as HubSpot does."""
    if held.stores[name].live:
        raise Problem(400, f"The object type {name} still has records; delete them first.")
    for known in (
        held.types,
        held.schemas,
        held.stores,
        held.indexes,
        held.properties,
        held.announced,
    ):
        known.pop(name)
