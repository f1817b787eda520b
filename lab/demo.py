"""`spoke demo`: everything on this machine against a simulated portal, with a picture of what
happens.

Backfills, then lets people edit the portal and shows their edits arrive. stack.py starts its parts.
"""

from __future__ import annotations

import os
import shlex
import signal
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any

import psycopg
import redis
import requests
from rich.console import Console
from rich.table import Table

import env_file
from commands.progress import backfill_with_bars
from db.queries import QUERIES
from lab import embedded, ownership, stack
from lab.demo_control import Control
from lab.processes import Died
from lab.simulated import Scene
from lab.stack import Stack
from operations import dashboard_users, relink, sessions
from operations.callers import SCOPES
from workers.context import Context
from workers.definitions import refresh
from workers.differences import Report
from workers.verify import verify

CUSTOM = {"locations": 40}  # a custom object type and how many of it there are
BURST = {"count": 2_000, "over": 500, "kinds": ["update", "create", "archive", "associate"]}
# The simulated portal's are no secrets, so that they can stand on a screen.
NO_SECRETS = {
    "HUBSPOT_ACCESS_TOKEN": "the-simulated-portal",
    "HUBSPOT_CLIENT_SECRET": "the-simulated-app",
}
_OF_THE_PORTAL = ("HUBSPOT_API_BASE_URL", "PUBLIC_URL", *NO_SECRETS)
VISITOR = "demo@localhost"  # signs in by the link that the demo prints
FIRST_PAGE = "/?period=year"  # a small portal closes few deals in 30 days
PAGES_APP = "lab.demo_pages:app"  # wsgi:app and one page more, which breaks what runs
GRACE_SECONDS = 2.0  # then the keeper ends the rest
STOPPED, NOT_RUN = 130, 2  # exit codes beside 0 and 1


def run(console: Console, once: bool, options: Mapping[str, Any]) -> int:
    """Run the demo from beginning to end; answer 0, or 1 when `once` finds the copy unequal to
    the portal. However it ends, nothing stays behind: see keeper.py. A SIGTERM ends it as Ctrl-C
    does."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        return _run(console, once, options)
    except KeyboardInterrupt:
        return STOPPED
    except (Died, ownership.NotOurs) as error:
        console.print(str(error), style="red", markup=False, soft_wrap=True)
        return NOT_RUN


def _stop(number: int, frame: object) -> None:
    """Begin to stop, once: a second signal must not break off the stopping. Threads of a backfill
    may go on for minutes; after some seconds the keeper ends them with all the rest."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    os.write(sys.stdout.fileno(), "\nStopping …\n".encode())  # print() may be what was interrupted
    hurry = threading.Timer(GRACE_SECONDS, os._exit, [STOPPED])
    hurry.daemon = True
    hurry.start()
    raise KeyboardInterrupt


def _run(console: Console, once: bool, options: Mapping[str, Any]) -> int:
    records = {name: int(options[name]) for name in ("contacts", "deals", "companies", "calls")}
    scene = Scene(records, port=0 if once else int(options["port"]), custom=CUSTOM)
    control = Control()
    more = {**NO_SECRETS, **control.environment}
    with (
        stack.running(scene, console.print, more=more, pages=PAGES_APP) as started,
        control.serving(started),
    ):
        try:
            return _show(console, started, once, float(options["edits_per_second"]))
        except (psycopg.OperationalError, redis.RedisError, requests.RequestException, OSError):
            started.check()  # why it failed, if one of our processes is gone
            raise


def _show(console: Console, started: Stack, once: bool, edits_per_second: float) -> int:
    console.print(f"Portal {started.portal.portal_id}: fetching every record …")
    types = refresh(started.context, started.portal)
    failures = backfill_with_bars(started.context, started.portal, tuple(types), console)
    if failures:
        console.print("\n".join(failures), style="red")
        started.check()
        return 1
    seed_business(started.context)
    if not once:  # so that the first screen has the proof
        console.print("Comparing every record with the portal …")
        verify(started.context, started.portal, patience=0)
    _say_how_to_enter(console, started)
    _say_where_to_look(console, started)
    if once:
        return _burst(console, started)
    return _watch(console, started, edits_per_second)


def seed_business(context: Context) -> None:
    """Write users, teams and memberships as a product of the simulated company would have them.

    Find the links with them at once: the clock would list the uncertain ones in ten minutes.
    """
    with context.database.transaction() as conn:
        for name in ("demo_users", "demo_teams", "demo_memberships"):
            conn.execute(QUERIES[name])
    relink.look_at_teams(context)
    relink.look_at_doubts(context)


def _say_how_to_enter(console: Console, started: Stack) -> None:
    """Print one link that signs in on this machine; it ends with the demo."""
    context = started.context
    dashboard_users.put(context, VISITOR, list(SCOPES), [started.portal.portal_id])
    link = f"{started.pages_url}/sign-in/{sessions.make_link(context, VISITOR, FIRST_PAGE)}"
    console.print("\n[bold]Open this[/bold] (it signs you in, on this machine)")
    console.print(f"  {link}", soft_wrap=True, markup=False, highlight=False, style="cyan")


def _say_where_to_look(console: Console, started: Stack) -> None:
    """Print addresses to look at, and what to set so that every command works on the demo. No
    secret is among them: a named server's address is given by its variable."""
    environment = started.environment
    database = _address(ownership.DATABASE, environment["DATABASE_URL"])
    stream = _address(ownership.REDIS, environment["REDIS_URL"])
    console.print("\n[bold]Where to look[/bold]")
    lines = [
        f"SQL       {shlex.quote(embedded.psql())} {database} -c 'select * from sync_status'",
        f"health    {environment['PUBLIC_URL']}/health",
        f"HubSpot   {started.hubspot.url}/simulator/stats",
        f"commands  export DATABASE_URL={database} REDIS_URL={stream}",
        f"          export {' '.join(f'{name}={environment[name]}' for name in _OF_THE_PORTAL)}",
        f"          export {env_file.NO_ENV_FILE}=1  # your .env is about another portal",
        "          ./spoke status",
    ]
    for line in lines:
        console.print(f"  {line}", soft_wrap=True, markup=False, highlight=False)
    console.print()


def _address(variable: str, url: str) -> str:
    """Quote an address for a shell; a named server's may hold a password, so it goes by its
    variable."""
    if ownership.named(variable):
        return f'"${variable}"'
    return shlex.quote(url)


def _burst(console: Console, started: Stack) -> int:
    """Change many records at once, wait until all is quiet, compare every record with the
    portal."""
    console.print(
        f"{BURST['count']:,} edits at once: properties, new records, archives, associations …"
    )
    began = time.monotonic()
    started.hubspot.call("edits", **BURST)
    started.hubspot.wait_until_quiet(started.check)
    quiet = time.monotonic()
    started.wait_until_applied(started.check)
    applied = time.monotonic()
    console.print("Comparing every record with the portal …")
    reports = started.verified()
    _print_reports(console, reports)
    _print_latency(console, started.context)
    events = started.hubspot.ask("stats")["deliveries"]["events_delivered"]
    console.print(
        f"{events:,} events delivered in {quiet - began:.1f} s, all applied {applied - quiet:.1f} "
        "s after the last one"
    )
    equal = not any(report.unequal for report in reports)
    console.print(
        "[green]The copy equals the portal.[/green]" if equal else "[red]The copy differs.[/red]"
    )
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
            f"event → row: p50 {row['p50']:,.0f} ms, p95 {row['p95']:,.0f} ms, p99 "
            f"{row['p99']:,.0f} ms over {row['changes']:,} changes"
        )


def _watch(console: Console, started: Stack, edits_per_second: float) -> int:
    """Let people edit the portal and tell every two seconds what arrived, until Ctrl-C."""
    started.hubspot.call("settings", edits_per_second=edits_per_second)
    console.print(f"{edits_per_second:g} edits a second from now on; Ctrl-C stops everything.")
    try:
        while True:
            time.sleep(2)
            started.check()
            _tell(console, started.context)
    except KeyboardInterrupt:
        return 0


def _tell(console: Console, context: Context) -> None:
    with context.database.transaction() as conn:
        row = conn.execute(QUERIES["demo_tick"]).fetchone()
    assert row is not None
    latency = "-" if row["p50"] is None else f"{row['p50']:,.0f} ms"
    console.print(
        f"{time.strftime('%H:%M:%S')}  events {row['events']:>7,}   rows {row['rows']:>7,}   "
        f"waiting {row['pending']:>4,}   event → row p50 {latency}"
    )
