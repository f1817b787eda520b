"""The nightly comparison compares and heals everything, within its budget, and goes on where the
night before ended."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import jobs
from db import scans
from hubspot.catalogue import BUILT_IN
from tests.processes import Simulator
from tests.workers.conftest import arrive
from tests.workers.test_backfill import run as backfill
from tests.workers.test_backfill import short_of_requests, unequal
from tests.workers.test_verify import DAMAGE
from workers import clock, nightly
from workers.context import Context

Rows = Callable[..., list[dict[str, Any]]]
NIGHT = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


@pytest.fixture
def many(context: Context, simulator: Simulator, rows: Rows) -> list[str]:
    """Give the ids of at least 1,200 companies, ascending: more than one stretch of a nightly
    comparison. Everything is here."""
    there = simulator.call("POST", "/crm/objects/2026-09/companies/search", {"limit": 1})["total"]
    records = [{"properties": {"name": f"swept {number}"}} for number in range(there, 1_200)]
    simulator.control("import", type="companies", records=records)
    backfill(context, simulator)
    here = rows(
        "select hubspot_id from hubspot_companies_raw where not archived and merged_into is null"
        " order by hubspot_id::bigint"
    )
    return [row["hubspot_id"] for row in here]


def compare(
    context: Context, simulator: Simulator, nights: int = 0, others_wait: bool = False
) -> bool:
    portal = context.portal(simulator.portal_id)
    assert portal is not None
    return nightly.compare_portal(
        context, portal, NIGHT + timedelta(days=nights), lambda: others_wait
    )


def spend_all_but(rows: Rows, simulator: Simulator, requests: int, nights: int = 0) -> None:
    """Spend the night's requests as if a type that is no more had: all but the rest of 50,000, 5 %
    of the simulator's limit."""
    rows(
        "insert into scans (portal_id, kind, object_type, slot, state, requests) values"
        " (%s, 'nightly', 'gone', %s, 'completed', %s) returning 1",
        simulator.portal_id,
        NIGHT + timedelta(days=nights),
        50_000 - requests,
    )


def runs(rows: Rows) -> list[tuple[Any, ...]]:
    found = rows(
        "select state, checkpoint = 'end' as ended, records from scans"
        " where kind = 'nightly' and object_type = 'companies' order by created_at"
    )
    return [tuple(row.values()) for row in found]


def swept_at(rows: Rows) -> datetime | None:
    [row] = rows(
        "select last_nightly_at from sync_status where portal_id = 62515"
        " and object_type = 'companies'"
    )
    return row["last_nightly_at"]


def test_every_kind_of_difference_is_healed_in_one_night(
    context: Context, simulator: Simulator, rows: Rows, backfilled: None
) -> None:
    ids = {kind: simulator.create("contacts", {"firstname": kind}) for kind in DAMAGE}
    arrive(context, simulator)
    for kind, statement in DAMAGE.items():
        rows(statement, ids[kind])
    assert compare(context, simulator)
    arrive(context, simulator)
    assert unequal(context, simulator) == {}
    [run] = rows("select * from verify_runs where object_type = 'contacts' and healed")
    expected = {kind: [f"999{each}" if kind == "extra" else each] for kind, each in ids.items()}
    assert (run["differences"], run["unequal"], run["sampled"]) == (expected, len(DAMAGE), False)
    assert (
        rows(
            "select object_type from sync_status"
            " where portal_id = 62515 and last_nightly_at is null and object_type = any(%s)",
            [kind.name for kind in BUILT_IN.in_use],
        )
        == []
    )
    simulator.control("reset-stats")
    assert compare(context, simulator)  # a second one in the same night finds all done
    assert not simulator.stats()["requests"].get("list_records")


def test_what_a_nights_budget_does_not_cover_the_next_night_does(
    context: Context, simulator: Simulator, rows: Rows, many: list[str]
) -> None:
    for each in (many[0], many[-1]):
        rows(
            'update hubspot_companies_raw set raw_json = raw_json || \'{"updatedAt": "2020"}\''
            " where hubspot_id = %s returning 1",
            each,
        )
    portal = context.portal(simulator.portal_id)
    assert portal is not None
    context.client(portal).account()  # whose answer tells the daily limit
    spend_all_but(rows, simulator, 1)
    compare(context, simulator)
    arrive(context, simulator)
    assert runs(rows) == [("completed", False, 1_000)] and swept_at(rows) is None
    assert unequal(context, simulator)["companies"] == {"modified": [many[-1]]}
    compare(context, simulator, nights=1)
    arrive(context, simulator)
    assert runs(rows)[1] == ("completed", True, len(many) - 1_000) and swept_at(rows)
    assert unequal(context, simulator) == {}
    healed = rows("select sampled from verify_runs where object_type = 'companies' and healed")
    assert {row["sampled"] for row in healed} == {True}
    compare(context, simulator, nights=2)
    assert runs(rows)[2] == ("completed", True, len(many))


@pytest.mark.parametrize(("share", "spent"), [(0, 0), (5, 50_000)])
def test_without_budget_nothing_is_asked(
    context: Context, simulator: Simulator, rows: Rows, share: int, spent: int
) -> None:
    portal = context.portal(simulator.portal_id)
    assert portal is not None
    context.client(portal).account()
    spend_all_but(rows, simulator, 50_000 - spent)
    poor = dataclasses.replace(
        context, settings=dataclasses.replace(context.settings, nightly_share=share)
    )
    simulator.control("reset-stats")
    assert compare(poor, simulator)
    assert not simulator.stats()["requests"].get("list_records")


def test_the_last_tenth_of_the_day_is_left_to_live_changes(
    context: Context, simulator: Simulator
) -> None:
    portal = context.portal(simulator.portal_id)
    assert portal is not None
    context.client(portal).account()
    assert nightly.allowance(context, portal, NIGHT) == 50_000
    context.server.hset(f"spoke:limit:{simulator.portal_id}:daily", "remaining", 100_100)
    assert nightly.allowance(context, portal, NIGHT) == 100
    context.server.delete(f"spoke:limit:{simulator.portal_id}:daily")
    assert nightly.allowance(context, portal, NIGHT) == 12_500  # of the smallest tier


def test_a_night_that_comes_upon_the_last_tenth_ends_as_one_without_budget(
    context: Context, simulator: Simulator, rows: Rows, backfilled: None
) -> None:
    """Others spend the day, too: what was left as it began need not be there."""
    generous = dataclasses.replace(
        context, settings=dataclasses.replace(context.settings, nightly_share=100)
    )
    with short_of_requests(context, simulator, bulk=5):
        assert compare(generous, simulator)
    found = rows(
        "select state, checkpoint = 'end' as ended, error from scans where kind = 'nightly'"
    )
    assert {(row["state"], row["error"]) for row in found} == {("completed", None)}
    assert None in {row["ended"] for row in found}


def test_a_sweep_lets_others_go_first_and_then_goes_on(
    context: Context, simulator: Simulator, rows: Rows, many: list[str]
) -> None:
    jobs.enqueue(context.server, jobs.RECONCILE)
    nightly.run(context, simulator.portal_id, makes_way_after_seconds=0)
    assert runs(rows) == [("pending", False, 1_000)]
    assert jobs.standing(context.server, jobs.NIGHTLY).popitem()[1] == (simulator.portal_id,)
    jobs.queue(context.server, "backfill").empty()
    nightly.run(context, simulator.portal_id, makes_way_after_seconds=0)
    assert runs(rows) == [("completed", True, len(many))]
    assert rows("select sampled from verify_runs where object_type = 'companies'") == [
        {"sampled": False}
    ]


def test_a_sweep_that_lost_its_worker_goes_on_at_its_checkpoint(
    context: Context, simulator: Simulator, rows: Rows, many: list[str]
) -> None:
    assert not compare(context, simulator, others_wait=True)
    silent = "update scans set state = 'running', heartbeat_at = now() - interval '2 minutes'"
    rows(f"{silent} where state = 'pending' returning 1")
    clock.wake_waiting(context)
    assert list(jobs.standing(context.server, jobs.NIGHTLY).values()) == [(simulator.portal_id,)]
    nightly.run(context, simulator.portal_id)
    assert runs(rows) == [("completed", True, len(many))]


def test_a_paused_sweep_waits_and_a_cancelled_one_begins_again_the_next_night(
    context: Context, simulator: Simulator, rows: Rows, many: list[str]
) -> None:
    compare(context, simulator, others_wait=True)
    move(context, "pause")
    compare(context, simulator)
    assert runs(rows) == [("paused", False, 1_000)]
    move(context, "cancel")
    compare(context, simulator)
    assert runs(rows) == [("cancelled", False, 1_000)]
    compare(context, simulator, nights=1)
    assert runs(rows)[1] == ("completed", True, len(many))


def move(context: Context, action: str) -> None:
    with context.database.transaction() as conn:
        found = [row["scan_id"] for row in scans.listed(conn) if row["kind"] == "nightly"]
        assert scans.move(conn, action, found)


def test_a_failed_night_is_taken_up_where_it_stopped(
    context: Context, simulator: Simulator, rows: Rows, many: list[str]
) -> None:
    compare(context, simulator, others_wait=True)
    refuse = {"fault": "status", "status": 400, "kinds": ["list_records"], "types": ["companies"]}
    simulator.control("faults", api=[refuse])
    compare(context, simulator)
    assert runs(rows) == [("failed", False, 1_000)] and swept_at(rows) is None
    simulator.control("faults", api=[])
    compare(context, simulator, nights=1)
    assert runs(rows)[1] == ("completed", True, len(many) - 1_000)


def test_the_clock_rings_once_and_every_portal_has_its_turn(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    nightly.run(context)
    portals = [(simulator.portal_id,), (simulator.portal_id + 1,)]
    assert list(jobs.standing(context.server, jobs.NIGHTLY).values()) == portals
    rows(
        "update portals set paused_at = now() where portal_id = %s returning 1", simulator.portal_id
    )
    simulator.control("reset-stats")
    nightly.run(context, simulator.portal_id)
    assert not simulator.stats()["requests"].get("list_records")
