"""Portals take turns: a flood in one costs another a batch, not the backlog."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jobs
from db import changes
from db.changes import Mark
from tests.processes import OTHER_TOKEN, Simulator
from workers import clock, fetch
from workers.context import Context
from workers.turns import turn

Rows = Callable[..., list[dict[str, Any]]]


def next_job(context: Context) -> None:
    """Do what a worker would do next: the first job of the fetch queue."""
    job = jobs.queue(context.server, "fetch").jobs[0]
    job.delete()
    fetch.run(context, *job.args)


def flood(context: Context, portal_id: int, records: int, object_type: str = "contacts") -> None:
    with context.database.transaction() as conn:
        changes.mark(
            conn,
            [Mark(portal_id, object_type, str(10_000_000 + number)) for number in range(records)],
        )
    jobs.wake(context.server, jobs.FETCH, portal_id, object_type)


def standing(context: Context) -> list[tuple[int, str]]:
    return list(jobs.standing(context.server, jobs.FETCH).values())


def pending(rows: Rows) -> dict[int, int]:
    found = rows("select portal_id, count(*) as n from pending_changes group by portal_id")
    return {row["portal_id"]: row["n"] for row in found}


def test_one_change_waits_for_one_batch_of_another_portals_flood(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    flooding, other = simulator.portal_id, simulator.portal_id + 1
    contact = simulator.create("contacts", {"firstname": "Patient"}, OTHER_TOKEN)
    simulator.quiet()
    flood(context, flooding, 3_000)
    with context.database.transaction() as conn:
        changes.mark(conn, [Mark(other, "contacts", contact)])
    jobs.wake(context.server, jobs.FETCH, other, "contacts")
    next_job(context)
    assert pending(rows) == {flooding: 2_900, other: 1}
    next_job(context)
    assert rows(
        "select firstname from hubspot_contacts_raw where portal_id = %s and hubspot_id = %s",
        other,
        contact,
    ) == [{"firstname": "Patient"}]
    assert (flooding, "contacts") in jobs.queued(context.server, jobs.FETCH)


def test_the_clock_does_not_multiply_the_turns_of_a_backlog(
    context: Context, simulator: Simulator
) -> None:
    flood(context, simulator.portal_id, 300)
    for _ in range(5):
        clock.wake_waiting(context)
    assert len(jobs.queue(context.server, "fetch").jobs) == 1


def test_a_second_worker_goes_to_the_portal_that_has_none(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    """Also behind others in the queue; and to the busy portal again once no other waits."""
    busy, other = simulator.portal_id, simulator.portal_id + 1
    for name in ("calls", "deals", "companies"):
        flood(context, busy, 10, name)
    flood(context, other, 10)
    # the first worker reads contacts of the busy portal
    with turn(context.server, busy, alone=False):
        next_job(context)
        assert standing(context) == [
            (other, "contacts"),
            (busy, "deals"),
            (busy, "companies"),
            (busy, "calls"),
        ]
        next_job(context)
        assert pending(rows) == {busy: 30}
        for _ in range(3):  # once more the other portal's, which finds nothing
            next_job(context)
        assert pending(rows) == {busy: 20}


def test_portals_take_turns_whichever_has_more_jobs(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    busy, other = simulator.portal_id, simulator.portal_id + 1
    for portal_id, name in [
        (busy, "calls"),
        (busy, "deals"),
        (busy, "companies"),
        (other, "contacts"),
    ]:
        flood(context, portal_id, 1_000, name)
    for _ in range(12):
        next_job(context)
    done = {portal_id: batches // 100 for portal_id, batches in pending(rows).items()}
    assert done[busy] - 20 == done[other] <= 6


def test_a_worker_that_died_holds_its_turn_for_a_minute_at_most(
    context: Context, simulator: Simulator
) -> None:
    busy, other = simulator.portal_id, simulator.portal_id + 1
    flood(context, other, 10)
    held = f"spoke:turns:{busy}:held"
    with turn(context.server, busy, alone=False):
        [(_, over_at)] = context.server.zrange(held, 0, -1, withscores=True)
        assert (
            0 < over_at / 1e6 - context.server.time()[0] <= 61
            and 0 < context.server.ttl(held) <= 60
        )
    context.server.zadd(held, {"its worker died": (context.server.time()[0] - 1) * 1e6})
    context.server.delete(f"spoke:turns:{busy}:began")
    with turn(context.server, busy, alone=False) as ours:
        assert ours and context.server.zcard(held) == 1


def test_with_one_portal_nobody_asks_whose_turn_it_is(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    rows(
        "update portals set paused_at = now() where portal_id <> %s returning 1",
        simulator.portal_id,
    )
    for name in ("deals", "contacts"):
        flood(context, simulator.portal_id, 10, name)
    next_job(context)
    assert context.server.keys("spoke:turns:*") == []
    assert pending(rows) == {simulator.portal_id: 10}


def test_moving_a_job_that_a_worker_has_just_taken_makes_no_second_one(
    context: Context, simulator: Simulator
) -> None:
    flood(context, simulator.portal_id, 10)
    [job_id] = jobs.standing(context.server, jobs.FETCH)
    jobs.queue(context.server, "fetch").pop_job_id()
    jobs.put_first(context.server, jobs.FETCH, job_id)
    assert standing(context) == []
