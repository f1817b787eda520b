"""Sections of `spoke status` on what waits, what runs and what failed."""

from __future__ import annotations

from typing import Any

from commands.table import age, listed, section, wrapped
from db.queries import QueryRow

Read = dict[str, Any]


def to_mend(found: Read) -> list[str]:
    """List what keeps workers from storing anything; deliveries and changes wait meanwhile."""
    lines = []
    for each in found["to_mend"]:
        lines += wrapped(each, 4)
    return section("To be mended", lines, "nothing")


def processes(found: Read) -> list[str]:
    """Say which of the workers and the clock are away: what waits, waits for them."""
    queues = [queue for queue, count in found["processes"]["workers"].items() if not count]
    lines = []
    if queues:
        lines = [f"no worker on {', '.join(queues)}: start `python -m workers`"]
    if not found["processes"]["clock_ticks"]:
        lines.append("no clock, which heals what webhooks miss: start `python -m workers.clock`")
    return section("Processes", [f"  {line}" for line in lines], "all run")


def portals(found: Read) -> list[str]:
    names = ["portal", "state", "rows", "waiting", "oldest", "reason"]
    rows = [
        (
            str(row["portal_id"]),
            row["state"],
            row["rows"],
            row["pending"],
            age(row["oldest_pending_seconds"]),
            row["paused_reason"],
        )
        for row in found["portals"]
    ]
    empty = "none; set HUBSPOT_ACCESS_TOKEN or run `spoke portals add`"
    return listed("Portals", names, rows, right=["rows", "waiting", "oldest"], empty=empty)


def daily_limits(found: Read) -> list[str]:
    rows = [
        (
            str(row["portal_id"]),
            f"{row['used']:,} of {row['limit']:,}",
            row["remaining"],
            _forecast(row),
        )
        for row in found["daily_limits"]
    ]
    names = ["portal", "used today", "left", "at this pace"]
    return listed("Daily limit", names, rows, right=["left"], empty="nothing asked yet")


def _forecast(row: QueryRow) -> str:
    until = f"midnight in {row['time_zone']}"
    if row["spent_at"]:
        return f"spent at {row['spent_at']:%H:%M}, before {until}"
    return f"enough until {until}"


def copy(found: Read) -> list[str]:
    """List only types that have something to tell."""
    told = [
        row
        for row in found["copy"]
        if row["rows"] or row["archived_rows"] or row["pending"] or row["failed"]
    ]
    rows = [
        (
            str(row["portal_id"]),
            row["object_type"],
            row["rows"],
            row["archived_rows"],
            row["pending"],
            age(row["oldest_pending_seconds"]),
            row["failed"],
            _milliseconds(row["latency_p95_ms"]),
            row["last_event_at"],
        )
        for row in told
    ]
    names = [
        "portal",
        "type",
        "rows",
        "archived",
        "waiting",
        "oldest",
        "failed",
        "p95",
        "last event",
    ]
    return listed("Copy", names, rows, right=names[2:8], empty="empty; run `spoke backfill`")


def _milliseconds(latency: float | None) -> str:
    if latency is None:
        return ""
    if latency < 1_000:
        return f"{latency:.0f} ms"
    return age(float(latency) / 1_000)


def redis(found: Read) -> list[str]:
    """Tell of Redis only while it is so full that deliveries are refused."""
    full = found["redis"]["full"]
    if full:
        return ["Redis is full", *wrapped(full, 2)]
    return []


def running(found: Read) -> list[str]:
    rows = [
        (
            str(row["portal_id"]),
            _run(row),
            row["records"],
            f"{row['rows_per_second']:,.0f}/s" if row["rows_per_second"] else "",
            f"{row['share']:.0%}" if row["share"] is not None else "",
            age(row["seconds_left"]),
        )
        for row in found["running"]
    ]
    names = ["portal", "run", "records", "pace", "done", "left"]
    return listed("Running", names, rows, right=names[2:])


def _run(row: QueryRow) -> str:
    name = f"{row['kind']} {row['object_type']}"
    if row["state"] == "running":
        return name
    return f"{name} ({row['state']})"


def failed_runs(found: Read) -> list[str]:
    names = ["portal", "run", "state", "why"]
    rows = [
        (
            str(row["portal_id"]),
            f"{row['kind']} {row['object_type']}",
            row["state"],
            row["error"] or "its worker died",
        )
        for row in found["failed_runs"]
    ]
    return listed("Failed runs", names, rows)


def failing(found: Read) -> list[str]:
    names = ["portal", "type", "records", "tried", "next", "why"]
    rows = [
        (
            str(row["portal_id"]),
            row["object_type"],
            row["records"],
            row["attempts"],
            row["next_at"],
            row["error"],
        )
        for row in found["failing"]
    ]
    return listed("Tried in vain, tried again", names, rows, right=["records", "tried"])


def dead_letters(found: Read) -> list[str]:
    """List the exact cause of each dead letter, in full."""
    count, letters = found["dead_letters"], found["recent_letters"]
    lines = []
    for letter in letters:
        told = f"{letter['created_at']:%Y-%m-%d %H:%M}  {_subject(letter)}: {letter['reason']}"
        lines += wrapped(f"{letter['letter_id']}  {told}", 6)
    if count > len(letters):
        lines.append(f"  and {count - len(letters):,} older ones")
    if not count:
        return section("Dead letters", lines)
    return section(f"Dead letters ({count:,}; `spoke replay` brings them back)", lines)


def _subject(letter: QueryRow) -> str:
    if letter["kind"] == "delivery":
        return "delivery"
    return f"portal {letter['portal_id']}, {letter['object_type']} {letter['hubspot_id']}"


def outgoing(found: Read) -> list[str]:
    """List the channels in which messages wait or are dead."""
    rows = [
        (str(row["portal_id"]), row["channel"], row["waiting"], age(row["oldest_seconds"]),
         row["dead"])
        for row in found["outgoing"]
        if row["waiting"] or row["dead"]
    ]  # fmt: skip
    names = ["portal", "channel", "waiting", "oldest", "dead"]
    empty = "nothing waits, nothing is dead"
    return listed("Outgoing", names, rows, right=names[2:], empty=empty)
