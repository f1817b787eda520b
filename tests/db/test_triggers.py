"""Triggers are built from their files: again when one changed, without a lock when none did. Each
that compares old rows with new ones does so by hash."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from db.connect import Database
from db.migrate import MigrationError, migrate

from .test_migrate import sources  # noqa: F401  # a fixture

CALLS = Path("functions") / "links" / "calls_came_or_went.sql"


@pytest.fixture
def writer(database: Database) -> psycopg.Connection:
    """Give a session that wrote to two tables with triggers and has not committed."""
    conn = psycopg.connect(database.url)
    conn.execute("delete from hubspot.hubspot_calls_raw where false")
    conn.execute("delete from hubspot.hubspot_contacts_raw where false")
    return conn


def triggers(database: Database, name: str) -> list[str]:
    with database.transaction() as conn:
        rows = conn.execute(
            "select pg_get_triggerdef(oid) as text from pg_trigger where tgname = %s"
            " and tgrelid = 'hubspot_calls_raw'::regclass",
            [name],
        ).fetchall()
    return [row["text"] for row in rows]


def test_what_a_trigger_calls_may_change_while_its_table_is_written_to(
    database: Database,
    writer: psycopg.Connection,
    sources: tuple[Path, Path],  # noqa: F811
) -> None:
    """Even with a new migration, for which all views and functions are built again."""
    path = sources[1].parent / "functions" / "links" / "calls_changed.sql"
    path.write_text(path.read_text() + "-- changed\n")
    (sources[0] / "9999_more.sql").write_text("create table more (portal_id bigint primary key);")
    assert migrate(database, *sources, patience=0).applied == ["9999_more.sql"]
    writer.close()


def test_a_changed_trigger_is_built_again_and_waits_for_writers(
    database: Database,
    writer: psycopg.Connection,
    sources: tuple[Path, Path],  # noqa: F811
) -> None:
    path = sources[1].parent / CALLS
    path.write_text(path.read_text().replace("trigger link_came", "trigger link_arrived"))
    with pytest.raises(MigrationError, match="others hold locks"):
        migrate(database, *sources, patience=0)
    writer.close()
    migrate(database, *sources)
    assert triggers(database, "link_arrived") and triggers(database, "link_came") == []


def test_a_trigger_that_was_dropped_is_built_again(database: Database) -> None:
    before = triggers(database, "link_came")
    with database.transaction() as conn:
        conn.execute("drop trigger link_came on hubspot_calls_raw")
    assert triggers(database, "link_came") == []
    migrate(database)
    assert triggers(database, "link_came") == before != []


def test_functions_that_others_hold_are_kept_when_views_are_dropped(
    database: Database,
    sources: tuple[Path, Path],  # noqa: F811
) -> None:
    """By a trigger, by a policy, or by an index of yours on what they call."""
    with database.transaction() as conn:
        conn.execute(
            "create index yours on hubspot_deals_raw"
            " (property_date(raw_json -> 'properties' ->> 'start'))"
        )
    for path in sources[1].parent.rglob("*.sql"):
        text = path.read_text().replace("owners.owner_name", "owners.called")
        if path.stem == "owners":
            text = text.replace("as owner_name", "as called")
        path.write_text(text)
    migrate(database, *sources)
    with database.transaction() as conn:
        assert conn.execute("select called from owners").fetchall() == []
    assert triggers(database, "link_came") != []


def test_triggers_that_compare_old_rows_with_new_ones_never_take_the_square(
    database: Database,
) -> None:
    """The plan of a session's first batch stays. That one may have replaced no row, and then a loop
    looked cheapest: 15 ms for each later batch of 200 contacts instead of 0.1."""
    with database.transaction() as conn:
        found = conn.execute(
            "select proname, 'enable_nestloop=off' = any(proconfig) as by_hash from pg_proc"
            " where pronamespace = current_schema()::regnamespace and prosrc like '%join came%'"
        ).fetchall()
    assert len(found) >= 5 and [row["proname"] for row in found if not row["by_hash"]] == []
