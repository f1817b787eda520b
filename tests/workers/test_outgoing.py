"""The outbox: put with its cause, sent at least once, off and dead with a reason, sent again on
request."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from outgoing import outbox
from outgoing.outbox import Draft, Message, Unsent
from outgoing.outlet import Channel, Outlet
from workers import outgoing
from workers.context import Context

Rows = Callable[..., list[dict[str, Any]]]


def channels(send: Callable[[Outlet, Message], None]) -> dict[str, Channel]:
    return {"slack": Channel("slack", send, "tests")}


def put(context: Context, key: str, destination: str = "sales", **more: Any) -> bool:
    with context.database.transaction() as conn:
        return outbox.put(conn, 62515, "slack", destination, key, {"text": key}, **more)


def send(context: Context, sender: Callable[[Outlet, Message], None]) -> None:
    """Send what is due, without waiting for anything."""
    outgoing.send_due(context, time.monotonic() + 60, channels(sender))


def test_a_key_is_put_once_and_only_with_its_cause(context: Context, rows: Rows) -> None:
    assert put(context, "a") and not put(context, "a") and put(context, "a", "support")
    with pytest.raises(RuntimeError), context.database.transaction() as conn:
        outbox.put(conn, 62515, "slack", "sales", "b", {})
        raise RuntimeError("the cause did not come to pass")
    with context.database.transaction() as conn:
        drafts = [Draft("sales", key, {"text": key}) for key in "abc"]
        assert outbox.put_all(conn, 62515, "slack", drafts) == 2
        with pytest.raises(outbox.TooLarge):
            outbox.put(conn, 62515, "slack", "sales", "d", {"text": "x" * 300_000})
    seen: list[Message] = []
    put(context, "past", expires_at=datetime.now(UTC) - timedelta(hours=1))
    put(context, "later", due_at=datetime.now(UTC) + timedelta(hours=1))
    send(context, lambda outlet, message: seen.append(message))
    assert sorted((each.destination, each.payload["text"]) for each in seen) == [
        *(("sales", key) for key in "abc"),
        ("support", "a"),
    ]
    (dead,) = rows(
        "select idempotency_key, error from outgoing_messages where failed_at is not null"
    )
    assert dead["idempotency_key"] == "past" and "worth sending" in dead["error"]
    again = len(seen)
    send(context, lambda outlet, message: seen.append(message))
    assert len(seen) == again


def test_what_is_refused_dies_and_what_is_not_answered_is_tried_again(
    context: Context, rows: Rows
) -> None:
    def refuse(outlet: Outlet, message: Message) -> None:
        raise Unsent(
            f"no to {message.destination}", {"down": 60.0, "gone": None}[message.destination]
        )

    for destination in ("down", "gone"):
        put(context, "first", destination)
        put(context, "second", destination)
    send(context, refuse)
    said = rows(
        "select destination, failed_at is not null as dead, error from outgoing_messages"
        " where error is not null order by destination, idempotency_key"
    )
    assert [(each["destination"], each["dead"]) for each in said][-2:] == [("gone", True)] * 2
    assert {each["error"] for each in said} == {"no to down", "no to gone"}
    # the destination that did not answer rests: nothing of it is tried until then
    seen: list[Message] = []
    put(context, "third", "down")
    send(context, lambda outlet, message: seen.append(message))
    assert seen == []
    with context.database.transaction() as conn:
        conn.execute("update outgoing_messages set due_at = now() where failed_at is null")
        assert outbox.resume(conn, 62515, "slack", "down")
        assert outbox.replay(conn, 62515, "slack") == 2
    send(context, lambda outlet, message: seen.append(message))
    assert len(seen) == 5 and {each.attempts for each in seen if each.destination == "gone"} == {1}
    with context.database.transaction() as conn:
        since = datetime.now(UTC) - timedelta(hours=1)
        assert outbox.replay(conn, 62515, "slack", "gone", sent_since=since) == 2


def test_a_message_of_a_process_that_died_is_sent_by_the_next(context: Context, rows: Rows) -> None:
    put(context, "a")
    with context.database.transaction() as conn:
        (first,) = outbox.claim(conn, ["slack"])
        assert outbox.claim(conn, ["slack"]) == []
        conn.execute("update outgoing_messages set leased_until = now() - '1 s'::interval")
    with context.database.transaction() as conn:
        (second,) = outbox.claim(conn, ["slack"])
        # the first was not dead, only slow: its failure is not the second's
        outbox.note_failed(conn, first, Unsent("too late"))
    assert (second.message_id, second.attempts) == (first.message_id, 2)
    assert rows("select failed_at, leased_until > now() as held from outgoing_messages") == [
        {"failed_at": None, "held": True}
    ]


def test_a_paused_channel_keeps_its_messages(context: Context, rows: Rows) -> None:
    put(context, "a")
    seen: list[Message] = []
    with context.database.transaction() as conn:
        outbox.hold(conn, 62515, "slack", "a holiday")
        outbox.hold(conn, 62515, "slack", "a rest", wait=timedelta(0))
    send(context, lambda outlet, message: seen.append(message))
    assert seen == [] and rows("select attempts from outgoing_messages") == [{"attempts": 0}]
    with context.database.transaction() as conn:
        assert outbox.resume(conn, 62515, "slack")
        assert outbox.bury_overdue(conn, at_most=1) == 0
    send(context, lambda outlet, message: seen.append(message))
    assert len(seen) == 1


def test_the_waits_add_up_to_three_days() -> None:
    waits = [outbox.backoff(attempt) for attempt in range(1, outbox.MOST_ATTEMPTS)]
    assert waits[:3] == [timedelta(seconds=seconds) for seconds in (5, 10, 20)]
    assert waits[-1] == timedelta(hours=6)
    assert timedelta(days=2.8) < sum(waits, timedelta(0)) < timedelta(days=3.2)
