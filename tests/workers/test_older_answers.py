"""Answers older than our row: once they change nothing; where HubSpot stands by them, they win."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from db import changes
from db.changes import Mark
from db.portals import Portal
from hubspot.mirrored import Mirrored
from hubspot.objects import CONTACTS, CORE_TYPES
from hubspot.rate_limit import BULK, LIVE
from tests.processes import OTHER_TOKEN, Simulator
from tests.workers.conftest import arrive, fetch_now
from tests.workers.test_backfill import unequal
from workers import asking, settling
from workers.backfill import backfill
from workers.context import Context
from workers.verify import Report, verify

Rows = Callable[..., list[dict[str, Any]]]

ROW = "select firstname, updated_at from hubspot_contacts_raw where hubspot_id = %s"
SIGHT = "select older_at, older_since, not_before, error, leased_until from pending_changes"


@pytest.fixture
def portal(context: Context, simulator: Simulator, backfilled: None) -> Portal:
    arrive(context, simulator)
    found = context.portal(simulator.portal_id)
    assert found is not None
    return found


@pytest.fixture
def wrong(context: Context, simulator: Simulator, rows: Rows, portal: Portal) -> Iterator[str]:
    """Give a contact whose row differs from HubSpot's, with the time of an hour from now; to be
    read."""
    contact = simulator.create("contacts", {"firstname": "Right"})
    arrive(context, simulator)
    rows(
        "update hubspot_contacts_raw set firstname = 'Wrong',"
        " updated_at = updated_at + interval '1 hour', raw_json = jsonb_set(raw_json,"
        " '{properties,firstname}', '\"Wrong\"') where hubspot_id = %s returning 1",
        contact,
    )
    mark(context, simulator, contact)
    yield contact
    context.server.flushdb()


def mark(context: Context, simulator: Simulator, contact: str) -> None:
    with context.database.transaction() as conn:
        changes.mark(conn, [Mark(simulator.portal_id, "contacts", contact)])


def read(context: Context, simulator: Simulator) -> int:
    """Fetch what may be fetched now; how many batches HubSpot was asked for."""
    simulator.control("reset-stats")
    fetch_now(context, simulator.portal_id, "contacts")
    return int(simulator.stats()["requests"].get("batch_read", 0))


def pass_time(rows: Rows, seconds: int) -> None:
    """Move times as if all that is here had happened so much earlier."""
    for column, table in (("fetched_at", "hubspot_contacts_raw"), ("not_before", "pending_changes"),
                          ("older_since", "pending_changes")):  # fmt: skip
        rows(
            f"update {table} set {column} = {column} - {seconds} * interval '1 second' returning 1"
        )


def test_once_it_changes_nothing_and_the_wait_costs_no_request(
    context: Context, simulator: Simulator, rows: Rows, wrong: str
) -> None:
    before = rows(ROW, wrong)
    assert read(context, simulator) == 1
    assert rows(ROW, wrong) == before
    [seen] = rows(SIGHT)
    assert seen["not_before"] - seen["older_since"] == timedelta(seconds=60)
    assert before[0]["updated_at"] - seen["older_at"] == timedelta(hours=1)
    assert "an older record, of" in seen["error"] and seen["leased_until"] is None
    pass_time(rows, 58)
    with context.database.transaction() as conn:
        assert changes.waiting(conn) == []
    assert read(context, simulator) == 0


def test_where_hubspot_stands_by_it_for_a_minute_it_is_believed(
    context: Context, simulator: Simulator, rows: Rows, wrong: str
) -> None:
    read(context, simulator)
    [seen] = rows(SIGHT)
    pass_time(rows, 61)
    assert read(context, simulator) == 1
    assert rows(ROW, wrong) == [{"firstname": "Right", "updated_at": seen["older_at"]}]
    assert rows(SIGHT) == [] and unequal(context, simulator) == {}


def test_asked_again_too_early_it_waits_on_from_the_first_time(
    context: Context, simulator: Simulator, rows: Rows, wrong: str
) -> None:
    read(context, simulator)
    pass_time(rows, 30)
    [first] = rows(SIGHT)
    rows("update pending_changes set not_before = now() returning 1")
    assert read(context, simulator) == 1
    [second] = rows(SIGHT)
    for name in ("older_at", "older_since", "not_before"):
        assert second[name] == first[name]
    assert rows(ROW, wrong)[0]["firstname"] == "Wrong"


def test_another_older_time_begins_the_wait_again(
    context: Context, simulator: Simulator, rows: Rows, wrong: str
) -> None:
    read(context, simulator)
    pass_time(rows, 61)
    [first] = rows(SIGHT)
    simulator.update("contacts", wrong, {"firstname": "Newer, and older than the row"})
    arrive(context, simulator)
    [second] = rows(SIGHT)
    assert second["older_at"] > first["older_at"] and second["older_since"] > first["older_since"]
    assert rows(ROW, wrong)[0]["firstname"] == "Wrong"


def test_a_row_that_was_read_since_begins_the_wait_again(
    context: Context, simulator: Simulator, rows: Rows, wrong: str
) -> None:
    """One of HubSpot's copies lags, and it is the one that answered twice."""
    read(context, simulator)
    pass_time(rows, 61)
    rows(
        "update hubspot_contacts_raw set fetched_at = now() where hubspot_id = %s returning 1",
        wrong,
    )
    [first] = rows(SIGHT)
    assert read(context, simulator) == 1
    [second] = rows(SIGHT)
    assert (second["older_at"], second["older_since"] > first["older_since"]) == (
        first["older_at"],
        True,
    )
    assert rows(ROW, wrong)[0]["firstname"] == "Wrong"


def test_what_changes_meanwhile_is_here_at_once(
    context: Context, simulator: Simulator, rows: Rows, wrong: str
) -> None:
    rows(
        "update hubspot_contacts_raw"
        " set updated_at = updated_at - interval '1 hour' + interval '1 ms' returning 1"
    )
    read(context, simulator)
    assert len(rows(SIGHT)) == 1
    simulator.update("contacts", wrong, {"firstname": "News"})
    arrive(context, simulator)
    assert rows(ROW, wrong)[0]["firstname"] == "News" and rows(SIGHT) == []


def test_what_is_marked_while_it_is_asked_for_does_not_wait(
    context: Context, simulator: Simulator, rows: Rows, wrong: str, portal: Portal
) -> None:
    with context.database.transaction() as conn:
        claims = changes.claim(conn, Mirrored(portal.portal_id, CONTACTS), 100)
    assert claims is not None
    fetched = asking.ask(context.client(portal), CONTACTS, claims, ["firstname"])
    mark(context, simulator, wrong)
    with context.database.transaction() as conn:
        settling.conclude(conn, CONTACTS, claims, fetched)
    [left] = rows(
        "select not_before < now() + interval '2 seconds' as soon, older_at, error"
        " from pending_changes"
    )
    assert left["soon"] and left["older_at"] and left["error"] is None


def test_an_answer_that_lags_never_wins(
    context: Context, simulator: Simulator, rows: Rows, portal: Portal
) -> None:
    contact = simulator.create("contacts", {"firstname": "Before"})
    arrive(context, simulator)
    mark(context, simulator, contact)
    with context.database.transaction() as conn:
        claims = changes.claim(conn, Mirrored(portal.portal_id, CONTACTS), 100)
    assert claims is not None
    lagging = asking.ask(context.client(portal), CONTACTS, claims, ["firstname"])
    simulator.update("contacts", contact, {"firstname": "After"})
    simulator.quiet()
    rows("update pending_changes set leased_until = null returning 1")
    arrive(context, simulator)
    for _ in range(2):  # two minutes apart, and the right answer came between them
        mark(context, simulator, contact)
        with context.database.transaction() as conn:
            claims = changes.claim(conn, Mirrored(portal.portal_id, CONTACTS), 100)
            assert claims is not None
            late = dataclasses.replace(lagging, read_at=claims.claimed_at)
            settling.conclude(conn, CONTACTS, claims, late)
        assert rows(ROW, contact)[0]["firstname"] == "After"
        assert len(rows(SIGHT)) == 1
        pass_time(rows, 120)
        read(context, simulator)
        assert rows(ROW, contact)[0]["firstname"] == "After"
        assert rows(SIGHT) == []


def test_a_read_that_was_overtaken_is_no_answer_of_hubspots_and_asked_again_soon(
    context: Context, simulator: Simulator, rows: Rows, portal: Portal
) -> None:
    contact = simulator.create("contacts", {"firstname": "Before"})
    simulator.quiet()
    with context.database.transaction() as conn:
        links = frozenset(CONTACTS.associations)
        changes.mark(conn, [Mark(portal.portal_id, "contacts", contact, links)])
        claims = changes.claim(conn, Mirrored(portal.portal_id, CONTACTS), 100)
    assert claims is not None
    slow = asking.ask(context.client(portal), CONTACTS, claims, ["firstname"])
    simulator.update("contacts", contact, {"firstname": "After"})
    rows("update pending_changes set leased_until = null returning 1")
    arrive(context, simulator)
    with context.database.transaction() as conn:
        changes.mark(conn, [Mark(portal.portal_id, "contacts", contact, links)])
        settling.conclude(conn, CONTACTS, claims, slow)
    assert rows(ROW, contact)[0]["firstname"] == "After"
    [left] = rows(
        "select not_before < now() + interval '6 seconds' as soon, older_at from pending_changes"
    )
    assert left == {"soon": True, "older_at": None}


def test_a_record_that_was_never_merged_comes_back(
    context: Context, simulator: Simulator, rows: Rows, portal: Portal
) -> None:
    contact = simulator.create("contacts", {"firstname": "Alone"})
    arrive(context, simulator)
    rows(
        "update hubspot_contacts_raw set merged_into = '1' where hubspot_id = %s returning 1",
        contact,
    )
    mark(context, simulator, contact)
    read(context, simulator)
    kept = "select merged_into from hubspot_contacts_raw where hubspot_id = %s"
    assert rows(kept, contact) == [{"merged_into": "1"}], "a read from before the merge, it may be"
    pass_time(rows, 61)
    read(context, simulator)
    assert rows(kept, contact) == [{"merged_into": None}]
    arrive(context, simulator)
    assert unequal(context, simulator) == {}


def test_what_another_portals_token_damaged_heals(
    context: Context, simulator: Simulator, rows: Rows, portal: Portal
) -> None:
    extra = _edit_both(context, simulator)
    arrive(context, simulator)
    assert unequal(context, simulator) == {}
    _damage(context, simulator, portal)
    found = _compare(context, portal, heal=True)
    kinds = {kind for report in found for kind in report.differences}
    assert kinds >= {"extra", "archived", "properties"}
    assert len(found) == len(CORE_TYPES) and sum(report.unequal for report in found) > 50
    pass_time(rows, 61)  # where our row was newer, the other portal's record waits to be believed
    arrive(dataclasses.replace(context, believe_after=timedelta(0)), simulator)
    assert [report.differences for report in _compare(context, portal)] == [{}] * len(CORE_TYPES)
    theirs = "select archived from hubspot_contacts_raw where portal_id = %s and hubspot_id = %s"
    assert rows(theirs, portal.portal_id, extra) == [{"archived": True}]
    assert rows("select * from pending_changes") == [] and rows("select * from dead_letters") == []


def _edit_both(context: Context, simulator: Simulator) -> str:
    """Make records of the same ids that are newer, merged and archived in the other portal, or
    archived in ours and newer there. Answers the id of one that ours never had."""
    ids = [
        str(simulator.create("contacts", {"firstname": f"Ours {number}"})) for number in range(4)
    ]
    while int(theirs := simulator.create("contacts", {"firstname": "Theirs"}, OTHER_TOKEN)) < int(
        ids[-1]
    ):
        pass
    path = "/crm/objects/2026-09/contacts"
    for each in ids:
        simulator.call(
            "PATCH", f"{path}/{each}", {"properties": {"firstname": "Newer"}}, OTHER_TOKEN
        )
    simulator.archive("contacts", ids[0])
    simulator.call("DELETE", f"{path}/{ids[1]}", token=OTHER_TOKEN)
    both = {"primaryObjectId": ids[2], "objectIdToMerge": ids[3]}
    survivor = str(simulator.call("POST", f"{path}/merge", both, OTHER_TOKEN)["id"])
    assert int(survivor) > int(theirs)
    return survivor


def _damage(context: Context, simulator: Simulator, portal: Portal) -> None:
    """Do what a process did that did not look whose its token is: a backfill, and all that it
    marked, with the other portal's."""
    asking = context.client_with(OTHER_TOKEN, str(portal.portal_id))
    for lane in (LIVE, BULK):
        context._clients[portal.portal_id, None, portal.rate_limit, lane] = asking
    assert backfill(context, portal, tuple(CORE_TYPES), lambda scan: None) == []
    arrive(context, simulator)
    context._clients.clear()


def _compare(context: Context, portal: Portal, heal: bool = False) -> list[Report]:
    return verify(context, portal, heal=heal, patience=0)
