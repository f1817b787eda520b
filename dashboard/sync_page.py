"""Sync: is the copy complete, fresh and equal, and what must an operator do?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import request
from markupsafe import Markup

from dashboard import words
from dashboard.asked import Asked
from dashboard.charts import bars
from dashboard.charts.drawing import Series
from dashboard.sync_forms import SAID
from operations import (
    letter_list,
    polled_state,
    portal_list,
    portal_state,
    scan_list,
    sync_state,
)
from operations.callers import Caller
from operations.servers import Servers

LETTERS, RUNS = 20, 12
MOVES = {  # the state of a scan → what its buttons do
    "pending": ("pause", "cancel"),
    "running": ("pause", "cancel"),
    "paused": ("resume", "cancel"),
    "crashed": ("resume", "cancel"),
    "failed": ("resume", "cancel"),
}
OPEN = tuple(MOVES)


def fill(servers: Servers, caller: Caller, asked: Asked) -> dict[str, Any]:
    """Find what the page shows of one portal, question by question."""
    portal_id = asked.portal_id
    types = portal_state.types(servers, portal_id)
    scans = scan_list.scans_of(servers, portal_id)
    return {
        "proof": sync_state.proof(servers, portal_id, types),
        "types": types,
        "polled": polled_state.of_portal(servers, portal_id),
        "latency": _latency(sync_state.latency(servers, portal_id)),
        "deliveries": sync_state.waiting_deliveries(servers),
        "to_mend": sync_state.to_mend(servers),
        "schema_changes": sync_state.schema_changes(servers, portal_id),
        "refused": sync_state.refused(servers),
        **_traffic(servers, portal_id, asked.now),
        "processes": sync_state.processes(servers),
        "letters": letter_list.letters(servers, portal_id, LETTERS),
        "letters_waiting": letter_list.waiting(servers, portal_id),
        "failing": sync_state.rows(servers, "failing_of", portal_id=portal_id),
        "runs": _runs(servers, portal_id),
        "nights": sync_state.rows(servers, "nights_of", portal_id=portal_id),
        "budget": _budget(servers, portal_id),
        "scans": sorted(scans, key=lambda row: row["state"] not in OPEN),
        "moves": MOVES,
        "may_scan": "scans:write" in caller.scopes,
        "may_replay": "replay:write" in caller.scopes,
        "known_types": _names(servers, portal_id),
        "said": SAID.get(request.args.get("did", "")),
    }


def _names(servers: Servers, portal_id: int) -> list[str]:
    portal = servers.portal(portal_id)
    if portal:
        return list(servers.types(portal))
    return []


def _latency(found: Sequence[tuple[int | None, int]]) -> Markup:
    labels = ["slower" if step is None else f"≤ {_length(step)}" for step, _ in found]
    counts = [float(changes) for _, changes in found]
    return bars.bars("Changes by time from HubSpot to the row", labels, [Series("Changes", counts)])


def _length(step_ms: int) -> str:
    if step_ms < 1_000:
        return words.ms(step_ms)
    return words.age(step_ms / 1_000)


def _traffic(servers: Servers, portal_id: int, now: datetime) -> dict[str, Any]:
    """Draw the last hour, minute by minute: webhooks accepted, and refused by reason."""
    minutes = sync_state.rows(servers, "webhooks_by_minute", portal_id=portal_id)
    refusals = sync_state.refusals_by_minute(servers, now)
    labels = [f"{row['minute'].astimezone(now.tzinfo):%H:%M}" for row in minutes]
    series = [Series("Accepted", [float(row["webhooks"]) for row in minutes])]
    for reason in sorted({reason for each in refusals for reason in each}):
        counts = [float(each.get(reason, 0)) for each in refusals]
        series.append(Series(f"Refused: {reason.replace('_', ' ')}", counts))
    return {
        "traffic": bars.bars("Webhooks by minute", labels, series, stacked=True),
        "accepted": sum(row["webhooks"] for row in minutes),
        "events": sum(row["events"] for row in minutes),
    }


def _runs(servers: Servers, portal_id: int) -> list[dict[str, Any]]:
    asked = {"portal_id": portal_id, "object_type": None, "limit": RUNS, "offset": 0}
    rows = sync_state.rows(servers, "verify_run_list", **asked)
    return [row for row in rows if row["compared"] or row["unequal"]] or rows[:1]


def _budget(servers: Servers, portal_id: int) -> dict[str, Any] | None:
    [portal] = portal_list.seen_by(servers, [portal_id])
    return sync_state.budget(servers, portal_id, portal["time_zone"])
