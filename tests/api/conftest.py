"""The API on a real database: a client for each kind of token."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import redis
from flask.testing import FlaskClient

from api import rest
from db import portals
from db.connect import Database
from db.portals import Registration
from lab import embedded, ownership
from operations import access_tokens
from operations.callers import SCOPES
from operations.servers import HashCost, Servers
from settings import Settings
from tests.databases import copy_of

OURS, OTHERS = 62515, 62516
KEY = "a key of at least thirty-two characters"
CHEAP = HashCost(passes=1, memory_kib=8, lanes=1)  # the usual one takes 0.24 s of CPU


@contextmanager
def serving(database: Database, redis_url: str) -> Iterator[Servers]:
    """Give the servers of a process that serves the API, with two portals."""
    with database.transaction() as conn:
        for portal_id in (OURS, OTHERS):
            portals.put(conn, portal_id, Registration("UTC", "EUR", f"Portal {portal_id}"))
    settings = Settings(database_url=database.url, redis_url=redis_url, encryption_key=KEY)
    with redis.Redis.from_url(redis_url) as server:
        yield Servers(settings, server, database, hash_cost=CHEAP)


@pytest.fixture
def served(database: Database, redis_url: str) -> Iterator[Servers]:
    with serving(database, redis_url) as ready:
        yield ready


@pytest.fixture(scope="module")
def served_to_all(servers: embedded.Servers, template: str) -> Iterator[Servers]:
    """Give servers to all tests of a file that change nothing: a database of its own costs a test
    more than most of its questions."""
    with (
        copy_of(servers.database_url, template) as url,
        Database(url) as database,
        serving(database, servers.redis_url) as ready,
    ):
        ownership.flush(ready.server)
        yield ready
        ownership.flush(ready.server)


Client = Callable[..., FlaskClient]


def asking_of(served: Servers) -> Client:
    """Answer what gives a client of a token with these scopes (all, unless named) and portals."""
    app = rest.create(served)

    def client(*scopes: str, portals: tuple[int, ...] = (OURS,)) -> FlaskClient:
        token = access_tokens.make(served, "a test", scopes or tuple(SCOPES), portals)
        made = app.test_client()
        made.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        return made

    return client


@pytest.fixture
def asking(served: Servers) -> Client:
    return asking_of(served)
