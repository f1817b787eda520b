"""/crm/objects/{version}/{type}/batch/…: read, create, update, archive up to 100 records at
once."""

from typing import Any

from flask import Blueprint, Response

from hubspot.objects import ObjectType

from ..errors import Problem, not_found
from ..history import shown_history
from ..rendering import shown, wanted_properties
from ..sensitive import must_be_readable
from ..store import Record, Store
from ..writes import accepted, refuse_duplicate
from .objects import created
from .reply import (
    DATED,
    asked,
    batch_error,
    batch_of,
    empty,
    flag,
    inputs,
    kind_named,
    origin,
    portal,
    record_id,
    world,
)

MAX_INPUTS = 100
MAX_INPUTS_WITH_HISTORY = 50


def register(api: Blueprint) -> None:
    several = f"/crm/objects/{DATED}/<object_type>/batch"
    api.post(several + "/read")(batch_read)
    api.post(several + "/create")(batch_create)
    api.post(several + "/update")(batch_update)
    api.post(several + "/upsert")(batch_upsert)
    api.post(several + "/archive")(batch_archive)


def batch_read(version: str, object_type: str) -> Response:
    """Read a batch; missing ids make it a 207 that lists them, not an error:
    https://github.com/HubSpot/hubspot-api-php/issues/619"""
    kind, body, started = kind_named(object_type), asked(), portal().now()
    names = wanted_properties(portal(), kind, body.get("properties") or ())
    histories = [
        name
        for name in body.get("propertiesWithHistory") or ()
        if name in portal().properties[kind.name]
    ]
    must_be_readable(portal(), kind, histories)
    most = MAX_INPUTS_WITH_HISTORY if histories else MAX_INPUTS
    ids = [str(one.get("id")) for one in inputs(body, most)]  # a doubled id is answered once
    found = {one: wanted(kind, one, body.get("idProperty"), flag("archived")) for one in ids}
    results = [
        with_history(shown(record, names), record, histories)
        for record in found.values()
        if record is not None
    ]
    return batch_of(
        results, started, missing(kind, [one for one, record in found.items() if record is None])
    )


def with_history(body: dict[str, Any], record: Record, names: list[str]) -> dict[str, Any]:
    if names:
        return body | {"propertiesWithHistory": shown_history(record, names)}
    return body


def wanted(
    kind: ObjectType, identifier: str, id_property: str | None, archived: bool = False
) -> Record | None:
    store = portal().stores[kind.name]
    if not id_property or id_property == "hs_object_id":
        return store.get(numbered(store, identifier), archived)
    record = store.find(id_property, identifier)
    if record is not None and (record.archived_at is not None) == archived:
        return record
    return None


def numbered(store: Store, identifier: str) -> int:
    """Answer the id that an input means. Whether old ids of merged records are followed here is not
    documented: a setting decides."""
    follow = world().settings.batch_read_follows_merges
    if follow:
        return store.merged.get(record_id(identifier), record_id(identifier))
    return record_id(identifier)


def missing(kind: ObjectType, ids: list[str]) -> list[dict[str, Any]]:
    what = kind.singular.upper()
    message = (
        f"Could not get some {what} objects, they may be deleted or not exist. Check that "
        "ids are valid."
    )
    if ids:
        return [batch_error("OBJECT_NOT_FOUND", message, {"ids": ids})]
    return []


def batch_create(version: str, object_type: str) -> Response:
    """Create all or nothing, without objectWriteTraceId: one bad input refuses the batch."""
    kind, started, bodies = kind_named(object_type), portal().now(), inputs(asked(), MAX_INPUTS)
    for body in bodies:
        refuse_duplicate(portal(), kind, accepted(portal(), kind, body.get("properties", {})))
    records = [created(kind, body) for body in bodies]
    return batch_of(
        [shown(record, tuple(record.properties)) for record in records], started, status=201
    )


def batch_update(version: str, object_type: str) -> Response:
    kind, started, bodies = kind_named(object_type), portal().now(), inputs(asked(), MAX_INPUTS)
    found = [(wanted(kind, str(body.get("id")), body.get("idProperty")), body) for body in bodies]
    absent = [str(body.get("id")) for record, body in found if record is None]
    ready = [(record, checked(kind, record, body)) for record, body in found if record is not None]
    for record, values in ready:
        portal().update(kind, record, values, origin())
    results = [
        shown(record, tuple(dict.fromkeys((*record.properties, *values))))
        for record, values in ready
    ]
    return batch_of(results, started, missing(kind, absent))


def checked(kind: ObjectType, record: Record, body: dict[str, Any]) -> dict[str, str]:
    values = accepted(portal(), kind, body.get("properties", {}))
    refuse_duplicate(portal(), kind, values, record)
    return values


def batch_upsert(version: str, object_type: str) -> Response:
    """Update the record that each input names by a unique property; create it where there is
    none."""
    kind, started, bodies = kind_named(object_type), portal().now(), inputs(asked(), MAX_INPUTS)
    for body in bodies:
        accepted(portal(), kind, body.get("properties", {}))
        if body.get("idProperty") not in portal().stores[kind.name].unique | {"hs_object_id"}:
            raise Problem(400, f"{body.get('idProperty')} is not a unique property of {kind.name}")
    return batch_of([upserted(kind, body) for body in bodies], started)


def upserted(kind: ObjectType, body: dict[str, Any]) -> dict[str, Any]:
    record, new = wanted(kind, str(body["id"]), body["idProperty"]), False
    if record is not None:
        portal().update(
            kind, record, accepted(portal(), kind, body.get("properties", {})), origin()
        )
    elif body["idProperty"] == "hs_object_id":
        raise not_found()
    else:
        record, new = (
            created(
                kind, {"properties": body.get("properties", {}) | {body["idProperty"]: body["id"]}}
            ),
            True,
        )
    return shown(record, tuple(record.properties)) | {"new": new}


def batch_archive(version: str, object_type: str) -> Response:
    kind = kind_named(object_type)
    for one in inputs(asked(), MAX_INPUTS):
        if "id" not in one:
            raise Problem(400, "Invalid input JSON: every input needs an id")
        record = portal().stores[kind.name].get(record_id(one["id"]))
        if record is not None:
            portal().archive(kind, record, origin())
    return empty()
