"""Ctrl-C and SIGTERM end a command at its next page, say what it kept, and leave nothing half
done."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import jobs
from commands.opening import INTERRUPTED
from db import changes
from db.changes import Mark
from hubspot.mirrored import Mirrored
from hubspot.objects import CONTACTS, CORE_TYPES
from tests.commands.conftest import Spoke
from tests.processes import Simulator, wait_for
from tests.stopping import HANGS, started, struck_by
from tests.workers.test_backfill import run as backfill_all
from tests.workers.test_backfill import unequal
from workers import backfill
from workers.context import Context
from workers.definitions import refresh

Rows = Callable[..., list[dict[str, Any]]]
Work = Callable[..., Any]


@pytest.fixture
def spoke(environment: dict[str, str], tmp_path: Path) -> Work:
    """`spoke` with some arguments, as a process of its own."""
    return lambda *arguments: started(tmp_path / "log", environment, "cli.py", *arguments)


def backfilled(context: Context, simulator: Simulator) -> None:
    refresh(context, context.portals()[0])
    assert backfill_all(context, simulator) == []


def test_a_backfill_is_left_to_the_workers(
    context: Context, simulator: Simulator, rows: Rows, spoke: Work
) -> None:
    aim = {"kinds": ["list_records"], "types": [*CORE_TYPES]}
    with (
        struck_by(simulator, HANGS | aim) as wait,
        spoke("backfill") as running,
    ):
        wait()
        running.ends(signal.SIGINT, INTERRUPTED)
    assert "Stopped. What was fetched is kept." in running.said
    assert rows("select distinct state from scans") == [{"state": "pending"}]
    assert jobs.queued(context.server, jobs.BACKFILL) == {(simulator.portal_id,)}
    backfill.run(context, simulator.portal_id)
    found = rows("select state, count(*) as n from scans group by 1")
    assert found == [{"state": "completed", "n": len(CORE_TYPES)}]
    assert unequal(context, simulator) == {}


HANGING: list[tuple[list[str], dict[str, Any], str]] = [
    (["reconcile"], {"kinds": ["search"]}, "What was marked is kept"),
    (["history"], {"kinds": ["batch_read"]}, "What was read is kept"),
    (["verify"], {"kinds": ["list_records"]}, "Types that were compared whole count"),
    (["doctor"], {"kinds": ["list_records"]}, "Nothing was changed"),
    (
        ["backfill", "--type", "deals", "--from", "2000-01-01"],
        {"kinds": ["batch_read"]},
        "What was fetched is kept",
    ),
]


def test_what_asks_hubspot_ends_though_hubspot_hangs(
    context: Context, simulator: Simulator, rows: Rows, spoke: Work, run: Spoke
) -> None:
    """Each command goes on from a copy that is whole, and leaves one to the next."""
    backfilled(context, simulator)
    for arguments, aim, words in HANGING:
        with struck_by(simulator, HANGS | aim) as wait, spoke(*arguments) as running:
            wait()
            running.ends(signal.SIGINT, INTERRUPTED)
        assert f"Stopped. {words}" in running.said
        assert rows("select 1 from scans where state not in ('completed', 'pending')") == []
        assert rows("select 1 from pending_changes where leased_until > now()") == []
        again = run(*arguments)
        assert again.exit_code == 0 or "need mending" in again.output, again.output
        assert unequal(context, simulator) == {}, arguments


def test_verify_does_not_wait_for_what_is_coming(
    context: Context, simulator: Simulator, rows: Rows, spoke: Work
) -> None:
    """With no worker that fetches the record it would wait for a minute."""
    backfilled(context, simulator)
    rows("update hubspot_deals_raw set raw_json = raw_json #- '{properties,dealname}' returning 1")
    [deal] = rows("select hubspot_id from hubspot_deals_raw limit 1")
    with context.database.transaction() as conn:
        changes.mark(conn, [Mark(simulator.portal_id, "deals", deal["hubspot_id"])])
    simulator.control("reset-stats")
    with spoke("verify", "--type", "deals") as running:
        # looked at again
        wait_for(lambda: simulator.stats()["requests"].get("batch_read", 0) >= 2, 60)
        running.ends(signal.SIGINT, INTERRUPTED)


def test_a_removal_ends_and_is_finished_by_running_it_again(
    context: Context, simulator: Simulator, rows: Rows, spoke: Work, run: Spoke
) -> None:
    """It waits for a fetch that has a lease."""
    with context.database.transaction() as conn:
        changes.mark(conn, [Mark(simulator.portal_id, "contacts", "1")])
        changes.claim(conn, Mirrored(simulator.portal_id, CONTACTS), 1)
    with spoke("portals", "remove", str(simulator.portal_id), "--yes") as running:
        wait_for(lambda: rows("select 1 from portals where paused_reason = 'is being removed'"), 60)
        running.ends(signal.SIGINT, INTERRUPTED)
    assert "is paused and partly here; run it again" in running.said
    rows("update pending_changes set leased_until = null returning 1")
    assert run("portals", "remove", str(simulator.portal_id), "--yes").exit_code == 0
    assert rows("select 1 from portals where portal_id = %s", simulator.portal_id) == []


def test_a_rebuild_of_links_ends_with_its_batch(
    context: Context, simulator: Simulator, rows: Rows, spoke: Work, run: Spoke
) -> None:
    """It waits for another process that holds the marks, and is told to end meanwhile."""
    backfilled(context, simulator)
    waits = "select 1 from pg_locks where relation = 'link_marks'::regclass and not granted"
    with context.database.transaction() as conn, spoke("links", "rebuild") as running:
        conn.execute("lock table link_marks in exclusive mode")
        wait_for(lambda: rows(waits), 60)
        later = threading.Timer(1, lambda: conn.execute("rollback"))
        later.start()
        running.ends(signal.SIGTERM, INTERRUPTED)
        later.join()
    assert rows("select 1 from link_marks") and "are found by the clock" in running.said
    assert run("links", "rebuild").exit_code == 0 and rows("select 1 from link_marks") == []
