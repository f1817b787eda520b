"""`spoke schedules`: started and stopped for good, and the clock obeys."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import jobs
from tests.commands.conftest import Spoke
from workers import clock, reconcile
from workers.context import Context

Rows = Callable[..., list[dict[str, Any]]]
QUICK = "reconcile.each_minute"


def due(context: Context) -> set[str]:
    """Answer what a clock that looks now would wake, of the jobs that need no work to be seen."""
    looks = clock.Looks(context)
    return {name for name, job in jobs.schedules().items() if not job.look and looks.is_due(job)}


def test_schedules_are_listed_started_and_stopped(run: Spoke, context: Context) -> None:
    lines = {line.split()[0]: line.split() for line in run("schedules", "list").output.splitlines()}
    assert lines.keys() - {"schedule"} == jobs.schedules().keys()
    assert lines[QUICK] == [QUICK, "every", "60", "s", "stopped"]
    assert lines["reconcile"][1:] == ["7", "*", "*", "*", "*", "(UTC)", "on"]
    assert lines["privacy"][-2:] == ["always", "on"]
    hourly = {"reconcile", "reconcile.again"}
    assert due(context) & {QUICK, "reconcile.each_five_minutes", *hourly} == hourly
    said = run("schedules", "start", QUICK).output
    assert said == f"{QUICK} is on; the clock obeys within a minute.\n"
    assert run("schedules", "stop", "reconcile").output.startswith("reconcile is stopped")
    assert due(context) & {QUICK, *hourly} == {QUICK, "reconcile.again"}
    listed = run("schedules", "list").output
    line = next(each for each in listed.splitlines() if each.startswith("  reconcile  "))
    assert re.search(r"stopped +20\d\d-", line)
    run("schedules", "start", "reconcile")
    assert due(context) >= {"reconcile", QUICK}


def test_what_is_needed_or_unknown_is_refused(run: Spoke, context: Context) -> None:
    said = run("schedules", "stop", "privacy")
    assert said.exit_code == 1 and "privacy cannot be stopped" in said.output
    said = run("schedules", "start", "moon")
    assert said.exit_code == 1 and "There is no schedule moon. There are" in said.output


def test_while_postgres_is_away_the_clock_remembers(run: Spoke, context: Context) -> None:
    run("schedules", "stop", "reconcile")
    looks = clock.Looks(context)
    assert not looks.is_due(jobs.schedules()["reconcile"])
    with context.database.transaction() as conn:
        conn.execute("alter table schedules rename to elsewhere")
    looks._look()
    assert not looks.is_due(jobs.schedules()["reconcile"])


def test_quick_reconciles_leave_the_hour_its_own_run(
    run: Spoke, context: Context, rows: Rows
) -> None:
    """And a double of one within its time does nothing."""
    run("backfill", "--type", "deals")
    for _ in range(2):
        reconcile.each_minute(context)
    reconcile.each_five_minutes(context)
    reconcile.run(context)
    found = rows(
        "select extract(second from slot)::integer as second, state from scans"
        " where kind = 'reconcile' and object_type = 'deals' order by created_at"
    )
    assert found[-2:] == [{"second": 2, "state": "completed"}, {"second": 0, "state": "completed"}]
    assert {each["second"] for each in found[:-2]} == {1}
    rows("update scans set finished_at = now() - interval '2 days' where true returning 1")
    clock.tidy(context)
    left = rows(
        "select extract(second from slot)::integer as second from scans where slot is not null"
    )
    assert left == [{"second": 0}]
