"""/crm/lists: make, read, rename, remove and restore lists, and the members that they have.

https://developers.hubspot.com/docs/api-reference/latest/crm/lists/guide
"""

from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import BadRequest

from ..errors import Problem, not_found
from ..families import Entries, member
from ..wire import epoch_ms, iso
from .families import entries, held, paged
from .reply import DATED, asked, empty, kind_named, portal, record_id, reply

_ALL = f"/crm/lists/{DATED}"
_LIST = f"{_ALL}/<digits:list_id>"
_MEMBERS = f"{_LIST}/memberships"
_ADDED, _REMOVED = "hs_last_record_added_at", "hs_last_record_removed_at"


def register(api: Blueprint) -> None:
    api.get(_ALL)(several_lists)
    api.post(_ALL)(create_list)
    api.post(f"{_ALL}/search")(search_lists)
    api.get(f"{_ALL}/object-type-id/<type_id>/name/<name>")(list_by_name)
    api.get(f"{_ALL}/records/<type_id>/<digits:found_id>/memberships")(lists_of_record)
    api.get(_LIST)(one_list)
    api.delete(_LIST)(remove_list)
    api.put(f"{_LIST}/restore")(restore_list)
    api.put(f"{_LIST}/update-list-name")(rename_list)
    api.put(f"{_LIST}/update-list-filters")(change_filters)
    api.get(_MEMBERS)(list_members)
    api.delete(_MEMBERS)(remove_all_members)
    api.get(f"{_MEMBERS}/join-order")(members_by_time)
    api.put(f"{_MEMBERS}/add")(add_members)
    api.put(f"{_MEMBERS}/remove")(remove_members)
    api.put(f"{_MEMBERS}/add-and-remove")(add_and_remove_members)
    api.put(f"{_MEMBERS}/add-from/<digits:source_id>")(add_members_from)


def found(list_id: str) -> dict[str, Any]:
    """Find a list; raise Problem where there is none."""
    one: dict[str, Any] | None = held("lists").get(list_id)
    if one is None:
        raise not_found(f"List {list_id} does not exist")
    return one


def several_lists(version: str) -> Response:
    wanted = request.args.getlist("listIds")
    return reply({"lists": [one for key, one in held("lists").items() if key in wanted]})


def create_list(version: str) -> Response:
    body, lists, now = asked(), held("lists"), iso(portal().now())
    if any(one["name"] == body["name"] for one in lists.values()):
        raise Problem(400, f"A list named {body['name']} exists", "VALIDATION_ERROR")
    ids = [int(each) for each in (*lists, *entries("removed_lists")) if each.isdecimal()]
    list_id = str(max(ids, default=0) + 1)
    lists[list_id] = {
        "listId": list_id,
        "name": body["name"],
        "objectTypeId": kind_named(body["objectTypeId"]).type_id,
        "processingType": body["processingType"],
        "processingStatus": "COMPLETE",
        "listVersion": 1,
        "createdAt": now,
        "updatedAt": now,
        "filterBranch": body.get("filterBranch"),
        "additionalProperties": {},
    }
    return reply({"list": lists[list_id]})


def one_list(version: str, list_id: str) -> Response:
    return reply({"list": found(list_id)})


def list_by_name(version: str, type_id: str, name: str) -> Response:
    lists = held("lists").values()
    matching = [one for one in lists if (one["name"], one["objectTypeId"]) == (name, type_id)]
    if not matching:
        raise not_found(f"List {name} does not exist")
    return reply({"list": matching[0]})


def remove_list(version: str, list_id: str) -> Response:
    entries("removed_lists")[list_id] = found(list_id)
    del held("lists")[list_id]
    return empty()


def restore_list(version: str, list_id: str) -> Response:
    removed = entries("removed_lists")
    if list_id not in removed:
        raise not_found(f"List {list_id} was not removed")
    held("lists")[list_id] = removed.pop(list_id)
    return empty()


def rename_list(version: str, list_id: str) -> Response:
    return _changed(list_id, name=request.args.get("listName", ""))


def change_filters(version: str, list_id: str) -> Response:
    """Keep the filters of an active list. Its members do not follow from them."""
    return _changed(list_id, filterBranch=asked()["filterBranch"])


def _changed(list_id: str, **more: Any) -> Response:
    one = found(list_id)
    one |= more | {"updatedAt": iso(portal().now()), "listVersion": one["listVersion"] + 1}
    return reply({"updatedList": one})


def search_lists(version: str) -> Response:
    """Search lists by name. Sizes and times of members are shown where they are asked for."""
    body = asked()
    count, offset = int(body.get("count", 20)), int(body.get("offset", 0))
    if not 0 < count <= 500:
        raise Problem(400, "count must be at most 500")
    word = str(body.get("query", "")).lower()
    matching = [one for one in held("lists").values() if word in one["name"].lower()]
    wanted = body.get("additionalProperties", [])
    shown = [_with_sizes(one, wanted) for one in matching[offset : offset + count]]
    has_more = len(matching) > offset + count
    more = {"hasMore": has_more, "offset": offset + len(shown), "total": len(matching)}
    return reply({"lists": shown} | more)


def _with_sizes(one: dict[str, Any], wanted: list[str]) -> dict[str, Any]:
    size = {"hs_list_size": str(len(held("list_memberships", one["listId"])))}
    known = one["additionalProperties"] | size
    return one | {"additionalProperties": {name: known[name] for name in wanted if name in known}}


def list_members(version: str, list_id: str) -> Response:
    """Answer members in the order of their ids."""
    members = held("list_memberships", list_id)
    return paged([members[key] for key in sorted(members, key=int)], 250)


def members_by_time(version: str, list_id: str) -> Response:
    """Answer members in the order in which they joined."""
    members = held("list_memberships", list_id).values()
    return paged(sorted(members, key=lambda one: one["membershipTimestamp"]), 250)


def lists_of_record(version: str, type_id: str, found_id: str) -> Response:
    """Answer the lists that a record is on."""
    shown = [
        {"listId": key, "listVersion": one["listVersion"]}
        | dict.fromkeys(
            ("firstAddedTimestamp", "lastAddedTimestamp"),
            held("list_memberships", key)[found_id]["membershipTimestamp"],
        )
        for key, one in held("lists").items()
        if one["objectTypeId"] == type_id and found_id in held("list_memberships", key)
    ]
    return reply({"results": shown, "total": len(shown)})


def add_members(version: str, list_id: str) -> Response:
    return _move(list_id, _ids(request.get_json()), [])


def remove_members(version: str, list_id: str) -> Response:
    return _move(list_id, [], _ids(request.get_json()))


def add_and_remove_members(version: str, list_id: str) -> Response:
    body = asked()
    return _move(list_id, _ids(body["recordIdsToAdd"]), _ids(body["recordIdsToRemove"]))


def remove_all_members(version: str, list_id: str) -> Response:
    _move(list_id, [], list(held("list_memberships", list_id)))
    return empty()


def add_members_from(version: str, list_id: str, source_id: str) -> Response:
    _move(list_id, list(held("list_memberships", source_id)), [])
    return empty()


def _ids(found_ids: Any) -> list[str]:
    if not isinstance(found_ids, list):
        raise BadRequest("a list of ids is expected")
    return [str(each) for each in found_ids]


def _move(list_id: str, added: list[str], removed: list[str]) -> Response:
    """Move records on to a list and off it. Ids of no record are told as missing."""
    members, at = held("list_memberships", list_id), iso(portal().now())
    missing = [each for each in added if record_id(each) < 0]
    gone = _gone(members, removed)
    fresh = [each for each in added if each not in missing]
    members |= {each: member(int(each), {"updatedAt": at}) for each in fresh}
    for name, moved in ((_ADDED, fresh), (_REMOVED, gone)):
        if moved:
            found(list_id)["additionalProperties"][name] = str(epoch_ms(at))
    told = {"recordsIdsAdded": fresh, "recordIdsRemoved": gone, "recordIdsMissing": missing}
    return reply(told)


def _gone(members: Entries, removed: list[str]) -> list[str]:
    return [each for each in removed if members.pop(each, None) is not None]
