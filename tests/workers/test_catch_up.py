"""Records that were read without a property are read again: all of them, and after any failure."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import jobs
from db import catch_ups, changes
from db import metadata as definitions
from db.changes import Mark
from db.portals import Portal
from hubspot.daily_limit import Daily
from hubspot.mirrored import Mirrored
from hubspot.objects import CONTACTS
from hubspot.rate_limit import daily_key
from tests.processes import Simulator
from tests.workers.conftest import OWN, arrive
from tests.workers.test_new_properties import OPEN, asked, define, set_silently, shown
from tests.workers.test_new_properties import copied as copied
from tests.workers.test_new_properties import portal as portal
from workers import asking, backfill, catch_up, clock, properties, settling
from workers.context import Context
from workers.definitions import refresh

Rows = Callable[..., list[dict[str, Any]]]


def test_before_the_first_record_there_is_nothing_to_read_again(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows
) -> None:
    define(
        simulator,
        "first_of_all",
        calculationFormula="7",
        fieldType="calculation_equation",
        type="number",
    )
    refresh(context, portal)
    assert rows("select from hubspot_properties where name = 'first_of_all'") != []
    assert rows(OPEN) == []
    assert jobs.queued(context.server, jobs.CATCH_UP) == set()


def test_records_that_do_not_show_are_not_read_again(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows, copied: None
) -> None:
    define(
        simulator,
        "shown_only",
        calculationFormula="7",
        fieldType="calculation_equation",
        type="number",
    )
    refresh(context, portal)
    rows("update hubspot_contacts_raw set archived = true where hubspot_id < '2' returning 1")
    away = rows("select hubspot_id from hubspot_contacts_raw where archived")
    catch_up.run(context, portal.portal_id)
    lacking = rows(
        "select hubspot_id from hubspot_contacts_raw"
        " where not raw_json->'properties' ? 'shown_only'"
    )
    assert {row["hubspot_id"] for row in lacking} == {row["hubspot_id"] for row in away} != set()


def test_what_was_being_fetched_when_it_was_learnt_is_read_again(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows, copied: None
) -> None:
    define(simulator, "under_way")
    contact = simulator.control(
        "import", type="contacts", records=[{"properties": {"under_way": "here"}}]
    )["ids"][0]
    with context.database.transaction() as conn:
        changes.mark(conn, [Mark(portal.portal_id, "contacts", contact)])
        claims = changes.claim(conn, Mirrored(portal.portal_id, CONTACTS), 100)
        names = definitions.property_names(conn, Mirrored(portal.portal_id, CONTACTS))
    assert claims is not None
    fetched = asking.ask(context.client(portal), CONTACTS, claims, names)
    refresh(context, portal)
    catch_up.run(context, portal.portal_id)
    assert rows(OPEN) == []
    with context.database.transaction() as conn:
        settling.conclude(conn, CONTACTS, claims, fetched)
    assert [row["names"] for row in rows(OPEN)] == [["under_way"]]
    catch_up.run(context, portal.portal_id)
    assert shown(rows, contact, "under_way") == "here"


def test_a_backfill_under_way_reads_on_with_it(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows
) -> None:
    contact = simulator.create("contacts", {})

    def meanwhile(scan: Any) -> None:
        define(simulator, "mid_scan")
        set_silently(simulator, contact, {"mid_scan": "here"})
        refresh(context, portal)

    assert backfill.backfill(context, portal, ["contacts"], meanwhile) == []
    assert shown(rows, contact, "mid_scan") == "here"
    assert rows(OPEN) == []


def test_nobody_learns_a_property_while_records_are_being_saved(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows
) -> None:
    """Else the look for records that lack it could pass before these are committed."""
    define(simulator, "meanwhile")
    with ThreadPoolExecutor(1) as threads:
        with context.database.transaction() as conn:
            properties.note_unread(
                conn, Mirrored(portal.portal_id, CONTACTS), _known(context, portal)
            )
            conn.execute(
                "insert into hubspot_contacts_raw (portal_id, hubspot_id, raw_json, fetched_at,"
                " updated_at) values (%s, '1', '{}', now(), now())",
                [portal.portal_id],
            )
            learning = threads.submit(refresh, context, portal)
            assert wait([learning], timeout=1).not_done
        learning.result()
    assert [row["names"] for row in rows(OPEN)] == [["meanwhile"]], "the row counted"


def _known(context: Context, portal: Portal) -> list[str]:
    with context.database.transaction() as conn:
        return CONTACTS.property_names(
            definitions.property_names(conn, Mirrored(portal.portal_id, CONTACTS))
        )


def test_it_goes_on_from_its_checkpoint_whether_told_to_end_or_killed(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows, copied: None
) -> None:
    define(
        simulator,
        "resumed",
        calculationFormula="7",
        fieldType="calculation_equation",
        type="number",
    )
    refresh(context, portal)
    context.server.flushdb()
    with context.database.transaction() as conn:
        due = catch_ups.due(conn, portal.portal_id)
    assert due is not None
    simulator.control("reset-stats")
    catch_up._advance(context, portal, due, 10)
    [at] = rows(OPEN)
    have = (
        "select hubspot_id from hubspot_contacts_raw where raw_json->'properties' ? 'resumed'"
        " order by 1"
    )
    assert (len(rows(have)), at["records"], at["after"]) == (10, 10, rows(have)[-1]["hubspot_id"])
    simulator.control("faults", api=[{"fault": "status", "status": 503, "kinds": ["batch_read"]}])
    assert catch_up.catch_up(context, portal, batch=10)
    [waiting] = rows(OPEN)
    assert waiting["later"] and "503" in waiting["error"] and waiting["after"] == at["after"]
    clock.wake_waiting(context)
    assert jobs.queued(context.server, jobs.CATCH_UP) == set(), (
        "not before HubSpot may be asked again"
    )
    simulator.control("faults", api=[])
    rows("update property_catch_ups set not_before = now() returning 1")
    clock.wake_waiting(context)
    clock.wake_waiting(context)
    assert list(jobs.standing(context.server, jobs.CATCH_UP).values()) == [(portal.portal_id,)]
    assert catch_up.catch_up(context, portal, batch=10)
    assert rows(OPEN) == []
    [contacts] = rows("select count(*) as n from contacts")
    assert len(rows(have)) == contacts["n"]
    assert asked(simulator)["batch_read"] == 1 + -(-contacts["n"] // 10), (
        "each once, and the one that was refused"
    )


def test_it_is_bulk_work_and_leaves_the_days_last_tenth_to_live_changes(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows, copied: None
) -> None:
    define(
        simulator,
        "patient",
        calculationFormula="7",
        fieldType="calculation_equation",
        type="number",
    )
    refresh(context, portal)
    spent = Daily(1_000_000, 99_000, datetime.now(UTC))
    context.server.hset(
        daily_key(str(portal.portal_id)),
        mapping={
            "limit": spent.limit,
            "remaining": spent.remaining,
            "at": spent.seen_at.isoformat(),
        },
    )
    catch_up.run(context, portal.portal_id)
    [waiting] = rows(OPEN)
    assert waiting["records"] == 0 and "last tenth" in waiting["error"]


def test_a_refused_token_pauses_the_portal_and_is_not_tried_on_and_on(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows, copied: None
) -> None:
    define(
        simulator,
        "refused_token",
        calculationFormula="7",
        fieldType="calculation_equation",
        type="number",
    )
    refresh(context, portal)
    simulator.control("reset-stats")
    simulator.control("faults", api=[{"fault": "status", "status": 401, "kinds": ["batch_read"]}])
    catch_up.run(context, portal.portal_id)
    assert asked(simulator)["batch_read"] == 1
    assert rows("select portal_id from portals where paused_at is not null") == [
        {"portal_id": portal.portal_id}
    ]
    assert "401" in rows(OPEN)[0]["error"]


def test_what_hubspot_refuses_for_good_is_left_to_the_path_that_finds_the_one_to_blame(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows, copied: None
) -> None:
    define(
        simulator,
        "refused_once",
        calculationFormula="7",
        fieldType="calculation_equation",
        type="number",
    )
    refresh(context, portal)
    simulator.control("faults", api=[{"fault": "status", "status": 400, "kinds": ["batch_read"]}])
    catch_up.run(context, portal.portal_id)
    [contacts] = rows("select count(*) as n from contacts")
    assert rows("select count(*) as n from pending_changes where object_type = 'contacts'") == [
        contacts
    ]
    assert rows(OPEN) == []
    simulator.control("faults", api=[])
    arrive(context, simulator)
    values = rows(f"select distinct refused_once::int as value from {OWN}.contacts")
    assert values == [{"value": 7}]


def test_a_record_that_cannot_be_stored_is_a_dead_letter_and_costs_no_other(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows, copied: None
) -> None:
    define(
        simulator,
        "hostile",
        calculationFormula="7",
        fieldType="calculation_equation",
        type="number",
    )
    refresh(context, portal)
    [poison] = rows("select hubspot_id from contacts order by hubspot_id offset 5 limit 1")
    with context.database.transaction() as conn:
        conn.execute(
            "alter table hubspot_contacts_raw add constraint not_this_one check"
            f" (hubspot_id <> '{poison['hubspot_id']}' or not raw_json->'properties' ? 'hostile')"
        )
    catch_up.run(context, portal.portal_id)
    arrive(context, simulator)
    assert rows("select hubspot_id from dead_letters") == [poison]
    assert rows("select hubspot_id from contacts where not raw_json->'properties' ? 'hostile'") == [
        poison
    ]


def test_links_that_were_read_meanwhile_do_not_cost_the_value(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows, copied: None
) -> None:
    """A row whose links alone were read is newer than our read, and has not got the property."""
    define(
        simulator,
        "linked_now",
        calculationFormula="7",
        fieldType="calculation_equation",
        type="number",
    )
    refresh(context, portal)
    rows("update hubspot_contacts_raw set fetched_at = now() + interval '3 seconds' returning 1")
    catch_up.run(context, portal.portal_id)
    assert (
        rows("select from hubspot_contacts_raw where raw_json->'properties' ? 'linked_now'") == []
    )
    rows("update hubspot_contacts_raw set fetched_at = now() returning 1")  # three seconds later
    arrive(context, simulator)
    values = rows(f"select distinct linked_now::int as value from {OWN}.contacts")
    assert values == [{"value": 7}]


def test_of_several_properties_the_one_that_may_be_everywhere_decides(
    context: Context, portal: Portal, rows: Rows
) -> None:
    with context.database.transaction() as conn:
        catch_ups.remember(conn, Mirrored(1, CONTACTS), ["b"], datetime(2026, 5, 1, tzinfo=UTC))
        first = catch_ups.due(conn, 1)
        assert first is not None
        catch_ups.advance(conn, first, "9", 3)
        catch_ups.remember(
            conn, Mirrored(1, CONTACTS), ["a", "b"], datetime(2026, 5, 2, tzinfo=UTC)
        )
        second = catch_ups.due(conn, 1)
        catch_ups.finish(conn, first)
        catch_ups.remember(conn, Mirrored(1, CONTACTS), ["c"], None)
        third = catch_ups.due(conn, 1)
    assert second == replace(first, names=["a", "b"], generation=2)
    assert third == replace(first, names=["a", "b", "c"], since=None, generation=3), (
        "and what is old ends nothing"
    )
