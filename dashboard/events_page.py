"""Events: what HubSpot sent, searched; the record of each can be fetched again."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import request

from dashboard import record_listing
from dashboard.asked import Asked
from dashboard.sync_forms import SAID
from operations import event_list
from operations.callers import Caller
from operations.event_list import KINDS, EventQuery
from operations.servers import Servers

SHOWN = 50


def fill(servers: Servers, caller: Caller, asked: Asked) -> dict[str, Any]:
    """Find the events that the URL asks for, newest first."""
    rows = found(servers, asked, SHOWN + 1)
    portal = servers.portal(asked.portal_id)
    shown, last = rows[:SHOWN], rows[:SHOWN][-1:]
    more = last if len(rows) > SHOWN else []
    return {
        "events": shown,
        "older": next((f"{row['received_at'].isoformat()}~{row['event_key']}" for row in more), ""),
        "search": _search(),
        "kinds": KINDS,
        "known_types": list(servers.types(portal)) if portal else [],
        "url_of": lambda kind, id: record_listing.record_url(asked, kind, id),
        "may_see_values": "records:read" in caller.scopes,
        "may_replay": "replay:write" in caller.scopes,
        "said": SAID.get(request.args.get("did", "")),
    }


def found(servers: Servers, asked: Asked, limit: int) -> list[dict[str, Any]]:
    """Answer the events that the URL asks for."""
    search = _search()
    before, key = _place(request.args.get("before", ""))
    query = EventQuery(
        asked.portal_id,
        search["type"] or None,
        search["id"] or None,
        search["kind"] if search["kind"] in KINDS else None,
        before=before,
        before_key=key,
        limit=limit,
    )
    return event_list.found(servers, query)


def _search() -> dict[str, str]:
    return {name: request.args.get(name, "").strip() for name in ("type", "id", "kind")}


def _place(text: str) -> tuple[datetime | None, UUID | None]:
    """Read where a page begins; what cannot be read is taken as if it were not there."""
    moment, _, key = text.partition("~")
    try:
        at, named = datetime.fromisoformat(moment.replace(" ", "+")), UUID(key)
    except ValueError:
        return None, None
    return (at, named) if at.tzinfo else (None, None)
