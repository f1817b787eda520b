"""A migrated database for tests that only look: one for all of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import embedded
from db.connect import Database
from tests.databases import copy_of


@pytest.fixture(scope="session")
def migrated(servers: embedded.Servers, template: str) -> Iterator[Database]:
    """Whoever writes to it takes the `database` fixture instead, which is a copy of the test's own."""
    with copy_of(servers.database_url, template) as url, Database(url) as opened:
        yield opened
