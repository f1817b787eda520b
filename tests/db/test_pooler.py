"""Behind a transaction pooler (Supabase's port 6543) a session forgets everything between two
transactions.

Here each connection forgets with DISCARD ALL whenever it goes back to the pool: settings, prepared
statements, locks.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from db import changes
from db import upserts as records
from db.changes import Mark
from db.connect import Database, PoolLimits
from db.migrate import migrate
from hubspot.mirrored import Mirrored
from hubspot.objects import CONTACTS
from hubspot.records import row

OFTEN = 12  # psycopg prepares a statement when it comes for the sixth time, unless told not to


@pytest.fixture
def forgetful(empty_database_url: str) -> Iterator[Database]:
    with Database(empty_database_url, limits=PoolLimits(connections=2)) as database:
        database._pool._reset = lambda conn: conn.execute("discard all") and None
        yield database


def test_everything_works_while_sessions_forget(forgetful: Database) -> None:
    migrate(forgetful)
    ada = row(
        CONTACTS,
        {"id": "7", "updatedAt": "2026-01-01T00:00:00Z", "properties": {"firstname": "Ada"}},
        {},
    )
    for turn in range(1, OFTEN + 1):
        with forgetful.transaction() as conn:
            changes.mark(conn, [Mark(1, "contacts", "7")])
        with forgetful.transaction() as conn, forgetful.transaction() as other:
            claims = changes.claim(conn, Mirrored(1, CONTACTS), 100)
            assert claims is not None and claims.ids == ["7"]
            assert changes.claim(other, Mirrored(1, CONTACTS), 100) is None
        with forgetful.transaction() as conn:
            assert records.upsert(conn, Mirrored(1, CONTACTS), [ada], datetime.now(UTC)).kept == {
                "7"
            }
            changes.clear(conn, claims, {"7"})
        with forgetful.transaction() as conn:
            counted = conn.execute(
                "select (select count(*) from contacts) as rows, count(*) as pending"
                " from pending_changes"
            )
            assert (turn, counted.fetchone()) == (turn, {"rows": 1, "pending": 0})
    assert migrate(forgetful).applied == []


def test_a_transaction_leaves_nothing_behind_in_its_session(database: Database) -> None:
    state = (
        "select current_setting('timezone') as zone, (select count(*)"
        " from pg_prepared_statements) as prepared, (select count(*) from pg_locks"
        " where locktype = 'advisory' and pid = pg_backend_pid()) as locks"
    )
    migrate(database)
    for _ in range(OFTEN):
        with database.transaction() as conn:
            changes.mark(conn, [Mark(1, "contacts", "7")])
            inside = conn.execute(state).fetchone()
    with database._pool.connection() as conn:
        conn.rollback()  # the pool gave it with a transaction begun
        found: dict[str, Any] | None = conn.execute(
            state + ", current_setting('search_path') as path"
        ).fetchone()
    assert inside is not None and found is not None
    assert (inside["zone"], inside["prepared"], found["prepared"], found["locks"]) == (
        "UTC",
        0,
        0,
        0,
    )
    assert not found["path"].startswith("hubspot") and not found["path"].startswith('"hubspot"')
