"""The clock wakes what waits, so that a lost wake-up costs seconds."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import jobs
from db import changes, partitions
from db.changes import Mark
from hubspot.mirrored import Mirrored
from hubspot.objects import DEALS
from operations.stopping import Stopped
from tests.processes import Simulator
from tests.workers.test_events import event, send
from workers import clock
from workers.context import Context

Rows = Callable[..., list[dict[str, Any]]]


def queued(context: Context, queue: str) -> list[tuple[str | None, tuple[Any, ...]]]:
    return [(job.func_name, tuple(job.args)) for job in jobs.queue(context.server, queue).jobs]


def test_deliveries_and_records_that_nobody_was_told_of_are_woken(
    context: Context, simulator: Simulator
) -> None:
    send(context, json.dumps([event(simulator.portal_id)]).encode())
    with context.database.transaction() as conn:
        changes.mark(conn, [Mark(simulator.portal_id, "deals", "1")])
    clock.wake_waiting(context)
    assert queued(context, "ingest") == [(jobs.INGEST, ())]
    assert queued(context, "fetch") == [(jobs.FETCH, (simulator.portal_id, "deals"))]


def test_with_nothing_waiting_nothing_is_woken(context: Context) -> None:
    clock.wake_waiting(context)
    assert queued(context, "ingest") == queued(context, "fetch") == []


def test_neither_leased_nor_postponed_nor_paused_work_is_woken(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    with context.database.transaction() as conn:
        marks = [Mark(simulator.portal_id, "deals", "1"), Mark(simulator.portal_id, "calls", "2")]
        changes.mark(conn, [*marks, Mark(simulator.portal_id + 1, "deals", "1")])
        changes.claim(conn, Mirrored(simulator.portal_id, DEALS), 100)
    rows(
        "update pending_changes set not_before = now() + interval '1 minute'"
        " where object_type = 'calls' returning 1"
    )
    rows(
        "update portals set paused_at = now() where portal_id = %s returning 1",
        simulator.portal_id + 1,
    )
    clock.wake_waiting(context)
    assert queued(context, "fetch") == []


def due(context: Context) -> set[str]:
    looks = clock.Looks(context)
    return {job.run for job in jobs.every_job() if job.look and looks.is_due(job)}


def test_the_clock_sees_which_jobs_have_work(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    with context.database.transaction() as conn:
        conn.execute("select settle_days(portal_id) from portals")
        conn.execute("select settle_rollup(portal_id, entity) from portals, rollup_entries()")
        conn.execute("insert into activity_rounds select portal_id, now() from portals")
    assert due(context) == set()
    backfill = (
        "insert into scans (portal_id, kind, object_type, state, heartbeat_at, finished_at)"
        " select portal_id, 'backfill', 'calls', 'completed', now(), now() + interval '1 second'"
        " from portals limit 1 returning scan_id"
    )
    with context.database.transaction() as conn:
        conn.execute(backfill)
    assert due(context) == {jobs.ACTIVITY}  # what it brought is not counted yet
    with context.database.transaction() as conn:
        conn.execute("update scans set state = 'running'")
    assert due(context) == set()
    with context.database.transaction() as conn:
        conn.execute("delete from scans where kind = 'backfill'")
    send(context, json.dumps([event(simulator.portal_id)]).encode())
    assert due(context) == {jobs.WAKE_WAITING}
    with context.database.transaction() as conn:
        conn.execute("insert into link_marks (portal_id, call_ids) values (1, '{1}')")
        conn.execute("update sales_sums set built_at = null")
        conn.execute("insert into phone_rereads values (1, 'calls', '')")
        conn.execute("insert into column_rereads values (1, 'deals', '')")
        conn.execute("insert into asked_sorts values (1, 'calls', 'size', 'text')")
        conn.execute("insert into withdrawn_properties values (1, 'calls', 'size')")
        conn.execute(
            "insert into privacy_requests (portal_id, object_type, hubspot_id)"
            " values (1, 'contacts', '1')"
        )
    looked = {jobs.LINKS, jobs.SUMS, jobs.PRIVACY, jobs.PHONE_NUMBERS, jobs.SORTS}
    assert due(context) == looked | {jobs.NEW_COLUMNS, jobs.WITHDRAWALS, jobs.WAKE_WAITING}


def test_what_postgres_cannot_say_is_taken_for_work(context: Context) -> None:
    with context.database.transaction() as conn:
        conn.execute("alter table link_marks rename to elsewhere")
    assert due(context) == {job.run for job in jobs.every_job() if job.look}


def test_the_clock_says_once_that_tables_are_missing(
    context: Context, caplog: pytest.LogCaptureFixture
) -> None:
    with context.database.transaction() as conn:
        conn.execute("alter table link_marks rename to elsewhere")
    looks = clock.Looks(context)
    looked = next(job for job in jobs.every_job() if job.look)
    for _ in range(2):
        looks.is_due(looked)
        looks._asked_at = float("-inf")
    assert [record.getMessage() for record in caplog.records if record.name == "workers.clock"] == [
        "Postgres cannot say what waits, all is woken: tables are missing or out of date: "
        'relation "link_marks" does not exist. Run `spoke migrate`'
    ]


def test_the_clock_says_once_that_redis_is_away(
    context: Context, caplog: pytest.LogCaptureFixture
) -> None:
    away = replace(context.settings, redis_url="redis://me:hidden@127.0.0.1:1/0")
    threading.Timer(0.2, context.stop.ask).start()
    with pytest.raises(Stopped):
        clock._tick(away, context.stop, clock.Looks(context), pause_seconds=0.01)
    assert [record.getMessage() for record in caplog.records if record.name == "workers.clock"] == [
        "Redis is out of reach: Error 111 connecting to 127.0.0.1:1. Connection refused. "
        "Start it, or correct REDIS_URL. The clock goes on trying"
    ]


# Table → how old a row is in days, how many days it is kept, and how one is put in.
FORGOTTEN = {
    "fetches": (30, "(portal_id, object_type, fetched_at, written_at, hubspot_ids)"
        " select 1, 'deals', now(), at, array[days::text]"),
    "dead_letters": (90, "(portal_id, kind, reason, created_at) select 1, 'delivery', days, at"),
    "verify_runs": (90, "(portal_id, run_id, object_type, sampled, started_at, compared, unequal,"
        " differences, healed) select 1, gen_random_uuid(), 'deals', false, at, 1, 0, '{}', false"),
    "unknown_portals": (30, "(portal_id, events, first_at, last_at, subscription_type)"
        " select days, 1, at, at, ''"),
}  # fmt: skip


def test_a_month_of_events_goes_ninety_days_after_its_end(context: Context, rows: Rows) -> None:
    """Not a second before, and the next month stays. The table from before there were months goes
    like one."""
    last = datetime(2031, 12, 31, 23, 59, 59, tzinfo=UTC)
    clock._turn_months(context, last)
    for moment in (last, last + timedelta(seconds=1)):
        rows(
            "insert into webhook_events (portal_id, event_key, subscription_type, object_type,"
            " occurred_at, received_at, event) values (1, gen_random_uuid(), 'kept', 'deals', %s,"
            " now(), '{}') returning 1",
            moment,
        )
    there = "select occurred_at as at from webhook_events order by at"
    clock._turn_months(context, last + timedelta(days=90))
    assert [row["at"] for row in rows(there)] == [last, last + timedelta(seconds=1)]
    clock._turn_months(context, last + timedelta(days=90, seconds=1))
    assert [row["at"] for row in rows(there)] == [last + timedelta(seconds=1)]
    with context.database.transaction() as conn:
        odd = partitions.of_many_months(conn, partitions.WEBHOOK_EVENTS)
    assert odd == ["webhook_events_rest"]


def test_what_tells_of_people_is_forgotten_after_its_days(context: Context, rows: Rows) -> None:
    """A day before, it is still there; so is the last comparison of a type, whatever its age."""
    for table, (kept_days, put) in FORGOTTEN.items():
        for days in (kept_days - 1, kept_days + 1):
            at = "(select now() - make_interval(days => %s) as at, %s as days) as old"
            rows(f"insert into {table} {put} from {at} returning 1", days, days)
    clock.tidy(context)
    assert {table: len(rows(f"select from {table}")) for table in FORGOTTEN} == dict.fromkeys(
        FORGOTTEN, 1
    )


def test_reconciles_are_forgotten_after_a_month_but_for_the_last_success(
    context: Context, rows: Rows
) -> None:
    """The next one begins where that ended."""
    for object_type, days, state in (
        ("deals", 40, "completed"),
        ("deals", 35, "completed"),
        ("deals", 33, "failed"),
        ("deals", 29, "failed"),
        ("calls", 40, "completed"),
        ("calls", 1, "completed"),
    ):
        rows(
            "insert into scans (portal_id, kind, object_type, state, slot, created_at,"
            " finished_at) select 1, 'reconcile', %s, %s, at, at, at"
            " from (select now() - make_interval(days => %s)) as run (at) returning 1",
            object_type,
            state,
            days,
        )
    clock.tidy(context)
    left = rows(
        "select object_type, state, now()::date - created_at::date as days from scans order by 1, 3"
    )
    assert [tuple(row.values()) for row in left] == [
        ("calls", "completed", 1),
        ("deals", "failed", 29),
        ("deals", "failed", 33),
        ("deals", "completed", 35),
    ]
