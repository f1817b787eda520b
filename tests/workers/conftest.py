"""The workers' functions on a real database and Redis, with the simulated HubSpot over HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis

import deliveries
from db import changes
from db.connect import Database
from settings import Settings
from tests.processes import ACCESS_TOKEN, OTHER_TOKEN, Simulator
from workers import fetch, ingest, tokens
from workers.context import Context
from workers.definitions import refresh, register

KEY = "an encryption key"


@pytest.fixture
def settings(database_url: str, redis_url: str, simulator: Simulator) -> Settings:
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
    """A context whose database knows the simulator's two portals; the second has a token of its own."""
    opened = Context.open(settings, connections=8)
    register(opened, opened.client_with(ACCESS_TOKEN, "first"))
    register(opened, opened.client_with(OTHER_TOKEN, "second"), tokens.encrypt(OTHER_TOKEN, KEY))
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


def arrive(context: Context, simulator: Simulator) -> None:
    """Let everything that HubSpot has to say arrive: deliveries, events, fetches."""
    simulator.quiet()
    give_up = time.monotonic() + 20
    while pending(context) and time.monotonic() < give_up:
        ingest.run(context)
        for portal_id, object_type in waiting(context):
            fetch.run(context, portal_id, object_type)


def pending(context: Context) -> int:
    with context.database.transaction() as conn:
        row = conn.execute(
            "select count(*) as n from pending_changes where not_before <= now() + %s", [changes.REST]
        ).fetchone()
    return deliveries.waiting(context.server) + (row["n"] if row else 0)


def waiting(context: Context) -> list[tuple[int, str]]:
    with context.database.transaction() as conn:
        found = conn.execute("select distinct portal_id, object_type from pending_changes").fetchall()
    return [(row["portal_id"], row["object_type"]) for row in found]
