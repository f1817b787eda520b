"""Two machines work for one Redis and one Postgres. One is lost whole: nothing else is."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from rq.worker import SimpleWorker

import deliveries
import jobs
from db import changes
from db.changes import Mark
from settings import Settings
from tests.processes import Simulator, wait_for
from tests.stopping import Process, environment_of, started
from tests.workers.test_events import event, send
from workers import clock, ingest
from workers.context import Context

Rows = Callable[..., list[dict[str, Any]]]
MACHINES = ("north", "south")
HELD = "lock table webhook_events, hubspot_contacts_raw, hubspot_deals_raw in exclusive mode"
WAITING = "select pid from pg_locks where relation = 'webhook_events'::regclass and not granted"
# The kernel gives a process a host name of its own; without root that takes a user space, too.
NAMED = f"""
import ctypes, os, socket, sys
kernel, names, users = ctypes.CDLL(None), 0x04000000, 0x10000000
if kernel.unshare(names) and kernel.unshare(names | users):
    sys.exit("no host name of its own")
socket.sethostname(sys.argv[1])
os.execv({sys.executable!r}, [{sys.executable!r}, *sys.argv[2:]])
"""


@pytest.fixture
def north_and_south(settings: Settings, tmp_path: Path) -> Iterator[list[Process]]:
    """Give the workers of two machines: a supervisor each, with an ingest and a fetch."""
    probe = [sys.executable, "-c", NAMED, "probe", "-c", ""]
    if subprocess.run(probe, capture_output=True).returncode:
        pytest.skip("this kernel gives an ordinary user no host name")
    with ExitStack() as running:
        work = ("-m", "workers", "ingest=1", "fetch=1")
        machines = [
            running.enter_context(
                started(tmp_path / name, environment_of(settings), "-c", NAMED, name, *work)
            )
            for name in MACHINES
        ]
        yield machines
        for machine in machines:  # or their workers would take later tests' deliveries
            if machine.process.poll() is None:
                lose(machine)


def lose(machine: Process) -> None:
    """Kill all processes of a machine; the supervisor first, or it would start others."""
    others = psutil.Process(machine.process.pid).children(recursive=True)
    machine.process.kill()
    machine.process.wait()
    for each in others:
        with suppress(psutil.NoSuchProcess):
            each.kill()


def held(context: Context) -> list[bytes]:
    """List the deliveries that some ingest has taken and not let go of. The first ingest makes the
    group."""
    if not context.server.xinfo_groups(deliveries.STREAM):
        return []
    kept = context.server.xpending_range(deliveries.STREAM, "ingest", "-", "+", 1_000)
    return [each["message_id"] for each in kept]


def let_time_pass(context: Context, rows: Rows) -> None:
    """Let leases end, and deliveries be held for as long as only a dead ingest holds them."""
    rows("update pending_changes set leased_until = now() where leased_until > now() returning 1")
    if ids := held(context):
        context.server.xclaim(
            deliveries.STREAM, "ingest", "ingest", 0, ids, idle=60_000, justid=True
        )


def test_a_machine_that_is_lost_loses_nothing(
    context: Context, simulator: Simulator, rows: Rows, north_and_south: list[Process]
) -> None:
    """1. Both machines are in the middle of a fetch and of an ingest: each waits for a table.
    2. One is killed whole. 3. The other does its own work, what came since, and the dead one's."""
    north, south = north_and_south
    made = {kind: simulator.create(kind, {}) for kind in ("contacts", "deals", "companies")}
    wait_for(lambda: jobs.listening(context.server) == {"backfill": 0, "fetch": 2, "ingest": 2}, 60)
    workers = SimpleWorker.all(connection=context.server)
    assert sorted(each.hostname for each in workers) == ["north", "north", "south", "south"]
    told = 2 * ingest.BATCH
    with context.database.transaction() as conn:
        conn.execute(HELD)
        with context.database.transaction() as marking:
            changes.mark(
                marking, [Mark(simulator.portal_id, each, made[each]) for each in list(made)[:2]]
            )
        for kind in list(made)[:2]:
            jobs.enqueue(context.server, jobs.FETCH, simulator.portal_id, kind)
        leased = "select object_type from pending_changes where leased_until > now()"
        wait_for(lambda: len(rows(leased)) == 2, 60)
        for number in range(told):
            named = {"subscriptionType": "company.creation", "objectId": int(made["companies"])}
            body = event(simulator.portal_id, eventId=f"ours {number}", **named)
            send(context, json.dumps([body]).encode())
        for _ in MACHINES:
            jobs.enqueue(context.server, jobs.INGEST)
        # However many deliveries each has taken: one may have begun before all had come.
        wait_for(lambda: len(rows(WAITING)) == 2 and held(context), 60)
        lose(north)
    let_time_pass(context, rows)

    def done() -> bool:
        clock.wake_waiting(context)
        return not deliveries.waiting(context.server) and not rows("select from pending_changes")

    wait_for(done, 60)
    assert south.process.poll() is None, south.said
    ours = (
        "select event->>'eventId' as id from webhook_events where event->>'eventId' like 'ours%%'"
    )
    assert len(rows(ours)) == told
    stored = {kind: rows(f"select hubspot_id as id from hubspot_{kind}_raw") for kind in made}
    assert stored == {kind: [{"id": hubspot_id}] for kind, hubspot_id in made.items()}
