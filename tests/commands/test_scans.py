"""`spoke scans`: how runs get on; paused at a page, resumed at the checkpoint, cancelled for
good."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import jobs
from db import scans
from db.scans import Scan
from tests.commands.conftest import Spoke
from tests.processes import Simulator
from tests.workers.test_backfill import unequal
from workers import backfill, clock
from workers.context import Context

Rows = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def begun(context: Context, simulator: Simulator) -> Callable[[str], list[str]]:
    """Backfill companies, with something said from another terminal once it has begun."""
    simulator.control(
        "import",
        type="companies",
        records=[{"properties": {"name": f"c{n}"}} for n in range(1_200)],
    )

    def interrupted(action: str) -> list[str]:
        def say(scan: Scan) -> None:
            with context.database.transaction() as conn:
                assert scans.move(conn, action, [scan.scan_id])

        return backfill.backfill(context, context.portals()[0], ["companies"], say)

    return interrupted


def stored(rows: Rows) -> int:
    return int(rows("select count(*) as n from hubspot_companies_raw")[0]["n"])


def states(rows: Rows) -> list[str]:
    return [row["state"] for row in rows("select state from scans order by created_at")]


def test_a_pause_acts_at_the_next_page_and_resume_goes_on_from_there(
    run: Spoke,
    context: Context,
    simulator: Simulator,
    rows: Rows,
    begun: Callable[[str], list[str]],
) -> None:
    [told] = begun("pause")
    assert told.startswith("companies: its backfill is paused; `spoke scans resume`")
    assert 0 < (here := stored(rows)) < 1_200 and states(rows) == ["paused"]
    again = run("backfill", "--type", "companies")
    assert "paused" in again.output and again.output.endswith("What was fetched is kept.\n")
    assert stored(rows) == here
    clock.wake_waiting(context)
    assert len(jobs.standing(context.server, jobs.BACKFILL)) == 0
    resumed = run("scans", "resume", "--type", "companies")
    assert (
        f"Backfill of companies (portal {simulator.portal_id}) goes on after {here} records"
        in resumed.output
    )
    assert len(jobs.standing(context.server, jobs.BACKFILL)) == 1
    backfill.run(context, simulator.portal_id)
    assert states(rows) == ["completed"]
    assert rows("select records = total as all_of_them, records from scans")[0]["all_of_them"]
    backfill.run(context, simulator.portal_id)  # a doubled wake-up begins nothing again
    assert states(rows) == ["completed"]


def test_cancelled_is_for_good_and_the_next_begins_at_the_start(
    run: Spoke,
    context: Context,
    simulator: Simulator,
    rows: Rows,
    begun: Callable[[str], list[str]],
) -> None:
    assert begun("cancel") == ["companies: cancelled"]
    here = stored(rows)
    clock.wake_waiting(context)
    backfill.run(context, simulator.portal_id)
    assert (stored(rows), states(rows)) == (here, ["cancelled"])
    assert run("scans", "resume", "--all").exit_code == 1
    assert run("backfill", "--type", "companies").exit_code == 0
    assert states(rows) == ["cancelled", "completed"]
    assert "companies" not in unequal(context, simulator)


def test_a_pause_right_before_the_end_costs_no_second_walk(
    run: Spoke, context: Context, simulator: Simulator, rows: Rows
) -> None:
    run("backfill", "--type", "deals")
    rows("update scans set state = 'paused' returning 1")
    simulator.control("reset-stats")
    run("scans", "resume", "--all")
    assert run("backfill", "--type", "deals").exit_code == 0
    assert states(rows) == ["completed"]
    assert simulator.stats()["requests"].get("list_records", 0) == 0


def test_what_each_run_tells(
    run: Spoke, context: Context, simulator: Simulator, rows: Rows
) -> None:
    rows(
        "insert into scans (portal_id, kind, object_type, state, records, total, requests, "
        "started_at, heartbeat_at,"
        " error) values"
        " (%(p)s, 'backfill', 'calls', 'running', 20000, 80000, 200, now() - interval '10 s', "
        "now(), null),"
        " (%(p)s, 'backfill', 'deals', 'running', 5, 10, 2, now() - interval '1 h', now() - "
        "interval '20 min', null),"
        " (%(p)s, 'backfill', 'notes', 'failed', 5, 10, 2, now(), now() - interval '1 s', "
        "'Unavailable: no answer') "
        "returning 1".replace("%(p)s", str(simulator.portal_id))
    )
    lines = [line.split() for line in run("scans").output.splitlines()]
    assert lines[0][:4] == ["scan", "portal", "run", "state"]
    portal = str(simulator.portal_id)
    assert lines[1][1:9] == [portal, "backfill", "calls", "running", "20,000", "25%", "20.0", "30"]
    assert lines[2][1:7] == [portal, "backfill", "deals", "crashed", "5", "50%"]
    assert lines[2][-3:] == ["20", "min", "ago"] and lines[3] == ["its", "worker", "died"]
    assert lines[4][1:7] == [portal, "backfill", "notes", "failed", "5", "50%"]
    assert lines[4][7:] == ["1", "s", "ago"], "no pace below nothing"
    assert lines[5] == [
        "Unavailable:",
        "no",
        "answer",
    ]
    status = run("status").output
    assert status.count("crashed") == 1 and "its worker died" in status
    assert run("scans", "pause", lines[2][0]).output == (
        f"Error: Nothing to pause: Backfill of deals (portal {portal}) is crashed."
        " A run can pause when it is pending or running and the latest of its type.\n"
    )
    assert "pauses after 20,000 records" in run("scans", "pause", lines[1][0]).output
    assert [
        line.split()[4] for line in run("scans", "--type", "calls").output.splitlines()[1:]
    ] == ["paused"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["pause"], "Say which: a SCAN_ID, --type, --portal or --all."),
        (["cancel", "zz"], "No run begins with zz."),
        (["resume", "--type", "cars"], "There is no object type cars."),
        (["pause", "--all"], "Nothing to pause: there is no such backfill or nightly comparison."),
    ],
)
def test_what_makes_no_sense_is_told(
    run: Spoke, context: Context, arguments: list[str], words: str
) -> None:
    result = run("scans", *arguments)
    assert result.exit_code != 0 and words in " ".join(result.output.split())


def test_without_runs_it_says_what_to_do(run: Spoke, context: Context) -> None:
    assert run("scans").output == "Scans: none; run `spoke backfill`\n"
