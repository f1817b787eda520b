"""Backfill: every record and link, resumed where it stopped, one type's trouble kept from the
others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import jobs
from hubspot.objects import CORE_TYPES
from hubspot.rate_limit import last_daily
from tests.processes import Simulator, wait_for
from tests.workers.conftest import arrive
from workers import backfill, clock
from workers.context import Context
from workers.reconcile import reconcile
from workers.verify import verify

Rows = Callable[..., list[dict[str, Any]]]


def unequal(context: Context, simulator: Simulator) -> dict[str, dict[str, list[str]]]:
    portal = context.portal(simulator.portal_id)
    assert portal is not None
    return {
        report.object_type: report.differences
        for report in verify(context, portal, patience=0)
        if report.unequal
    }


def run(context: Context, simulator: Simulator) -> list[str]:
    portal = context.portal(simulator.portal_id)
    assert portal is not None
    return backfill.backfill(context, portal, tuple(CORE_TYPES), lambda scan: None)


def test_everything_is_here_afterwards_links_included(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    assert run(context, simulator) == []
    assert unequal(context, simulator) == {}
    found = rows(
        "select object_type, state, records = total as complete, error from scans order by 1"
    )
    assert [tuple(row.values()) for row in found] == [
        (name, "completed", True, None) for name in sorted(CORE_TYPES)
    ]


def test_a_type_that_fails_says_so_and_costs_the_others_nothing(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    simulator.control(
        "faults",
        api=[{"fault": "status", "status": 400, "kinds": ["list_records"], "types": ["calls"]}],
    )
    [failure] = run(context, simulator)
    assert failure.startswith("calls: Refused: HubSpot answered 400")
    found = rows("select object_type, state from scans where state <> 'completed'")
    assert found == [{"object_type": "calls", "state": "failed"}]
    simulator.control("faults", api=[])
    run(context, simulator)
    assert unequal(context, simulator) == {}
    assert rows("select count(*) as n from scans where object_type = 'calls'") == [{"n": 1}]


def test_it_resumes_after_the_last_committed_page(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    simulator.control(
        "import",
        type="companies",
        records=[{"properties": {"name": f"c{n}"}} for n in range(1_150)],
    )
    simulator.control(
        "faults",
        api=[
            {"fault": "status", "status": 400, "kinds": ["associations_read"], "types": ["deals"]}
        ],
    )
    run(context, simulator)
    simulator.control("faults", api=[])
    simulator.control("reset-stats")
    run(context, simulator)
    assert unequal(context, simulator) == {}


def test_hubspot_out_for_a_moment_is_waited_out(context: Context, simulator: Simulator) -> None:
    simulator.control(
        "faults",
        api=[{"fault": "locked", "kinds": ["list_records", "associations_read"], "times": 2}],
    )
    assert run(context, simulator) == []
    assert unequal(context, simulator) == {}


def test_a_second_one_does_not_run_beside_the_first(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    rows(
        "insert into scans (portal_id, kind, object_type, state, heartbeat_at) "
        "values (%s, 'backfill', 'deals', 'running', now()) returning 1",
        simulator.portal_id,
    )
    assert run(context, simulator) == ["deals: another backfill of this type is under way"]


def test_a_scan_that_lost_its_worker_is_woken_and_finished(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    rows(
        "insert into scans (portal_id, kind, object_type, state, heartbeat_at) "
        "values (%s, 'backfill', 'deals', 'running', now() - interval '10 minutes') returning 1",
        simulator.portal_id,
    )
    clock.wake_waiting(context)
    assert context.server.llen("rq:queue:backfill") == 1
    backfill.run(context, simulator.portal_id)
    found = rows("select state from scans where object_type = 'deals'")
    assert found == [{"state": "completed"}]


def test_property_names_too_long_for_a_url_still_come(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    names = [f"custom_property_with_a_long_name_{number:04}" for number in range(400)]
    simulator.control(
        "import", type="deals", records=[{"properties": dict.fromkeys(names, "here")}]
    )
    backfill.run(context, simulator.portal_id, list(CORE_TYPES))
    assert unequal(context, simulator) == {}
    [row] = rows(
        "select raw_json->'properties'->>%s as value from hubspot_deals_raw order by "
        "hubspot_id::bigint desc limit 1",
        names[-1],
    )
    assert row["value"] == "here"


def test_a_row_that_is_newer_than_the_page_stays_and_is_read_again(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    run(context, simulator)
    rows("update hubspot_deals_raw set fetched_at = now() + interval '1 hour' returning 1")
    rows("update scans set created_at = created_at - interval '1 hour' returning 1")
    run(context, simulator)
    [marked] = rows(
        "select count(*) as n, array_agg(distinct associations::text) as links from pending_changes"
    )
    assert (
        marked["n"]
        == rows("select count(*) as n from hubspot_deals_raw where not archived")[0]["n"]
    )


def test_what_it_did_not_meet_is_fetched_again(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    """Redis was emptied, say, and the deliveries that told of these were in it."""
    gone, kept = (simulator.create("companies", {"name": name}) for name in ("Gone", "Kept"))
    lost = f"9{gone}"  # of which HubSpot knows nothing, not even as archived
    arrive(context, simulator)
    simulator.control("faults", webhooks={"dropped": 1})
    simulator.archive("companies", gone)
    simulator.update("companies", kept, {"name": "Kept on"})
    simulator.quiet()
    rows(
        "insert into hubspot_companies_raw (portal_id, hubspot_id, name, raw_json, fetched_at,"
        " updated_at) values (%s, %s, 'Lost', '{}', now(), now()) returning 1",
        simulator.portal_id,
        lost,
    )
    run(context, simulator)
    assert rows("select hubspot_id from pending_changes where object_type = 'companies'") == [
        {"hubspot_id": lost}
    ]
    assert jobs.queued(context.server, jobs.FETCH) >= {(simulator.portal_id, "companies")}
    arrive(context, simulator)
    found = rows(
        "select name, archived from hubspot_companies_raw where hubspot_id in (%s, %s, %s)"
        " order by 1",
        gone,
        kept,
        lost,
    )
    assert [tuple(row.values()) for row in found] == [
        ("Gone", True),
        ("Kept on", False),
        ("Lost", True),
    ]
    assert unequal(context, simulator) == {}


@contextmanager
def waiting_for_calls(context: Context, simulator: Simulator) -> Iterator[None]:
    """Run a backfill that waits for HubSpot's calls. They come at the end, also when the test
    fails."""
    simulator.control(
        "faults", api=[{"fault": "locked", "kinds": ["list_records"], "types": ["calls"]}]
    )
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(run, context, simulator)
        try:
            yield
        finally:
            simulator.control("faults", api=[])
    assert running.result() == []


def test_a_type_that_is_done_says_so_while_others_go_on(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    """Killed now, it would begin only the types that are left; and the clock would not take the
    done ones for abandoned."""
    others, done = (
        len(CORE_TYPES) - 1,
        "select count(*) as n from scans where state = 'completed'",
    )
    with waiting_for_calls(context, simulator):
        wait_for(lambda: rows(done) == [{"n": others}])


def test_a_type_that_waits_long_is_not_taken_for_abandoned(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    context = replace(context, heartbeat_seconds=0.1)
    silent = (
        "update scans set heartbeat_at = now() - interval '1 hour' where state = 'running'"
        " returning 1"
    )
    still = (
        "select 1 from scans where heartbeat_at < now() - interval '1 minute' and state = 'running'"
    )
    with waiting_for_calls(context, simulator):
        wait_for(lambda: rows(silent))
        wait_for(lambda: not rows(still))


def test_the_job_makes_way_for_what_waits_and_then_goes_on(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    """Without a worker of its own a long backfill would cost every portal its hourly reconcile."""
    records = [{"properties": {"name": f"c{number}"}} for number in range(1_200)]
    simulator.control("import", type="companies", records=records)
    context = replace(context, backfill_threads=1)
    jobs.enqueue(context.server, jobs.RECONCILE)
    rows(
        "insert into scans (portal_id, kind, object_type, state) values (%s, 'backfill',"
        " 'companies', 'pending') returning 1",
        simulator.portal_id,
    )
    seen = "select state, records from scans where object_type = 'companies'"
    backfill.run(context, simulator.portal_id, makes_way_after_seconds=0)
    assert rows(seen) == [{"state": "pending", "records": 100}]
    assert jobs.queued(context.server, jobs.BACKFILL) == {(simulator.portal_id,)}
    jobs.queue(context.server, "backfill").empty()
    backfill.run(context, simulator.portal_id, makes_way_after_seconds=0)
    assert (
        rows(seen)[0]["state"] == "completed"
        and jobs.queued(context.server, jobs.BACKFILL) == set()
    )
    assert "companies" not in unequal(context, simulator)


def test_a_worker_that_comes_back_late_leaves_the_run_to_the_one_that_took_it_up(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    context = replace(context, backfill_threads=1)
    simulator.control(
        "import", type="companies", records=[{"properties": {"name": f"c{n}"}} for n in range(150)]
    )
    portal = context.portal(simulator.portal_id)
    assert portal is not None
    taken_up: list[list[str]] = []

    def silent_for_long() -> bool:
        if not taken_up:
            rows("update scans set heartbeat_at = heartbeat_at - interval '1 hour' returning 1")
            taken_up.append([])
            taken_up[0] = backfill.backfill(context, portal, ["companies"], lambda scan: None)
        return False

    [lost] = backfill.backfill(context, portal, ["companies"], lambda scan: None, silent_for_long)
    assert taken_up == [[]] and "another worker goes on" in lost
    found = rows(
        "select state, records, error,"
        " (select count(*) from hubspot_companies_raw where not archived) as here from scans"
    )
    assert [(row["state"], row["records"], row["error"]) for row in found] == [
        ("completed", found[0]["here"], None)
    ]
    assert "companies" not in unequal(context, simulator)


def test_the_last_tenth_of_the_day_is_waited_for_and_then_it_goes_on(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    """It is no failure, and no person has to resume it: the clock does once there is more."""
    context = replace(context, backfill_threads=1)
    with short_of_requests(context, simulator, bulk=11):
        put_off = run(context, simulator)
    waiting = rows("select object_type, error from scans where state = 'pending'")
    assert put_off == [
        f"{row['object_type']}: {row['error']}" for row in sorted(waiting, key=by_registry)
    ]
    assert len(waiting) > 3 and all(
        "last tenth is kept for live changes" in row["error"] for row in waiting
    )
    assert rows("select 1 from scans where state not in ('pending', 'completed')") == []
    simulator.control("reset-stats")
    clock.wake_waiting(context)
    assert jobs.queued(context.server, jobs.BACKFILL) == {(simulator.portal_id,)}
    backfill.run(context, simulator.portal_id)
    assert simulator.stats()["requests_total"] == 0
    told_how_much_is_left(context, simulator)  # by what a live change asks after midnight, say
    backfill.run(context, simulator.portal_id)
    found = rows("select state, count(*) as n from scans group by 1")
    assert (
        found == [{"state": "completed", "n": len(CORE_TYPES)}]
        and unequal(context, simulator) == {}
    )


def by_registry(row: dict[str, Any]) -> int:
    return list(CORE_TYPES).index(row["object_type"])


@contextmanager
def short_of_requests(context: Context, simulator: Simulator, bulk: int) -> Iterator[None]:
    """Set the limits as if the day had no more than so many requests before its last tenth
    begins."""
    used = told_how_much_is_left(context, simulator)
    simulator.control("settings", daily_limit=(used + bulk) * 10 // 9)
    told_how_much_is_left(context, simulator)
    try:
        yield
    finally:
        simulator.control("settings", daily_limit=1_000_000)


def told_how_much_is_left(context: Context, simulator: Simulator) -> int:
    """Count the requests that the day has seen."""
    portal = context.portal(simulator.portal_id)
    assert portal is not None
    context.client(portal).account()
    daily = last_daily(context.server, str(portal.portal_id))
    assert daily is not None
    return daily.limit - daily.remaining


def test_what_was_archived_before_anybody_listened_comes_too(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    """With the backfill; and what was archived while that was under way with the next reconcile."""
    contacts = [simulator.create("contacts", {"firstname": f"Gone {n}"}) for n in range(3)]
    for each in contacts:
        simulator.archive("contacts", each)
    arrive(context, simulator)
    forget = "delete from hubspot_contacts_raw where hubspot_id = any(%s) returning 1"
    shown = (
        "select hubspot_id, firstname, archived_at is not null as dated from hubspot_contacts_raw"
        " where hubspot_id = any(%s) and archived order by length(hubspot_id), hubspot_id"
    )
    expected = [
        {"hubspot_id": each, "firstname": f"Gone {n}", "dated": True}
        for n, each in enumerate(contacts)
    ]
    portal = context.portal(simulator.portal_id)
    assert portal is not None
    for fetch_again in (
        lambda: backfill.backfill(context, portal, ["contacts"], lambda scan: None),
        lambda: reconcile(context, portal),
    ):
        assert len(rows(forget, contacts)) == 3
        assert rows(shown, contacts) == []
        fetch_again()
        arrive(context, simulator)
        assert rows(shown, contacts) == expected
