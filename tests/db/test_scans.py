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
from hubspot.mirrored import Mirrored
from hubspot.objects import CONTACTS

HOUR = datetime(2026, 1, 1, 12, tzinfo=UTC)
NEXT_HOUR = HOUR + timedelta(hours=1)


def begin(
    database: Database, kind: str = "backfill", object_type: str = "contacts", **more: Any
) -> Scan | None:
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
        conn.execute(
            "update scans set heartbeat_at = heartbeat_at - %s", [timedelta(seconds=seconds)]
        )


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
    assert (advance(database, scan, "100"), advance(database, scan, "200")) == (
        "running",
        "running",
    )
    with database.transaction() as conn:
        scans.expect(conn, scan, 250)
        (found,) = scans.progress(conn, [scan.scan_id])
    assert found == {
        "portal_id": 1, "object_type": "contacts", "state": "running", "records": 200, "total": 250,
        "requests": 4,
        "error": None,
    }  # fmt: skip
    assert state(database, "checkpoint") == [("200",)]


def test_a_run_that_was_left_waits_for_the_next_worker(database: Database) -> None:
    """And for no silence: it does not look alive, and may be paused as long as no process works on
    it."""
    scan = begun(database)
    advance(database, scan, None, 700)
    with database.transaction() as conn:
        scans.leave(conn, scan)
        assert scans.abandoned(conn) == [(1, "backfill", "contacts")]
    assert state(database, "state, error") == [("pending", None)]
    taken_up = begun(database)
    assert taken_up == Scan(1, "contacts", scan.scan_id, records=700, attempt=2)
    with database.transaction() as conn:
        scans.leave(conn, scan)  # too late: it is another's now
    assert state(database) == [("running",)]


def test_a_run_that_was_left_holds_up_no_other_hour(database: Database) -> None:
    """A reconcile is stopped at the end of an hour, say, and no process takes that hour up
    again."""
    scan = begun(database, kind="reconcile", slot=HOUR)
    with database.transaction() as conn:
        scans.leave(conn, scan)
    assert begun(database, kind="reconcile", slot=NEXT_HOUR).scan_id != scan.scan_id
    assert state(database) == [("crashed",), ("running",)]


def test_a_run_whose_portal_was_removed_goes_no_further(database: Database) -> None:
    scan = begun(database)
    with database.transaction() as conn:
        conn.execute("delete from scans")
    with pytest.raises(scans.TakenOver, match="removed"):
        advance(database, scan, "100")


def test_a_worker_that_was_silent_too_long_has_lost_the_run(database: Database) -> None:
    """Or two would walk the same stretches, and the failure of one would end the run of the
    other."""
    silent = begun(database)
    with database.transaction() as conn:
        scans.put(conn, silent, Stretch(0, 300, None))
    age(database, 100)
    taken = begun(database)
    assert (taken.scan_id, taken.attempt) == (silent.scan_id, silent.attempt + 1)
    with pytest.raises(scans.TakenOver, match="another worker"):
        advance(database, silent, "300")
    before = state(database, "state, records, heartbeat_at, error")
    with database.transaction() as conn:
        scans.put(conn, silent, Stretch(0, 200, None))
        scans.beat(conn, [silent])
        scans.leave(conn, silent)
        scans.put_off(conn, silent, "no requests left")
        scans.finish(conn, silent, "HubSpot is away")
        assert scans.unfinished(conn, taken) == [Stretch(0, 300, None)]
    assert state(database, "state, records, heartbeat_at, error") == before
    with database.transaction() as conn:
        scans.beat(conn, [taken])
    assert advance(database, taken, "400") == "running"
    assert state(database, "state, records, heartbeat_at, error") != before


def test_a_failed_run_goes_on_where_it_stood(database: Database) -> None:
    scan = begun(database)
    advance(database, scan, None, 700)
    finish(database, scan, "HubSpot is away")
    assert state(database, "state, error, finished_at is null") == [
        ("failed", "HubSpot is away", False)
    ]
    assert begin(database) == Scan(1, "contacts", scan.scan_id, records=700, attempt=2)
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
        assert scans.unfinished(conn, scan) == [Stretch(0, 0, None)]
        for stretch in (
            Stretch(500, 500, None),
            Stretch(0, 0, 500),
            Stretch(0, 100, 250),
            Stretch(500, 900, None, True),
        ):
            scans.put(conn, scan, stretch)
        assert scans.unfinished(conn, scan) == [Stretch(0, 100, 250)]
        scans.put(conn, scan, Stretch(0, 250, 250, True))
        assert scans.unfinished(conn, scan) == []


def test_a_silent_run_crashed_and_is_taken_over(database: Database) -> None:
    scan = begun(database)
    age(database, 80)
    assert begin(database) is None
    with database.transaction() as conn:
        assert scans.abandoned(conn) == []
    age(database, 20)
    with database.transaction() as conn:
        assert scans.abandoned(conn) == [(1, "backfill", "contacts")]
    assert begun(database).scan_id == scan.scan_id


def test_what_failed_days_ago_is_not_resumed(database: Database) -> None:
    scan = begun(database)
    finish(database, scan, "HubSpot is away")
    age(database, 25 * 3600)
    assert begun(database).scan_id != scan.scan_id


def test_what_waited_for_days_without_beginning_begins(database: Database) -> None:
    """As the run of a new type of a portal that is paused: nothing of it is old, and another could
    not begin."""
    with database.transaction() as conn:
        conn.execute(
            "insert into scans (portal_id, kind, object_type, state, created_at)"
            " values (1, 'backfill', 'contacts', 'pending', now() - interval '3 days')"
        )
    assert begin(database) is not None
    assert state(database) == [("running",)]


def test_an_hour_is_run_once(database: Database) -> None:
    finish(database, begun(database, kind="reconcile", slot=HOUR))
    assert begin(database, kind="reconcile", slot=HOUR) is None
    finish(database, begun(database, kind="reconcile", slot=NEXT_HOUR))
    begun(database, kind="reconcile")


def test_a_failed_hour_is_tried_again_within_it_only(database: Database) -> None:
    failed = begun(database, kind="reconcile", slot=HOUR)
    finish(database, failed, "HubSpot is away")
    tried = begun(database, kind="reconcile", slot=HOUR)
    assert tried.scan_id == failed.scan_id
    finish(database, tried, "again")
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
            return scans.last_reconciled(conn, Mirrored(1, CONTACTS))

    backfill = begun(database)
    assert reached() is None
    finish(database, backfill)
    assert [(reached(),)] == state(database, "started_at")
    for slot, error in ((HOUR, None), (NEXT_HOUR, "HubSpot is away")):
        scan = begun(database, kind="reconcile", slot=slot)
        advance(database, scan, slot.isoformat())
        finish(database, scan, error)
        assert reached() == HOUR


def in_state(database: Database, wanted: str, kind: str = "backfill") -> Scan:
    """Make a run in this state; "crashed" as the table knows it before anybody looks: running, and
    silent."""
    scan = begun(database, kind=kind)
    with database.transaction() as conn:
        conn.execute("update scans set state = %s", ["running" if wanted == "crashed" else wanted])
    if wanted == "crashed":
        age(database, 601)
    return scan


def move(database: Database, action: str, scan: Scan) -> bool:
    with database.transaction() as conn:
        return scans.move(conn, action, [scan.scan_id]) == {scan.scan_id}


STATES = ("pending", "running", "paused", "completed", "failed", "cancelled", "crashed")
LEGAL = {("pause", state): "paused" for state in ("pending", "running")}
LEGAL |= {("resume", state): "running" for state in ("paused", "failed", "crashed")}
LEGAL |= {
    ("cancel", state): "cancelled"
    for state in ("pending", "running", "paused", "failed", "crashed")
}


@pytest.mark.parametrize("action", scans.MOVES)
@pytest.mark.parametrize("before", STATES)
def test_a_run_moves_only_where_it_may(database: Database, action: str, before: str) -> None:
    scan = in_state(database, before)
    assert move(database, action, scan) == ((action, before) in LEGAL)
    with database.transaction() as conn:
        [found] = scans.listed(conn, everything=True)
    assert found["state"] == LEGAL.get((action, before), before)


@pytest.mark.parametrize("before", ["paused", "failed", "crashed"])
def test_a_resumed_run_is_taken_up_at_its_checkpoint_by_the_next_worker(
    database: Database, before: str
) -> None:
    scan = in_state(database, before)
    advance(database, scan, None, 700)
    age(database, 3 * 24 * 3600)
    assert move(database, "resume", scan)
    with database.transaction() as conn:
        assert scans.abandoned(conn) == [(1, "backfill", "contacts")]
    assert begin(database) == Scan(1, "contacts", scan.scan_id, records=700, attempt=2)
    with database.transaction() as conn:
        assert scans.abandoned(conn) == []


def test_a_paused_run_keeps_others_away_and_a_cancelled_one_is_never_taken_up_again(
    database: Database,
) -> None:
    scan = in_state(database, "paused")
    assert begin(database) is None
    assert move(database, "cancel", scan)
    again = begun(database)
    assert (again.scan_id != scan.scan_id, again.records) == (True, 0)
    assert not move(database, "resume", scan)


def test_an_older_run_than_the_latest_does_not_move(database: Database) -> None:
    failed = in_state(database, "failed")
    age(database, 25 * 3600)
    finish(database, begun(database))
    assert not move(database, "resume", failed)


def test_a_reconcile_is_not_paused(database: Database) -> None:
    assert not move(database, "pause", in_state(database, "running", kind="reconcile"))


@pytest.mark.parametrize("action", ["pause", "cancel"])
def test_what_was_paused_or_cancelled_is_not_shown_as_success(
    database: Database, action: str
) -> None:
    scan = begun(database)
    assert move(database, action, scan)
    finish(database, scan)
    finish(database, scan, "HubSpot is away")
    assert state(database, "state, error") == [(scans.MOVES[action][0], None)]


def test_of_a_pause_and_a_cancel_at_once_the_second_sees_what_the_first_did(
    database: Database,
) -> None:
    scan = begun(database)
    with ThreadPoolExecutor(1) as threads:
        with database.transaction() as conn:
            assert scans.move(conn, "cancel", [scan.scan_id])
            late = threads.submit(move, database, "pause", scan)
            with pytest.raises(TimeoutError):
                late.result(timeout=0.1)  # it waits for the first to commit
        assert late.result(5) is False
    assert state(database) == [("cancelled",)]


def test_how_a_run_gets_on(database: Database) -> None:
    scan = begun(database)
    advance(database, scan, None, 1_000)
    with database.transaction() as conn:
        scans.expect(conn, scan, 4_000)
        conn.execute("update scans set started_at = heartbeat_at - interval '10 s', requests = 20")
        [found] = scans.listed(conn)
        [named] = scans.named(conn, str(scan.scan_id)[:8].upper())
    assert found == named
    assert [
        found[name] for name in ("share", "rows_per_second", "requests_per_second", "seconds_left")
    ] == [*[0.25, 100, 2, 30]]


def test_the_latest_run_of_each_type_is_listed_and_all_on_request(database: Database) -> None:
    for records in (1, 2):
        advance(database, scan := begun(database), None, records)
        finish(database, scan)
    finish(database, begun(database, object_type="deals"))  # there were none
    begun(database, kind="reconcile")
    with database.transaction() as conn:
        assert [(row["kind"], row["records"]) for row in scans.listed(conn, 1)] == [
            ("backfill", 2),
            ("reconcile", 0),
        ]
        assert (
            len(scans.listed(conn, 1, ["contacts"])) == 2 and scans.listed(conn, 1, ["deals"]) == []
        )
        assert len(scans.listed(conn, everything=True)) == 4
        assert scans.listed(conn, 2) == scans.named(conn, "zzzz") == []
