"""/crm/properties/{version}/{type}/groups: the headings under which properties are listed."""

from flask import Blueprint, Response

from hubspot.objects import ObjectType

from ..errors import Problem, not_found
from ..portal import Group
from .reply import DATED, asked, empty, kind_named, portal, reply

_REQUIRED = {"name", "label"}


def register(api: Blueprint) -> None:
    several = f"/crm/properties/{DATED}/<object_type>/groups"
    api.get(several)(property_groups)
    api.post(several)(property_group_create)
    api.get(several + "/<name>")(property_group_get)
    api.patch(several + "/<name>")(property_group_update)
    api.delete(several + "/<name>")(property_group_archive)


def property_groups(version: str, object_type: str) -> Response:
    return reply({"results": list(portal().groups_of(kind_named(object_type)).values())})


def property_group_create(version: str, object_type: str) -> Response:
    kind, body = kind_named(object_type), asked()
    if not body.keys() >= _REQUIRED:
        raise Problem(400, f"Missing required fields: {sorted(_REQUIRED - body.keys())}")
    if body["name"] in portal().groups_of(kind):
        raise Problem(
            409, f"A property group named '{body['name']}' already exists.", "OBJECT_ALREADY_EXISTS"
        )
    made = {
        "name": body["name"],
        "label": body["label"],
        "displayOrder": body.get("displayOrder", -1),
        "archived": False,
    }
    portal().groups.setdefault(kind.name, {})[body["name"]] = made
    return reply(made, 201)


def existing(kind: ObjectType, name: str) -> Group:
    found = portal().groups_of(kind).get(name)
    if found is None:
        raise not_found(f"Property group {name} does not exist")
    return found


def property_group_get(version: str, object_type: str, name: str) -> Response:
    return reply(existing(kind_named(object_type), name))


def property_group_update(version: str, object_type: str, name: str) -> Response:
    kind, body = kind_named(object_type), asked()
    changed = {key: body[key] for key in ("label", "displayOrder") if key in body}
    found = existing(kind, name) | changed
    portal().groups.setdefault(kind.name, {})[name] = found
    return reply(found)


def property_group_archive(version: str, object_type: str, name: str) -> Response:
    """Archive a group, unless it still holds properties."""
    kind = kind_named(object_type)
    existing(kind, name)
    if any(one["groupName"] == name for one in portal().properties[kind.name].values()):
        raise Problem(400, f"Property group {name} still has properties.")
    del portal().groups[kind.name][name]
    return empty()
