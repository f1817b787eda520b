"""Ingest: what becomes of events that are doubled, ignored or of an unknown portal, and of bodies
that are no events."""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest
import redis

import deliveries
import jobs
from db.connect import Database, PoolLimits
from operations.replay import replay
from tests.processes import Simulator
from workers import ingest
from workers.context import Context

Rows = Callable[..., list[dict[str, Any]]]


def send(context: Context, body: bytes) -> None:
    with context.server.pipeline() as pipeline:
        deliveries.append(pipeline, body)
        pipeline.execute()


def event(portal_id: int, **changes: Any) -> dict[str, Any]:
    known = {
        "eventId": 7,
        "subscriptionId": 1,
        "portalId": portal_id,
        "occurredAt": 1_769_081_993_375,
    }
    return (
        known
        | {"subscriptionType": "contact.propertyChange", "objectId": 9001, "propertyName": "email"}
        | changes
    )


def test_a_doubled_event_is_stored_once_and_marks_once(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    one = event(simulator.portal_id)
    send(context, json.dumps([one, one | {"attemptNumber": 3}]).encode())
    send(context, json.dumps([one]).encode())
    ingest.run(context)
    send(context, json.dumps([one]).encode())
    ingest.run(context)
    assert rows("select subscription_type, hubspot_id, ignored from webhook_events") == [
        {"subscription_type": "contact.propertyChange", "hubspot_id": "9001", "ignored": None}
    ]
    assert rows("select hubspot_id, generation from pending_changes") == [
        {"hubspot_id": "9001", "generation": 1}
    ]
    assert deliveries.waiting(context.server) == 0


def test_events_of_one_record_mark_it_once_with_the_oldest_time(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    times = [1_769_081_993_375, 1_769_081_000_000, 1_769_082_000_000]
    batch = [
        event(simulator.portal_id, occurredAt=time, eventId=place)
        for place, time in enumerate(times)
    ]
    send(context, json.dumps(batch).encode())
    ingest.run(context)
    [mark] = rows("select extract(epoch from event_at) * 1000 as event_at from pending_changes")
    assert mark["event_at"] == min(times)


def test_what_is_not_ours_is_recorded_as_ignored_and_fetches_nothing(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    unknown, unmirrored = (
        event(999),
        event(simulator.portal_id, subscriptionType="conversation.newMessage"),
    )
    send(context, json.dumps([unknown, unmirrored, {}]).encode())
    ingest.run(context)
    found = rows("select portal_id, ignored from webhook_events order by portal_id")
    assert [tuple(row.values()) for row in found] == [(simulator.portal_id, "not mirrored")]
    counted = rows("select portal_id, events, subscription_type as what from unknown_portals")
    assert sorted(map(tuple, (row.values() for row in counted))) == [
        (0, 1, ""),
        (999, 1, unknown["subscriptionType"]),
    ]
    assert rows("select * from pending_changes") == []


def test_hostile_text_in_an_event_is_stored_harmlessly(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    hostile = json.dumps(
        [event(simulator.portal_id, propertyValue="a\x00b"), event(simulator.portal_id, eventId=8)]
    )
    send(context, hostile.replace("email", "\\ud800").encode())
    ingest.run(context)
    assert rows("select count(*) as n from webhook_events") == [{"n": 2}]


def test_a_body_that_is_no_delivery_is_a_dead_letter_and_its_neighbours_land(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    """Nothing the receiver lets in looks like this; another writer to the stream must not stop
    it."""
    send(context, b"no JSON")
    send(context, json.dumps([event(simulator.portal_id)]).encode())
    ingest.run(context)
    [letter] = rows("select kind, reason, payload from dead_letters")
    assert letter["kind"] == "delivery" and "JSONDecodeError" in letter["reason"]
    assert rows("select count(*) as n from webhook_events") == [{"n": 1}]
    assert replay(context, kind="delivery") == 1
    assert deliveries.waiting(context.server) == 1


def letters(rows: Rows) -> list[Any]:
    """Answer what each dead delivery holds."""
    found = rows(
        "select payload ->> 'base64' as body from dead_letters where kind = 'delivery'"
        " order by letter_id"
    )
    return [json.loads(base64.b64decode(row["body"])) for row in found]


@pytest.mark.parametrize("stray", [1, None, "text", [], [{}], True], ids=repr)
def test_what_is_no_event_is_a_dead_letter_alone_and_blocks_nobody(
    context: Context, simulator: Simulator, rows: Rows, stray: object
) -> None:
    good = [event(simulator.portal_id, eventId=number, objectId=number) for number in (1, 2, 3)]
    for body in ([stray], [good[0], stray, good[1]], [good[2]]):
        send(context, json.dumps(body).encode())
    ingest.run(context)
    assert letters(rows) == [[stray], [stray]] and deliveries.waiting(context.server) == 0
    assert (
        rows("select 1 from dead_letters where reason <> 'ValueError: an event is an object'") == []
    )
    assert {row["hubspot_id"] for row in rows("select hubspot_id from webhook_events")} == {
        "1",
        "2",
        "3",
    }
    assert {row["hubspot_id"] for row in rows("select hubspot_id from pending_changes")} == {
        "1",
        "2",
        "3",
    }


def test_an_event_that_postgres_refuses_is_a_dead_letter_alone_and_comes_back_alone(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    with context.database.transaction() as conn:
        conn.execute("alter table webhook_events add constraint ours check (hubspot_id <> '2')")
    good = [event(simulator.portal_id, objectId=number) for number in (1, 2, 3)]
    send(context, json.dumps(good).encode())
    ingest.run(context)
    assert letters(rows) == [[good[1]]]
    stored = "select hubspot_id from webhook_events order by 1"
    assert rows(stored) == [{"hubspot_id": "1"}, {"hubspot_id": "3"}]
    with context.database.transaction() as conn:
        conn.execute("alter table webhook_events drop constraint ours")
    assert replay(context) == 1
    ingest.run(context)
    assert rows(stored) == [{"hubspot_id": each} for each in "123"]


@pytest.mark.parametrize("digits", [400, 4_300, 4_301, 100_000])
def test_a_number_of_any_length_costs_no_event(
    context: Context, simulator: Simulator, rows: Rows, digits: int
) -> None:
    number = "9" * digits
    neighbour = event(simulator.portal_id, objectId=5)
    for field in ("propertyValue", "objectId", "occurredAt", "portalId"):
        body = json.dumps([event(simulator.portal_id) | {field: "HERE"}, neighbour]).replace(
            '"HERE"', number
        )
        send(context, body.encode())
    ingest.run(context)
    assert letters(rows) == []
    assert {row["hubspot_id"] for row in rows("select hubspot_id from pending_changes")} == {
        "9001",
        "5",
    }
    assert rows(
        "select event ->> 'propertyValue' as it from webhook_events where event ? 'propertyValue'"
    ) == [{"it": number}]


def test_with_postgres_down_deliveries_wait_and_then_land(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    send(context, json.dumps([event(simulator.portal_id)]).encode())
    with Database(
        "postgresql://nobody@127.0.0.1:1/none", limits=PoolLimits(wait_seconds=1)
    ) as down:
        ingest.run(dataclasses.replace(context, database=down))
    assert deliveries.waiting(context.server) == 1
    make_abandoned(context.server)
    ingest.run(context)
    assert deliveries.waiting(context.server) == 0
    assert rows("select hubspot_id from pending_changes") == [{"hubspot_id": "9001"}]


def make_abandoned(server: redis.Redis) -> None:
    """Let Redis believe that the entries were read a minute ago."""
    entries = [
        entry["message_id"]
        for entry in server.xpending_range(deliveries.STREAM, "ingest", "-", "+", 10)
    ]
    server.xclaim(deliveries.STREAM, "ingest", "ingest", 0, entries, idle=60_000, justid=True)


def test_ingest_wakes_one_fetch_per_portal_and_type(context: Context, simulator: Simulator) -> None:
    for number in range(3):
        send(
            context,
            json.dumps([event(simulator.portal_id, eventId=number, objectId=number + 1)]).encode(),
        )
    ingest.run(context)
    assert jobs.queue(context.server, "fetch").count == 1


def test_an_entry_that_the_receiver_did_not_write_is_a_dead_letter(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    context.server.xadd(deliveries.STREAM, {"body": b"\x00garbage"})
    send(context, json.dumps([event(simulator.portal_id)]).encode())
    ingest.run(context)
    [letter] = rows("select kind, reason from dead_letters")
    assert letter["kind"] == "delivery" and "not a packed delivery" in letter["reason"]
    assert rows("select count(*) as n from webhook_events") == [{"n": 1}]
