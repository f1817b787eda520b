"""The tables of the pages as CSV, as data: one more is one entry here.

The tables of the Sales page are in sales_tables.py; records have a file of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import g, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from analytics import link_reads, past_reads
from dashboard import csv_tables, events_page, past_page, runs_page
from dashboard.asked import Asked
from dashboard.sales_tables import ShownTable
from operations import (
    access_tokens,
    audit,
    letter_list,
    link_decisions,
    portal_list,
    portal_state,
    scan_list,
    sync_state,
)
from operations.callers import Caller
from operations.servers import Servers

MOST_ROWS = 2_000
Rows = Iterable[Mapping[str, Any]]
Read = Callable[[Servers, Caller, Asked], Rows]


@dataclass(frozen=True, slots=True)
class PageTable:
    """A table of a page: who may take it home, its columns, and the function that reads it."""

    name: str
    scope: str
    columns: Sequence[ShownTable]
    read: Read


def _columns(**heads: str) -> tuple[ShownTable, ...]:
    return tuple(ShownTable(name, head) for name, head in heads.items())


def _found(servers: Servers, asked: Asked) -> past_reads.ThenAndNow:
    day = past_page.day_of(asked.words.get("day", ""), datetime.now(UTC).date())
    with servers.reading([asked.portal_id]) as conn:
        return past_reads.then_and_now(conn, past_page.question(asked, day))


def _past_stages(servers: Servers, caller: Caller, asked: Asked) -> Rows:
    for each in _found(servers, asked).stages:
        yield {column.name: getattr(each, column.name) for column in PAST_STAGES}


def _past_moves(servers: Servers, caller: Caller, asked: Asked) -> Rows:
    for each in _found(servers, asked).moves:
        ends = {"source": each.source, "target": each.target}
        row = {name: f"{end.pipeline}: {end.label}" for name, end in ends.items() if end}
        yield row | {"deals": each.deals, "amount": each.amount}


def _links(servers: Servers, caller: Caller, asked: Asked) -> Rows:
    kind = asked.words.get("kind") or None
    with servers.reading([asked.portal_id]) as conn:
        return link_reads.doubts(conn, asked.portal_id, MOST_ROWS, kind)


def _links_by_hand(servers: Servers, caller: Caller, asked: Asked) -> Rows:
    return link_decisions.by_hand(servers, asked.portal_id, MOST_ROWS)


def _types(servers: Servers, caller: Caller, asked: Asked) -> Rows:
    return portal_state.types(servers, asked.portal_id)


def _letters(servers: Servers, caller: Caller, asked: Asked) -> Rows:
    return letter_list.letters(servers, asked.portal_id, MOST_ROWS)


def _processes(servers: Servers, caller: Caller, asked: Asked) -> Rows:
    return sync_state.processes(servers)


def _runs(servers: Servers, caller: Caller, asked: Asked) -> Rows:
    limits = {"object_type": None, "limit": MOST_ROWS, "offset": 0}
    return sync_state.rows(servers, "verify_run_list", portal_id=asked.portal_id, **limits)


def _every_run(servers: Servers, caller: Caller, asked: Asked) -> Rows:
    return runs_page.found(servers, asked, MOST_ROWS)


def _scans(servers: Servers, caller: Caller, asked: Asked) -> Rows:
    return scan_list.scans_of(servers, asked.portal_id)


def _events(servers: Servers, caller: Caller, asked: Asked) -> Rows:
    """Leave out what events say of records for people who may not read records."""
    rows = events_page.found(servers, asked, MOST_ROWS)
    return rows if "records:read" in caller.scopes else [row | {"value": None} for row in rows]


def _portals(servers: Servers, caller: Caller, asked: Asked) -> Rows:
    return portal_list.seen_by(servers, caller.portals)


def _tokens(servers: Servers, caller: Caller, asked: Asked) -> Rows:
    for row in access_tokens.seen_by(servers, caller):
        lists = {name: ", ".join(map(str, row[name])) for name in ("scopes", "portals")}
        yield row | lists


def _audit(servers: Servers, caller: Caller, asked: Asked) -> Rows:
    for row in audit.seen_by(servers, caller, MOST_ROWS):
        yield row | {
            "details": ", ".join(f"{name} {row['details'][name]}" for name in row["details"])
        }


PAST_STAGES = _columns(
    pipeline="Pipeline",
    label="Stage",
    deals_then="Deals then",
    deals_now="Deals now",
    amount_then="Worth then",
    amount_now="Worth now",
    came="Came in",
    went="Went out",
)
PAST_MOVES = _columns(source="From", target="To", deals="Deals", amount="Worth")
LINKS = _columns(
    kind="Kind",
    from_id="From, id",
    from_name="From",
    to_id="To, id",
    to_name="To",
    linked="Linked",
    why="Why",
    link_rule="Rule",
    link_score="Score",
    runner_up_id="Second, id",
    runner_up_name="Second",
    runner_up_score="Second's score",
)
BY_HAND = _columns(
    kind="Kind",
    from_id="From, id",
    from_name="From",
    to_id="To, id",
    to_name="To",
    note="Note",
    created_at="When",
)
TYPES = _columns(
    object_type="Type",
    rows="Records",
    pending="Waiting",
    oldest_pending_seconds="Oldest, s",
    latency_p50_ms="p50, ms",
    latency_p95_ms="p95, ms",
    latency_p99_ms="p99, ms",
    last_event_at="Last event",
    last_verify_at="Compared",
    failed="Failed",
)
LETTERS = _columns(
    letter_id="Letter",
    created_at="When",
    kind="Kind",
    object_type="Type",
    hubspot_id="Record",
    reason="Cause",
)
PROCESSES = _columns(name="Process", count="Running", waiting="Jobs waiting", cure="What to do")
RUNS = _columns(
    object_type="Type",
    started_at="Started",
    finished_at="Finished",
    compared="Compared",
    unequal="Differed",
    sampled="Sample",
    healed="Healed",
)
SCANS = _columns(
    kind="Scan",
    object_type="Type",
    state="State",
    records="Records",
    rows_per_second="Per second",
    heartbeat_at="Heard of",
    error="Error",
)
EVERY_RUN = _columns(
    scan_id="Id",
    kind="Kind",
    object_type="Type",
    state="State",
    created_at="Created",
    started_at="Begun",
    finished_at="Ended",
    records="Records",
    created="New",
    updated="Changed",
    requests="Requests",
    error="Why",
)
EVENTS = _columns(
    received_at="Received",
    subscription_type="Event",
    object_type="Type",
    hubspot_id="Record",
    property="Property",
    value="Value",
    source="By",
    ignored="Ignored",
)
PORTALS = _columns(
    portal_id="Portal",
    name="Name",
    time_zone="Time zone",
    currency="Currency",
    paused="Paused",
    paused_reason="Why",
    rate_limit="Requests per 10 s",
)
TOKENS = _columns(
    name="Name",
    token_id="Id",
    scopes="May",
    portals="Portals",
    last_used_at="Last used",
    expires_at="Ends",
    revoked_at="Revoked",
)
AUDIT = _columns(
    at="When",
    actor="Who",
    action="What",
    portal_id="Portal",
    details="Details",
    address="Address",
    request_id="Request",
)
TABLES = {
    table.name: table
    for table in (
        PageTable("past-stages", "metrics:read", PAST_STAGES, _past_stages),
        PageTable("past-moves", "metrics:read", PAST_MOVES, _past_moves),
        PageTable("links", "metrics:read", LINKS, _links),
        PageTable("links-by-hand", "metrics:read", BY_HAND, _links_by_hand),
        PageTable("types", "status:read", TYPES, _types),
        PageTable("dead-letters", "status:read", LETTERS, _letters),
        PageTable("processes", "status:read", PROCESSES, _processes),
        PageTable("verify-runs", "status:read", RUNS, _runs),
        PageTable("scans", "status:read", SCANS, _scans),
        PageTable("runs", "status:read", EVERY_RUN, _every_run),
        PageTable("events", "status:read", EVENTS, _events),
        PageTable("portals", "portals:admin", PORTALS, _portals),
        PageTable("tokens", "portals:admin", TOKENS, _tokens),
        PageTable("audit", "portals:admin", AUDIT, _audit),
    )
}


def as_csv(servers: Servers, caller: Caller, asked: Asked) -> Response:
    """Answer a table as a file, at most MOST_ROWS of it, and enter that into the audit."""
    table = TABLES.get(asked.words.get("table", ""))
    if table is None or table.scope not in caller.scopes:
        raise NotFound
    rows = list(table.read(servers, caller, asked))
    details = {"table": table.name, "rows": len(rows)}
    address = request.remote_addr
    entry = audit.AuditEntry(caller.name, "export", asked.portal_id, details, address, g.request_id)
    audit.note(servers, entry)
    answer = Response(csv_tables.written(table.columns, rows), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{table.name}.csv"'
    return answer
