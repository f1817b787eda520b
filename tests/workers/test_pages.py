"""Walks of pages: cursors that are no ids, that lead in a circle, and answers that say nothing."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from db.connect import Database, PoolLimits
from tests.processes import Simulator, wait_for
from tests.workers.conftest import arrive, fetch_now
from tests.workers.test_backfill import run as backfill_all
from tests.workers.test_backfill import unequal
from workers import backfill, ingest, nightly, patience, reconcile
from workers.context import Context
from workers.verify import verify

Rows = Callable[..., list[dict[str, Any]]]
TIME = "2026-01-02T03:04:05.678Z"
RECORD = {"id": "1", "properties": {}, "updatedAt": TIME}
CIRCLE = {"results": [RECORD], "paging": {"next": {"after": "1"}}}
BACK = {"results": [], "paging": {"next": {"after": "opaque"}}}


@pytest.fixture
def opaque(simulator: Simulator) -> Iterator[Callable[[bool], object]]:
    """Give a switch for the simulated HubSpot's cursors, which may be no ids."""

    def switch(on: bool) -> object:
        return simulator.control("settings", opaque_cursors=on)

    switch(True)
    yield switch
    switch(False)


@pytest.fixture
def many(simulator: Simulator) -> None:
    """More companies than one chunk of a backfill holds, or one section of a comparison."""
    there = simulator.call("POST", "/crm/objects/2026-09/companies/search", {"limit": 1})["total"]
    records = [{"properties": {"name": f"walked {number}"}} for number in range(there, 1_200)]
    simulator.control("import", type="companies", records=records)


def companies(context: Context, stop: bool = False) -> list[str]:
    """Backfill companies, or no more than their first chunk."""
    portal = context.portals()[0]
    stops = (lambda: True) if stop else None
    return backfill.backfill(context, portal, ["companies"], lambda scan: None, stops)


def scan(rows: Rows, kind: str, object_type: str = "companies") -> dict[str, Any]:
    [row, *_] = rows(
        "select *, (select count(*) from scan_stretches as each where each.scan_id = scans.scan_id)"
        " as stretches from scans where kind = %s and object_type = %s order by created_at desc",
        kind,
        object_type,
    )
    return row


def test_with_opaque_cursors_all_is_brought_healed_and_proved(
    context: Context, simulator: Simulator, rows: Rows, opaque: object, many: None
) -> None:
    portal = context.portals()[0]
    gone = simulator.create("companies", {"name": "Gone"})
    simulator.control("settings", association_page=1)
    try:
        assert backfill_all(context, simulator) == [] and unequal(context, simulator) == {}
        found = scan(rows, "backfill")
        assert (found["state"], found["stretches"]) == ("completed", 1)
        assert found["records"] == found["total"] > 1_200
        simulator.control("faults", webhooks={"dropped": 1.0})
        simulator.archive("companies", gone)
        simulator.control("faults", webhooks={})
        assert reconcile.reconcile(context, portal)["companies"] == 1
        arrive(context, simulator)
        damage = 'update hubspot_companies_raw set raw_json = raw_json || \'{"updatedAt": "1"}\''
        ids = "(select {}(hubspot_id::bigint)::text from hubspot_companies_raw where not archived)"
        for which in ("min", "max"):
            rows(f"{damage} where hubspot_id = {ids.format(which)} returning 1")
        night = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        assert not nightly.compare_portal(context, portal, night, lambda: True)
        above, cursor = scan(rows, "nightly")["checkpoint"].split()
        assert above.isdecimal() and not cursor.isdecimal()
        assert nightly.compare_portal(context, portal, night, lambda: False)
        assert scan(rows, "nightly")["checkpoint"] == "end"
        arrive(context, simulator)
        assert unequal(context, simulator) == {}
        [sampled] = verify(context, portal, ["companies"], sample=100, patience=0)
        assert sampled.compared >= 1 and not (sampled.failure or sampled.unequal)
    finally:
        simulator.control("settings", association_page=500)


@pytest.mark.parametrize(("before", "after"), [(True, True), (True, False), (False, True)])
def test_a_walk_is_taken_up_at_its_cursor_or_begins_again_where_that_is_refused(
    context: Context,
    simulator: Simulator,
    rows: Rows,
    opaque: Callable[[bool], object],
    many: None,
    before: bool,
    after: bool,
) -> None:
    context = replace(context, backfill_threads=1)
    opaque(before)
    companies(context, stop=True)
    stood = scan(rows, "backfill")
    assert (stood["state"], stood["records"], bool(stood["checkpoint"])) == ("pending", 100, before)
    opaque(after)
    simulator.control("reset-stats")
    assert companies(context) == [] and "companies" not in unequal(context, simulator)
    done = scan(rows, "backfill")
    read = done["records"] - (0 if before == after else 100)  # begun again, these count twice
    assert (done["state"], done["stretches"]) == ("completed", 1)
    assert (
        read == rows("select count(*) as n from hubspot_companies_raw where not archived")[0]["n"]
    )


def test_a_type_that_was_cut_says_why_it_cannot_go_on_without_ids(
    context: Context,
    rows: Rows,
    opaque: Callable[[bool], object],
    many: None,
) -> None:
    context = replace(context, backfill_threads=1)
    opaque(False)
    companies(context, stop=True)
    rows("update scan_stretches set after = 0, until = 1000000000000 where start = 0 returning 1")
    opaque(True)
    [failure] = companies(context)
    assert "no ids any more" in failure and "`spoke scans cancel` ends it" in failure
    assert failure == f"companies: {scan(rows, 'backfill')['error']}"


@pytest.mark.parametrize("page", [CIRCLE, BACK], ids=["an id", "an opaque cursor"])
def test_pages_that_lead_in_a_circle_end_every_walk_with_a_reason(
    context: Context, simulator: Simulator, rows: Rows, page: dict[str, Any]
) -> None:
    portal = context.portals()[0]
    assert companies(context) == []
    rows("update scans set created_at = created_at - interval '2 days' returning 1")
    fault = {"fault": "answer", "kinds": ["list_records"], "types": ["companies"], "body": page}
    simulator.control("faults", api=[fault])
    night = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    [failed] = companies(context)
    [verified] = verify(context, portal, ["companies"], patience=0)
    nightly.compare_portal(context, portal, night)
    reconciled = reconcile.reconcile(context, portal)["companies"]
    reasons = [scan(rows, kind)["error"] for kind in ("backfill", "nightly", "reconcile")]
    for reason in (failed, verified.failure, *reasons, reconciled):
        assert "HubSpot's list of" in str(reason) and "once more" in str(reason)


def test_owners_that_lead_in_a_circle_say_so_in_the_runs_that_wait(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    waiting = "insert into scans (portal_id, kind, object_type, state) values (%s, %s, %s, %s)"
    rows(f"{waiting} returning 1", simulator.portal_id, "backfill", "companies", "pending")
    body = {"results": [], "paging": {"next": {"after": "opaque"}}}
    simulator.control("faults", api=[{"fault": "answer", "kinds": ["owners"], "body": body}])
    backfill.run(context, simulator.portal_id)
    found = scan(rows, "backfill")
    assert found["state"] == "pending" and "list of owners gives the cursor" in found["error"]
    simulator.control("faults", api=[])
    backfill.run(context, simulator.portal_id)
    found = scan(rows, "backfill")
    assert (found["state"], found["error"]) == ("completed", None)


ODD = {
    "record without id": ("batch_read", {"results": [{"properties": {}, "updatedAt": TIME}]}),
    "errors as text": ("batch_read", {"results": [], "errors": ["boom"]}),
    "old shape of associations": (
        "associations_read",
        {"results": [{"from": {"id": "1"}, "to": [{"id": "5", "type": "contact_to_company"}]}]},
    ),
    "from missing": ("associations_read", {"results": [{"to": [{"toObjectId": 5}]}]}),
    "nothing": ("batch_read", None),
}


def test_an_odd_answer_puts_the_batch_back_with_its_reason(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    """And so it is with all that reads in bulk: it waits, as for any other outage."""
    contact = simulator.create("contacts", {"firstname": "Odd"})
    for kind, body in ODD.values():
        simulator.control("faults", api=[{"fault": "answer", "kinds": [kind], "body": body}])
        simulator.quiet()
        ingest.run(context)
        fetch_now(context, simulator.portal_id, "contacts")
        [mark] = rows("select error from pending_changes where hubspot_id = %s", contact)
        assert mark["error"].startswith("HubSpot"), (kind, body)
        rows("update pending_changes set not_before = now(), error = null returning 1")
    simulator.control("faults", api=[])
    arrive(context, simulator)
    assert rows("select firstname from hubspot_contacts_raw where hubspot_id = %s", contact) == [
        {"firstname": "Odd"}
    ]


def test_a_short_outage_of_postgres_ends_no_heartbeat() -> None:
    """The threads tell of it where it lasts."""

    def turned_away(times: int) -> None:
        for _ in range(times):
            server.accept()[0].close()

    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as threads:
        server.settimeout(20)
        url = f"postgresql://nobody@127.0.0.1:{server.getsockname()[1]}/none"
        with Database(url, limits=PoolLimits(wait_seconds=0.2)) as away:
            working = threads.submit(turned_away, 3)
            patience.await_all(away, [working], lambda: [], 0.01)
    working.result()


def test_a_reconcile_that_another_worker_took_over_leaves_it_to_that_one(
    context: Context, simulator: Simulator, rows: Rows, backfilled: None
) -> None:
    portal = context.portals()[0]
    locked = {"fault": "locked", "kinds": ["list_records"], "types": ["calls"]}
    simulator.control("faults", api=[locked])
    taken = (
        "update scans set attempt = attempt + 1 where kind = 'reconcile' and object_type = 'calls'"
        " and state = 'running' returning 1"
    )
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(reconcile.reconcile, context, portal)
        try:
            wait_for(lambda: rows(taken))
        finally:
            simulator.control("faults", api=[])
    found = running.result()
    assert str(found.pop("calls")).startswith("another worker goes on") and set(found.values()) == {
        0
    }
    assert scan(rows, "reconcile", "calls")["state"] == "running"
