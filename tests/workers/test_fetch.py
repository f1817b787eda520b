"""Fetch when things go wrong: races, refusals, outages, values that fit nowhere."""

from __future__ import annotations

import dataclasses
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import jobs
from db import changes
from db.changes import Mark
from hubspot.mirrored import Mirrored
from hubspot.objects import CONTACTS, CORE_TYPES, DEALS
from operations.replay import replay
from tests.processes import ACCESS_TOKEN, OTHER_TOKEN, Simulator
from tests.workers.conftest import arrive, fetch_now
from tests.workers.test_lifecycle import link
from workers import asking, fetch, ingest, settling
from workers.backfill import backfill
from workers.context import Context
from workers.definitions import register

Rows = Callable[..., list[dict[str, Any]]]


def mark(
    context: Context, portal_id: int, *hubspot_ids: str, object_type: str = "contacts"
) -> None:
    with context.database.transaction() as conn:
        changes.mark(conn, [Mark(portal_id, object_type, hubspot_id) for hubspot_id in hubspot_ids])


def test_an_edit_during_the_fetch_keeps_the_record_pending_and_wins(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    contact = simulator.create("contacts", {"firstname": "Before"})
    arrive(context, simulator)
    mark(context, simulator.portal_id, contact)
    portal = context.portal(simulator.portal_id)
    assert portal is not None
    with context.database.transaction() as conn:
        claims = changes.claim(conn, Mirrored(simulator.portal_id, CONTACTS), 100)
    assert claims is not None
    fetched = asking.ask(context.client(portal), CONTACTS, claims, ["firstname"])
    simulator.update("contacts", contact, {"firstname": "After"})
    mark(context, simulator.portal_id, contact)
    with context.database.transaction() as conn:
        settling.conclude(conn, CONTACTS, claims, fetched)
    assert rows("select generation, leased_until from pending_changes") == [
        {"generation": 2, "leased_until": None}
    ]
    context.server.flushdb()  # with no job on the queue it waits for a record that rests
    fetch_now(context, simulator.portal_id, "contacts")
    assert rows("select firstname from hubspot_contacts_raw where hubspot_id = %s", contact) == [
        {"firstname": "After"}
    ]
    assert rows("select * from pending_changes") == []


def test_a_fetch_that_waits_for_a_resting_record_makes_way_for_a_waiting_job(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    mark(context, simulator.portal_id, simulator.create("contacts", {}))
    rows("update pending_changes set not_before = now() + interval '550 ms' returning 1")
    jobs.enqueue(context.server, jobs.FETCH, simulator.portal_id, "deals")
    fetch_now(context, simulator.portal_id, "contacts")
    assert rows("select not_before > now() as rests from pending_changes") == [{"rests": True}]
    assert jobs.queued(context.server, jobs.FETCH) == {
        (simulator.portal_id, "deals"),
        (simulator.portal_id, "contacts"),
    }


HOSTILE = {
    "NUL": "a\x00b",
    "lone surrogate": "a\ud800b",
    "huge number": "1" + "0" * 400,
    "far future": "99999-01-01T00:00:00Z",
    "5 MB": "x" * 5_000_000,
    "not a number": "NaN",
}


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_value_lands_and_harms_no_neighbour(
    context: Context, simulator: Simulator, rows: Rows, value: str
) -> None:
    names = ["dealname", "amount", "closedate", "number_of_installments__months", "offer_given"]
    records = [
        {"properties": dict.fromkeys(names, value)},
        {"properties": {"dealname": "neighbour", "amount": "5"}},
    ]
    hostile, neighbour = simulator.control("import", type="deals", records=records)["ids"]
    mark(context, simulator.portal_id, hostile, neighbour, object_type="deals")
    fetch_now(context, simulator.portal_id, "deals")
    found = rows("select hubspot_id, raw_json from hubspot_deals_raw order by hubspot_id::bigint")
    assert [row["hubspot_id"] for row in found] == [hostile, neighbour]
    kept = value.replace("\x00", "\ufffd").replace("\ud800", "\ufffd")
    assert found[0]["raw_json"]["properties"]["dealname"] == kept
    [issue] = rows(
        "select occurrences from value_issues where property = 'number_of_installments__months'"
        " and reason like 'not%%'"
    )
    assert issue["occurrences"] >= 1
    assert rows("select count(*) as n from dead_letters") == [{"n": 0}]


def test_a_rejected_token_pauses_its_portal_and_no_other(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    mine, other = simulator.create("contacts", {}), simulator.create("contacts", {}, OTHER_TOKEN)
    wrong = dataclasses.replace(
        context,
        settings=dataclasses.replace(context.settings, hubspot_access_token="expired"),
        _clients={},
    )
    simulator.quiet()
    ingest.run(wrong)
    for portal_id in (simulator.portal_id, simulator.portal_id + 1):
        fetch_now(wrong, portal_id, "contacts")
    states = rows("select portal_id, paused_reason from portals order by portal_id")
    assert "401" in states[0]["paused_reason"] and "token" in states[0]["paused_reason"]
    assert "expired" not in states[0]["paused_reason"]
    assert states[1]["paused_reason"] is None
    assert rows(
        "select hubspot_id from hubspot_contacts_raw where portal_id = %s", simulator.portal_id + 1
    ) == [{"hubspot_id": other}]
    register(context, context.client_with(ACCESS_TOKEN, "first"))
    arrive(context, simulator)
    assert rows(
        "select 1 as found from hubspot_contacts_raw where portal_id = %s and hubspot_id = %s",
        simulator.portal_id,
        mine,
    )


FAULTS = [
    ("status", "503"),
    ("cut", "ChunkedEncodingError"),
    ("html", "200"),
    ("locked", "423"),
    ("moving", "477"),
]


@pytest.mark.parametrize(("fault", "words"), [*FAULTS, ("rate_limit", "429")])
def test_an_answer_that_is_none_writes_nothing_and_the_record_waits_with_the_reason(
    context: Context, simulator: Simulator, rows: Rows, fault: str, words: str
) -> None:
    contact = simulator.create("contacts", {"firstname": "Patient"})
    simulator.control("faults", api=[{"fault": fault, "kinds": ["batch_read"], "times": 1}])
    arrive(context, simulator)
    [mark] = rows("select error, not_before > now() as later, leased_until from pending_changes")
    assert words in mark["error"] and mark["later"] and mark["leased_until"] is None
    assert rows("select * from hubspot_contacts_raw") == []
    rows("update pending_changes set not_before = now() returning 1")
    context.server.flushdb()
    arrive(context, simulator)
    assert rows("select firstname from hubspot_contacts_raw where hubspot_id = %s", contact) == [
        {"firstname": "Patient"}
    ]


def test_an_account_that_moves_is_asked_for_nothing_until_it_has_moved(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    contact = simulator.create("contacts", {"firstname": "Moved"})
    simulator.control(
        "faults", api=[{"fault": "moving", "kinds": ["batch_read"], "retry_after": 7_200}]
    )
    arrive(context, simulator)
    [paused] = rows(
        "select portal_id, paused_reason, paused_until - now() > '119 minutes' as hours"
        " from portals where paused_until > now()"
    )
    assert (paused["portal_id"], paused["hours"]) == (
        simulator.portal_id,
        True,
    ) and "477" in paused["paused_reason"]
    mark(context, simulator.portal_id, simulator.create("deals", {}), object_type="deals")
    simulator.control("reset-stats")
    fetch_now(context, simulator.portal_id, "deals")
    assert simulator.stats()["requests_total"] == 0
    simulator.control("faults", api=[])
    rows(
        "update portals set paused_until = now() where portal_id = %s returning 1",
        simulator.portal_id,
    )
    rows("update pending_changes set not_before = now() returning 1")
    arrive(context, simulator)
    assert rows("select firstname from hubspot_contacts_raw where hubspot_id = %s", contact) == [
        {"firstname": "Moved"}
    ]


def test_what_hubspot_refuses_alone_is_a_dead_letter_and_replay_brings_it_back(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    good, bad = simulator.create("contacts", {}), simulator.create("contacts", {})
    simulator.control(
        "faults", api=[{"fault": "status", "status": 400, "kinds": ["batch_read"], "times": 3}]
    )
    arrive(context, simulator)
    letters = rows("select hubspot_id, reason from dead_letters order by 1")
    assert {letter["hubspot_id"] for letter in letters} <= {good, bad} and "400" in letters[0][
        "reason"
    ]
    assert replay(context) == len(letters)
    assert replay(context) == 0
    arrive(context, simulator)
    assert rows("select hubspot_id from hubspot_contacts_raw order by hubspot_id::bigint") == [
        {"hubspot_id": good},
        {"hubspot_id": bad},
    ]


def fetched_with_an_event_meanwhile(
    context: Context, simulator: Simulator, contact: str, **fault: Any
) -> None:
    """Run a fetch that this fault strikes, once the record was marked again."""
    portal = context.portal(simulator.portal_id)
    assert portal is not None
    mark(context, simulator.portal_id, contact)
    with context.database.transaction() as conn:
        claims = changes.claim(conn, Mirrored(simulator.portal_id, CONTACTS), 100)
    assert claims is not None
    simulator.update("contacts", contact, {"firstname": "After"})
    mark(context, simulator.portal_id, contact)
    simulator.control("faults", api=[{"kinds": ["batch_read"], "times": 1} | fault])
    fetch.fetch(context, portal, CONTACTS, claims, ["firstname"])


@pytest.mark.parametrize("status", [400, 503], ids=["refused", "away"])
def test_a_change_that_came_during_a_fetch_in_vain_is_fetched_at_once_and_is_no_dead_letter(
    context: Context, simulator: Simulator, rows: Rows, status: int
) -> None:
    contact = simulator.create("contacts", {"firstname": "Before"})
    arrive(context, simulator)
    fetched_with_an_event_meanwhile(context, simulator, contact, fault="status", status=status)
    soon = "not_before < now() + interval '5 s' as soon"
    assert rows(
        f"select hubspot_id, generation, leased_until, error, {soon} from pending_changes"
    ) == [
        {"hubspot_id": contact, "generation": 2, "leased_until": None, "error": None, "soon": True}
    ]
    context.server.flushdb()
    fetch_now(context, simulator.portal_id, "contacts")
    assert rows("select firstname from hubspot_contacts_raw where hubspot_id = %s", contact) == [
        {"firstname": "After"}
    ]
    assert rows("select 1 from pending_changes union all select 1 from dead_letters") == []


def execute(context: Context, statement: str) -> None:
    with context.database.transaction() as conn:
        conn.execute(statement.encode())


def test_a_change_of_a_record_that_postgres_refused_is_not_lost_with_its_mark(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    contact = simulator.create("contacts", {"firstname": "Before"})
    arrive(context, simulator)
    execute(
        context, "alter table hubspot_contacts_raw add constraint ours check (firstname <> 'After')"
    )
    fetched_with_an_event_meanwhile(context, simulator, contact, fault="latency", ms=1)
    assert rows("select hubspot_id, generation, error from pending_changes") == [
        {"hubspot_id": contact, "generation": 2, "error": None}
    ]
    assert rows("select 1 from dead_letters") == []
    context.server.flushdb()
    fetch_now(context, simulator.portal_id, "contacts")
    [letter] = rows("select hubspot_id, reason from dead_letters")
    assert letter["hubspot_id"] == contact and "ours" in letter["reason"]
    assert rows("select 1 from pending_changes") == []


@pytest.mark.parametrize("by", ["event", "backfill"])
def test_a_dead_letter_lands_once_its_record_is_read_after_all_with_its_links(
    context: Context, simulator: Simulator, rows: Rows, by: str
) -> None:
    contact, company = simulator.create("contacts", {}), simulator.create("companies", {})
    arrive(context, simulator)
    simulator.control(
        "faults", api=[{"fault": "status", "status": 400, "kinds": ["batch_read"], "times": 1}]
    )
    link(simulator, "contacts", contact, "companies", company, 279)
    mark(context, simulator.portal_id, contact)
    simulator.quiet()
    ingest.run(context)
    fetch_now(context, simulator.portal_id, "contacts")
    assert rows("select hubspot_id, landed_at from dead_letters") == [
        {"hubspot_id": contact, "landed_at": None}
    ]
    assert rows("select 1 from pending_changes where object_type = 'contacts'") == []
    context.server.flushdb()  # before the event, which it would take along
    if by == "event":
        simulator.update("contacts", contact, {"firstname": "After"})
    else:
        portal = context.portal(simulator.portal_id)
        assert (
            portal is not None and backfill(context, portal, ["contacts"], lambda scan: None) == []
        )
    arrive(context, simulator)
    assert rows("select 1 from dead_letters where landed_at is null") == []
    assert rows("select company_ids from hubspot_contacts_raw where hubspot_id = %s", contact) == [
        {"company_ids": [company]}
    ]
    assert replay(context) == 0


def test_a_paused_portal_is_not_asked(context: Context, simulator: Simulator, rows: Rows) -> None:
    rows("update portals set paused_at = now(), paused_reason = 'by hand' returning 1")
    mark(context, simulator.portal_id, "1")
    simulator.control("reset-stats")
    for name in CORE_TYPES:
        fetch_now(context, simulator.portal_id, name)
    assert simulator.stats()["requests_total"] == 0


def test_a_row_that_postgres_cannot_hold_costs_no_other(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    """54000 is an OperationalError to psycopg, as a server that is away is; it never passes."""
    with context.database.transaction() as conn:
        conn.execute("create index on hubspot_deals_raw (dealname)")
    records = [{"properties": {"dealname": name}} for name in (random_text(9_000), "neighbour")]
    hostile, neighbour = simulator.control("import", type="deals", records=records)["ids"]
    mark(context, simulator.portal_id, hostile, neighbour, object_type="deals")
    fetch_now(context, simulator.portal_id, "deals")
    assert rows("select dealname from hubspot_deals_raw") == [{"dealname": "neighbour"}]
    [letter] = rows("select hubspot_id, reason from dead_letters")
    assert letter["hubspot_id"] == hostile and "ProgramLimitExceeded" in letter["reason"]


def random_text(length: int) -> str:
    """Text that does not compress."""
    chance = random.Random(7)
    return "".join(chr(chance.randrange(0x4E00, 0x9FA5)) for _ in range(length))


def test_of_two_batches_that_wait_for_one_another_the_ended_one_is_done_again(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    """One marks what the other clears, and the other way round."""
    contact, deal = (
        simulator.create("contacts", {}),
        simulator.create("deals", {"dealname": "Theirs"}),
    )
    link(simulator, "deals", deal, "contacts", contact, 3)
    arrive(context, simulator)
    simulator.archive("deals", deal)
    marks = [
        Mark(simulator.portal_id, name, each)
        for name, each in (("contacts", contact), ("deals", deal))
    ]
    lock = "select 1 from pending_changes where hubspot_id = %s for update"
    with context.database.transaction() as conn:
        changes.mark(conn, marks)
    with context.database.transaction() as conn:
        claims = changes.claim(conn, Mirrored(simulator.portal_id, DEALS), 1)
    portal = context.portal(simulator.portal_id)
    assert claims is not None and portal is not None
    fetched = asking.ask(context.client(portal), DEALS, claims, ["dealname"])
    with ThreadPoolExecutor(1) as threads, context.database.transaction() as other:
        other.execute(lock, [deal])
        storing = threads.submit(
            settling.store, context, DEALS, claims, fetched, context.types(portal)
        )
        while not rows(
            "select 1 from pg_stat_activity where wait_event_type = 'Lock'"
            " and datname = current_database()"
        ):
            time.sleep(0.01)
        other.execute(lock, [contact])
    storing.result()
    assert rows("select archived from hubspot_deals_raw where hubspot_id = %s", deal) == [
        {"archived": True}
    ]
    assert rows("select 1 from pending_changes where object_type = 'deals'") == []
