"""Places records with exactly the values that a test wants, unchecked, hostile ones included."""

from typing import Any

from hubspot.objects import ObjectType

from .definitions import definition
from .errors import not_found
from .events import Origin
from .portal import Portal
from .store import Record
from .writes import as_text

_NEW = {"type": "string", "fieldType": "text", "groupName": "imported"}


def place(portal: Portal, kind: ObjectType, wanted: dict[str, Any], origin: Origin) -> Record:
    """Place a record: `wanted` is {"properties", "id"?, "archived"?, "associations"?: {type:
    [id]}}. An id that exists is changed, and shown again when it was archived.

    An id that exists is changed, and shown again when it was archived.
    """
    values = {name: as_text(value) for name, value in wanted.get("properties", {}).items()}
    learn(portal, kind, values)
    record_id = int(wanted["id"]) if "id" in wanted else None
    record = portal.stores[kind.name].records.get(record_id or -1)
    if record is None:
        record = portal.create(kind, values, origin, record_id)
    else:
        if record.archived_at is not None:
            portal.restore(kind, record, origin)
        portal.update(kind, record, values, origin)
    for name, ids in wanted.get("associations", {}).items():
        link(portal, kind, record, portal.kind(name), ids, origin)
    if wanted.get("archived") and record.archived_at is None:
        portal.archive(kind, record, origin)
    return record


def learn(portal: Portal, kind: ObjectType, values: dict[str, str]) -> None:
    """Define a property for everything that the portal's data holds."""
    known = portal.properties[kind.name]
    unknown = values.keys() - known.keys()
    for name in sorted(unknown):
        known[name] = definition({"name": name, **_NEW})
    if unknown:
        portal.define(kind)


def link(
    portal: Portal, kind: ObjectType, record: Record, to: ObjectType, ids: list[Any], origin: Origin
) -> None:
    for to_id in map(int, ids):
        if to_id not in portal.stores[to.name].records:
            raise not_found(f"{to.singular} {to_id} does not exist")
        portal.associate((kind.name, to.name), record.id, to_id, (), origin)
