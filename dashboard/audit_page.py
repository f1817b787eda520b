"""Audit: who did what through the API and the pages, newest first."""

from __future__ import annotations

from typing import Any

from dashboard.asked import Asked
from operations import audit
from operations.callers import Caller
from operations.servers import Servers

ENTRIES = 100


def fill(servers: Servers, caller: Caller, asked: Asked) -> dict[str, Any]:
    """Find one page of entries; `before` in the URL is where it begins."""
    text = asked.words.get("before", "")
    before = None
    if text.isascii() and text.isdigit() and len(text) < 19:
        before = int(text)
    rows = audit.seen_by(servers, caller, ENTRIES + 1, before)
    older = rows[ENTRIES - 1]["entry_id"] if len(rows) > ENTRIES else None
    return {"rows": rows[:ENTRIES], "older": older, "is_first": before is None}
