"""What is told event by event: of marketing e-mails, and of pages that contacts visited.

https://developers.hubspot.com/docs/api-reference/legacy/marketing/email-event-analytics
https://developers.hubspot.com/docs/api-reference/latest/events/guide
"""

from typing import Any

from flask import Blueprint, Response, request

from ..errors import Problem
from ..wire import epoch_ms
from .families import entries, paged
from .reply import DATED, cursor_of, place_of, portal, reply, whole_number

_EVER = 10**15  # milliseconds


def register(api: Blueprint) -> None:
    api.get("/email/public/v1/events")(email_events)
    api.get(f"/events/event-occurrences/{DATED}")(event_occurrences)


def email_events() -> Response:
    """Answer events of a period, both ends included, the newest first; also of one campaign,
    recipient or type."""
    begin, end = (
        whole_number("startTimestamp", 0, _EVER),
        whole_number("endTimestamp", _EVER, _EVER),
    )
    limit, after = whole_number("limit", 10, 1000), place_of(request.args.get("offset"))
    asked = {"eventType": "type", "recipient": "recipient", "campaignId": "emailCampaignId"}
    wanted = {field: request.args[name] for name, field in asked.items() if name in request.args}
    found = [
        one
        for one in entries("email_events").values()
        if begin <= one["created"] <= end
        and all(str(one.get(field)) == value for field, value in wanted.items())
    ]
    found.sort(key=lambda one: (one["created"], one["id"]), reverse=True)
    more, mark = len(found) > after + limit, cursor_of(after + limit)["next"]["after"]
    shown = [one | {"portalId": portal().portal_id} for one in found[after : after + limit]]
    return reply({"hasMore": more, "offset": mark, "events": shown})


def event_occurrences(version: str) -> Response:
    """Answer events of a type of object from one time to before another, the newest first."""
    if "objectType" not in request.args:
        raise Problem(400, "objectType is required")
    first, last = (_moment(name) for name in ("occurredAfter", "occurredBefore"))
    asked = {name: request.args[name] for name in ("objectId", "eventType") if name in request.args}
    found = [
        one
        for one in entries("event_occurrences").values()
        if (first or 0) <= (epoch_ms(one["occurredAt"]) or 0) < (last or _EVER)
        and all(one[name] == value for name, value in asked.items())
        and one["objectType"] == request.args["objectType"].upper()
    ]
    return paged(sorted(found, key=_newest_first), 100)


def _moment(name: str) -> int | None:
    text = request.args.get(name)
    found = epoch_ms(text) if text else None
    if text and found is None:
        raise Problem(400, f"{name} must be a time of ISO 8601")
    return found


def _newest_first(one: dict[str, Any]) -> tuple[int, str]:
    return -(epoch_ms(one["occurredAt"]) or 0), str(one["id"])
