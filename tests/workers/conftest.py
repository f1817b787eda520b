"""The workers' functions on a real database and Redis, with the simulated HubSpot over HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
import redis

import deliveries
import jobs
from db import fetch_delays
from db.connect import Database
from db.portals import Portal
from hubspot.rate_limit import RateLimit
from lab import embedded
from settings import Settings
from tests.databases import copy_of, name_of
from tests.processes import ACCESS_TOKEN, OTHER_TOKEN, Simulator
from workers import fetch, ingest, tokens
from workers.context import Context
from workers.definitions import refresh, register

KEY = "an encryption key"


@contextmanager
def knowing(servers: embedded.Servers, template: str, simulator: Simulator) -> Iterator[str]:
    """A database that knows the simulator's two portals, and has views of every property; its name.
    The second portal has a token of its own."""
    with copy_of(servers.database_url, template) as url:
        opened = Context.open(_settings(url, servers.redis_url, simulator), connections=2)
        register(opened, opened.client_with(ACCESS_TOKEN, "first"))
        register(
            opened, opened.client_with(OTHER_TOKEN, "second"), tokens.encrypt(OTHER_TOKEN, KEY)
        )
        for portal in opened.portals():
            refresh(opened, portal)
        opened.close()
        yield name_of(url)


@pytest.fixture(scope="session")
def described(
    servers: embedded.Servers, template: str, shared_simulator: Simulator
) -> Iterator[str]:
    """Copied for each test: 50 ms instead of 300."""
    with knowing(servers, template, shared_simulator) as name:
        yield name


@pytest.fixture
def database_url(servers: embedded.Servers, described: str) -> Iterator[str]:
    with copy_of(servers.database_url, described) as url:
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
    """Its portals are registered now (reconcile begins there), with the properties that earlier
    tests added."""
    opened = Context.open(settings, connections=8)
    with opened.database.transaction() as conn:
        conn.execute("update portals set created_at = now()")
    for portal in opened.portals():
        refresh(opened, portal)
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
    """A job under way while HubSpot lets `portal` ask nothing. What is given must be called while
    something is awaited of the job: it fails when the job is over or takes too long. Afterwards the
    portal may ask, and the job ends."""
    limit, give_up = RateLimit(context.server, str(portal.portal_id), 190), time.monotonic() + 60

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
        for portal_id, object_type in waiting(context):
            fetch_now(context, portal_id, object_type)
    assert not pending(context), "work does not end"


def fetch_now(context: Context, portal_id: int, object_type: str) -> None:
    """As the job does, whichever portal's turn it is."""
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
