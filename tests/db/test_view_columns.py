"""Every view and column that people query says what it means, and keeps what was promised."""

from __future__ import annotations

from db import column_comments
from db.connect import Database
from db.queries import QUERIES
from lab import view_contract


def test_no_view_and_no_column_is_without_a_comment(migrated: Database) -> None:
    with migrated.transaction() as conn:
        columns = conn.execute(QUERIES["commented_columns"]).fetchall()
        views = conn.execute(
            "select relname from pg_class where relkind = 'v'"
            " and relnamespace = current_schema()::regnamespace"
            " and coalesce(obj_description(oid, 'pg_class'), '') = ''"
        ).fetchall()
    assert [(each["view"], each["column"]) for each in columns if not each["comment"]] == []
    assert [each["relname"] for each in views] == []


def test_every_word_is_used(migrated: Database) -> None:
    """Words of a column that went would mislead the next one."""
    with migrated.transaction() as conn:
        found = {
            (each["view"], each["column"]) for each in conn.execute(QUERIES["commented_columns"])
        }
    names = {column for _, column in found}
    unused = [
        f"{view}.{column}"
        for view, words in column_comments._WORDS.items()
        for column in words
        if (column not in names if view == "every" else (view, column) not in found)
    ]
    assert unused == []


def test_a_comment_that_was_lost_comes_back(database: Database) -> None:
    asked = "select col_description('owners'::regclass, 2) as comment"
    with database.transaction() as conn:
        conn.execute("comment on column owners.owner_id is null")
        column_comments.write(conn)
        assert conn.execute(asked).fetchone() == {"comment": "HubSpot's id of the owner"}


def test_views_keep_the_columns_of_the_last_release(migrated: Database) -> None:
    with migrated.transaction() as conn:
        assert list(view_contract.broken(view_contract.promised(), view_contract.today(conn))) == []


def test_what_breaks_the_contract_is_named() -> None:
    before = {"deals": {"amount": "numeric", "name": "text"}, "calls": {"id": "text"}}
    now = {"deals": {"amount": "text", "more": "text"}}
    assert list(view_contract.broken(before, now)) == [
        "deals.amount is text, and was numeric",
        "deals.name is gone",
        "the view calls is gone",
    ]


def test_every_table_says_what_it_is_for(migrated: Database) -> None:
    with migrated.transaction() as conn:
        rows = conn.execute(
            "select relname from pg_class where relkind = 'r'"
            " and relnamespace = current_schema()::regnamespace"
            " and coalesce(obj_description(oid, 'pg_class'), '') = ''"
        ).fetchall()
    silent = [each["relname"] for each in rows]
    assert silent == [], "the migration says it: comment on table … is '…'"
