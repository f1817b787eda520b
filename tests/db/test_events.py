"""Webhook events as received: each once per portal, doubles recognised within a batch and across
batches."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg.errors import UniqueViolation

from db import event_log as events
from db import partitions
from db.connect import Database
from db.event_log import Received
from db.migrate import MIGRATIONS

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


def test_copies_of_an_event_meet_in_its_month(database: Database) -> None:
    """Whenever they come: the first may have come before its month had a partition. An event
    without a time is stored once, too."""
    last = datetime(2031, 12, 31, 23, 59, 59, tzinfo=UTC)
    told = [
        replace(FIRST, occurred_at=last),
        replace(OTHER, occurred_at=last + timedelta(seconds=1)),
        replace(FIRST, key="c" * 32, occurred_at=None),
    ]
    assert len(append(database, *told)) == 3
    partitions.ensure_ahead(database, last)
    assert append(database, *(replace(each, received_at=last) for each in told)) == set()
    with database.transaction() as conn:
        found = conn.execute("select tableoid::regclass::text as part from webhook_events")
        assert sorted(row["part"] for row in found.fetchall()) == [
            "webhook_events_2031_12", "webhook_events_2032_01", "webhook_events_rest",
        ]  # fmt: skip
        assert partitions.in_rest(conn) == []


def test_events_of_before_there_were_months_are_kept(migrated: Database) -> None:
    """Their table becomes the partition of all months before the next; the key holds there, too."""
    with migrated.transaction() as conn, conn.transaction(force_rollback=True):
        conn.execute("create schema before; set local search_path = before, extensions")
        for name in ("0002_sync", "0020_quick_reads"):
            for statement in (MIGRATIONS / f"{name}.sql").read_text().split(";\n"):
                if " webhook_events" in statement:
                    conn.execute(statement.encode())
        conn.execute("create role analysts; grant select on webhook_events to analysts")
        conn.execute(
            "insert into webhook_events select 1, md5(coalesce(at, ''))::uuid, 'a', 'b', null,"
            " at::timestamptz, now(), null, '{}'"
            " from unnest(array['2001-02-03', 'infinity', null]) as at"
        )
        conn.execute((MIGRATIONS / "0042_event_months.sql").read_text().encode())
        found = conn.execute(
            "select occurred_at::text as at, tableoid::regclass::text ~ '_until_2[0-9]{5}$' as old"
            " from webhook_events order by at"
        ).fetchall()
        assert found == [
            {"at": "2001-02-03 00:00:00+00", "old": True},
            {"at": "infinity", "old": False},
            {"at": None, "old": False},
        ]
        with pytest.raises(UniqueViolation), conn.transaction():
            conn.execute("insert into webhook_events select * from webhook_events limit 1")
        columns = "select has_table_privilege('analysts', 'webhook_events', 'select') as may"
        assert conn.execute(columns.encode()).fetchall() == [{"may": True}]
        made = "select array_agg(attname order by attnum) as it from pg_attribute where attnum > 0"
        made += " and attrelid = to_regclass(%s)"
        before, after = (
            conn.execute(made.encode(), [f"{schema}.webhook_events"]).fetchone()
            for schema in ("before", migrated.schema)
        )
        assert before == after
