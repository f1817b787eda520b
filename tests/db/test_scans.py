"""Runs of backfill and reconcile: one at a time, resumed where they failed, once per hour slot."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from db import scans
from db.connect import Database
from db.scans import Scan, Stretch

HOUR = datetime(2026, 1, 1, 12, tzinfo=UTC)
NEXT_HOUR = HOUR + timedelta(hours=1)


def begin(database: Database, kind: str = "backfill", object_type: str = "contacts", **more: Any) -> Scan | None:
    with database.transaction() as conn:
        return scans.begin(conn, 1, kind, object_type, **more)


def begun(database: Database, **more: Any) -> Scan:
    scan = begin(database, **more)
    assert scan is not None
    return scan


def finish(database: Database, scan: Scan, error: str | None = None) -> None:
    with database.transaction() as conn:
        scans.finish(conn, scan, error)


def advance(database: Database, scan: Scan, checkpoint: str | None, records: int = 100) -> str:
    with database.transaction() as conn:
        return scans.advance(conn, scan, checkpoint, records, 2)


def age(database: Database, seconds: int) -> None:
    with database.transaction() as conn:
        conn.execute("update scans set heartbeat_at = heartbeat_at - %s", [timedelta(seconds=seconds)])


def state(database: Database, columns: str = "state") -> list[tuple[Any, ...]]:
    with database.transaction() as conn:
        rows = conn.execute(f"select {columns} from scans order by created_at").fetchall()  # type: ignore[arg-type]
    return [tuple(row.values()) for row in rows]


def test_one_run_at_a_time_per_type_and_kind(database: Database) -> None:
    begun(database)
    assert begin(database) is None
    begun(database, object_type="deals")
    begun(database, kind="reconcile")
    with database.transaction() as conn:
        assert scans.begin(conn, 2, "backfill", "contacts") is not None


def test_progress_adds_up_and_answers_the_state(database: Database) -> None:
    scan = begun(database)
    assert (advance(database, scan, "100"), advance(database, scan, "200")) == ("running", "running")
    with database.transaction() as conn:
        scans.expect(conn, scan, 250)
        (found,) = scans.progress(conn, [scan.scan_id])
    assert found == {
        "portal_id": 1, "object_type": "contacts", "state": "running", "records": 200, "total": 250, "requests": 4,
        "error": None,
    }  # fmt: skip
    assert state(database, "checkpoint") == [("200",)]


def test_a_run_that_is_gone_was_cancelled(database: Database) -> None:
    scan = begun(database)
    with database.transaction() as conn:
        conn.execute("delete from scans")
    assert advance(database, scan, "100") == "cancelled"


def test_a_failed_run_goes_on_where_it_stood(database: Database) -> None:
    scan = begun(database)
    advance(database, scan, None, 700)
    finish(database, scan, "HubSpot is away")
    assert state(database, "state, error, finished_at is null") == [("failed", "HubSpot is away", False)]
    assert begin(database) == Scan(1, "contacts", scan.scan_id, records=700)
    assert state(database, "state, error, finished_at is null") == [("running", None, True)]


def test_a_completed_run_is_followed_by_a_new_one(database: Database) -> None:
    scan = begun(database)
    advance(database, scan, None, 700)
    finish(database, scan)
    again = begun(database)
    assert (again.scan_id != scan.scan_id, again.records) == (True, 0)
    assert state(database) == [("completed",), ("running",)]


def test_the_stretches_of_a_backfill_are_taken_up_where_they_stood(database: Database) -> None:
    scan = begun(database)
    with database.transaction() as conn:
        assert scans.unfinished(conn, scan) == []
        for stretch in (
            Stretch(500, 500, None),
            Stretch(0, 0, 500),
            Stretch(0, 100, 250),
            Stretch(500, 900, None, True),
        ):
            scans.put(conn, scan, stretch)
        assert scans.unfinished(conn, scan) == [Stretch(0, 100, 250)]


def test_a_silent_run_crashed_and_is_taken_over(database: Database) -> None:
    scan = begun(database)
    age(database, 80)
    assert begin(database) is None
    with database.transaction() as conn:
        assert scans.abandoned(conn) == []
    age(database, 20)
    with database.transaction() as conn:
        assert scans.abandoned(conn) == [(1, "backfill")]
    assert begun(database).scan_id == scan.scan_id


def test_what_failed_days_ago_is_not_resumed(database: Database) -> None:
    scan = begun(database)
    finish(database, scan, "HubSpot is away")
    age(database, 25 * 3600)
    assert begun(database).scan_id != scan.scan_id


def test_an_hour_is_run_once(database: Database) -> None:
    finish(database, begun(database, kind="reconcile", slot=HOUR))
    assert begin(database, kind="reconcile", slot=HOUR) is None
    finish(database, begun(database, kind="reconcile", slot=NEXT_HOUR))
    begun(database, kind="reconcile")


def test_a_failed_hour_is_tried_again_within_it_only(database: Database) -> None:
    failed = begun(database, kind="reconcile", slot=HOUR)
    finish(database, failed, "HubSpot is away")
    assert begun(database, kind="reconcile", slot=HOUR).scan_id == failed.scan_id
    finish(database, failed, "again")
    assert begun(database, kind="reconcile", slot=NEXT_HOUR).scan_id != failed.scan_id


def test_a_failed_run_does_not_resume_beside_one_that_is_under_way(database: Database) -> None:
    finish(database, begun(database, kind="reconcile", slot=HOUR), "HubSpot is away")
    begun(database, kind="reconcile", slot=NEXT_HOUR)
    assert begin(database, kind="reconcile", slot=HOUR) is None
    assert state(database) == [("failed",), ("running",)]


@pytest.mark.parametrize("failed_before", [False, True])
def test_of_two_who_begin_at_once_one_gets_the_run(database: Database, failed_before: bool) -> None:
    if failed_before:
        finish(database, begun(database), "HubSpot is away")
    asked = threading.Event()

    def second() -> Scan | None:
        with database.transaction() as conn:
            asked.set()
            return scans.begin(conn, 1, "backfill", "contacts")

    with ThreadPoolExecutor(1) as threads:
        with database.transaction() as conn:
            first, late = scans.begin(conn, 1, "backfill", "contacts"), threads.submit(second)
            asked.wait(5)
            with pytest.raises(TimeoutError):
                late.result(timeout=0.1)  # it waits for the first to commit
        assert (first is None, late.result(5)) == (False, None)
    assert state(database) == [("running",)]


def test_a_reconcile_begins_where_the_last_one_or_the_backfill_began(database: Database) -> None:
    def reached() -> datetime | None:
        with database.transaction() as conn:
            return scans.last_reconciled(conn, 1, "contacts")

    backfill = begun(database)
    assert reached() is None
    finish(database, backfill)
    assert [(reached(),)] == state(database, "started_at")
    for slot, error in ((HOUR, None), (NEXT_HOUR, "HubSpot is away")):
        scan = begun(database, kind="reconcile", slot=slot)
        advance(database, scan, slot.isoformat())
        finish(database, scan, error)
        assert reached() == HOUR
