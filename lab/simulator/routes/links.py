"""The links of a single record, and the labels that links between two types can carry."""

from flask import Blueprint, Response, request

from ..wire import loads
from .associations import by_default, labels_for, linked, must_exist, page_of_links
from .reply import (
    DATED_OR_V4,
    asked,
    batch_of,
    checked,
    empty,
    kind_named,
    origin,
    place_of,
    portal,
    record_id,
    reply,
    whole_number,
)


def register(api: Blueprint) -> None:
    pair = f"/crm/associations/{DATED_OR_V4}/<object_type>/<to_type>"
    api.get(pair + "/labels")(association_labels)
    api.post(pair + "/labels")(association_label_create)
    record = f"/crm/objects/{DATED_OR_V4}/<object_type>/<identifier>/associations/<to_type>"
    api.get(record)(associations_of)
    api.put(record + "/<to_identifier>")(associate_one)
    api.delete(record + "/<to_identifier>")(dissociate_one)
    record = f"/crm/objects/{DATED_OR_V4}/<object_type>/<identifier>"
    default = f"{record}/associations/default/<to_type>/<to_identifier>"
    api.put(default)(associate_one_by_default)


def associations_of(version: str, object_type: str, identifier: str, to_type: str) -> Response:
    start, end = kind_named(object_type), kind_named(to_type)
    after, limit = place_of(request.args.get("after")), whole_number("limit", 500, 500)
    return reply(page_of_links(version, start, end, identifier, after, limit))


def association_labels(version: str, object_type: str, to_type: str) -> Response:
    pair = kind_named(object_type).name, kind_named(to_type).name
    return reply({"results": [label.spec() for label in portal().associations.labels_of(pair)]})


def association_label_create(version: str, object_type: str, to_type: str) -> Response:
    pair, body = (kind_named(object_type).name, kind_named(to_type).name), asked()
    label = str(body["label"])
    made = portal().associations.define(
        pair, str(body["name"]), label, str(body.get("inverseLabel") or label)
    )
    return reply({"results": [one.spec() for one in made]})


def associate_one(
    version: str, object_type: str, identifier: str, to_type: str, to_identifier: str
) -> Response:
    """Link two records; the body is the list of association types."""
    start, end = kind_named(object_type), kind_named(to_type)
    labels = labels_for(portal(), (start.name, end.name), checked(loads(request.get_data())))
    from_id, to_id = (
        must_exist(portal(), start, identifier),
        must_exist(portal(), end, to_identifier),
    )
    portal().associate(
        (start.name, end.name), from_id, to_id, [label.type_id for label in labels], origin()
    )
    return reply(linked(start, end, from_id, to_id, labels), 201)


def associate_one_by_default(
    version: str, object_type: str, identifier: str, to_type: str, to_identifier: str
) -> Response:
    start, end, started = kind_named(object_type), kind_named(to_type), portal().now()
    from_id, to_id = (
        must_exist(portal(), start, identifier),
        must_exist(portal(), end, to_identifier),
    )
    portal().associate((start.name, end.name), from_id, to_id, (), origin())
    return batch_of([by_default(start, end, from_id, to_id)], started)


def dissociate_one(
    version: str, object_type: str, identifier: str, to_type: str, to_identifier: str
) -> Response:
    pair = kind_named(object_type).name, kind_named(to_type).name
    portal().dissociate(pair, record_id(identifier), record_id(to_identifier), None, origin())
    return empty()
