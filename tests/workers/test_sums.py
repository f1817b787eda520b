"""The workers add up sales by day for every portal, and the clock rings for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import jobs
from db import scans
from tests.sql.conftest import Crm
from workers import sums
from workers.context import Context
from workers.worker import handlers

Rows = Callable[..., list[dict[str, Any]]]


def test_each_portal_is_added_up(context: Context, rows: Rows) -> None:
    with context.database.transaction() as conn:
        for portal_id in (1, 2):
            Crm(conn, portal_id).portal()
            Crm(conn, portal_id).call("5", call_timestamp="2026-01-05 12:00Z")
    sums.run(context)
    summed = (
        "select portal_id, owner_id, day::text, calls from sales_call_days order by portal_id,"
        " owner_id"
    )
    days = [
        (row["owner_id"], row["day"], row["calls"])
        for row in rows(summed)
        if row["portal_id"] in (1, 2)
    ]
    assert days == [("*", "2026-01-05", 1), ("?", "2026-01-05", 1)] * 2
    assert rows("select * from sales_marks") == []


@pytest.mark.parametrize(
    ("silent_for", "added_up"), [(0, False), (120, True)], ids=["runs", "lost its worker"]
)
def test_a_backfill_is_waited_for(
    context: Context, rows: Rows, silent_for: int, added_up: bool
) -> None:
    with context.database.transaction() as conn:
        Crm(conn, 1).portal()
        scan = scans.begin(conn, 1, "backfill", "calls")
        conn.execute(
            "update scans set heartbeat_at = now() - %s * interval '1 second'", [silent_for]
        )
    sums.run(context)
    built = "select built_at is not null as built from sales_sums where portal_id = 1"
    assert [row["built"] for row in rows(built)] == [True] * added_up
    with context.database.transaction() as conn:
        assert scan is not None
        scans.finish(conn, scan)
    sums.run(context)
    assert [row["built"] for row in rows(built)] == [True]


def test_the_clock_rings_for_it(context: Context) -> None:
    assert (
        jobs.SUMS in {job.run for job in jobs.every_job() if job.every} & handlers(context).keys()
    )
