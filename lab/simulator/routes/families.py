"""Lists and members, forms and submissions, and what else no webhook tells of: read, and changed as
far as HubSpot's API and the simulator's own allow."""

from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import BadRequest

from ..errors import Problem, not_found
from ..families import Entries, member
from ..wire import epoch_ms, iso
from .reply import (
    DATED,
    DATED_OR_BOTH,
    asked,
    cursor_of,
    place_of,
    portal,
    reply,
    whole_number,
)

_LIST = f"/crm/lists/{DATED}/<list_id>/memberships"


def register(api: Blueprint) -> None:
    api.post(f"/crm/lists/{DATED}/search")(search_lists)
    api.get(_LIST)(list_members)
    api.put(f"{_LIST}/add")(add_members)
    api.put(f"{_LIST}/remove")(remove_members)
    api.get(f"/marketing/forms/{DATED}")(forms)
    api.delete(f"/marketing/forms/{DATED}/<form_id>")(delete_form)
    api.get("/form-integrations/v1/submissions/forms/<form_id>")(form_submissions)
    api.get(f"/marketing/emails/{DATED}")(marketing_emails)
    api.get(f"/marketing/campaigns/{DATED}")(campaigns)
    api.get(f"/communication-preferences/{DATED_OR_BOTH}/definitions")(subscription_types)
    api.get("/email/public/v1/subscriptions/timeline")(subscription_changes)
    api.get(f"/settings/users/{DATED}")(hubspot_users)
    api.get(f"/settings/users/{DATED}/teams")(hubspot_teams)
    api.get(f"/settings/users/{DATED}/roles")(hubspot_roles)
    api.get("/automation/v4/flows")(workflows)


def held(family: str, parent: str = "") -> Entries:
    """Answer the entries of a family; raise Problem for a parent that is not there."""
    lists = portal().families.setdefault(family, {})
    if parent not in lists:
        raise not_found(f"{family} of {parent} do not exist")
    return lists[parent]


def paged(found: list[dict[str, Any]], most: int) -> Response:
    limit, after = whole_number("limit", most, most), place_of(request.args.get("after"))
    body: dict[str, Any] = {"results": found[after : after + limit], "total": len(found)}
    if len(found) > after + limit:
        body["paging"] = cursor_of(after + limit)
    return reply(body)


def search_lists(version: str) -> Response:
    """Search lists by name. Sizes and times of members are shown where they are asked for."""
    body = asked()
    count, offset = int(body.get("count", 20)), int(body.get("offset", 0))
    if not 0 < count <= 500:
        raise Problem(400, "count must be at most 500")
    word = str(body.get("query", "")).lower()
    found = [one for one in held("lists").values() if word in one["name"].lower()]
    wanted = body.get("additionalProperties", [])
    shown = [_with_sizes(one, wanted) for one in found[offset : offset + count]]
    has_more = len(found) > offset + count
    more = {"hasMore": has_more, "offset": offset + len(shown), "total": len(found)}
    return reply({"lists": shown} | more)


def _with_sizes(one: dict[str, Any], wanted: list[str]) -> dict[str, Any]:
    size = {"hs_list_size": str(len(held("list_memberships", one["listId"])))}
    known = one["additionalProperties"] | size
    return one | {"additionalProperties": {name: known[name] for name in wanted if name in known}}


def list_members(version: str, list_id: str) -> Response:
    """Answer members in the order of their ids."""
    members = held("list_memberships", list_id)
    return paged([members[key] for key in sorted(members, key=int)], 250)


def add_members(version: str, list_id: str) -> Response:
    return _move(list_id, "hs_last_record_added_at", "recordsIdsAdded")


def remove_members(version: str, list_id: str) -> Response:
    return _move(list_id, "hs_last_record_removed_at", "recordIdsRemoved")


def _move(list_id: str, noted: str, told: str) -> Response:
    """Move records, whose ids are the body, on to a list or off it."""
    members, at = held("list_memberships", list_id), iso(portal().now())
    ids = request.get_json()
    if not isinstance(ids, list):
        raise BadRequest("a list of ids is expected")
    for each in map(str, ids):
        if noted == "hs_last_record_added_at":
            members[each] = member(int(each), {"updatedAt": at})
        else:
            members.pop(each, None)
    held("lists")[list_id]["additionalProperties"][noted] = str(epoch_ms(at))
    return reply({told: ids})


def forms(version: str) -> Response:
    return paged(list(held("forms").values()), 100)


def delete_form(version: str, form_id: str) -> Response:
    if held("forms").pop(form_id, None) is None:
        raise not_found(f"form {form_id}")
    return Response(status=204)


def form_submissions(form_id: str) -> Response:
    """Answer submissions, the newest first."""
    found = held("form_submissions", form_id).values()
    return paged(sorted(found, key=lambda one: one["submittedAt"], reverse=True), 50)


def marketing_emails(version: str) -> Response:
    """Answer e-mails; `updatedAfter` leaves out older ones, `includeStats` shows statistics."""
    since = epoch_ms(request.args.get("updatedAfter", "")) or 0
    with_stats = request.args.get("includeStats") == "true"
    found = [
        {name: value for name, value in one.items() if with_stats or name != "stats"}
        for one in held("marketing_emails").values()
        if (epoch_ms(one["updatedAt"]) or 0) > since
    ]
    return paged(found, 100)


def campaigns(version: str) -> Response:
    """Answer campaigns with the properties that were asked for."""
    wanted = request.args.get("properties", "hs_name").split(",")
    found = [
        one | {"properties": {name: one["properties"].get(name) for name in wanted}}
        for one in held("campaigns").values()
    ]
    return paged(found, 100)


def subscription_types(version: str) -> Response:
    """Answer every definition; v3 names the list otherwise."""
    name = "subscriptionDefinitions" if version == "v3" else "results"
    return reply({name: list(held("subscription_types").values())})


def subscription_changes() -> Response:
    """Answer changes of e-mail preferences, the newest first, of a period. The mark of the next
    page is HubSpot's own."""
    begin, end = (
        whole_number(name, default, 10**15)
        for name, default in (("startTimestamp", 0), ("endTimestamp", portal().now()))
    )
    limit, after = whole_number("limit", 10, 1000), place_of(request.args.get("offset"))
    known = held("subscription_changes").values()
    found = [one for one in known if begin <= one["timestamp"] <= end]
    found.sort(key=lambda one: (one["timestamp"], one["recipient"]), reverse=True)
    shown = [one | {"portalId": portal().portal_id} for one in found[after : after + limit]]
    more, mark = len(found) > after + limit, cursor_of(after + limit)["next"]["after"]
    return reply({"timeline": shown, "hasMore": more, "offset": mark})


def hubspot_users(version: str) -> Response:
    return paged(list(held("hubspot_users").values()), 100)


def hubspot_teams(version: str) -> Response:
    return reply({"results": list(held("hubspot_teams").values())})


def hubspot_roles(version: str) -> Response:
    return reply({"results": list(held("hubspot_roles").values())})


def workflows() -> Response:
    return paged(list(held("workflows").values()), 100)
