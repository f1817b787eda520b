"""The workers' functions on a real database and Redis, with the simulated HubSpot over HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any

import pytest
import redis

import deliveries
import jobs
from db import fetch_delays, id_hashes
from db.connect import Database, PoolLimits
from db.portals import Portal
from hubspot.objects import CORE_TYPES
from hubspot.rate_limit import Pace, RateLimit
from lab import embedded, ownership
from settings import Settings
from tests.databases import copy_of, name_of
from tests.lending import Copy, Library
from tests.processes import ACCESS_TOKEN, OTHER_TOKEN, Simulator
from workers import backfill, fetch, ingest, privacy, tokens
from workers.context import Context
from workers.definitions import refresh, register

KEY = "an encryption key of 32 characters"
# Views of every property of the simulator's first portal: the shared ones keep what both portals
# define alike.
OWN = "hubspot_62515"
MANY = 1_000  # searches a second: no test waits for its turn to search


@pytest.fixture(scope="session")
def described(
    servers: embedded.Servers, template: str, shared_simulator: Simulator
) -> Iterator[str]:
    """Name a database that knows the simulator's two portals, and has views of every property."""
    with describing(servers, template, shared_simulator) as name:
        yield name


@contextmanager
def describing(servers: embedded.Servers, template: str, simulator: Simulator) -> Iterator[str]:
    """Ask HubSpot once for all that describes the records. The second portal has a token of its
    own."""
    with copy_of(servers.database_url, template) as url:
        with closing(_opened(url, servers.redis_url, simulator)) as opened:
            register(opened, opened.client_with(ACCESS_TOKEN, "first"))
            kept = tokens.encrypt(OTHER_TOKEN, KEY)
            register(opened, opened.client_with(OTHER_TOKEN, "second"), kept)
            for portal in opened.portals():
                refresh(opened, portal)
        yield name_of(url)


@pytest.fixture(scope="session")
def mirrored(
    servers: embedded.Servers, described: str, shared_simulator: Simulator
) -> Iterator[str]:
    """Name a database that has every record of the first portal as well."""
    with copy_of(servers.database_url, described) as url:
        with closing(_opened(url, servers.redis_url, shared_simulator)) as opened:
            first = opened.portal(shared_simulator.portal_id)
            assert first is not None
            assert backfill.backfill(opened, first, tuple(CORE_TYPES), lambda scan: None) == []
            ownership.flush(opened.server)
        yield name_of(url)


def _opened(url: str, redis_url: str, simulator: Simulator) -> Context:
    settings = _settings(url, redis_url, simulator)
    return Context.open(settings, connections=8, searches_per_second=MANY)


@pytest.fixture
def lent(request: pytest.FixtureRequest, library: Library, described: str) -> Iterator[Copy]:
    """Give a database that knows the portals, with the first one's records for a test that asks for
    `backfilled`."""
    asked = "backfilled" in request.fixturenames
    with library.lend(request.getfixturevalue("mirrored") if asked else described) as copy:
        yield copy


@pytest.fixture
def backfilled(lent: Copy) -> None:
    """Ask for a database in which a backfill of the first portal has ended; a backfill of the
    test's own would take half a second."""


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
def context(lent: Copy, settings: Settings, redis_client: redis.Redis) -> Context:
    """Give a context whose portals are registered now (reconcile begins there), and known to own
    their tokens. Its connections stay open for later tests."""
    database = lent.database(
        limits=PoolLimits(8), id_keys=id_hashes.keys(tokens.split(settings.encryption_key))
    )
    opened = Context(settings, redis_client, database, searches_per_second=MANY)
    with opened.database.transaction() as conn:
        conn.execute("update portals set created_at = now()")
    for portal, token in zip(opened.portals(), (ACCESS_TOKEN, OTHER_TOKEN), strict=True):
        asking = opened.client_with(token, f"{portal.portal_id}:owner")
        opened.owners.note(redis_client, asking, portal.portal_id)
    return opened


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
