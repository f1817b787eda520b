"""Migrating while people read: no reader waits long, and parts that have not changed are not
touched."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from db import upserts as records
from db.connect import Database
from db.migrate import MigrationError, migrate
from hubspot.mirrored import Mirrored
from hubspot.objects import CONTACTS
from hubspot.records import row

from .test_migrate import sources  # noqa: F401  # a fixture

LONGEST_WAIT_SECONDS = 3.0


@pytest.fixture
def idle(database: Database) -> psycopg.Connection:
    """Give a session that read two of our views and idles in its transaction, as BI tools do."""
    conn = psycopg.connect(database.url, application_name="a dashboard")
    conn.execute("select count(*) from hubspot.sync_status")
    conn.execute("select count(*) from hubspot.contacts")
    return conn


def change(views: Path) -> None:
    path = views / "sync" / "sync_status.sql"
    path.write_text(
        path.read_text().replace("create or replace", "-- changed\ncreate or replace", 1)
    )


def test_nothing_that_stands_as_it_was_built_is_touched(
    database: Database, idle: psycopg.Connection
) -> None:
    assert migrate(database, patience=0).applied == []
    idle.close()


def test_a_view_that_was_changed_by_hand_or_dropped_is_built_again(database: Database) -> None:
    before = definition(database, "metrics")
    with database.transaction() as conn:
        conn.execute("drop view sync_status")
        conn.execute(f"create or replace view metrics as {before.strip(';')} limit 1")
    migrate(database)
    assert definition(database, "metrics") == before
    assert definition(database, "sync_status")


def definition(database: Database, view: str) -> str:
    with database.transaction() as conn:
        found = conn.execute("select pg_get_viewdef(%s::regclass) as text", [view]).fetchone()
    return str(found and found["text"])


def test_it_waits_for_a_reader_and_nobody_waits_for_it(
    database: Database,
    idle: psycopg.Connection,
    sources: tuple[Path, Path],  # noqa: F811
) -> None:
    change(sources[1])
    done = threading.Event()
    thread = threading.Thread(target=lambda: (migrate(database, *sources), done.set()))
    thread.start()
    waits = [seconds_of(read, database) for _ in range(20)]
    waits += [seconds_of(upsert, database) for _ in range(5)]
    assert not done.is_set() and max(waits) < LONGEST_WAIT_SECONDS
    idle.close()
    assert done.wait(60)
    thread.join()


def seconds_of(act: Callable[[Database], None], database: Database) -> float:
    began = time.monotonic()
    act(database)
    time.sleep(0.1)
    return time.monotonic() - began


def read(database: Database) -> None:
    with psycopg.connect(database.url) as conn:
        conn.execute("select count(*) from hubspot.sync_status")


def upsert(database: Database) -> None:
    record = {"id": "1", "properties": {}, "updatedAt": "2026-01-01T00:00:00Z"}
    with database.transaction() as conn:
        records.upsert(conn, Mirrored(1, CONTACTS), [row(CONTACTS, record, {})], datetime.now(UTC))


def test_it_gives_up_and_says_who_holds_the_lock(
    database: Database,
    idle: psycopg.Connection,
    sources: tuple[Path, Path],  # noqa: F811
) -> None:
    change(sources[1])
    with pytest.raises(MigrationError) as raised:
        migrate(database, *sources, patience=0)
    said = str(raised.value)
    assert f"session {idle.info.backend_pid} of" in said and "(a dashboard)" in said
    assert "idle in transaction" in said and said.startswith("Nothing was migrated")
    idle.close()
