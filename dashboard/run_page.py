"""A run of a scan: how far it came, and its log with what people ordered of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from werkzeug.exceptions import NotFound

from dashboard import sync_forms, words
from dashboard.asked import Asked
from dashboard.sync_page import MOVES
from operations import run_list
from operations.callers import Caller
from operations.servers import Servers

Row = Mapping[str, Any]
Line = dict[str, Any]
SAID = {  # the state that a run came into → what happened, and how good that is
    "pending": ("It waits for a worker.", ""),
    "running": ("A worker took it up.", ""),
    "paused": ("Paused: it stopped where its page ended.", "warn"),
    "completed": ("Completed.", "good"),
    "failed": ("Failed. It goes on from its checkpoint when it is resumed.", "bad"),
    "cancelled": ("Cancelled. What it had read stays.", "warn"),
    "crashed": ("Its worker gave no sign of life any more.", "bad"),
}


def fill(servers: Servers, caller: Caller, asked: Asked) -> dict[str, Any]:
    """Find what the page shows of one run."""
    row = run_list.run(servers, asked.portal_id, _uuid(asked.words["scan_id"]))
    if row is None:
        raise NotFound
    return {
        "run": row,
        "log": log(row),
        "moves": MOVES.get(row["state"], ()) if row["kind"] != "reconcile" else (),
        "may_scan": "scans:write" in caller.scopes,
        "told": sync_forms.SAID.get(asked.words.get("did", "")),
        "heading": f"{row['kind'].capitalize()} of {row['object_type']}",
    }


def log(row: Row) -> list[Line]:
    """Tell what happened to a run and who ordered it, newest first."""
    lines = [*_happened(row["diary"]), *map(_ordered, row["orders"])]
    return sorted(lines, key=lambda line: line["at"], reverse=True)


def _happened(diary: Sequence[Row]) -> Iterator[Line]:
    """Say what each entry changed; the first has none before it."""
    before: Row = {}
    for entry in diary:
        yield _line(entry, before)
        before = entry


def _line(entry: Row, before: Row) -> Line:
    said, verdict = SAID[entry["state"]]
    if entry["state"] == before.get("state"):
        again = entry["attempt"] != before["attempt"]
        said = f"Another worker took it up: attempt {entry['attempt']}." if again else "On its way."
    at = datetime.fromisoformat(entry["at"])
    count = f"{words.count(entry['records'])} records" if entry["records"] else ""
    return {"at": at, "said": said, "verdict": verdict, "count": count, "why": entry["error"]}


def _ordered(order: Row) -> Line:
    said = f"{order['actor']}: {order['move'] or order['action']}"
    return {"at": order["at"], "said": said, "verdict": "", "count": "", "why": None}


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound from error
