"""What describes a portal: its owners and the account."""

from typing import Any

from flask import Blueprint, Response, request

from ..errors import not_found
from .reply import DATED, flag, next_page, place_of, portal, reply, whole_number


def register(api: Blueprint) -> None:
    api.get(f"/crm/owners/{DATED}")(owners)
    api.get(f"/crm/owners/{DATED}/<owner_id>")(owner)
    api.get(f"/account-info/{DATED}/details")(account_details)


def owners(version: str) -> Response:
    """Answer a page; `archived=true` lists the deactivated ones only."""
    limit, after = whole_number("limit", 100, 500), place_of(request.args.get("after"))
    email = request.args.get("email")
    listed = [
        one
        for one in portal().owners
        if one["archived"] is flag("archived") and email in (None, one["email"])
    ]
    body: dict[str, Any] = {"results": listed[after : after + limit]}
    if len(listed) > after + limit:
        body["paging"] = next_page(after + limit)
    return reply(body)


def owner(version: str, owner_id: str) -> Response:
    key = request.args.get("idProperty", "id")
    for one in portal().owners:
        if str(one.get(key)) == owner_id and one["archived"] is flag("archived"):
            return reply(one)
    raise not_found(f"Owner {owner_id} does not exist")


def account_details(version: str) -> Response:
    return reply(
        {
            "portalId": portal().portal_id,
            "accountType": "STANDARD",
            "timeZone": "US/Eastern",
            "companyCurrency": "USD",
            "additionalCurrencies": ["EUR", "ILS"],
            "utcOffset": "-05:00",
            "utcOffsetMilliseconds": -18_000_000,
            "uiDomain": "app.hubspot.com",
            "dataHostingLocation": "na1",
        }
    )
