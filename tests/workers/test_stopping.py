"""SIGTERM ends any job of the workers at its next page: nothing is lost, and the next worker goes
on at once."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import deliveries
import jobs
from db import changes
from db.changes import Mark
from hubspot.mirrored import Mirrored
from hubspot.objects import CONTACTS, CORE_TYPES
from hubspot.rate_limit import Pace, RateLimit
from operations import country as phones
from operations import relink, removal
from operations.stopping import Stop, Stopped
from settings import Settings
from tests.processes import Simulator, wait_for
from tests.stopping import HANGS, AtWork, at_work, environment_of, started, struck_by
from tests.workers.conftest import arrive, fetch_now
from tests.workers.test_backfill import run as backfill_all
from tests.workers.test_backfill import unequal
from tests.workers.test_events import event, send
from workers import backfill, history, ingest, links, nightly, phone_numbers, reconcile, sums
from workers.context import Context

Rows = Callable[..., list[dict[str, Any]]]
Work = Callable[..., Any]
LISTS = {"kinds": ["list_records"]}
AWAY = {"fault": "status", "status": 503}  # asked again in 30 s


@pytest.fixture
def work(settings: Settings, tmp_path: Path) -> Work:
    """`python -m workers` on some queues."""

    def begin(*queues: str, **more: str) -> Any:
        environment = environment_of(settings, **more)
        return started(
            tmp_path / "log", environment, "-m", "workers", *(f"{each}=1" for each in queues)
        )

    return begin


def states(rows: Rows, kind: str) -> dict[str, int]:
    found = rows("select state, count(*)::int as n from scans where kind = %s group by 1", kind)
    return {row["state"]: row["n"] for row in found}


def companies(simulator: Simulator, count: int) -> None:
    simulator.control(
        "import",
        type="companies",
        records=[{"properties": {"name": f"c{n}"}} for n in range(count)],
    )


def backfill_waits(context: Context, simulator: Simulator, rows: Rows) -> None:
    rows(
        "insert into scans (portal_id, kind, object_type, state) select %s, 'backfill', name,"
        " 'pending' from unnest(%s::text[]) as name returning 1",
        simulator.portal_id,
        list(CORE_TYPES),
    )
    jobs.wake(context.server, jobs.BACKFILL, simulator.portal_id)


def backfilling(context: Context, **changed: Any) -> AbstractContextManager[AtWork]:
    """Run a worker that takes up the backfill that waits."""
    settings = replace(context.settings, **changed)
    return at_work(settings, jobs.BACKFILL, context.portals()[0].portal_id)


def goes_on(context: Context, simulator: Simulator, rows: Rows) -> None:
    """Hold that a run of each type was left, and that the next worker completes them all, each
    where it stood."""
    left = states(rows, "backfill")
    assert left["pending"] and left.keys() <= {"pending", "completed"}, left
    assert jobs.queued(context.server, jobs.BACKFILL) == {(simulator.portal_id,)}
    for key in context.server.scan_iter("spoke:limit:*"):
        context.server.delete(key)
    backfill.run(context, simulator.portal_id)
    assert states(rows, "backfill") == {"completed": len(CORE_TYPES)}
    assert rows("select object_type from scans where records <> total") == []
    assert unequal(context, simulator) == {}


def test_sigterm_ends_a_backfill_whose_hubspot_hangs(
    context: Context, simulator: Simulator, rows: Rows, work: Work
) -> None:
    backfill_waits(context, simulator, rows)
    with struck_by(simulator, HANGS | LISTS) as wait, work("backfill") as running:
        wait()
        running.ends()
    goes_on(context, simulator, rows)


@pytest.mark.parametrize("fault", [AWAY | LISTS, HANGS | {"kinds": ["associations_read"]}])
def test_a_backfill_whose_hubspot_hangs_or_is_away(
    context: Context, simulator: Simulator, rows: Rows, fault: dict[str, Any]
) -> None:
    backfill_waits(context, simulator, rows)
    jobs.queue(context.server, "backfill").empty()
    with struck_by(simulator, fault) as wait, backfilling(context) as running:
        wait()
        running.ends()
    goes_on(context, simulator, rows)


def test_a_backfill_in_full_run_stops_between_two_pages(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    """A slow HubSpot, and a limit that makes it last."""
    companies(simulator, 1_000)
    backfill_waits(context, simulator, rows)
    jobs.queue(context.server, "backfill").empty()
    stored = "select count(*)::int as n from hubspot_companies_raw where not archived"
    with (
        struck_by(simulator, {"fault": "latency", "ms": 300}),
        backfilling(context, hubspot_rate_limit=60) as running,
    ):
        wait_for(lambda: rows(stored)[0]["n"], 120)
        running.ends()
    here = rows(stored)[0]["n"]
    assert (
        rows("select records from scans where object_type = 'companies'") == [{"records": here}]
        and here < 1_000
    )
    goes_on(context, simulator, rows)


def test_a_backfill_that_waits_for_the_rate_limit(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    backfill_waits(context, simulator, rows)
    jobs.queue(context.server, "backfill").empty()
    limit = RateLimit(context.server, str(simulator.portal_id), Pace(190))
    with (
        struck_by(simulator, {"fault": "latency", "ms": 300} | LISTS) as wait,
        backfilling(context) as running,
    ):
        wait()
        # By then the requests under way are answered, and all threads wait.
        until = time.monotonic() + 1
        while time.monotonic() < until:
            limit.block(10.8)  # a longer wait would be put off
            time.sleep(0.1)
        running.ends()
    goes_on(context, simulator, rows)


def test_a_ctrl_c_that_nobody_takes_ends_the_threads_too(
    context: Context, simulator: Simulator
) -> None:
    """As in the demo: Python waits for the threads of a pool, and they would go on to the last
    page."""
    with struck_by(simulator, HANGS | LISTS) as wait, ThreadPoolExecutor(1) as threads:
        pressed = threads.submit(
            lambda: (wait(), time.sleep(1), os.kill(os.getpid(), signal.SIGINT), time.monotonic())
        )
        with pytest.raises(KeyboardInterrupt):
            backfill_all(context, simulator)
        assert time.monotonic() - pressed.result()[-1] < 10


def test_an_hourly_reconcile_goes_on_within_its_hour(
    context: Context, simulator: Simulator, rows: Rows, backfilled: None
) -> None:
    simulator.control("faults", webhooks={"dropped": 1.0})
    simulator.create("contacts", {"firstname": "Unheard"})
    simulator.control("faults", webhooks={})
    jobs.queue(context.server, "backfill").empty()
    with (
        struck_by(simulator, HANGS | {"kinds": ["search"]}) as wait,
        at_work(context.settings, jobs.RECONCILE) as running,
    ):
        wait()
        running.ends()
    assert states(rows, "reconcile").keys() == {"pending"}
    assert jobs.queued(context.server, jobs.RECONCILE) == {()}
    reconcile.run(context)
    assert states(rows, "reconcile")["completed"] == len(CORE_TYPES)
    arrive(context, simulator)
    assert unequal(context, simulator) == {}


def test_a_nightly_sweep_goes_on_at_its_checkpoint(
    context: Context, simulator: Simulator, rows: Rows, backfilled: None
) -> None:
    rows("update hubspot_deals_raw set raw_json = raw_json #- '{properties,dealname}' returning 1")
    jobs.queue(context.server, "backfill").empty()
    with (
        struck_by(simulator, HANGS | LISTS | {"types": ["deals"]}) as wait,
        at_work(context.settings, jobs.NIGHTLY, simulator.portal_id) as running,
    ):
        wait()
        running.ends()
    assert "pending" in states(rows, "nightly") and "failed" not in states(rows, "nightly")
    assert jobs.queued(context.server, jobs.NIGHTLY) == {(simulator.portal_id,)}
    nightly.run(context, simulator.portal_id)
    assert states(rows, "nightly") == {"completed": len(CORE_TYPES)}
    arrive(context, simulator)
    assert unequal(context, simulator) == {}


def test_histories_are_free_again_for_the_next_reader(
    context: Context, simulator: Simulator, rows: Rows, backfilled: None
) -> None:
    due = "select count(*)::int as n from history_marks where not_before <= now()"
    waiting = rows(due)
    jobs.queue(context.server, "backfill").empty()
    with (
        struck_by(simulator, HANGS | {"kinds": ["batch_read"]}) as wait,
        at_work(context.settings, jobs.HISTORY) as running,
    ):
        wait()
        assert rows(due) != waiting
        running.ends()
    assert rows(due) == waiting != [{"n": 0}]
    assert jobs.queued(context.server, jobs.HISTORY) == {()}
    history.run(context)
    assert rows(due) == [{"n": 0}]


def test_a_fetch_gives_its_claims_back(
    context: Context, simulator: Simulator, rows: Rows, work: Work
) -> None:
    contact = simulator.create("contacts", {"firstname": "Patient"})
    with context.database.transaction() as conn:
        changes.mark(conn, [Mark(simulator.portal_id, "contacts", contact)])
    jobs.enqueue(context.server, jobs.FETCH, simulator.portal_id, "contacts")
    with struck_by(simulator, HANGS | {"kinds": ["batch_read"]}) as wait, work("fetch") as running:
        wait()
        running.ends()
    left = rows("select leased_until, attempts, error from pending_changes")
    assert left == [{"leased_until": None, "attempts": 0, "error": None}]
    assert jobs.queued(context.server, jobs.FETCH) == {(simulator.portal_id, "contacts")}
    fetch_now(context, simulator.portal_id, "contacts")
    assert rows("select firstname from hubspot_contacts_raw") == [{"firstname": "Patient"}]


def test_ingest_stops_after_its_batch_and_holds_no_delivery(
    context: Context, simulator: Simulator, rows: Rows, work: Work
) -> None:
    everything = 40 * ingest.BATCH
    for number in range(everything):
        send(context, json.dumps([event(simulator.portal_id, objectId=number + 1)]).encode())
    held = lambda: sum(each["pending"] for each in context.server.xinfo_groups(deliveries.STREAM))  # noqa: E731
    with work("ingest") as running:
        with context.database.transaction() as conn:
            conn.execute("lock table webhook_events in exclusive mode")
            wait_for(held, 60)
            running.process.terminate()
            time.sleep(1)  # until the signal has reached the worker, which waits for Postgres
        running.ends()
    [stored] = rows("select count(*)::int as n from webhook_events")
    assert 0 < stored["n"] < everything and stored["n"] % ingest.BATCH == 0 and held() == 0
    assert jobs.queued(context.server, jobs.INGEST) == {()}
    ingest.run(context)
    assert rows("select count(*)::int as n from webhook_events") == [{"n": everything}]


# What talks to Postgres alone takes a batch in milliseconds: it is told to end in the middle of
# one.


def test_links_are_settled_by_the_next_process(
    context: Context, simulator: Simulator, rows: Rows, backfilled: None
) -> None:
    relink.settle(context)
    kept, told = stored_links(rows), list[int]()
    with pytest.raises(Stopped):
        relink.rebuild(context, simulator.portal_id, told.append, lambda marks: context.stop.ask())
    left = rows("select count(*)::int as n from link_marks")
    links.run(Context.open(context.settings, connections=1))
    assert rows("select count(*)::int as n from link_marks") == [{"n": 0}] and told != [0]
    assert stored_links(rows) == kept != [] and left


def stored_links(rows: Rows) -> list[dict[str, Any]]:
    return rows("select * from call_links order by call_id, contact_id")


@pytest.mark.parametrize("job", [links.run, links.look_at_teams, sums.run])
def test_what_settles_marks_and_sums_does_not_begin_another_batch(
    context: Context, job: Callable[[Context], None]
) -> None:
    context.stop.ask()
    with pytest.raises(Stopped):
        job(context)


def test_numbers_are_read_again_slice_by_slice(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    records = [{"properties": {"phone": f"030 / 1234567{n}"}} for n in range(3)]
    simulator.control("import", type="contacts", records=records)
    backfill_all(context, simulator)
    german = "select count(*)::int as n from hubspot_contacts_raw where phone_e164 like '4930%%'"
    told = list[int]()

    def stop_at_the_second(count: int) -> None:
        told.append(count)
        if len(told) == 2:
            context.stop.ask()

    assert phones.order(context, simulator.portal_id, "de") == "DE"
    assert jobs.queued(context.server, jobs.PHONE_NUMBERS) == {()}
    with pytest.raises(Stopped):
        phones.reread(context, simulator.portal_id, on_progress=stop_at_the_second, batch=1)
    assert told == [1, 1]
    left = "select object_type, after from phone_rereads order by object_type"
    assert [row["object_type"] for row in rows(left) if row["after"] != ""] == ["calls"]
    again = Context.open(context.settings, connections=1)
    assert not phones.reread(again, ends=float("-inf"))
    phone_numbers.run(again)
    again.close()
    assert (rows(left), rows(german)[0]["n"] >= 3) == ([], True)


def test_a_removal_that_waits_for_a_fetch_leaves_the_portal_paused(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    with context.database.transaction() as conn:
        changes.mark(conn, [Mark(simulator.portal_id, "contacts", "1")])
        changes.claim(conn, Mirrored(simulator.portal_id, CONTACTS), 1)
    with ThreadPoolExecutor(1) as threads:
        removing = threads.submit(removal.remove, context, simulator.portal_id)
        wait_for(lambda: rows("select 1 from portals where paused_reason = 'is being removed'"))
        context.stop.ask()
        assert isinstance(removing.exception(10), Stopped)
    assert rows(
        "select count(*)::int as n from portals where portal_id = %s", simulator.portal_id
    ) == [{"n": 1}]


def test_a_signal_that_another_thread_gets_is_heard_while_the_main_thread_waits() -> None:
    """Python's own handler would be called once the main thread has waited to the end."""
    stop, other = Stop(), threading.Event()
    helper = threading.Thread(target=other.wait, daemon=True)
    helper.start()
    heard: list[float] = []

    def strike() -> None:
        assert helper.ident is not None
        signal.pthread_kill(helper.ident, signal.SIGTERM)
        began = time.monotonic()
        while not stop() and time.monotonic() < began + 20:
            time.sleep(0.01)
        heard.append(time.monotonic() - began)
        done.set()

    done = threading.Event()
    waits = threading.Event()
    with stop.on_signals():
        threading.Timer(0.2, strike).start()
        began = time.monotonic()
        while not done.is_set() and time.monotonic() < began + 30:
            waits.wait(4)  # as for a pool of threads
    assert heard[0] < 2
