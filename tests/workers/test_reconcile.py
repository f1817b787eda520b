"""Reconcile heals what webhooks missed, and runs once an hour however often it is rung."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from db.portals import Portal
from hubspot.objects import CORE_TYPES
from hubspot.rate_limit import daily_key
from tests.processes import Simulator
from tests.workers.conftest import arrive, waited_for
from tests.workers.test_backfill import run as backfill
from tests.workers.test_backfill import unequal
from workers import backfill as bulk
from workers import reconcile
from workers.context import Context
from workers.definitions import refresh
from workers.verify import verify

Rows = Callable[..., list[dict[str, Any]]]
NOTING_PAGES = """
create table public.pages (records bigint);
create function public.note_page() returns trigger language plpgsql as $$
begin
    insert into public.pages values (new.records - old.records);
    return null;
end $$;
create trigger note_page after update on scans for each row
    when (new.kind = 'reconcile' and new.object_type = 'notes') execute function public.note_page()
"""


def reconciled(
    context: Context, simulator: Simulator, slot: datetime | None = None
) -> dict[str, int | str]:
    portal = context.portal(simulator.portal_id)
    assert portal is not None
    return reconcile.reconcile(context, portal, slot)


def test_edits_without_webhooks_are_found_and_fetched(
    context: Context, simulator: Simulator, backfilled: None
) -> None:
    simulator.control("faults", webhooks={"dropped": 1.0})
    simulator.create("contacts", {"firstname": "Unheard"})
    simulator.create("deals", {"dealname": "Unheard"})
    simulator.control("faults", webhooks={})
    assert {"contacts", "deals"} <= unequal(context, simulator).keys()
    found = reconciled(context, simulator)
    assert found["contacts"] and found["deals"]
    arrive(context, simulator)
    assert unequal(context, simulator) == {}


def test_what_is_here_already_is_not_fetched_again(
    context: Context, simulator: Simulator, backfilled: None
) -> None:
    assert reconciled(context, simulator) == dict.fromkeys(CORE_TYPES, 0)


def test_before_the_first_backfill_it_says_so(context: Context, simulator: Simulator) -> None:
    assert set(reconciled(context, simulator).values()) == {"not backfilled yet"}


def test_an_hour_is_reconciled_once(
    context: Context, simulator: Simulator, rows: Rows, backfilled: None
) -> None:
    slot = datetime(2026, 11, 1, 10, tzinfo=UTC)
    reconciled(context, simulator, slot)
    asked = simulator.stats()["requests_total"]
    assert set(reconciled(context, simulator, slot).values()) == {
        "already under way or done for this hour"
    }
    assert simulator.stats()["requests_total"] == asked
    [row] = rows(
        "select count(*) as n, count(*) filter (where state = 'completed') as done from scans"
        " where kind = 'reconcile'"
    )
    assert row == {"n": len(CORE_TYPES), "done": len(CORE_TYPES)}


def test_an_hour_is_done_though_one_type_was_never_backfilled(
    context: Context, simulator: Simulator, rows: Rows, backfilled: None
) -> None:
    rows("delete from scans where object_type = 'tickets' returning 1")
    slot = datetime(2026, 11, 1, 10, tzinfo=UTC)
    assert reconciled(context, simulator, slot)["tickets"] == "not backfilled yet"
    asked = simulator.stats()["requests_total"]
    reconciled(context, simulator, slot)
    assert simulator.stats()["requests_total"] == asked


def test_the_last_tenth_of_the_day_is_for_the_hourly_reconcile_too(
    context: Context, simulator: Simulator, backfilled: None
) -> None:
    """It costs little, and heals what webhooks missed; its answers tell when the day has begun
    again."""
    simulator.control("settings", daily_limit=0)  # which no answer tells then
    left = {"limit": 1_000, "remaining": 1, "at": datetime.now(UTC).isoformat()}
    context.server.hset(daily_key(str(simulator.portal_id)), mapping=left)
    assert reconciled(context, simulator) == dict.fromkeys(CORE_TYPES, 0)
    [failure, *_] = backfill(context, simulator)
    assert "last tenth" in failure


def test_the_next_begins_where_the_last_success_ended(
    context: Context, simulator: Simulator, rows: Rows, backfilled: None
) -> None:
    reconciled(context, simulator, datetime(2026, 11, 1, 10, tzinfo=UTC))
    simulator.control("faults", api=[{"fault": "status", "status": 400, "kinds": ["search"]}])
    failed = reconciled(context, simulator, datetime(2026, 11, 1, 11, tzinfo=UTC))
    assert all("400" in str(failure) for failure in failed.values())
    simulator.control("faults", api=[])
    rows(
        "update scans set checkpoint = (checkpoint::timestamptz - interval '3 days')::text"
        " where state = 'completed' returning 1"
    )
    simulator.control("reset-stats")
    retried = reconciled(context, simulator, datetime(2026, 11, 1, 11, tzinfo=UTC))
    assert set(retried.values()) == {0}
    assert rows("select state from scans where slot = '2026-11-01 11:00Z'") == [
        {"state": "completed"}
    ] * len(CORE_TYPES)


def test_archives_and_restores_that_nobody_told_of_are_found(
    context: Context, simulator: Simulator, backfilled: None
) -> None:
    """Neither moves the modified time, and search hides the archived."""
    gone, back = (
        simulator.create("deals", {"dealname": "Gone"}),
        simulator.create("deals", {"dealname": "Back"}),
    )
    simulator.archive("deals", back)
    arrive(context, simulator)
    simulator.control("faults", webhooks={"dropped": 1.0})
    simulator.archive("deals", gone)
    simulator.control("restore", type="deals", ids=[back])
    simulator.control("faults", webhooks={})
    assert unequal(context, simulator)["deals"] == {"extra": [gone], "archived": [back]}
    assert reconciled(context, simulator)["deals"] == 2
    arrive(context, simulator)
    assert unequal(context, simulator) == {}


def test_the_archived_are_compared_page_by_page(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    """Within a page, between two, beyond the last; in the order of ids, and then in any order."""
    ids = simulator.control(
        "import", type="notes", records=[{"properties": {}} for _ in range(330)]
    )["ids"]
    alive, back = {ids[0], ids[105], ids[209], ids[320]}, [ids[50], ids[100], ids[329]]
    for each in ids:
        if each not in alive:
            simulator.archive("notes", each)
    backfill(context, simulator)
    arrive(context, simulator)
    _swap_unheard(simulator, alive, back)
    assert unequal(context, simulator)["notes"] == {"extra": sorted(alive), "archived": back}
    # so that search shows none of these
    rows("update scans set started_at = now() + interval '1 hour' returning 1")
    with context.database.transaction() as conn:
        conn.execute(NOTING_PAGES)
    assert reconciled(context, simulator)["notes"] == len(alive) + len(back)
    assert rows("select max(records) as most from public.pages") == [{"most": 100}]
    arrive(context, simulator)
    assert unequal(context, simulator) == {}
    simulator.control("settings", archived_in_any_order=True)
    try:
        _swap_unheard(simulator, set(back), sorted(alive))
        assert len(rows("delete from hubspot_notes_raw where hubspot_id = %s returning 1", ids[9]))
        later = datetime.now(UTC) + timedelta(hours=1)
        assert reconciled(context, simulator, later)["notes"] == len(alive) + len(back) + 1
        arrive(context, simulator)
        assert unequal(context, simulator) == {}
        assert len(rows("delete from hubspot_notes_raw where archived returning 1")) >= 300
        backfill(context, simulator)  # which brings those that were archived before it
        assert rows("select count(*) >= 300 as all from hubspot_notes_raw where archived")[0]["all"]
    finally:
        simulator.control("settings", archived_in_any_order=False)


def _swap_unheard(simulator: Simulator, shown: set[str], archived: list[str]) -> None:
    """Archive what shows and restore what is archived, and let no event tell of it."""
    simulator.control("faults", webhooks={"dropped": 1.0})
    simulator.control("restore", type="notes", ids=archived)
    for each in shown:
        simulator.archive("notes", each)
    simulator.control("faults", webhooks={})


def test_thousands_that_share_one_instant_are_all_found(
    context: Context, simulator: Simulator, rows: Rows, backfilled: None
) -> None:
    """More than a page, so that paging by time alone would turn in circles or skip."""
    records = [{"properties": {"name": f"same {number}"}} for number in range(700)]
    ids = simulator.control("import", type="companies", records=records)["ids"]
    at = simulator.call("GET", f"/crm/objects/2026-09/companies/{ids[0]}")["updatedAt"]
    together = [{"id": each, "properties": {"hs_lastmodifieddate": at}} for each in ids]
    simulator.control("import", type="companies", records=together)
    assert reconciled(context, simulator)["companies"] == 700
    arrive(context, simulator)
    assert unequal(context, simulator) == {}


def test_the_second_pass_of_an_hour_sees_what_search_showed_late(
    context: Context, simulator: Simulator, backfilled: None
) -> None:
    simulator.control("settings", search_lag_ms=1_500)
    simulator.control("faults", webhooks={"dropped": 1.0})
    simulator.create("companies", {"name": "Late"})
    simulator.control("faults", webhooks={})
    reconcile.run(context)
    assert unequal(context, simulator).keys() == {"companies"}
    give_up = time.monotonic() + 60  # a round takes seconds on a slow machine
    while unequal(context, simulator) and time.monotonic() < give_up:
        rows_of_second_pass(context)
        reconcile.again(context)
        arrive(context, simulator)
    simulator.control("settings", search_lag_ms=0)
    assert unequal(context, simulator) == {}


def test_a_portal_in_trouble_costs_no_other_its_hour(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    """Its token was revoked, which pauses it; the portal after it has its hour all the same."""
    other = context.portal(simulator.portal_id + 1)
    assert other is not None
    backfilled(context, other)
    settings = dataclasses.replace(context.settings, hubspot_access_token="revoked")
    reconcile.run(dataclasses.replace(context, settings=settings, _clients={}))
    assert rows("select distinct portal_id, state from scans where kind = 'reconcile'") == [
        {"portal_id": other.portal_id, "state": "completed"}
    ]
    [first, second] = rows("select paused_reason from portals order by portal_id")
    assert "401" in first["paused_reason"] and second["paused_reason"] is None


def test_a_portal_that_is_waited_for_lets_no_other_wait(context: Context, rows: Rows) -> None:
    first, other = context.portals()
    backfilled(context, first)
    backfilled(context, other)
    done = (
        "select portal_id, count(*) as n from scans where kind = 'reconcile'"
        " and state = 'completed' group by 1"
    )
    with waited_for(context, first, reconcile.run) as running:
        while rows(done) != [{"portal_id": other.portal_id, "n": len(CORE_TYPES)}]:
            running()


def test_a_type_that_may_not_be_read_costs_no_other(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    """The app lacks the scope of tickets: so say its runs, and everything else is mirrored."""
    simulator.control("faults", api=[{"fault": "status", "status": 403, "types": ["tickets"]}])
    portal = context.portal(simulator.portal_id)
    assert portal is not None
    rows("delete from hubspot_properties returning 1")
    refresh(context, portal)
    assert [
        failure.partition(" (")[0].partition(":")[0] for failure in backfilled(context, portal)
    ] == ["tickets"]
    found = reconciled(context, simulator)
    assert found.pop("tickets") == "not backfilled yet" and set(found.values()) == {0}
    failures = {
        report.object_type: report.failure[:20]
        for report in verify(context, portal)
        if report.failure
    }
    assert failures == {"tickets": "HubSpot answered 403"} and unequal(context, simulator) == {}


def backfilled(context: Context, portal: Portal) -> list[str]:
    return bulk.backfill(context, portal, tuple(CORE_TYPES), lambda scan: None)


def rows_of_second_pass(context: Context) -> None:
    """Let the second pass of this hour run once more."""
    with context.database.transaction() as conn:
        conn.execute("delete from scans where extract(minute from slot) = 30")


def test_a_run_says_what_was_new_what_had_changed_and_what_was_as_here(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    """Of deals: one is made and one changed, first for a reconcile, then for a backfill; the first
    backfill found all of them new."""

    def last(kind: str) -> dict[str, Any]:
        [row] = rows(
            "select created, updated, unchanged, records from scan_progress where kind = %s"
            " and object_type = 'deals' order by created_at desc limit 1",
            kind,
        )
        return row

    backfill(context, simulator)
    first = last("backfill")
    assert first == {**first, "created": first["records"], "updated": 0, "unchanged": 0}
    simulator.control("faults", webhooks={"dropped": 1.0})
    simulator.update("deals", simulator.create("deals", {"dealname": "a"}), {"dealname": "b"})
    known = rows("select hubspot_id from deals limit 2")
    simulator.update("deals", known[0]["hubspot_id"], {"dealname": "other"})
    reconciled(context, simulator)
    found = last("reconcile")
    assert (found["created"], found["updated"]) == (1, 1)
    assert found["unchanged"] == found["records"] - 2
    arrive(context, simulator)
    simulator.update("deals", known[1]["hubspot_id"], {"dealname": "another"})
    backfill(context, simulator)
    simulator.control("faults", webhooks={})
    again = last("backfill")
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 1, first["records"])
    [row] = rows(
        "select last_run_kind, last_run_created as created, last_run_updated as updated,"
        " last_run_unchanged as unchanged from sync_status where object_type = 'deals'"
        " and portal_id = %s",
        simulator.portal_id,
    )
    assert row == {
        "last_run_kind": "backfill",
        "created": 0,
        "updated": 1,
        "unchanged": again["unchanged"],
    }
