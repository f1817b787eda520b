"""Records as the API shows them: HubSpot's JSON shape, with the asked properties and inline
associations."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from hubspot.objects import ObjectType

from .definitions import always, default_properties
from .portal import Portal
from .sensitive import must_be_readable
from .store import Record

INLINE_LINKS = 100  # what a list or get shows of one association type; the rest is behind paging


def wanted_properties(portal: Portal, kind: ObjectType, asked: Sequence[str]) -> tuple[str, ...]:
    """Answer the properties to return: the asked ones that exist, silently without the others, and
    always the three."""
    if not asked:
        return default_properties(kind)
    known = portal.properties[kind.name]
    found = [name for name in _split(tuple(asked)) if name in known]
    must_be_readable(portal, kind, found)
    return tuple(dict.fromkeys((*found, *always(kind))))


@lru_cache(maxsize=512)
def _split(asked: tuple[str, ...]) -> tuple[str, ...]:
    """Split names: comma lists and repeated parameters mean the same."""
    return tuple(name.strip() for part in asked for name in part.split(",") if name.strip())


def shown(record: Record, names: Sequence[str]) -> dict[str, Any]:
    """Show a record; unset properties that were asked for come back as null."""
    value = record.properties.get
    body = {
        "id": str(record.id),
        "properties": {name: value(name) for name in names},
        "createdAt": record.created_at,
        "updatedAt": record.updated_at,
        "archived": record.archived_at is not None,
    }
    if record.archived_at is not None:
        body["archivedAt"] = record.archived_at
    return body


def whole(portal: Portal, kind: ObjectType, record: Record) -> dict[str, Any]:
    """Answer a record with everything that is set, and all its links by type: the truth that tests
    compare with."""
    links = {to.name: portal.linked(kind, record.id, to) for to in portal.types.values()}
    return shown(record, sorted(record.properties)) | {
        "associations": {
            name: {str(to_id): list(types) for to_id, types in sorted(found.items())}
            for name, found in links.items()
            if found
        }
    }


def with_associations(
    portal: Portal, kind: ObjectType, record: Record, to_types: Sequence[ObjectType]
) -> dict[str, Any]:
    """Show inline lists, which repeat an id once per association type. Types without links have no
    key, and there is no `associations` at all without any."""
    found = {to.name.replace("_", " "): inline_links(portal, kind, record, to) for to in to_types}
    kept = {name: links for name, links in found.items() if links["results"]}
    return {"associations": kept} if kept else {}


def named_links(
    portal: Portal, kind: ObjectType, record_id: int, to: ObjectType
) -> list[dict[str, str]]:
    """Answer a record's links in id order, an id once per association type, with that type's
    name."""
    labels = portal.associations.labels_of((kind.name, to.name))
    names = {label.type_id: label.name for label in labels}
    links = sorted(portal.linked(kind, record_id, to).items())
    return [{"id": str(to_id), "type": names[one]} for to_id, types in links for one in types]


def inline_links(
    portal: Portal, kind: ObjectType, record: Record, to: ObjectType
) -> dict[str, Any]:
    links = named_links(portal, kind, record.id, to)
    ids = list(dict.fromkeys(one["id"] for one in links))
    if len(ids) <= INLINE_LINKS:
        return {"results": links}
    first, after = set(ids[:INLINE_LINKS]), ids[INLINE_LINKS]
    results = [one for one in links if one["id"] in first]
    path = f"/crm/v3/objects/{kind.name}/{record.id}/associations/{to.name}"
    link = f"https://api.hubapi.com{path}?after={after}"
    return {"results": results, "paging": {"next": {"after": after, "link": link}}}
