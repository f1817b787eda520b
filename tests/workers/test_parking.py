"""A refused token and an account that moves are troubles of the whole portal: the first process
that learns of one pauses it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from db import changes, portals, scans
from db import property_history as history
from db.portals import Portal
from hubspot.mirrored import Mirrored
from hubspot.objects import CORE_TYPES, DEALS
from tests.processes import Simulator
from tests.workers.conftest import fetch_now
from tests.workers.test_backfill import run as backfill_all
from tests.workers.test_backfill import unequal
from workers import backfill, clock, nightly, reconcile
from workers import history as history_job
from workers.context import Context

Rows = Callable[..., list[dict[str, Any]]]
Work = Callable[[Context, Portal], object]

TROUBLES = pytest.mark.parametrize(
    ("fault", "words", "hours"),
    [
        ({"fault": "unauthenticated"}, "401", None),
        ({"fault": "moving", "retry_after": 7_200}, "477", 2.0),
    ],
    ids=["token", "move"],
)


@pytest.fixture
def portal(context: Context, simulator: Simulator, backfilled: None) -> Portal:
    """Give a portal of which everything is here, and a deal waits for its own reading and for that
    of its history."""
    deal_id = simulator.create("deals", {"dealname": "A"})
    with context.database.transaction() as conn:
        changes.mark(conn, [changes.Mark(simulator.portal_id, "deals", deal_id)])
        history.mark(conn, Mirrored(simulator.portal_id, DEALS), [deal_id])
    found = context.portal(simulator.portal_id)
    assert found is not None
    return found


WORKS: dict[str, tuple[str, Work]] = {
    "fetch": ("batch_read", lambda context, portal: fetch_now(context, portal.portal_id, "deals")),
    "reconcile": ("search", lambda context, portal: reconcile.reconcile(context, portal)),
    "nightly": (
        "list_records",
        lambda context, portal: nightly.compare_portal(context, portal, datetime.now(UTC)),
    ),
    "history": ("batch_read", lambda context, portal: history_job.read(context, portal)),
}


@TROUBLES
@pytest.mark.parametrize("work", WORKS)
def test_whatever_is_at_work_pauses_the_portal(
    context: Context,
    simulator: Simulator,
    rows: Rows,
    portal: Portal,
    work: str,
    fault: dict[str, Any],
    words: str,
    hours: float | None,
) -> None:
    kind, do = WORKS[work]
    simulator.control("faults", api=[fault | {"kinds": [kind]}])
    do(context, portal)
    assert _paused(rows) == [(words, hours)]


@TROUBLES
def test_a_backfill_goes_on_by_itself_once_the_portal_does(
    context: Context,
    simulator: Simulator,
    rows: Rows,
    fault: dict[str, Any],
    words: str,
    hours: float | None,
) -> None:
    simulator.control("faults", api=[fault | {"kinds": ["list_records"], "types": ["calls"]}])
    [put_off] = backfill_all(context, simulator)
    assert put_off.startswith("calls: ") and words in put_off
    assert _paused(rows) == [(words, hours)]
    simulator.control("faults", api=[])
    simulator.control("reset-stats")
    clock.wake_waiting(context)
    backfill.run(context, simulator.portal_id)
    assert simulator.stats()["requests_total"] == 0
    with context.database.transaction() as conn:
        portals.resume(conn, simulator.portal_id)
    backfill.run(context, simulator.portal_id)
    found = rows("select state, count(*) as n from scans group by 1")
    assert (
        found == [{"state": "completed", "n": len(CORE_TYPES)}]
        and unequal(context, simulator) == {}
    )


@TROUBLES
def test_a_backfill_that_could_not_read_a_thing_is_kept(
    context: Context,
    simulator: Simulator,
    rows: Rows,
    fault: dict[str, Any],
    words: str,
    hours: float | None,
) -> None:
    with context.database.transaction() as conn:
        scan = scans.begin(conn, simulator.portal_id, "backfill", "calls")
        assert scan is not None
        scans.leave(conn, scan)
    simulator.control("faults", api=[fault])
    backfill.run(context, simulator.portal_id)
    assert _paused(rows) == [(words, hours)]
    assert rows("select state from scans where kind = 'backfill'") == [{"state": "pending"}], (
        "the next worker goes on with it"
    )


def _paused(rows: Rows) -> list[tuple[str | None, float | None]]:
    """Answer why portals are paused, by HubSpot's status, and for how many hours (None: until they
    are resumed)."""
    hours = "round(extract(epoch from paused_until - now()) / 3600, 1)::float"
    found = rows(f"select paused_reason, {hours} as hours from portals where paused_at is not null")
    return [
        (next(f for f in ("401", "477") if f in row["paused_reason"]), row["hours"])
        for row in found
    ]
