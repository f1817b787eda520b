"""Check HubSpot's 2xx answers before any other code reads them. Pure.

An answer that lacks a required field is broken, not empty. It is Unavailable, with a reason, so
that the work goes back and is done another time. Taken for empty it would archive rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from hubspot.errors import Unavailable
from hubspot.json_types import JsonObject
from hubspot.objects import OBJECT_TYPES
from hubspot.paging import Page, is_id

NOTHING = type(None)
Checks = Mapping[str, Callable[[Any], bool]]


def _one_of(*types: type) -> Callable[[Any], bool]:
    """Read a field of exactly these JSON types; one that is absent counts as null."""
    return lambda value: type(value) in types


def is_record_id(value: Any) -> bool:
    """Tell whether a value reads like the id of a record."""
    return type(value) in (str, int) and is_id(str(value))


def _name(value: Any) -> bool:
    return type(value) is str and value != ""


def is_key(value: Any) -> bool:
    """Tell whether a value may be the key of an entry: text or a number."""
    return type(value) is int or _name(value)


def _objects(value: Any) -> bool:
    return type(value) is list and all(type(each) is dict for each in value)


def _versions(value: Any) -> bool:
    return value is None or (type(value) is dict and all(map(_maybe_objects, value.values())))


def _maybe_objects(value: Any) -> bool:
    return value is None or _objects(value)


_text, _flag = _one_of(str, NOTHING), _one_of(bool, NOTHING)
_maybe_object = _one_of(dict, NOTHING)
# What readers of an answer rely on: field → what its value must be. All else may be anything.
RECORD: Checks = {"id": is_record_id, "properties": _one_of(dict)}
HISTORY: Checks = {"id": is_record_id, "propertiesWithHistory": _versions}
OWNER: Checks = {"id": is_key, "archived": _flag}
PROPERTY: Checks = {"name": _name, "calculated": _flag, "modificationMetadata": _maybe_object}
PIPELINE: Checks = {"id": is_key, "stages": _maybe_objects}
STAGE: Checks = {"id": is_key, "metadata": _maybe_object}
SCHEMA: Checks = {
    "properties": _maybe_objects,
    "associations": _maybe_objects,
    "labels": _maybe_object,
}
ACCOUNT: Checks = {"portalId": is_record_id, "timeZone": _text, "companyCurrency": _text}
FROM: Checks = {"from": _one_of(dict), "to": _objects}
LINK: Checks = {"toObjectId": is_record_id, "associationTypes": _maybe_objects}
LINK_TYPE: Checks = {"typeId": _one_of(int, str, NOTHING), "category": _text, "label": _text}


def checked(what: str, found: JsonObject, checks: Checks) -> JsonObject:
    """Answer the same object. Raises Unavailable with the name of the first field that is odd."""
    for field, fits in checks.items():
        if not fits(found.get(field)):
            raise Unavailable(f"HubSpot's answer has {what} whose {field} is missing or odd")
    return found


def results(body: JsonObject, what: str, checks: Checks) -> list[JsonObject]:
    """Answer the entries of a list, each of them checked."""
    found = body.get("results")
    if not _objects(found):
        raise Unavailable("HubSpot's answer has no list of results")
    return [checked(what, each, checks) for each in found or []]


def record(found: JsonObject, checks: Checks = RECORD) -> JsonObject:
    """Answer a record whose id is text, as numbers were in older answers."""
    checked("a record", found, checks)
    if type(found["id"]) is str:
        return found
    return found | {"id": str(found["id"])}


def records(body: JsonObject, checks: Checks = RECORD) -> list[JsonObject]:
    """Answer the records of an answer that may miss some: it must name no other error."""
    only_not_found(body)
    return [record(each, checks) for each in results(body, "a record", {})]


def page(body: JsonObject, checks: Checks = RECORD) -> Page:
    """Read a page of a list or search."""
    total = body.get("total")
    if type(total) not in (int, NOTHING):
        raise Unavailable("HubSpot's answer has a total that is no number")
    return Page(records(body, checks), after(body), total)


def owners(body: JsonObject) -> Page:
    """Read a page of owners, whose ids are opaque."""
    return Page(results(body, "an owner", OWNER), after(body))


def properties(body: JsonObject) -> list[JsonObject]:
    """Read a type's properties."""
    return _each_once("property", results(body, "a property", PROPERTY), "name")


def pipelines(body: JsonObject) -> list[JsonObject]:
    """Read a type's pipelines, with their stages."""
    found = results(body, "a pipeline", PIPELINE)
    for pipeline in found:
        for stage in pipeline.get("stages") or []:
            checked("a stage", stage, STAGE)
    return _each_once("pipeline", found, "id")


def schemas(body: JsonObject) -> list[JsonObject]:
    """Read the portal's own types."""
    found = results(body, "a schema", SCHEMA)
    for each in found:
        described = each.get("properties") or []
        for definition in described:
            checked("a property", definition, PROPERTY)
        _each_once("property", described, "name")
    return found


def _each_once(what: str, found: list[JsonObject], key: str) -> list[JsonObject]:
    if len({str(each[key]) for each in found}) < len(found):
        raise Unavailable(f"HubSpot's answer lists a {what} twice")
    return found


def only_not_found(body: JsonObject) -> None:
    """Raise Unavailable where HubSpot names any other error: an id it failed to read is not an id
    that is gone."""
    errors = body.get("errors") or []
    for each in errors if type(errors) is list else [errors]:
        error = each if type(each) is dict else {"message": each}
        if error.get("category") != "OBJECT_NOT_FOUND":
            message = str(error.get("message"))[:500]
            raise Unavailable(f"HubSpot could not read some of a batch: {message}")


def after(body: JsonObject) -> str | None:
    """Read the cursor of the next page. paging.next.link is not followed: it is documented with odd
    hosts."""
    paging = body.get("paging")
    following = paging.get("next") if type(paging) is dict else paging
    if following is None:
        return None
    if type(following) is not dict or not is_key(following.get("after")):
        raise Unavailable("HubSpot's answer does not say where its next page begins")
    return str(following["after"])


@dataclass(frozen=True, slots=True)
class Ends:
    """Hold a page of one record's links."""

    origin: str
    links: list[JsonObject]
    after: str | None


def linked(body: JsonObject, object_type: str, to: str) -> Iterator[Ends]:
    """Yield each record's links, or a page of them."""
    only_not_found(body)
    name = link_name(object_type, to)
    for each in results(body, "links", FROM):
        origin = record(each["from"], {"id": is_record_id})["id"]
        links = chain.from_iterable(_ends(name, link) for link in each["to"])
        yield Ends(origin, list(links), after(each))


def _ends(name: str, link: JsonObject) -> Iterator[JsonObject]:
    """Yield one entry per link and association type, in the shape of HubSpot's list calls, with the
    type id added."""
    for kind in checked("a link", link, LINK).get("associationTypes") or [{}]:
        checked("a link's type", kind, LINK_TYPE)
        yield {
            "id": str(link["toObjectId"]),
            "type": name,
            "typeId": kind.get("typeId"),
            "category": kind.get("category"),
            "label": kind.get("label"),
        }


@dataclass(frozen=True, slots=True)
class Inline:
    """Hold what a list shows of a record's links to one type: ids, each once, and the names of
    their association types. Unless they are `whole`, there are more."""

    to: str  # the type, as HubSpot calls it there
    ids: tuple[str, ...]
    types: frozenset[str]
    whole: bool


def inline(record: JsonObject) -> Iterator[Inline]:
    """Yield the links that a record of a list shows, by type. A list that cannot be read is not
    whole."""
    shown = record.get("associations")
    for name, listed in shown.items() if type(shown) is dict else ():
        to = str(name).replace(" ", "_")
        yield _inline(to, listed if type(listed) is dict else {})


def _inline(to: str, listed: JsonObject) -> Inline:
    found = listed.get("results")
    if not _objects(found) or not all(is_record_id(each.get("id")) for each in found or ()):
        return Inline(to, (), frozenset(), whole=False)
    ids = dict.fromkeys(str(each["id"]) for each in found or ())
    types = frozenset(str(each.get("type")) for each in found or ())
    return Inline(to, tuple(ids), types, whole=not listed.get("paging"))


def link_name(object_type: str, to: str) -> str:
    """Name the links between two types as HubSpot's lists do: contact_to_deal."""
    return f"{_singular(object_type)}_to_{_singular(to)}"


def _singular(path: str) -> str:
    """Name a type as HubSpot names association types; for a portal's own types its path says it."""
    if path in OBJECT_TYPES:
        return OBJECT_TYPES[path].singular
    return path


@dataclass(frozen=True, slots=True)
class BatchWritten:
    """Hold HubSpot's answer to a batch of writes: the records that it wrote, and why it refused
    others, by id."""

    records: list[JsonObject]
    refused: dict[str, str]


def batch_written(body: JsonObject) -> BatchWritten:
    """Read the answer to a batch of writes. Raises Unavailable where an error names no record: then
    nobody knows what was written."""
    refused: dict[str, str] = {}
    errors = body.get("errors") or []
    for each in errors if type(errors) is list else [errors]:
        error = each if type(each) is dict else {"message": each}
        context = error.get("context")
        ids = context.get("ids") if type(context) is dict else None
        if type(ids) is not list:
            message = str(error.get("message"))[:500]
            raise Unavailable(f"HubSpot could not write some of a batch: {message}")
        reason = f"{error.get('category')}: {error.get('message')}"[:500]
        refused |= dict.fromkeys(map(str, ids), reason)
    return BatchWritten([record(each) for each in results(body, "a record", {})], refused)
