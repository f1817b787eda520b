"""A migrated database for tests that only look: one for all of them."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

import embedded
from db.connect import Database


@pytest.fixture(scope="session")
def migrated(servers: embedded.Servers, template: str) -> Iterator[Database]:
    """Whoever writes to it takes the `database` fixture instead, which is a copy of the test's own."""
    name = "spoke_test_migrated"
    with psycopg.connect(servers.database_url, autocommit=True) as conn:
        conn.execute(f"drop database if exists {name} with (force)")  # type: ignore[arg-type]
        conn.execute(f"create database {name} template {template}")  # type: ignore[arg-type]
        with Database(psycopg.conninfo.make_conninfo(servers.database_url, dbname=name)) as opened:
            yield opened
        conn.execute(f"drop database {name} with (force)")  # type: ignore[arg-type]
