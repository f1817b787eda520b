"""Version 3 of associations: links by the name of their type, contact_to_company, not by its id; in
batches and of one record.

https://developers.hubspot.com/docs/api-reference/crm-associations-v3/guide
"""

from typing import Any

from flask import Blueprint, Response, request

from hubspot.objects import ObjectType

from ..association_types import Label
from ..errors import Problem
from ..rendering import named_links
from .associations import MAX_ARCHIVE, MAX_CREATE, MAX_READ, must_exist, unlinked
from .reply import (
    asked,
    batch_of,
    empty,
    inputs,
    kind_named,
    next_page,
    origin,
    place_of,
    portal,
    record_id,
    reply,
    whole_number,
)


def register(api: Blueprint) -> None:
    pair = "/crm/associations/v3/<object_type>/<to_type>"
    api.post(pair + "/batch/read")(associations_read_v3)
    api.post(pair + "/batch/create")(associations_create_v3)
    api.post(pair + "/batch/archive")(associations_archive_v3)
    api.get(pair + "/types")(association_types)
    record = "/crm/objects/v3/<object_type>/<identifier>/associations/<to_type>"
    api.get(record)(associations_of_v3)
    api.put(record + "/<to_identifier>/<name>")(associate_v3)
    api.delete(record + "/<to_identifier>/<name>")(dissociate_v3)


def label_named(start: ObjectType, end: ObjectType, name: str) -> Label:
    """Find a label by its name or its id, as paths and bodies give it; raise Problem for a name of
    another pair. The plain name of a pair with a primary label is that label's."""
    for label in portal().associations.labels_of((start.name, end.name)):
        if name in (label.name, str(label.type_id)):
            return label
    raise Problem(400, f"{name} is not a valid association type from {start.name} to {end.name}")


def associations_read_v3(object_type: str, to_type: str) -> Response:
    """Read links; records without links are errors of a 207, not empty results."""
    start, end, started = kind_named(object_type), kind_named(to_type), portal().now()
    results, lonely = [], []
    for one in inputs(asked(), MAX_READ):
        links = named_links(portal(), start, record_id(one["id"]), end)
        if links:
            results.append({"from": {"id": str(one["id"])}, "to": links})
        else:
            lonely.append(str(one["id"]))
    return batch_of(results, started, [unlinked(start, end, identifier) for identifier in lonely])


def ends_of(start: ObjectType, end: ObjectType, wanted: dict[str, Any]) -> tuple[int, int, Label]:
    label = label_named(start, end, str(wanted["type"]))
    ids = record_id(wanted["from"]["id"]), record_id(wanted["to"]["id"])
    return *ids, label


def associations_create_v3(object_type: str, to_type: str) -> Response:
    """Create all links or none."""
    start, end, started = kind_named(object_type), kind_named(to_type), portal().now()
    wanted = inputs(asked(), MAX_CREATE)
    links = [ends_of(start, end, one) for one in wanted]
    for from_id, to_id, _ in links:
        must_exist(portal(), start, from_id)
        must_exist(portal(), end, to_id)
    for from_id, to_id, label in links:
        portal().associate((start.name, end.name), from_id, to_id, [label.type_id], origin())
    made = [{name: one[name] for name in ("from", "to", "type")} for one in wanted]
    return batch_of(made, started, status=201)


def associations_archive_v3(object_type: str, to_type: str) -> Response:
    """Remove only the named label; the whole link with the unlabelled one."""
    start, end = kind_named(object_type), kind_named(to_type)
    for one in inputs(asked(), MAX_ARCHIVE):
        unlink(start, end, *ends_of(start, end, one))
    return empty()


def unlink(start: ObjectType, end: ObjectType, from_id: int, to_id: int, label: Label) -> None:
    pair = start.name, end.name
    plain = portal().associations.labels_of(pair)[0]
    type_ids = None if label is plain else [label.type_id]
    portal().dissociate(pair, from_id, to_id, type_ids, origin())


def association_types(object_type: str, to_type: str) -> Response:
    pair = kind_named(object_type).name, kind_named(to_type).name
    labels = portal().associations.labels_of(pair)
    return reply({"results": [{"id": str(one.type_id), "name": one.name} for one in labels]})


def associations_of_v3(object_type: str, identifier: str, to_type: str) -> Response:
    """Answer one record's links from id `after` on, an id once per association type."""
    start, end = kind_named(object_type), kind_named(to_type)
    after, limit = place_of(request.args.get("after")), whole_number("limit", 500, 500)
    links = named_links(portal(), start, record_id(identifier), end)
    ids = sorted({int(one["id"]) for one in links if int(one["id"]) >= after})
    page = set(map(str, ids[:limit]))
    body: dict[str, Any] = {"results": [one for one in links if one["id"] in page]}
    if len(ids) > limit:
        body["paging"] = next_page(ids[limit])
    return reply(body)


def associate_v3(
    object_type: str, identifier: str, to_type: str, to_identifier: str, name: str
) -> Response:
    start, end = kind_named(object_type), kind_named(to_type)
    label = label_named(start, end, name)
    from_id = must_exist(portal(), start, identifier)
    to_id = must_exist(portal(), end, to_identifier)
    portal().associate((start.name, end.name), from_id, to_id, [label.type_id], origin())
    links = named_links(portal(), start, from_id, end)
    return reply({"id": str(from_id), "associations": {end.name: {"results": links}}})


def dissociate_v3(
    object_type: str, identifier: str, to_type: str, to_identifier: str, name: str
) -> Response:
    start, end = kind_named(object_type), kind_named(to_type)
    label = label_named(start, end, name)
    unlink(start, end, record_id(identifier), record_id(to_identifier), label)
    return empty()
