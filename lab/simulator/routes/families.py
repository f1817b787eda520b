"""Lists and members, forms and submissions, and what else no webhook tells of: read, and changed as
far as HubSpot's API and the simulator's own allow."""

from typing import Any

from flask import Blueprint, Response, request

from ..errors import not_found
from ..families import Entries
from ..wire import epoch_ms
from .reply import (
    DATED,
    DATED_OR_BOTH,
    cursor_of,
    next_page,
    place_of,
    portal,
    reply,
    whole_number,
)

PARENTS = {"list_memberships": "lists", "form_submissions": "forms"}


def register(api: Blueprint) -> None:
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
    if parent in portal().families.get(PARENTS.get(family, ""), {}).get("", {}):
        lists.setdefault(parent, {})
    if parent not in lists:
        raise not_found(f"{family} of {parent} do not exist")
    return lists[parent]


def entries(family: str) -> Entries:
    """Answer the entries of a family that a portal may have none of yet."""
    return portal().families.setdefault(family, {}).setdefault("", {})


def paged(found: list[dict[str, Any]], most: int) -> Response:
    limit, after = whole_number("limit", most, most), place_of(request.args.get("after"))
    body: dict[str, Any] = {"results": found[after : after + limit], "total": len(found)}
    if len(found) > after + limit:
        body["paging"] = next_page(after + limit)
    return reply(body)


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
