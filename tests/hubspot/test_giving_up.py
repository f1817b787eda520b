"""Waits for HubSpot that are given up: for the rate limit, and for an answer that does not come."""

from __future__ import annotations

import time

import pytest
import redis
import requests

from hubspot.client import Client
from hubspot.rate_limit import Pace, RateLimit
from tests import processes

REQUESTS = "spoke:limit:1:rolling:sent"


class GivenUp(BaseException):
    """Ends a process as signals do: it is no error of HubSpot's."""


class Patience:
    """Sleeps, and gives up once it is over."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    def rest(self, seconds: float) -> None:
        if time.monotonic() > self._ends:
            raise GivenUp
        time.sleep(min(seconds, 0.05))


def client(server: redis.Redis, url: str, seconds: float) -> Client:
    limit = RateLimit(server, "1", Pace(190), rest=Patience(seconds).rest)
    return Client(url, processes.ACCESS_TOKEN, "2026-09", limit, requests.Session())


def test_a_request_that_hangs_is_given_up_and_stays_counted(
    redis_client: redis.Redis, simulated: processes.Simulator
) -> None:
    """HubSpot may count it only now: it counts for five seconds more than one that was answered."""
    simulated.control("faults", api=[{"fault": "latency", "ms": 20_000, "kinds": ["list_records"]}])
    began = time.monotonic()
    with pytest.raises(GivenUp):
        client(redis_client, simulated.url, 0.5).list_page("deals", [])
    assert time.monotonic() - began < 5
    [(_, counts_from)] = redis_client.zrange(REQUESTS, 0, -1, withscores=True)
    now = redis_client.time()[0]
    assert counts_from / 1e6 > now + 1


def test_a_wait_for_the_limit_is_given_up_and_nothing_is_asked(
    redis_client: redis.Redis, simulated: processes.Simulator
) -> None:
    RateLimit(redis_client, "1", Pace(190)).block(9)
    simulated.control("reset-stats")
    began = time.monotonic()
    with pytest.raises(GivenUp):
        client(redis_client, simulated.url, 0.3).list_page("deals", [])
    with pytest.raises(GivenUp):
        client(redis_client, simulated.url, -1).linger()
    assert time.monotonic() - began < 5
    assert simulated.stats()["requests_total"] == 0
    assert redis_client.zcard(REQUESTS) == 0


def test_who_is_to_end_asks_nothing_more(
    redis_client: redis.Redis, simulated: processes.Simulator
) -> None:
    simulated.control("reset-stats")
    with pytest.raises(GivenUp):
        client(redis_client, simulated.url, -1).list_page("deals", [])
    assert simulated.stats()["requests_total"] == 0 == redis_client.zcard(REQUESTS)
