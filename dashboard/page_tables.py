"""The tables of the pages as CSV, as data: one more is one entry here.

The tables of the Sales page are in sales_tables.py; records have a file of their own.
"""

from __future__ import annotations

from dataclasses import asdict

from flask import g, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from analytics import aggregation_reads, link_reads, past_reads
from analytics.aggregations import AGGREGATIONS, Aggregation
from dashboard import csv_tables, events_page, exports, month_choice, past_page, runs_page
from dashboard.activity_tables import ACTIVITY
from dashboard.asked import Asked
from dashboard.gate import NotTheirs
from dashboard.page_table import MOST_ROWS, PageTable, Rows
from operations import (
    access_tokens,
    audit,
    letter_list,
    link_decisions,
    polled_state,
    portal_list,
    portal_state,
    scan_list,
    sync_state,
)
from operations.callers import Caller
from operations.servers import Servers


def _by_name(*tables: PageTable) -> dict[str, PageTable]:
    return {table.name: table for table in tables}


def _found(servers: Servers, asked: Asked) -> past_reads.ThenAndNow:
    day = past_page.day_of(asked.words.get("day", ""), asked.now.date())
    with servers.reading([asked.portal_id]) as conn:
        return past_reads.then_and_now(conn, past_page.question(asked, day))


def _past_stages(servers: Servers, caller: Caller, asked: Asked) -> Rows:
    for each in _found(servers, asked).stages:
        yield {column.name: getattr(each, column.name) for column in TABLES["past-stages"].columns}


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


def _polled(servers: Servers, caller: Caller, asked: Asked) -> Rows:
    return map(asdict, polled_state.of_portal(servers, asked.portal_id))


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
    if "records:read" in caller.scopes:
        return rows
    return [row | {"value": None} for row in rows]


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


def _of_analytics(aggregation: Aggregation) -> PageTable:
    shown = [f"{each.name}: {each.label}" for each in aggregation.measures]
    columns = "; ".join([f"label: {aggregation.by}", *shown])

    def read(servers: Servers, caller: Caller, asked: Asked) -> Rows:
        with servers.reading([asked.portal_id]) as conn:
            month_choice.read(asked).span.narrow(conn)
            return aggregation_reads.rows(conn, aggregation, asked.portal_id)

    return PageTable(aggregation.table, "metrics:read", read, columns)


TABLES = _by_name(
    *ACTIVITY,
    *map(_of_analytics, AGGREGATIONS),
    PageTable(
        "past-stages",
        "metrics:read",
        _past_stages,
        "pipeline; label: Stage; deals_then; deals_now; amount_then: Worth then; "
        "amount_now: Worth now; came: Came in; went: Went out",
    ),
    PageTable(
        "past-moves",
        "metrics:read",
        _past_moves,
        "source: From; target: To; deals; amount: Worth",
    ),
    PageTable(
        "links",
        "metrics:read",
        _links,
        "kind; from_id: From, id; from_name: From; to_id: To, id; to_name: To; linked; "
        "why; link_rule: Rule; link_score: Score; runner_up_id: Second, id; "
        "runner_up_name: Second; runner_up_score: Second's score",
    ),
    PageTable(
        "links-by-hand",
        "metrics:read",
        _links_by_hand,
        "kind; from_id: From, id; from_name: From; to_id: To, id; to_name: To; note; "
        "created_at: When",
    ),
    PageTable(
        "types",
        "status:read",
        _types,
        "object_type: Type; rows: Records; pending: Waiting; "
        "oldest_pending_seconds: Oldest, s; latency_p50_ms: p50, ms; "
        "latency_p95_ms: p95, ms; latency_p99_ms: p99, ms; last_event_at: Last event; "
        "last_verify_at: Compared; failed",
    ),
    PageTable(
        "polled",
        "status:read",
        _polled,
        "family; entries; gone; looked_at: Last look; whole_at: Read whole; "
        "next_at: Next look; note: Why not",
    ),
    PageTable(
        "dead-letters",
        "status:read",
        _letters,
        "letter_id: Letter; created_at: When; kind; object_type: Type; hubspot_id: Record; "
        "reason: Cause",
    ),
    PageTable(
        "processes",
        "status:read",
        _processes,
        "name: Process; count: Running; waiting: Jobs waiting; cure: What to do",
    ),
    PageTable(
        "verify-runs",
        "status:read",
        _runs,
        "object_type: Type; started_at: Started; finished_at: Finished; compared; "
        "unequal: Differed; sampled: Sample; healed",
    ),
    PageTable(
        "scans",
        "status:read",
        _scans,
        "kind: Scan; object_type: Type; state; records; rows_per_second: Per second; "
        "heartbeat_at: Heard of; error",
    ),
    PageTable(
        "runs",
        "status:read",
        _every_run,
        "scan_id: Id; kind; object_type: Type; state; created_at: Created; started_at: Begun; "
        "finished_at: Ended; records; created: New; updated: Changed; requests; error: Why",
    ),
    PageTable(
        "events",
        "status:read",
        _events,
        "received_at: Received; subscription_type: Event; object_type: Type; "
        "hubspot_id: Record; property; value; source: By; ignored",
    ),
    PageTable(
        "portals",
        "portals:admin",
        _portals,
        "portal_id: Portal; name; time_zone; currency; paused; paused_reason: Why; "
        "rate_limit: Requests per 10 s",
    ),
    PageTable(
        "tokens",
        "portals:admin",
        _tokens,
        "name; token_id: Id; scopes: May; portals; last_used_at: Last used; "
        "expires_at: Ends; revoked_at: Revoked",
    ),
    PageTable(
        "audit",
        "portals:admin",
        _audit,
        "at: When; actor: Who; action: What; portal_id: Portal; details; address; "
        "request_id: Request",
    ),
)


def as_csv(servers: Servers, caller: Caller, asked: Asked) -> Response:
    """Answer a table as a file, at most MOST_ROWS of it, and enter that into the audit."""
    table = TABLES.get(asked.words.get("table", ""))
    if table is None:
        raise NotFound
    if table.scope not in caller.scopes:
        raise NotTheirs
    exports.must_be_few(servers, caller)
    rows = list(table.read(servers, caller, asked))
    details = {"table": table.name, "rows": len(rows)}
    address = request.remote_addr
    entry = audit.AuditEntry(caller.name, "export", asked.portal_id, details, address, g.request_id)
    audit.note(servers, entry)
    answer = Response(csv_tables.written(table.columns, rows), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{table.name}.csv"'
    return answer
