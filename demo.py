"""`spoke demo`: everything on this machine against a simulated portal, with a picture of what happens.

Backfills, then lets people edit the portal and shows their edits arrive. See stack.py for what is started.
"""

from __future__ import annotations

import shlex
import time
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

import embedded
import stack
from db.connect import Database
from db.queries import QUERIES
from stack import Scene, Stack
from workers.context import Context
from workers.definitions import refresh
from workers.progress import backfill_with_bars
from workers.verify import Report

CUSTOM = {"locations": 40}  # a custom object type and how many of it there are
BURST = {"count": 2_000, "over": 500, "kinds": ["update", "create", "archive", "associate"]}


def run(console: Console, once: bool, options: Mapping[str, Any]) -> int:
    """The demo from beginning to end; 0, or 1 when `once` finds the copy unequal to the portal."""
    records = {name: int(options[name]) for name in ("contacts", "deals", "companies", "calls")}
    scene = Scene(records, port=0 if once else int(options["port"]), custom=CUSTOM)
    with stack.running(scene, console.print) as started:
        console.print(f"Portal {started.portal.portal_id}: fetching every record …")
        types = refresh(started.context, started.portal)
        failures = backfill_with_bars(started.context, started.portal, tuple(types), console)
        if failures:
            console.print("\n".join(failures), style="red")
            return 1
        _seed_business(started.context.database)
        _say_where_to_look(console, started)
        if once:
            return _burst(console, started)
        return _watch(console, started, float(options["edits_per_second"]))


def _seed_business(database: Database) -> None:
    """Users, teams and memberships as a product of the simulated company would have them."""
    with database.transaction() as conn:
        for name in ("demo_users", "demo_teams", "demo_memberships"):
            conn.execute(QUERIES[name])


def _say_where_to_look(console: Console, started: Stack) -> None:
    environment = started.environment
    psql = shlex.join([embedded.psql(), environment["DATABASE_URL"]])
    console.print("\n[bold]Where to look[/bold]")
    console.print(f"  SQL       {psql} -c 'select * from sync_status'", soft_wrap=True)
    console.print(f"  health    {environment['PUBLIC_URL']}/health")
    console.print(f"  HubSpot   {started.hubspot.url}/simulator/stats\n")


def _burst(console: Console, started: Stack) -> int:
    """Change many records at once, wait until all is quiet, compare every record with the portal."""
    console.print(f"{BURST['count']:,} edits at once: properties, new records, archives, associations …")
    began = time.monotonic()
    started.hubspot.call("edits", **BURST)
    started.hubspot.wait_until_quiet()
    quiet = time.monotonic()
    started.wait_until_applied()
    applied = time.monotonic()
    console.print("Comparing every record with the portal …")
    reports = started.verified()
    _print_reports(console, reports)
    _print_latency(console, started.context)
    events = started.hubspot.ask("stats")["deliveries"]["events_delivered"]
    console.print(
        f"{events:,} events delivered in {quiet - began:.1f} s, all applied {applied - quiet:.1f} s after the last one"
    )
    equal = not any(report.unequal for report in reports)
    console.print("[green]The copy equals the portal.[/green]" if equal else "[red]The copy differs.[/red]")
    return 0 if equal else 1


def _print_reports(console: Console, reports: list[Report]) -> None:
    table = Table("type", "records compared", "differ")
    for report in reports:
        if report.compared or report.unequal:
            table.add_row(report.object_type, f"{report.compared:,}", str(report.unequal))
    console.print(table)
    for report in reports:
        for kind, ids in report.differences.items():
            console.print(f"  {report.object_type} {kind}: {', '.join(ids[:10])}", style="red")


def _print_latency(console: Console, context: Context) -> None:
    with context.database.transaction() as conn:
        row = conn.execute(QUERIES["demo_latency"]).fetchone()
    if row and row["p50"] is not None:
        console.print(
            f"event → row: p50 {row['p50']:,.0f} ms, p95 {row['p95']:,.0f} ms, p99 {row['p99']:,.0f} ms "
            f"over {row['changes']:,} changes"
        )


def _watch(console: Console, started: Stack, edits_per_second: float) -> int:
    """Let people edit the portal and tell every two seconds what arrived, until Ctrl-C."""
    started.hubspot.call("settings", edits_per_second=edits_per_second)
    console.print(f"{edits_per_second:g} edits a second from now on; Ctrl-C stops everything.")
    try:
        while True:
            time.sleep(2)
            with started.context.database.transaction() as conn:
                row = conn.execute(QUERIES["demo_tick"]).fetchone()
            assert row is not None
            latency = "-" if row["p50"] is None else f"{row['p50']:,.0f} ms"
            console.print(
                f"{time.strftime('%H:%M:%S')}  events {row['events']:>7,}   rows {row['rows']:>7,}   "
                f"waiting {row['pending']:>4,}   event → row p50 {latency}"
            )
    except KeyboardInterrupt:
        console.print("Stopping …")
        return 0
