"""Outgoing: what leaves Spoke, what could not and why, and what would be written to HubSpot."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import request

from dashboard.asked import Asked
from dashboard.outgoing_forms import OUTGOING_SAID
from operations import outgoing_state
from operations.callers import Caller
from operations.servers import Servers


def fill(servers: Servers, caller: Caller, asked: Asked) -> dict[str, Any]:
    """Find what the page shows of one portal."""
    found = outgoing_state.read(servers, asked.portal_id)
    paused = {row["channel"]: row for row in found.holds if not row["destination"]}
    plan = found.plan
    if plan:
        plan = plan | {
            "made_at": datetime.fromisoformat(plan["made_at"]).astimezone(asked.now.tzinfo)
        }
    return {
        "channels": _with_all(found.channels),
        "paused": paused,
        "resting": [row for row in found.holds if row["destination"]],
        "dead": found.dead,
        "endpoints": found.endpoints,
        "written": found.written,
        "plan": plan,
        "names": outgoing_state.CHANNELS,
        "may_replay": "replay:write" in caller.scopes,
        "may_order": "portals:admin" in caller.scopes,
        "said": OUTGOING_SAID.get(request.args.get("did", "")),
    }


def _with_all(rows: Any) -> list[dict[str, Any]]:
    """Answer a line for every channel, the ones that have sent nothing too."""
    found = {row["channel"]: row for row in rows}
    nothing = {"waiting": 0, "sent": 0, "dead": 0, "oldest_seconds": None}
    names = [*outgoing_state.CHANNELS, *(found.keys() - outgoing_state.CHANNELS.keys())]
    return [found.get(name, nothing | {"channel": name}) for name in names]
