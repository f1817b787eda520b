"""What an error of Postgres says: its cause, and nobody's data."""

from __future__ import annotations

import psycopg
import pytest

from db.connect import Database


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("insert into person values ('Canaria', 0)", 'new row for relation "person" violates check constraint "adult"'),
        ("insert into person values ('Canaria', 2), ('Canaria', 3)", 'duplicate key value violates unique constraint'),
        ("select 'Canaria'::int", "invalid input syntax for type integer"),
        ("select * from nowhere", 'relation "nowhere" does not exist'),
    ],
)  # fmt: skip
def test_an_error_names_its_cause_and_quotes_no_value(database: Database, statement: str, said: str) -> None:
    with pytest.raises(psycopg.Error) as raised, database.transaction() as conn:
        conn.execute("create temporary table person (name text unique, age int constraint adult check (age > 0))")
        conn.execute(statement.encode())
    assert str(raised.value).startswith(said) and "Canaria" not in str(raised.value)


def test_a_server_that_is_away_is_still_named() -> None:
    with (
        Database("postgresql:///nowhere?host=/nonexistent", timeout=1) as database,
        pytest.raises(psycopg.OperationalError, match="couldn't get a connection"),
        database.transaction(),
    ):
        pass
