"""Show a backfill with a bar per type in the terminal: rows, rows a second, per cent and time
left."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from db import property_history as stored_history
from db import scans
from db.portals import Portal
from db.scans import Scan
from workers import history
from workers.backfill import backfill
from workers.context import Context


def backfill_with_bars(
    context: Context, portal: Portal, object_types: Sequence[str], console: Console
) -> list[str]:
    """Run a backfill here and show its progress, as `scans` tells it; answer the failures, in
    words."""
    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=console,
    )
    begun: list[Scan] = []
    done = threading.Event()
    with bars:
        painter = threading.Thread(target=_paint, args=(context, bars, begun, done), daemon=True)
        painter.start()
        try:
            return backfill(context, portal, object_types, begun.append)
        finally:
            done.set()
            painter.join()


def history_with_bars(context: Context, portal: Portal, console: Console) -> tuple[int, int]:
    """Read the waiting histories; answer how many were read, and how many still wait."""
    waiting = _waiting(context, portal)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as bars:
        tasks = {
            name: bars.add_task(f"{portal.portal_id} {name}", total=count)
            for name, count in waiting.items()
        }
        done = history.read(
            context,
            portal,
            lambda kind, count: (
                bars.advance(tasks[kind.name], count) if kind.name in tasks else None
            ),
        )
    return done, sum(_waiting(context, portal).values())


def _waiting(context: Context, portal: Portal) -> dict[str, int]:
    with context.database.transaction() as conn:
        rows = stored_history.waiting(conn)
    return {
        row["object_type"]: row["records"] for row in rows if row["portal_id"] == portal.portal_id
    }


def _paint(context: Context, bars: Progress, begun: list[Scan], done: threading.Event) -> None:
    tasks: dict[str, TaskID] = {}
    began, finished = time.monotonic(), False
    while not finished:
        finished = done.wait(0.5)  # once more after the end, so that the bars end full
        with context.database.transaction() as conn:
            rows = scans.progress(conn, [scan.scan_id for scan in begun])
        for row in rows:
            name = row["object_type"]
            if not row["records"]:
                continue  # a type without records needs no bar
            if name not in tasks:
                tasks[name] = bars.add_task(f"{row['portal_id']} {name}", total=None, rate="")
            spent = max(time.monotonic() - began, 0.1)
            rate = f"{row['records'] / spent:,.0f} rows/s, {row['requests'] / spent:.1f} requests/s"
            if (
                row["state"] == "running"
                or not bars.tasks[bars.task_ids.index(tasks[name])].finished
            ):
                bars.update(tasks[name], completed=row["records"], total=_total(row), rate=rate)


def _total(row: dict[str, Any]) -> int | None:
    """Answer how many records there are. HubSpot's count is a little late; a finished run knows
    better."""
    if row["state"] == "completed":
        return int(row["records"])
    return max(row["total"] or 0, row["records"] or 0) or None
