"""Webhook events as received: each once per portal, doubles recognised within a batch and across
batches."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from db import event_log as events
from db.connect import Database
from db.event_log import Received
from db.queries import QUERIES

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
FIRST = Received(
    1,
    "a" * 32,
    "contact.creation",
    "contacts",
    "7",
    NOON,
    NOON + timedelta(seconds=1),
    None,
    '{"eventId": 1}',
)
OTHER = replace(FIRST, key="b" * 32)


def append(database: Database, *received: Received) -> set[tuple[int, str]]:
    with database.transaction() as conn:
        return events.append(conn, received)


def stored(database: Database) -> list[dict[str, Any]]:
    with database.transaction() as conn:
        return conn.execute("select * from webhook_events order by portal_id, event_key").fetchall()


def test_an_event_is_stored_whole(database: Database) -> None:
    append(database, replace(FIRST, ignored="not mirrored"))
    (found,) = stored(database)
    assert found.pop("event_key").hex == "a" * 32
    assert found == {
        "portal_id": 1, "subscription_type": "contact.creation", "object_type": "contacts",
        "hubspot_id": "7",
        "occurred_at": NOON, "received_at": NOON + timedelta(seconds=1), "ignored": "not mirrored",
        "event": {"eventId": 1},
    }  # fmt: skip


def test_only_new_events_are_answered(database: Database) -> None:
    assert append(database, FIRST, FIRST) == {(1, "a" * 32)}
    assert append(database, FIRST, OTHER) == {(1, "b" * 32)}
    assert append(database, FIRST, OTHER) == append(database) == set()
    assert len(stored(database)) == 2


def test_equal_keys_of_two_portals_are_two_events(database: Database) -> None:
    assert append(database, FIRST, replace(FIRST, portal_id=2)) == {(1, "a" * 32), (2, "a" * 32)}


def test_an_event_without_record_or_time_is_kept(database: Database) -> None:
    append(database, replace(FIRST, hubspot_id=None, occurred_at=None))
    assert [(row["hubspot_id"], row["occurred_at"]) for row in stored(database)] == [(None, None)]


def test_old_events_are_forgotten(database: Database) -> None:
    append(database, FIRST, replace(OTHER, received_at=datetime.now(UTC)))
    with database.transaction() as conn:
        conn.execute(QUERIES["forget_old_events"], {"keep": timedelta(hours=1), "at_most": 9})
    assert [row["event_key"].hex for row in stored(database)] == ["b" * 32]
