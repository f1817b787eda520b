"""/communication-preferences: what a person is subscribed to. Changes are told by the timeline.

https://developers.hubspot.com/docs/api-reference/latest/communication-preferences/guide
"""

from typing import Any

from flask import Blueprint, Response

from ..errors import not_found
from .families import entries, held
from .reply import DATED, asked, portal, reply

_AREA = f"/communication-preferences/{DATED}"


def register(api: Blueprint) -> None:
    api.get(f"{_AREA}/status/email/<address>")(subscription_status)
    api.post(f"{_AREA}/subscribe")(subscribe)
    api.post(f"{_AREA}/unsubscribe")(unsubscribe)


def subscription_status(version: str, address: str) -> Response:
    """Answer every subscription type; NOT_SPECIFIED where a person never chose."""
    kept = entries("subscription_statuses").get(address.lower(), {})
    shown = [_status(each, kept.get(each["id"])) for each in held("subscription_types").values()]
    return reply({"recipient": address, "subscriptionStatuses": shown})


def _status(kind: dict[str, Any], known: dict[str, Any] | None) -> dict[str, Any]:
    named = {name: kind[name] for name in ("id", "name", "description")}
    unknown = {"status": "NOT_SUBSCRIBED", "sourceOfStatus": "SUBSCRIPTION_STATUS"}
    return named | unknown | (known or {})


def subscribe(version: str) -> Response:
    return _choose("SUBSCRIBED")


def unsubscribe(version: str) -> Response:
    return _choose("UNSUBSCRIBED")


def _choose(change: str) -> Response:
    """Keep a person's choice, and tell the timeline of it."""
    body = asked()
    address, type_id = body["emailAddress"], str(body["subscriptionId"])
    kind = held("subscription_types").get(type_id)
    if kind is None:
        raise not_found(f"subscription {type_id}")
    status = "SUBSCRIBED" if change == "SUBSCRIBED" else "NOT_SUBSCRIBED"
    reasons = ("legalBasis", "legalBasisExplanation")
    known = {"status": status} | {name: body[name] for name in reasons if name in body}
    entries("subscription_statuses").setdefault(address.lower(), {})[type_id] = known
    told, log = portal().now(), held("subscription_changes")
    one = {"change": change, "changeType": "SUBSCRIPTION_STATUS", "source": "SOURCE_API"}
    entry = {"timestamp": told, "recipient": address}
    log[f"{told}-{len(log)}"] = entry | {"changes": [one | {"subscriptionId": int(type_id)}]}
    return reply(_status(kind, known))
