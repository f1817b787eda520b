"""/crm/associations/{version}/{from}/{to}/batch/…: read, create, archive the links of many records
at once.

https://developers.hubspot.com/docs/api-reference/latest/crm/associations/associate-records
"""

from typing import Any

from flask import Blueprint, Response

from hubspot.objects import ObjectType

from ..association_types import Label
from ..associations import Pair
from ..errors import Problem, not_found
from ..portal import Portal
from .reply import (
    DATED_OR_V4,
    asked,
    batch_error,
    batch_of,
    cursor_of,
    empty,
    inputs,
    kind_named,
    origin,
    place_of,
    portal,
    record_id,
    reply,
    world,
)  # fmt: skip

MAX_READ, MAX_CREATE, MAX_ARCHIVE = 1_000, 2_000, 100


def register(api: Blueprint) -> None:
    pair = f"/crm/associations/{DATED_OR_V4}/<object_type>/<to_type>"
    api.post(pair + "/batch/read")(associations_read)
    api.post(pair + "/batch/create")(associations_create)
    api.post(pair + "/batch/associate/default")(associations_create_default)
    api.post(pair + "/batch/archive")(associations_archive)
    api.post(pair + "/batch/labels/archive")(association_labels_archive)


def associations_read(version: str, object_type: str, to_type: str) -> Response:
    """Read links; records without links are errors of a 207, not empty results."""
    start, end, started = kind_named(object_type), kind_named(to_type), portal().now()
    results, lonely = [], []
    for one in inputs(asked(), MAX_READ):
        links = page_of_links(version, start, end, str(one.get("id")), place_of(one.get("after")))
        if links["results"]:
            paging = {"paging": links["paging"]} if "paging" in links else {}
            results.append({"from": {"id": str(one["id"])}, "to": links["results"]} | paging)
        else:
            lonely.append(str(one.get("id")))
    return batch_of(results, started, [unlinked(start, end, identifier) for identifier in lonely])


def page_of_links(
    version: str,
    start: ObjectType,
    end: ObjectType,
    identifier: str,
    after: int,
    limit: int | None = None,
) -> dict[str, Any]:
    """Answer one record's links from id `after` on; ids are numbers in v4 and strings since the
    dated versions."""
    limit = limit or world().settings.association_page
    links = sorted(
        item
        for item in portal().linked(start, record_id(identifier), end).items()
        if item[0] >= after
    )
    labels = {
        label.type_id: label.spec()
        for label in portal().associations.labels_of((start.name, end.name))
    }
    to_id = int if version == "v4" else str
    results = [
        {"toObjectId": to_id(one), "associationTypes": [labels[i] for i in types]}
        for one, types in links[:limit]
    ]
    if len(links) <= limit:
        return {"results": results}
    return {
        "results": results,
        "paging": cursor_of(links[limit][0]),
    }


def unlinked(start: ObjectType, end: ObjectType, identifier: str) -> dict[str, Any]:
    message = f"No {end.singular} is associated with {start.singular} {identifier}."
    context = {
        "fromObjectId": [identifier],
        "fromObjectType": [start.name],
        "toObjectType": [end.name],
    }
    return batch_error(
        "OBJECT_NOT_FOUND", message, context, "crm.associations.NO_ASSOCIATIONS_FOUND"
    )


def labels_for(held: Portal, pair: Pair, types: Any) -> list[Label]:
    """Answer the labels that a write names; raise Problem for a type id of the wrong direction."""
    found = [held.associations.label(pair, int(one["associationTypeId"])) for one in types]
    if None in found:
        raise Problem(
            400,
            f"One or more association type ids are not valid between {pair[0]} and {pair[1]}: "
            f"{types}",
        )
    return [label for label in found if label is not None]


def must_exist(held: Portal, kind: ObjectType, identifier: Any) -> int:
    record = held.stores[kind.name].get(record_id(identifier))
    if record is None:
        raise not_found(f"{kind.singular} {identifier} does not exist")
    return record.id


def associations_create(version: str, object_type: str, to_type: str) -> Response:
    """Answer 201 in v4 and 200 since 2026-09: clients must take any 2xx."""
    start, end, started = kind_named(object_type), kind_named(to_type), portal().now()
    pair, links = (start.name, end.name), []
    for one in inputs(asked(), MAX_CREATE):
        labels = labels_for(portal(), pair, one.get("types") or ())
        links.append(
            (
                must_exist(portal(), start, one["from"]["id"]),
                must_exist(portal(), end, one["to"]["id"]),
                labels,
            )
        )
    for from_id, to_id, labels in links:
        portal().associate(pair, from_id, to_id, [label.type_id for label in labels], origin())
    results = [linked(start, end, *link) for link in links]
    return batch_of(results, started, status=200 if version == "2026-09" else 201)


def linked(
    start: ObjectType, end: ObjectType, from_id: int, to_id: int, labels: list[Label]
) -> dict[str, Any]:
    return {
        "fromObjectTypeId": start.type_id, "fromObjectId": str(from_id),
        "toObjectTypeId": end.type_id, "toObjectId": str(to_id),
        "labels": [label.label for label in labels if label.label],
    }  # fmt: skip


def associations_create_default(version: str, object_type: str, to_type: str) -> Response:
    start, end, started = kind_named(object_type), kind_named(to_type), portal().now()
    pairs = [
        (must_exist(portal(), start, one["from"]["id"]), must_exist(portal(), end, one["to"]["id"]))
        for one in inputs(asked(), MAX_CREATE)
    ]
    for from_id, to_id in pairs:
        portal().associate((start.name, end.name), from_id, to_id, (), origin())
    return batch_of([by_default(start, end, *ids) for ids in pairs], started)


def by_default(start: ObjectType, end: ObjectType, from_id: int, to_id: int) -> dict[str, Any]:
    label = portal().associations.labels_of((start.name, end.name))[0]
    spec = {"associationCategory": label.category, "associationTypeId": label.type_id}
    return {"from": {"id": str(from_id)}, "to": {"id": str(to_id)}, "associationSpec": spec}


def associations_archive(version: str, object_type: str, to_type: str) -> Response:
    start, end = kind_named(object_type), kind_named(to_type)
    for one in inputs(asked(), MAX_ARCHIVE):
        for to in one.get("to") or ():
            ids = record_id(one["from"]["id"]), record_id(to["id"])
            portal().dissociate((start.name, end.name), *ids, None, origin())
    return empty()


def association_labels_archive(version: str, object_type: str, to_type: str) -> Response:
    """Take labels away and leave the rest of the link; 204, and 200 since 2026-09."""
    start, end = kind_named(object_type), kind_named(to_type)
    for one in inputs(asked(), MAX_ARCHIVE):
        labels = labels_for(portal(), (start.name, end.name), one.get("types") or ())
        ids = record_id(one["from"]["id"]), record_id(one["to"]["id"])
        portal().dissociate(
            (start.name, end.name), *ids, [label.type_id for label in labels], origin()
        )
    if version == "2026-09":
        return reply({})
    return empty()
