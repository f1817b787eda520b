"""Runs: every scan with its outcome, and what comparisons found different."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import request

from dashboard import record_listing
from dashboard.asked import Asked
from operations import run_list
from operations.callers import Caller
from operations.run_list import KINDS, STATES, RunQuery
from operations.servers import Servers

SHOWN, FINDINGS, IDS = 50, 8, 12


def fill(servers: Servers, caller: Caller, asked: Asked) -> dict[str, Any]:
    """Find the runs that the URL asks for."""
    rows = found(servers, asked, SHOWN + 1)
    portal = servers.portal(asked.portal_id)
    older = rows[SHOWN - 1]["created_at"].isoformat() if len(rows) > SHOWN else ""
    return {
        "rows": rows[:SHOWN],
        "older": older,
        "search": _search(),
        "kinds": KINDS,
        "states": STATES,
        "known_types": list(servers.types(portal)) if portal else [],
        "findings": [_finding(row) for row in _findings(servers, asked)],
        "url_of": lambda kind, id: record_listing.record_url(asked, kind, id),
        "may_open": "records:read" in caller.scopes,
    }


def found(servers: Servers, asked: Asked, limit: int) -> list[dict[str, Any]]:
    """Answer the runs that the URL asks for; what cannot be read there is as if it were not."""
    search = _search()
    query = RunQuery(
        asked.portal_id,
        search["kind"] if search["kind"] in KINDS else None,
        search["type"] or None,
        STATES.get(search["state"]),
        _moment(request.args.get("before", "")),
        limit,
    )
    return run_list.runs(servers, query)


def _search() -> dict[str, str]:
    return {name: request.args.get(name, "").strip() for name in ("kind", "type", "state")}


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        return None
    return at if at.tzinfo else None


def _findings(servers: Servers, asked: Asked) -> list[dict[str, Any]]:
    return run_list.findings(servers, asked.portal_id, FINDINGS)


def _finding(row: dict[str, Any]) -> dict[str, Any]:
    """Name the first records that differed, by kind of difference."""
    kinds = row["differences"].items()
    shown = {kind: ids[:IDS] for kind, ids in kinds if isinstance(ids, list) and ids}
    return row | {"shown": shown}
