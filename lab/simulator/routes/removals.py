"""/crm/objects/{version}/{type}/merge and /gdpr-delete."""

from flask import Blueprint, Response

from ..errors import Problem, not_found
from ..merge import merge
from ..rendering import shown
from .batch import wanted
from .reply import DATED, asked, empty, kind_named, origin, portal, record_id, reply


def register(api: Blueprint) -> None:
    api.post(f"/crm/objects/{DATED}/<object_type>/merge")(merge_records)
    api.post(f"/crm/objects/{DATED}/<object_type>/gdpr-delete")(gdpr_delete)


def merge_records(version: str, object_type: str) -> Response:
    kind, body = kind_named(object_type), asked()
    ids = record_id(body.get("primaryObjectId")), record_id(body.get("objectIdToMerge"))
    primary, other = (portal().stores[kind.name].get(one) for one in ids)
    if primary is None or other is None:
        raise not_found()
    if primary is other:
        raise Problem(400, "Cannot merge a record with itself")
    survivor = merge(portal(), kind, primary, other, origin())
    return reply(shown(survivor, tuple(survivor.properties)))


def gdpr_delete(version: str, object_type: str) -> Response:
    """Delete a contact by id, or by email with idProperty; an archived contact is deleted as
    well."""
    kind, body = kind_named(object_type), asked()
    identifier, id_property = str(body.get("objectId")), body.get("idProperty")
    record = wanted(kind, identifier, id_property) or wanted(
        kind, identifier, id_property, archived=True
    )
    if record is None:
        raise not_found()
    portal().purge(kind, record, origin())
    return empty()
