"""The workers' functions on a real database and Redis, with the simulated HubSpot over HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from typing import Any

import pytest
import redis

import deliveries
import jobs
from db import fetch_delays
from db.connect import Database
from db.portals import Portal
from hubspot.rate_limit import Pace, RateLimit
from lab import embedded
from settings import Settings
from tests.databases import copy_of, name_of
from tests.processes import ACCESS_TOKEN, OTHER_TOKEN, Simulator
from workers import fetch, ingest, privacy, tokens
from workers.context import Context
from workers.definitions import refresh, register

KEY = "an encryption key of 32 characters"
# Views of every property of the simulator's first portal: the shared ones keep what both portals
# define alike.
OWN = "hubspot_62515"
MANY = 1_000  # searches a second: no test waits for its turn to search


class Described:
    """Databases that know the simulator's two portals, and have views of every property.

    One for each state of what describes the records: a test that finds it as an earlier test did
    copies that test's database, in 50 ms, and asks HubSpot nothing.
    """

    def __init__(self, servers: embedded.Servers, template: str, simulator: Simulator) -> None:
        self._servers, self._simulator, self._databases = servers, simulator, ExitStack()
        self._names: dict[str, str] = {}
        self._first = template

    def name(self) -> str:
        """Answer the database of today's definitions."""
        digest = self._simulator.definitions()
        if digest not in self._names:
            self._names[digest] = self._made()
            self._first = next(iter(self._names.values()))
        return self._names[digest]

    def close(self) -> None:
        self._databases.close()

    def _made(self) -> str:
        """Ask HubSpot for everything, once. The second portal has a token of its own."""
        url = self._databases.enter_context(copy_of(self._servers.database_url, self._first))
        opened = Context.open(
            _settings(url, self._servers.redis_url, self._simulator),
            connections=2,
            searches_per_second=MANY,
        )
        register(opened, opened.client_with(ACCESS_TOKEN, "first"))
        register(
            opened, opened.client_with(OTHER_TOKEN, "second"), tokens.encrypt(OTHER_TOKEN, KEY)
        )
        for portal in opened.portals():
            refresh(opened, portal)
        opened.close()
        return name_of(url)


@pytest.fixture(scope="session")
def described(
    servers: embedded.Servers, template: str, shared_simulator: Simulator
) -> Iterator[Described]:
    with closing(Described(servers, template, shared_simulator)) as databases:
        yield databases


@pytest.fixture
def database_url(servers: embedded.Servers, described: Described) -> Iterator[str]:
    with copy_of(servers.database_url, described.name()) as url:
        yield url


@pytest.fixture
def settings(database_url: str, redis_url: str, simulator: Simulator) -> Settings:
    return _settings(database_url, redis_url, simulator)


def _settings(database_url: str, redis_url: str, simulator: Simulator) -> Settings:
    return Settings(
        database_url=database_url,
        redis_url=redis_url,
        hubspot_access_token=ACCESS_TOKEN,
        hubspot_api_base_url=simulator.url,
        hubspot_rate_limit=100_000,
        encryption_key=KEY,
    )


@pytest.fixture
def context(settings: Settings, redis_client: redis.Redis) -> Iterator[Context]:
    """Give a context whose portals are registered now (reconcile begins there), and known to own
    their tokens."""
    opened = Context.open(settings, connections=8, searches_per_second=MANY)
    with opened.database.transaction() as conn:
        conn.execute("update portals set created_at = now()")
    for portal in opened.portals():
        opened.client(portal)
    yield opened
    opened.close()


@pytest.fixture
def rows(database: Database) -> Callable[..., list[dict[str, Any]]]:
    """Run a query, get its rows."""

    def select(query: str, *parameters: Any) -> list[dict[str, Any]]:
        with database.transaction() as conn:
            return conn.execute(query, parameters).fetchall()

    return select


@contextmanager
def waited_for(
    context: Context, portal: Portal, job: Callable[[Context], None]
) -> Iterator[Callable[[], None]]:
    """Run a job while HubSpot lets `portal` ask nothing. Call the given function while something is
    awaited of the job: it fails when the job is over or takes too long. Afterwards the portal may
    ask, and the job ends."""
    limit = RateLimit(context.server, str(portal.portal_id), Pace(190))
    give_up = time.monotonic() + 60

    def still_running() -> None:
        limit.block(3)
        assert time.monotonic() < give_up and not running.done()
        time.sleep(0.05)

    limit.block(3)
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(job, context)
        yield still_running
    running.result()


def arrive(context: Context, simulator: Simulator) -> None:
    """Let everything that HubSpot has to say arrive: deliveries, events, fetches."""
    simulator.quiet()
    give_up = time.monotonic() + 20
    while pending(context) and time.monotonic() < give_up:
        ingest.run(context)
        privacy.run(context)
        for portal_id, object_type in waiting(context):
            fetch_now(context, portal_id, object_type)
        time.sleep(0.02)  # a record that rests is not asked about without a pause
    assert not pending(context), "work does not end"


def fetch_now(context: Context, portal_id: int, object_type: str) -> None:
    """Fetch as the job does, for the portal whose turn it is."""
    jobs.lower_flag(context.server, jobs.FETCH, portal_id, object_type)
    portal = context.portal(portal_id)
    if portal and not portal.paused:
        fetch.fetch_all(context, portal, object_type)


def pending(context: Context) -> int:
    with context.database.transaction() as conn:
        row = conn.execute(
            "select count(*) as n from pending_changes where not_before <= now() + %s",
            [fetch_delays.REST],
        ).fetchone()
    return deliveries.waiting(context.server) + (row["n"] if row else 0)


def waiting(context: Context) -> list[tuple[int, str]]:
    with context.database.transaction() as conn:
        found = conn.execute(
            "select distinct portal_id, object_type from pending_changes"
        ).fetchall()
    return [(row["portal_id"], row["object_type"]) for row in found]
