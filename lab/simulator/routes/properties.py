"""/crm/properties/{version}/{type}: definitions, read and written, and their groups.

https://developers.hubspot.com/docs/api-reference/latest/crm/properties/guide
"""

from typing import Any

from flask import Blueprint, Response, request

from hubspot.objects import ObjectType

from ..definitions import Definition, definition
from ..derived import calculate
from ..errors import Problem, not_found
from ..sensitive import KINDS, of_kind
from ..wire import iso
from .batch import MAX_INPUTS
from .reply import (
    DATED,
    asked,
    batch_error,
    batch_of,
    empty,
    flag,
    inputs,
    kind_named,
    portal,
    reply,
)

_REQUIRED = {"name", "label", "type", "fieldType", "groupName"}
_CHANGEABLE = (
    "label", "description", "groupName", "type", "fieldType", "options", "displayOrder", "hidden",
    "formField", "dataSensitivity",
)  # fmt: skip


def register(api: Blueprint) -> None:
    several = f"/crm/properties/{DATED}/<object_type>"
    api.get(several)(properties)
    api.post(several)(property_create)
    api.post(several + "/batch/read")(properties_read)
    api.post(several + "/batch/create")(properties_create)
    api.post(several + "/batch/archive")(properties_archive)
    api.get(several + "/<name>")(property_get)
    api.patch(several + "/<name>")(property_update)
    api.delete(several + "/<name>")(property_archive)
    api.get("/properties/v2/<object_type>/properties")(properties_v2)


def properties(version: str, object_type: str) -> Response:
    """Answer all at once: this list has no paging. `archived=true` lists the archived ones only,
    `dataSensitivity=sensitive` those of that kind."""
    kind = kind_named(object_type)
    found = archived(kind) if flag("archived") else portal().properties[kind.name]
    return reply({"results": of_kind(found.values(), request.args.get("dataSensitivity", ""))})


def properties_v2(object_type: str) -> Response:
    """Answer the legacy list, a bare array, that older clients still read."""
    known = portal().properties[kind_named(object_type).name].values()
    return reply([as_v2(one) for one in of_kind(known, "")])


def as_v2(one: Definition) -> Definition:
    kept = {name: value for name, value in one.items() if name != "modificationMetadata"}
    return kept | {
        "readOnlyValue": one["modificationMetadata"]["readOnlyValue"],
        "readOnlyDefinition": one["modificationMetadata"]["readOnlyDefinition"],
    }


def archived(kind: ObjectType) -> dict[str, Definition]:
    held = portal().archived_properties.items()
    return {name: one | {"archived": True} for (owner, name), one in held if owner == kind.name}


def existing(kind: ObjectType, name: str) -> Definition:
    found = portal().properties[kind.name].get(name)
    if found is None:
        raise not_found(f"Property {name} does not exist")
    return found


def property_get(version: str, object_type: str, name: str) -> Response:
    return reply(existing(kind_named(object_type), name))


def property_create(version: str, object_type: str) -> Response:
    kind, body = kind_named(object_type), asked()
    refuse_new(kind, body)
    return reply(created(kind, body), 201)


def refuse_new(kind: ObjectType, body: dict[str, Any]) -> None:
    if not body.keys() >= _REQUIRED:
        raise Problem(400, f"Missing required fields: {sorted(_REQUIRED - body.keys())}")
    if body["name"] in portal().properties[kind.name]:
        raise Problem(
            409, f"A property named '{body['name']}' already exists.", "OBJECT_ALREADY_EXISTS"
        )


def created(kind: ObjectType, body: dict[str, Any]) -> Definition:
    unique, formula = bool(body.pop("hasUniqueValue", False)), body.get("calculationFormula")
    made = definition(
        body,
        read_only=bool(formula),
        calculated=bool(formula),
        unique=unique,
        created_at=iso(portal().now()),
    )
    portal().properties[kind.name][body["name"]] = made
    if unique:
        portal().stores[kind.name].index(body["name"])
    if formula:
        calculate(portal().stores[kind.name], body["name"], formula)
    portal().define(kind)
    return made


def property_update(version: str, object_type: str, name: str) -> Response:
    """Change a property. The name stays as it is for ever; HubSpot's own definitions cannot be
    changed."""
    kind, body = kind_named(object_type), asked()
    found = existing(kind, name)
    if found["modificationMetadata"]["readOnlyDefinition"]:
        raise Problem(400, f"Property {name} is HubSpot's own and its definition is read only.")
    if body.get("dataSensitivity", KINDS[0]) not in KINDS:
        raise Problem(400, f"{body['dataSensitivity']} is no dataSensitivity: {', '.join(KINDS)}")
    found |= {key: body[key] for key in _CHANGEABLE if key in body}
    found["updatedAt"] = iso(portal().now())
    portal().define(kind)
    return reply(found)


def property_archive(version: str, object_type: str, name: str) -> Response:
    archive(kind_named(object_type), name)
    return empty()


def archive(kind: ObjectType, name: str) -> None:
    """Archive a property. The values stay with the records, unseen, and are back when it is
    restored."""
    if not existing(kind, name)["modificationMetadata"]["archivable"]:
        raise Problem(400, f"Property {name} is HubSpot's own and cannot be archived.")
    portal().archived_properties[kind.name, name] = portal().properties[kind.name].pop(name)
    portal().define(kind)


def properties_read(version: str, object_type: str) -> Response:
    """Read definitions by name; unknown names are errors of a 207."""
    kind, body, started = kind_named(object_type), asked(), portal().now()
    names = [str(one["name"]) for one in inputs(body, MAX_INPUTS)]
    known = archived(kind) if body.get("archived") else portal().properties[kind.name]
    message = "Could not get some properties, they may be archived or not exist."
    absent = [name for name in names if name not in known]
    errors = None
    if absent:
        errors = [batch_error("OBJECT_NOT_FOUND", message, {"name": absent})]
    return batch_of([known[name] for name in names if name in known], started, errors)


def properties_create(version: str, object_type: str) -> Response:
    """Create all properties or none."""
    kind, started, bodies = kind_named(object_type), portal().now(), inputs(asked(), MAX_INPUTS)
    for body in bodies:
        refuse_new(kind, body)
    return batch_of([created(kind, body) for body in bodies], started, status=201)


def properties_archive(version: str, object_type: str) -> Response:
    """Archive the named properties; a name that is not there counts as archived already."""
    kind = kind_named(object_type)
    for one in inputs(asked(), MAX_INPUTS):
        if one["name"] in portal().properties[kind.name]:
            archive(kind, one["name"])
    return empty()
