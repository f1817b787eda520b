"""Sync: is the copy complete and fresh, and what must an operator do?"""

from __future__ import annotations

from typing import Any

from dashboard.asked import Asked
from operations import portal_state
from operations.callers import Caller
from operations.servers import Servers


def fill(servers: Servers, caller: Caller, asked: Asked) -> dict[str, Any]:
    """Find what the page shows of one portal."""
    return {"types": portal_state.types(servers, asked.portal_id)}
