"""Portals: which HubSpot accounts are mirrored, which are paused and why, how fast each is."""

from __future__ import annotations

from typing import Any

from flask import request

from dashboard.admin_forms import SAID
from dashboard.asked import Asked
from operations import portal_list
from operations.callers import Caller
from operations.servers import Servers


def fill(servers: Servers, caller: Caller, asked: Asked) -> dict[str, Any]:
    """Find every portal that this person may see."""
    return {
        "rows": portal_list.seen_by(servers, caller.portals),
        "default_limit": servers.settings.hubspot_rate_limit,
        "said": SAID.get(request.args.get("did", "")),
    }
