"""A simulated HubSpot of its own for the client's tests, and clients of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import redis
import requests

from hubspot.client import Client
from hubspot.rate_limit import Pace, RateLimit
from tests import processes

AS_MANY_AS_YOU_LIKE = 1_000_000
MakeClient = Callable[..., Client]


@pytest.fixture(scope="session")
def hubspot() -> Iterator[processes.Simulator]:
    """Give a simulated HubSpot with 250 contacts, so that lists have three pages; its records stay
    as they are, also when tests add some."""
    with processes.simulator("", contacts=250, companies=40, deals=30, calls=450) as running:
        yield running


@pytest.fixture
def simulated(hubspot: processes.Simulator) -> Iterator[processes.Simulator]:
    """Give the simulated HubSpot without faults and limits, also after a test that asked for
    some."""
    usual = hubspot.control("settings", search_limit=0)
    yield hubspot
    hubspot.control("faults", api=[])
    hubspot.control("settings", **usual)


@pytest.fixture
def limit(redis_client: redis.Redis) -> RateLimit:
    return RateLimit(redis_client, "1", Pace(AS_MANY_AS_YOU_LIKE, AS_MANY_AS_YOU_LIKE))


@pytest.fixture
def client_of(limit: RateLimit) -> Iterator[MakeClient]:
    """Give a client of any server, as any token, in any version of the API."""
    with requests.Session() as session:
        session.trust_env = False

        def make(url: str, token: str = processes.ACCESS_TOKEN, version: str = "2026-09") -> Client:
            return Client(url, token, version, limit, session)

        yield make


@pytest.fixture
def client(client_of: MakeClient, simulated: processes.Simulator) -> Client:
    return client_of(simulated.url)
