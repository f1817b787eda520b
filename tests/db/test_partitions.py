"""Months of partitioned tables: made ahead, dropped when past, never in the way of a row.

An ordinary owner does all of it, in a session of another time zone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest

from db import partitions, readers
from db.connect import Database
from db.migrate import migrate
from db.partitions import EMAIL_EVENTS

LAST_SECOND = datetime(2031, 12, 31, 23, 59, 59, tzinfo=UTC)
NEW_YEAR = LAST_SECOND + timedelta(seconds=1)


@pytest.fixture
def owned(empty_database_url: str) -> Iterator[Database]:
    """Give a database that its ordinary owner migrated, whose sessions think of another zone."""
    with Database(empty_database_url) as database:
        migrate(database)
        with psycopg.connect(empty_database_url, autocommit=True) as conn:
            conn.execute("alter role current_user set timezone = 'Pacific/Auckland'")
    with Database(empty_database_url) as database:
        yield database


def put(database: Database, *moments: datetime, portal_id: int = 1) -> None:
    with database.transaction() as conn:
        for moment in moments:
            conn.execute(
                "insert into hubspot_email_events (portal_id, event_id, occurred_at, action)"
                " values (%s, %s, %s, 'Sent')",
                [portal_id, str(moment.timestamp()), moment],
            )


def rows(database: Database, query: str) -> list[Any]:
    with database.transaction() as conn:
        return [tuple(row.values()) for row in conn.execute(query.encode()).fetchall()]


def homes(database: Database) -> dict[str, int]:
    found = rows(
        database,
        "select tableoid::regclass::text, count(*) from hubspot_email_events group by 1",
    )
    return dict(found)


def of_mails(names: list[str]) -> list[str]:
    return [name for name in names if name.startswith(EMAIL_EVENTS.table)]


def test_months_come_and_go_at_their_boundary(owned: Database) -> None:
    """1. Months are there ahead. 2. A row goes to its month of UTC. 3. Rows without a month are
    found, and moved once it is there. 4. A month is dropped at its end, not a second before."""
    made = of_mails(partitions.ensure_ahead(owned, LAST_SECOND))
    assert made == [
        f"hubspot_email_events_20{each}" for each in ("31_11", "31_12", "32_01", "32_02")
    ]
    assert of_mails(partitions.ensure_ahead(owned, NEW_YEAR)) == ["hubspot_email_events_2032_03"]
    assert partitions.ensure_ahead(owned, NEW_YEAR) == []

    put(owned, LAST_SECOND, NEW_YEAR)
    assert homes(owned) == {"hubspot_email_events_2031_12": 1, "hubspot_email_events_2032_01": 1}

    long_ago = NEW_YEAR.replace(year=2019)
    put(owned, long_ago, long_ago - timedelta(seconds=1))
    with owned.transaction() as conn:
        assert partitions.in_rest(conn) == ["hubspot_email_events"]
    assert partitions.ensure(owned, EMAIL_EVENTS, [date(2019, 1, 1)]) == [
        "hubspot_email_events_2019_01"
    ]
    assert homes(owned)["hubspot_email_events_2019_01"] == 1
    assert homes(owned)["hubspot_email_events_rest"] == 1
    partitions.ensure(owned, EMAIL_EVENTS, [date(2018, 12, 1)])
    with owned.transaction() as conn:
        assert partitions.in_rest(conn) == []

    past = partitions.drop_past(owned, EMAIL_EVENTS, NEW_YEAR - timedelta(seconds=1))
    assert past[:2] == ["hubspot_email_events_2018_12", "hubspot_email_events_2019_01"]
    assert past[-1] == "hubspot_email_events_2031_11"
    assert partitions.drop_past(owned, EMAIL_EVENTS, NEW_YEAR) == ["hubspot_email_events_2031_12"]
    assert homes(owned) == {"hubspot_email_events_2032_01": 1}


def test_a_month_is_as_closed_as_its_table(database: Database) -> None:
    """A reader sees the rows of its portals through the table, and no month by its name. A month
    has the indexes of its table, and takes no row of another."""
    partitions.ensure_ahead(database, NEW_YEAR)
    readers.establish(database)
    put(database, NEW_YEAR)
    put(database, NEW_YEAR, portal_id=2)
    name = "hubspot_email_events_2032_01"
    with readers.reading(database, [2]) as conn:
        seen = conn.execute("select portal_id from entity_email_events").fetchall()
        assert seen == [{"portal_id": 2}]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute(f"select from {name}".encode())
    indexes = f"select count(*) from pg_index where indrelid = '{name}'::regclass"
    assert rows(database, indexes) == [(3,)]
    with pytest.raises(psycopg.errors.CheckViolation), database.transaction() as conn:
        conn.execute(
            f"insert into {name} (portal_id, event_id, occurred_at, action)"
            " values (1, 'a', '2032-02-01 00:00Z', 'Sent')".encode()
        )


def test_every_unique_key_begins_with_the_portal(migrated: Database) -> None:
    """So the tables can be distributed by portal. Keys of tables without portals are their own."""
    keys = rows(
        migrated,
        "select indrelid::regclass::text as name, indexrelid::regclass::text as key,"
        " indkey[0] = attnum as begins_with_portal"
        " from pg_index join pg_class on pg_class.oid = indrelid"
        " join pg_attribute on attrelid = indrelid and attname = 'portal_id'"
        " where indisunique and relnamespace = to_regnamespace(current_schema())",
    )
    partitioned = {"hubspot_email_events", "hubspot_web_sessions", "webhook_events"}
    assert partitioned <= {name for name, _, _ in keys}
    assert [(name, key) for name, key, begins in keys if not begins] == []
