"""What operators learn of refused requests, and what refusals cost Redis: nothing but one write a
second."""

from __future__ import annotations

import json
import logging
import threading
import time

import pytest
import redis

from settings import WEBHOOK_PATH
from tests.processes import address, wait_for
from tests.webhooks.conftest import EVENT, headers, settings
from tests.webhooks.test_receiver import FORGED
from webhooks import causes
from webhooks.app import connect, create_app
from webhooks.refusals import COUNTERS, KEEP_SECONDS, LAST, Refusals

BODY = json.dumps([EVENT]).encode()
CALLED = "https://hooks.example.com/webhooks/hubspot?token=x"
CAUSES = {
    "no signature at all": causes.UNSIGNED,
    "v1 alone": causes.OLD_ALONE,
    "stale": causes.STALE,
    "wrong secret": causes.SECRET,
    "signed for another host": causes.SECRET,
}


def last(server: redis.Redis) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in server.hgetall(LAST).items()}


def refuse(redis_client: redis.Redis, redis_url: str, path: str, sent: dict[str, str]) -> str:
    client = create_app(settings(redis_url), told_every=0).test_client()
    assert client.post(path, data=BODY, headers=sent).status_code == 401
    return last(redis_client)["unauthorized:cause"]


@pytest.mark.parametrize("name", CAUSES)
def test_the_likely_cause_is_told(redis_client: redis.Redis, redis_url: str, name: str) -> None:
    assert refuse(redis_client, redis_url, WEBHOOK_PATH, FORGED[name]()) == CAUSES[name]


def test_a_wrong_public_url_is_told_with_the_right_one(
    redis_client: redis.Redis, redis_url: str
) -> None:
    sent = headers(BODY, url=CALLED) | {"Host": "hooks.example.com"}
    said = refuse(redis_client, redis_url, f"{WEBHOOK_PATH}?token=x", sent)
    assert said == f"PUBLIC_URL says {settings(redis_url).webhook_url}, and HubSpot calls {CALLED}"


def test_refusals_gather_and_are_written_once(redis_client: redis.Redis, redis_url: str) -> None:
    before = time.time()
    refusals = Refusals(connect(redis_url), every_seconds=0.05)
    for place in range(500):
        refusals.note("unauthorized", f"/path/{place}", "why")
    wait_for(lambda: last(redis_client), 5)
    found = last(redis_client)
    assert found["unauthorized:count"] == "500"
    assert (found["unauthorized:path"], found["unauthorized:cause"]) == ("/path/499", "why")
    assert before - 0.001 <= float(found["unauthorized:since"]) <= float(found["unauthorized:at"])
    assert 0 < redis_client.ttl(LAST) <= KEEP_SECONDS
    assert redis_client.hgetall(COUNTERS) == {b"unauthorized": b"500"}


def test_a_refused_request_costs_redis_nothing(small_redis: redis.Redis) -> None:
    client = create_app(settings(address(small_redis)), told_every=60).test_client()
    for first_look in (each for each in threading.enumerate() if each.name == "first look"):
        first_look.join()
    small_redis.config_resetstat()
    for _ in range(50):
        assert client.post(WEBHOOK_PATH, data=BODY).status_code == 401
    asked = small_redis.info("commandstats")
    assert set(asked) <= {"cmdstat_config|resetstat", "cmdstat_info", "cmdstat_select"}


def test_one_line_a_minute_tells_of_them(caplog: pytest.LogCaptureFixture, redis_url: str) -> None:
    refusals = Refusals(connect(redis_url), every_seconds=0.01)
    with caplog.at_level(logging.WARNING, "webhooks.refusals"):
        for _ in range(100):
            refusals.note("unauthorized", "/webhooks/hubspot", "why")
    assert [each.getMessage() for each in caplog.records if each.name == "webhooks.refusals"] == [
        "1 requests refused since the last line; now as unauthorized, to '/webhooks/hubspot': why"
    ]


def test_the_receiver_holds_four_connections_at_most(
    redis_client: redis.Redis, redis_url: str
) -> None:
    assert connect(redis_url).connection_pool.max_connections == 3  # and the inlet's own
