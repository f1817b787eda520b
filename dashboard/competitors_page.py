"""Competitors: who we win and lose against, who took deals lately, and which deals those were."""

from __future__ import annotations

from typing import Any

from analytics import competitor_reads
from dashboard.asked import Asked
from operations import competitor_list
from operations.callers import Caller
from operations.servers import Servers

LOSSES = 50


def fill(servers: Servers, caller: Caller, asked: Asked) -> dict[str, Any]:
    """Find the matrix of competitors, and the latest losses: to all, or to the one that the URL
    names."""
    only = asked.words.get("competitor") or None
    with servers.reading([asked.portal_id]) as conn:
        rows = competitor_reads.results(conn, asked.portal_id)
        losses = competitor_reads.losses(conn, asked.portal_id, LOSSES, competitor=only)
        patterns = competitor_reads.patterns(conn, asked.portal_id)
    return {
        "rows": rows,
        "losses": losses,
        "patterns": patterns,
        "only": only,
        "most": max([row["deals"] for row in rows], default=0),
        "is_reading": competitor_list.is_reading(servers, asked.portal_id),
    }
