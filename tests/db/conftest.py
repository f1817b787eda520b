"""A migrated database for tests that only look: one for all of them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.connect import Database
from lab import embedded
from tests.databases import WORKER, copy_of, owned_by


@pytest.fixture(scope="session")
def migrated(servers: embedded.Servers, template: str) -> Iterator[Database]:
    """Whoever writes to it takes the `database` fixture instead, which is a copy of the test's
    own."""
    with copy_of(servers.database_url, template) as url, Database(url) as opened:
        yield opened


@pytest.fixture(scope="session")
def postgres_15() -> Iterator[str]:
    """The oldest PostgreSQL that we support, where the machine has it; its superuser's address.

    Not in pytest's own folder, which each run of pytest closes to all users but its own."""
    with tempfile.TemporaryDirectory(prefix="spoke-postgres-15-") as folder:
        Path(folder).chmod(0o711)  # the server's user passes through
        try:
            with embedded.postgres_of(15, Path(folder) / "server") as url:
                yield url
        except FileNotFoundError as error:
            pytest.skip(f"not tested on PostgreSQL 15: {error}")


@pytest.fixture(params=["superuser", "owner", "owner-15"])
def admin_url(request: pytest.FixtureRequest, servers: embedded.Servers) -> Iterator[str]:
    """An empty database as its server's superuser sees it, on the newest version and on 15."""
    fifteen = request.param.endswith("15")
    server = request.getfixturevalue("postgres_15") if fifteen else servers.database_url
    with copy_of(server) as url:
        yield url


@pytest.fixture
def empty_database_url(admin_url: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The same as its owner sees it: an ordinary role, without rights beyond its database."""
    if request.node.callspec.params["admin_url"] == "superuser":
        yield admin_url
        return
    with owned_by(f"spoke_test_owner_{WORKER}", admin_url) as url:
        yield url
