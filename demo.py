"""`spoke demo`: everything on this machine against a simulated portal, with a picture of what happens.

Starts Postgres, Valkey, the simulated HubSpot, the web process, the workers and the clock, exactly as a Procfile
would; migrates, backfills, then lets people edit the portal and shows their edits arrive.
"""

from __future__ import annotations

import json
import os
import secrets
import shlex
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import requests
from rich.console import Console
from rich.table import Table

import embedded
from db.connect import Database
from db.migrate import migrate
from db.queries import QUERIES
from hubspot.objects import OBJECT_TYPES
from settings import WEBHOOK_PATH, Settings
from workers.context import Context
from workers.definitions import register_configured
from workers.progress import backfill_with_bars
from workers.verify import Report, verify

BURST = {"count": 2_000, "over": 500, "kinds": ["update", "create", "archive", "associate"]}
PATIENCE_SECONDS = 120
ROOT = Path(__file__).parent


def run(console: Console, once: bool, options: Mapping[str, Any]) -> int:
    """The demo from beginning to end; 0, or 1 when `once` finds the copy unequal to the portal."""
    with ExitStack() as stack:
        console.print("Starting Postgres and Valkey …")
        servers = stack.enter_context(embedded.servers())
        logs = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="spoke-logs-")))
        environment = _environment(servers, 0 if once else int(options["port"]))
        console.print("Starting the simulated portal …")
        portal_url = stack.enter_context(_simulator(environment, options, logs))
        environment["HUBSPOT_API_BASE_URL"] = portal_url
        context = Context.open(Settings.from_env(env=environment), connections=12)
        stack.callback(context.close)
        migrate(context.database)
        portal_id = register_configured(context)
        portal = context.portal(portal_id or 0)
        assert portal is not None
        for name, command in _processes(environment["PORT"]).items():
            stack.enter_context(_process(name, command, environment, logs))
        _wait_for_web(environment)
        console.print(f"Portal {portal_id}: fetching every record …")
        failures = backfill_with_bars(context, portal, tuple(OBJECT_TYPES), console)
        if failures:
            console.print("\n".join(failures), style="red")
            return 1
        _seed_business(context.database)
        _say_where_to_look(console, environment, portal_url)
        if once:
            return _burst(console, context, portal_url)
        return _watch(console, context, portal_url, float(options["edits_per_second"]))


def _environment(servers: embedded.Servers, port: int) -> dict[str, str]:
    """What each process is told. The secrets are made up for this run."""
    chosen = _free_port(port)
    return {
        **os.environ,
        "DATABASE_URL": servers.database_url,
        "REDIS_URL": servers.redis_url,
        "HUBSPOT_ACCESS_TOKEN": secrets.token_hex(16),
        "HUBSPOT_CLIENT_SECRET": secrets.token_hex(16),
        "CRON_SECRET": secrets.token_hex(16),
        "PUBLIC_URL": f"http://127.0.0.1:{chosen}",
        "PORT": str(chosen),
        "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
    }


def _free_port(wanted: int) -> int:
    """`wanted` where it is free, else any."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free port")


def _processes(port: str) -> dict[str, list[str]]:
    """The Procfile's processes, with this virtual environment's programs."""
    return {
        "web": [sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"127.0.0.1:{port}"],
        "workers": [sys.executable, "-m", "workers"],
        "clock": [sys.executable, "-m", "workers.clock"],
    }


@contextmanager
def _process(name: str, command: list[str], environment: Mapping[str, str], logs: Path) -> Iterator[subprocess.Popen]:
    """A process of the product; told to stop at the end, killed when it does not."""
    with (logs / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(command, env=dict(environment), cwd=ROOT, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def _simulator(environment: Mapping[str, str], options: Mapping[str, Any], logs: Path) -> Iterator[str]:
    """The simulated HubSpot; its address, read from the line that it prints when it listens."""
    command = [sys.executable, "-m", "simulator", "--port", "0", "--seed", "1", "--latency-ms", "50"]
    command += ["--rate-limit", "190", "--deliver-to", environment["PUBLIC_URL"] + WEBHOOK_PATH]
    command += ["--client-secret", environment["HUBSPOT_CLIENT_SECRET"]]
    command += ["--access-token", environment["HUBSPOT_ACCESS_TOKEN"]]
    for name in ("contacts", "deals", "companies", "calls"):
        command += [f"--{name}", str(int(options[name]))]
    with (logs / "simulator.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"The simulator did not start: {(logs / 'simulator.log').read_text()[-2000:]}")
        yield json.loads(line)["url"]
    finally:
        process.terminate()
        process.wait(10)


def _wait_for_web(environment: Mapping[str, str]) -> None:
    give_up = time.monotonic() + 30
    while True:
        try:
            if requests.get(environment["PUBLIC_URL"] + "/health/ready", timeout=5).ok:
                return
        except requests.ConnectionError:
            if time.monotonic() > give_up:
                raise
        time.sleep(0.1)


def _seed_business(database: Database) -> None:
    """Users, teams and memberships as a product of the simulated company would have them."""
    with database.transaction() as conn:
        for name in ("demo_users", "demo_teams", "demo_memberships"):
            conn.execute(QUERIES[name])


def _say_where_to_look(console: Console, environment: Mapping[str, str], portal_url: str) -> None:
    psql = shlex.join(["psql", environment["DATABASE_URL"]])
    console.print("\n[bold]Where to look[/bold]")
    console.print(f"  SQL       {psql} -c 'select * from sync_status'", soft_wrap=True)
    console.print(f"  health    {environment['PUBLIC_URL']}/health")
    console.print(f"  HubSpot   {portal_url}/simulator/stats\n")


def _burst(console: Console, context: Context, portal_url: str) -> int:
    """Change many records at once, wait until all is quiet, compare every record with the portal."""
    console.print(f"Changing {BURST['over']} records with {BURST['count']} edits …")
    began = time.monotonic()
    _call(portal_url, "edits", BURST)
    _call(portal_url, "quiet", {"timeout": PATIENCE_SECONDS})
    quiet = time.monotonic()
    reports = _verified(context, time.monotonic() + PATIENCE_SECONDS)
    caught_up = time.monotonic()
    _print_reports(console, reports)
    _print_latency(console, context)
    stats = _stats(portal_url)
    console.print(
        f"{stats['deliveries']['events_delivered']} events delivered in {quiet - began:.1f} s; "
        f"the copy was seen equal {caught_up - quiet:.1f} s after the last delivery"
    )
    equal = not any(report.unequal for report in reports)
    console.print("[green]The copy equals the portal.[/green]" if equal else "[red]The copy differs.[/red]")
    return 0 if equal else 1


def _verified(context: Context, give_up: float) -> list[Report]:
    """Compare as soon as nothing is pending; again while something differs and there is time."""
    while True:
        waiting = _waiting(context)
        if not waiting:
            reports = verify(context, context.portals()[0])
            if not any(report.unequal for report in reports) or time.monotonic() > give_up:
                return reports
        elif time.monotonic() > give_up:
            return verify(context, context.portals()[0])
        time.sleep(0.1)


def _waiting(context: Context) -> int:
    import deliveries

    with context.database.transaction() as conn:
        row = conn.execute("select count(*) as waiting from pending_changes").fetchone()
    return deliveries.waiting(context.server) + (row["waiting"] if row else 0)


def _print_reports(console: Console, reports: list[Report]) -> None:
    table = Table("type", "records compared", "differ")
    for report in reports:
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


def _watch(console: Console, context: Context, portal_url: str, edits_per_second: float) -> int:
    """Let people edit the portal and tell every two seconds what arrived, until Ctrl-C."""
    _call(portal_url, "settings", {"edits_per_second": edits_per_second})
    console.print(f"{edits_per_second:g} edits a second from now on; Ctrl-C stops everything.")
    try:
        while True:
            time.sleep(2)
            with context.database.transaction() as conn:
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


def _call(portal_url: str, name: str, body: Mapping[str, Any]) -> Any:
    answer = requests.post(f"{portal_url}/simulator/{name}", json=body, timeout=PATIENCE_SECONDS + 30)
    answer.raise_for_status()
    return answer.json()


def _stats(portal_url: str) -> dict[str, Any]:
    answer = requests.get(f"{portal_url}/simulator/stats", timeout=30)
    answer.raise_for_status()
    return answer.json()
