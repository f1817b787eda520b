"""Values written back to HubSpot: only what changed, no echo, nothing twice, and a line for every
refusal."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from psycopg.sql import SQL

from outgoing import follow_ups, outbox, write_back
from outgoing.channels import CHANNELS
from outgoing.outbox import Message, Unsent
from outgoing.outlet import Channel, Outlet
from outgoing.write_back import UnwrittenValue
from outgoing.write_backs import WRITE_BACKS, WriteBack, ready
from tests.processes import Simulator
from tests.workers.conftest import arrive
from workers import outgoing, verify
from workers.context import Context

Rows = Callable[..., list[dict[str, Any]]]
pytestmark = pytest.mark.usefixtures("backfilled")

SCORES = SQL(
    "select hubspot_id, (hubspot_id::bigint %% 89 + 1)::text as value from hubspot_contacts_raw"
    " where portal_id = %(portal_id)s"
)
SCORE = replace(WRITE_BACKS["lead_score_ml"], needs="", wanted=SCORES)


def plan(context: Context, *entries: WriteBack) -> list[UnwrittenValue]:
    with context.database.transaction() as conn:
        return write_back.plan(conn, 62515, entries or [SCORE])


def order(context: Context, *entries: WriteBack) -> int:
    found = plan(context, *entries)
    with context.database.transaction() as conn:
        return write_back.order(conn, 62515, found, entries or [SCORE])


def send(context: Context, channels: dict[str, Channel] = CHANNELS) -> None:
    outgoing.send_due(context, time.monotonic() + 60, channels)


def asked(simulator: Simulator) -> dict[str, int]:
    return dict(simulator.stats()["requests"])


def since(simulator: Simulator, before: dict[str, int]) -> dict[str, int]:
    counts = {name: n - before.get(name, 0) for name, n in asked(simulator).items()}
    return {name: n for name, n in counts.items() if n}


def test_only_changes_are_written_and_our_own_events_are_not_fetched(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    found = plan(context)
    assert len(found) == 40 and found[0].known is None
    assert order(context) == 1
    with pytest.raises(write_back.UnderWay):
        order(context)
    before = asked(simulator)
    send(context)
    assert since(simulator, before) == {
        "properties": 2,
        "property_groups": 1,
        "property_group_create": 1,
        "property_create": 1,
        "batch_update": 1,
    }
    assert plan(context) == []
    before = asked(simulator)
    arrive(context, simulator)
    assert since(simulator, before) == {}
    ignored = rows("select count(*) as n from webhook_events where ignored = 'written by Spoke'")
    assert ignored == [{"n": 40}]
    # the copy is equal all the same
    portal = context.portal(62515)
    assert portal is not None
    reports = verify.verify(context, portal, ("contacts",))
    assert [each.unequal for each in reports] == [0]


def test_a_value_that_is_not_what_we_wrote_is_fetched(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    order(context)
    send(context)
    arrive(context, simulator)
    before, changed = asked(simulator), plan(context, replace(SCORE, wanted=ALL_ONE))[0].hubspot_id
    simulator.update("contacts", changed, {"lead_score_ml": "99.5"})  # our own app, not our value
    arrive(context, simulator)
    assert since(simulator, before)["batch_read"] == 1
    (left,) = plan(context)
    assert (left.hubspot_id, left.known) == (changed, "99.5")


ALL_ONE = SQL(
    "select hubspot_id, '1' as value from hubspot_contacts_raw where portal_id = %(portal_id)s"
)


def test_a_second_attempt_reads_first_and_writes_only_what_is_not_there(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    """The process dies after HubSpot's answer, before our note of it."""
    order(context)
    died: list[Message] = []

    def send_and_die(outlet: Outlet, message: Message) -> None:
        half = replace(
            message, payload={**message.payload, "inputs": message.payload["inputs"][:30]}
        )
        write_back.send(outlet, half)
        died.append(message)
        raise Unsent("killed", retry_in=0)

    send(context, {"write_back": Channel("write_back", send_and_die, "tests")})
    with context.database.transaction() as conn:
        conn.execute("update written_values set written_at = null")
        conn.execute("update outgoing_messages set due_at = now()")
        outbox.resume(conn, 62515, "write_back", "contacts")
    before = asked(simulator)
    send(context)
    assert since(simulator, before) == {"batch_read": 1, "batch_update": 1}
    arrive(context, simulator)
    scores = (
        "select count(*) as n from webhook_events where event->>'propertyName' = 'lead_score_ml'"
    )
    assert rows(scores) == [{"n": 40}]
    assert rows("select count(*) as n from written_values where written_at is null") == [{"n": 0}]


def test_hubspots_refusals_are_told_and_cost_no_other_record(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    everyone = [each.hubspot_id for each in plan(context)]
    odd = (
        SQL(
            "select hubspot_id, case hubspot_id when '{odd}' then 'warm' else '7' end as value"
            " from hubspot_contacts_raw where portal_id = %(portal_id)s"
        )
        .as_string()
        .replace("{odd}", everyone[0])
    )
    entry = replace(SCORE, wanted=SQL(odd), value_type="string")
    with context.database.transaction() as conn:
        found = write_back.plan(conn, 62515, [entry])
        write_back.order(conn, 62515, found, [replace(entry, value_type="number")])
    simulator.archive("contacts", everyone[1])
    send(context)
    said = rows(
        "select hubspot_id, written_at, error from written_values where error is not null"
        " order by hubspot_id::bigint"
    )
    assert [each["hubspot_id"] for each in said] == everyone[:2]
    assert "was not a valid number" in said[0]["error"] and "OBJECT_NOT_FOUND" in said[1]["error"]
    done = rows("select count(*) as n from written_values where written_at is not null")
    assert done == [{"n": len(everyone) - 2}]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"fault": "missing_scopes", "body": "crm.objects.contacts.write"}, "contacts.write"),
        ({"fault": "unauthenticated"}, "401"),
    ],
)
def test_without_a_right_nothing_is_lost_and_the_outbox_says_which(
    context: Context, simulator: Simulator, rows: Rows, fault: dict[str, Any], said: str
) -> None:
    order(context)
    simulator.control("faults", api=[{"kinds": ["batch_update"], **fault}])
    send(context)
    (waits,) = rows(
        "select error, due_at > now() + '50 min'::interval as later, failed_at"
        " from outgoing_messages"
    )
    assert said in waits["error"] and waits["later"] and waits["failed_at"] is None


def test_the_registry_leaves_out_what_nothing_fills_yet(context: Context) -> None:
    with context.database.transaction() as conn:
        conn.execute(
            "insert into competitor_mentions (portal_id, deal_id, competitor, source, record_id)"
            " select portal_id, hubspot_id, unnest('{Rival,Acme}'::text[]), 'notes', '1'"
            " from hubspot_deals_raw"
        )
        found = write_back.plan(conn, 62515, [WRITE_BACKS["competitor_displaced"]])
        assert {each.wanted for each in found} == {"Acme, Rival"}
        conn.execute("alter table competitor_mentions rename to elsewhere")
        ready_now = {each.name for each in ready(conn, WRITE_BACKS.values())}
        assert ready_now == WRITE_BACKS.keys() - {"competitor_displaced"}
        conn.rollback()


def test_contacts_of_high_value_become_one_task_each(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    with context.database.transaction() as conn:
        conn.execute(
            "update hubspot_contacts_raw set raw_json = jsonb_set(raw_json, '{properties}',"
            " raw_json->'properties' || jsonb_build_object('lead_score_ml', hubspot_id::bigint % 2"
            " * 90, 'notes_last_contacted', '2026-01-01T00:00:00Z'))"
        )
        found = follow_ups.plan(conn, 62515, 80, 14)
        assert {each.score for each in found} == {90} and len(found) > 10
        assert follow_ups.plan(conn, 62515, 91, 14) == follow_ups.plan(conn, 62515, 80, 9999) == []
        assert follow_ups.order(conn, 62515, found) == 1
        assert follow_ups.plan(conn, 62515, 80, 14) == []
    send(context)
    # the process died before it noted that; HubSpot makes no second task
    with context.database.transaction() as conn:
        conn.execute("update outgoing_messages set sent_at = null, due_at = now()")
    send(context)
    assert rows("select sent_at is not null as sent from outgoing_messages") == [{"sent": True}]
    assert simulator.stats()["requests"]["batch_upsert"] == 2
    path = "/crm/objects/2026-09/tasks?limit=100&associations=contacts&properties=hs_task_subject"
    listed = simulator.call("GET", path)["results"]
    ours = [each for each in listed if "Follow up" in str(each["properties"]["hs_task_subject"])]
    assert len(ours) == len(found)
    linked = {str(each["associations"]["contacts"]["results"][0]["id"]) for each in ours}
    assert linked == {each.contact_id for each in found}
