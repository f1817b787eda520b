"""db/schema.sql shows today's schema, as every PostgreSQL reads it."""

from __future__ import annotations

from pathlib import Path

from db import schema
from db.connect import Database
from db.migrate import migrate
from tests.databases import copy_of

FILE = Path(schema.__file__).with_name("schema.sql")


def check(database: Database) -> None:
    with database.transaction() as conn:
        today = schema.text(conn)
    assert today == FILE.read_text(), "run `make schema` and commit db/schema.sql"


def test_the_file_is_todays_schema(migrated: Database) -> None:
    check(migrated)


def test_the_oldest_postgres_shows_the_same(postgres_15: str) -> None:
    with copy_of(postgres_15) as url, Database(url) as database:
        migrate(database)
        check(database)
