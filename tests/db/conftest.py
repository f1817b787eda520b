"""A migrated database for tests that only look: one for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from db.connect import Database
from lab import embedded
from tests.databases import WORKER, copy_of, owned_by
from tests.db.roles import OWNER, OWNER_ON_15, SUPERUSER


@pytest.fixture(scope="session")
def migrated(servers: embedded.Servers, template: str) -> Iterator[Database]:
    """Give one database to all tests that only read. A test that writes takes the `database`
    fixture instead, a copy of its own."""
    with copy_of(servers.database_url, template) as url, Database(url) as opened:
        yield opened


@pytest.fixture(scope="session")
def postgres_15(kept: Path, servers: embedded.Servers) -> Iterator[str]:
    """Give the superuser's address of the oldest PostgreSQL that we support, where the machine has
    it.

    In the run's own folder, with which it ends, however the run does.
    """
    kept.chmod(0o711)  # the server's user passes through
    try:
        with embedded.postgres_of(15, kept / "postgres-15") as url:
            yield url
    except FileNotFoundError as error:
        pytest.skip(f"not tested on PostgreSQL 15: {error}")


@pytest.fixture
def database_owner(request: pytest.FixtureRequest) -> str:
    """Whose an empty database is, and on which version: see tests/db/roles.py."""
    return str(getattr(request, "param", OWNER))


@pytest.fixture
def admin_url(
    database_owner: str, request: pytest.FixtureRequest, servers: embedded.Servers
) -> Iterator[str]:
    """Give an empty database as its server's superuser sees it, on the newest version or on 15."""
    fifteen = database_owner == OWNER_ON_15
    server = request.getfixturevalue("postgres_15") if fifteen else servers.database_url
    with copy_of(server) as url:
        yield url


@pytest.fixture
def empty_database_url(admin_url: str, database_owner: str) -> Iterator[str]:
    """Give the same as its owner sees it: an ordinary role, without rights beyond its database."""
    if database_owner == SUPERUSER:
        yield admin_url
        return
    with owned_by(f"spoke_test_owner_{WORKER}", admin_url) as url:
        yield url
