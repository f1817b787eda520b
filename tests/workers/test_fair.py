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

Rows = Callable[..., list[dict[str, Any]]]


def next_job(context: Context) -> None:
    """Do what a worker would do next: the first job of the fetch queue."""
    job = jobs.queue(context.server, "fetch").jobs[0]
    job.delete()
    fetch.run(context, *job.args)


def flood(context: Context, portal_id: int, records: int) -> None:
    with context.database.transaction() as conn:
        changes.mark(conn, [Mark(portal_id, "contacts", str(10_000_000 + number)) for number in range(records)])
    jobs.wake(context.server, jobs.FETCH, portal_id, "contacts")


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
        "select firstname from hubspot_contacts_raw where portal_id = %s and hubspot_id = %s", other, contact
    ) == [{"firstname": "Patient"}]
    assert (flooding, "contacts") in jobs.queued(context.server, jobs.FETCH)


def test_the_clock_does_not_multiply_the_turns_of_a_backlog(context: Context, simulator: Simulator) -> None:
    flood(context, simulator.portal_id, 300)
    for _ in range(5):
        clock.sweep(context)
    assert len(jobs.queue(context.server, "fetch").jobs) == 1
