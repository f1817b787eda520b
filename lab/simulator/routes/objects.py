"""/crm/objects/{version}/{type}: list, get, create, update, archive one record.

https://developers.hubspot.com/docs/api-reference/latest/crm/using-object-apis
"""

from typing import Any

from flask import Blueprint, Response, request

from hubspot.objects import ObjectType

from ..errors import Problem, not_found
from ..history import shown_history
from ..portal import Portal
from ..rendering import shown, wanted_properties, with_associations
from ..sensitive import must_be_readable
from ..store import Record
from ..writes import accepted, refuse_duplicate
from .reply import (
    DATED_OR_BOTH,
    asked,
    empty,
    flag,
    kind_named,
    listed,
    next_page,
    origin,
    place_of,
    portal,
    record_id,
    reply,
    whole_number,
    world,
)

MAX_PAGE = 100
MAX_PAGE_WITH_HISTORY = 50


def register(api: Blueprint) -> None:
    several = f"/crm/objects/{DATED_OR_BOTH}/<object_type>"
    api.get(several)(list_records)
    api.post(several)(create)
    api.get(several + "/<identifier>")(get)
    api.patch(several + "/<identifier>")(update)
    api.delete(several + "/<identifier>")(archive)


def list_records(version: str, object_type: str) -> Response:
    """Answer a page in ascending id order; `after` is the last id of the page before, or a token
    that stands for it."""
    most = MAX_PAGE_WITH_HISTORY if histories(kind := kind_named(object_type)) else MAX_PAGE
    limit = whole_number("limit", 10, most)
    after = place_of(request.args.get("after"))
    store, is_jumbled = portal().stores[kind.name], world().settings.archived_in_any_order
    if flag("archived") and is_jumbled:
        (records, more), place = store.jumbled(after, limit), after + limit
    else:
        records, more = store.page(after, limit, flag("archived"))
        place = records[-1].id if records else 0
    body: dict[str, Any] = {"results": rendered(kind, records)}
    if more and records:
        body["paging"] = next_page(place)
    return reply(body)


def get(version: str, object_type: str, identifier: str) -> Response:
    kind = kind_named(object_type)
    return reply(rendered(kind, [existing(portal(), kind, identifier, flag("archived"))])[0])


def create(version: str, object_type: str) -> Response:
    kind = kind_named(object_type)
    record = created(kind, asked())
    return reply(shown(record, tuple(record.properties)), 201)


def created(kind: ObjectType, body: dict[str, Any]) -> Record:
    """Create with the links that the body asks for."""
    values = accepted(portal(), kind, body.get("properties", {}))
    refuse_duplicate(portal(), kind, values)
    record = portal().create(kind, values, origin())
    for link in body.get("associations") or ():
        to_id = record_id(link["to"]["id"])
        for one in link["types"]:
            to = target(portal(), kind, int(one["associationTypeId"]))
            portal().associate(
                (kind.name, to.name), record.id, to_id, [int(one["associationTypeId"])], origin()
            )
    return record


def target(held: Portal, kind: ObjectType, type_id: int) -> ObjectType:
    """Answer the type on the far side of an association type id."""
    for to in held.types.values():
        if held.associations.label((kind.name, to.name), type_id):
            return to
    raise Problem(400, f"{type_id} is not a valid association type for {kind.name}")


def update(version: str, object_type: str, identifier: str) -> Response:
    kind = kind_named(object_type)
    record = existing(portal(), kind, identifier)
    values = accepted(portal(), kind, asked().get("properties", {}))
    refuse_duplicate(portal(), kind, values, record)
    portal().update(kind, record, values, origin())
    return reply(shown(record, tuple(dict.fromkeys((*record.properties, *values)))))


def archive(version: str, object_type: str, identifier: str) -> Response:
    """Archive a record; a record that is not there succeeds too, as in HubSpot."""
    kind = kind_named(object_type)
    record = portal().stores[kind.name].get(record_id(identifier))
    if record is not None:
        portal().archive(kind, record, origin())
    return empty()


def existing(held: Portal, kind: ObjectType, identifier: str, archived: bool = False) -> Record:
    """Find a record by id, or by the unique property that idProperty names; raise a 404 Problem."""
    store, id_property = held.stores[kind.name], request.args.get("idProperty")
    if id_property and id_property != "hs_object_id":
        record = store.find(id_property, identifier)
        if record is not None and (record.archived_at is not None) != archived:
            record = None
    else:
        record = store.get(store.merged.get(record_id(identifier), record_id(identifier)), archived)
    if record is None:
        raise not_found()
    return record


def rendered(kind: ObjectType, records: list[Record]) -> list[dict[str, Any]]:
    """Show records with the properties, histories and inline associations that the query string
    asks for."""
    held = portal()
    names = wanted_properties(held, kind, request.args.getlist("properties"))
    linked = [held.kind(name) for name in listed("associations")]
    with_history = histories(kind)
    bodies = [shown(record, names) for record in records]
    for body, record in zip(bodies, records, strict=True):
        if with_history:
            body["propertiesWithHistory"] = shown_history(record, with_history)
        if linked:
            body |= with_associations(held, kind, record, linked)
    return bodies


def histories(kind: ObjectType) -> list[str]:
    """Answer the properties whose former values the query string asks for, without the unknown
    ones."""
    known = portal().properties[kind.name]
    found = [name for name in listed("propertiesWithHistory") if name in known]
    must_be_readable(portal(), kind, found)
    return found
