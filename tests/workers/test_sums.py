"""The workers add up sales by day for every portal, and the clock rings for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jobs
from tests.sql.conftest import Crm
from workers import clock, sums
from workers.context import Context
from workers.worker import handlers

Rows = Callable[..., list[dict[str, Any]]]


def test_each_portal_is_added_up(context: Context, rows: Rows) -> None:
    with context.database.transaction() as conn:
        for portal_id in (1, 2):
            Crm(conn, portal_id).portal()
            Crm(conn, portal_id).call("5", call_timestamp="2026-01-05 12:00Z")
    sums.run(context)
    summed = "select portal_id, owner_id, day::text, calls from sales_call_days order by portal_id, owner_id"
    days = [(row["owner_id"], row["day"], row["calls"]) for row in rows(summed) if row["portal_id"] in (1, 2)]
    assert days == [("*", "2026-01-05", 1), ("?", "2026-01-05", 1)] * 2
    assert rows("select * from sales_marks") == []


def test_the_clock_rings_for_it(context: Context) -> None:
    assert jobs.SUMS in clock.EVERY_SECONDS and jobs.SUMS in handlers(context)
