"""The receiver and /health/ready while Redis has little memory left, or none: 503, and the
reason."""

from __future__ import annotations

import json

import pytest
import redis
from flask.testing import FlaskClient

import deliveries
import memory
from settings import WEBHOOK_PATH
from tests.processes import address, wait_for
from tests.webhooks.conftest import EVENT, headers, settings
from webhooks.app import create_app
from webhooks.room import Room

BODY = json.dumps([EVENT]).encode()


def status(client: FlaskClient) -> int:
    return client.post(WEBHOOK_PATH, data=BODY, headers=headers(BODY)).status_code


def leave(server: redis.Redis, share: float) -> None:
    """Limit its memory so that this share of it is left: of so much that a connection more or less
    is nothing."""
    for number in range(80):
        server.set(f"another's {number}", b"x" * 100_000)
    server.config_set("maxmemory", int(memory.look(server).used / (1 - share)))


def test_a_delivery_is_refused_before_the_last_tenth_and_taken_again_when_there_is_room(
    small_redis: redis.Redis,
) -> None:
    client = create_app(settings(address(small_redis))).test_client()
    leave(small_redis, 0.05)
    assert status(client) == 503
    assert (deliveries.waiting(small_redis), small_redis.llen("rq:queue:ingest")) == (0, 0)
    small_redis.set("what the workers need", b"x" * 100_000)
    assert memory.look(small_redis).refused_since is not None
    leave(small_redis, 0.5)
    wait_for(lambda: status(client) == 204)
    assert deliveries.waiting(small_redis) == 1
    assert small_redis.get(memory.REFUSING) is None


def test_what_a_full_redis_refuses_is_never_acknowledged(small_redis: redis.Redis) -> None:
    """It may fill up between two looks at its memory."""
    client = create_app(settings(address(small_redis))).test_client()
    assert status(client) == 204
    small_redis.config_set("maxmemory", 1)
    assert status(client) == 503
    assert deliveries.waiting(small_redis) == 1


def test_redis_is_asked_once_a_second_however_many_deliveries_come(
    small_redis: redis.Redis,
) -> None:
    room = Room(small_redis, every_seconds=60)
    for _ in range(5):
        assert not room.is_short()
    small_redis.config_set("maxmemory", 1)
    assert not room.is_short()
    assert small_redis.info("commandstats")["cmdstat_info"]["calls"] == 1


def test_it_is_said_once_and_noted_however_full_redis_is(
    full_redis: redis.Redis, caplog: pytest.LogCaptureFixture
) -> None:
    room = Room(full_redis, every_seconds=0)
    assert room.is_short() and room.is_short()
    [record] = caplog.records
    assert (
        "MB used). Deliveries are answered with 503, and HubSpot sends them again."
        in record.getMessage()
    )
    assert memory.look(full_redis).refused_since is not None


def test_ready_says_that_deliveries_are_refused_since_when_and_what_to_do(
    small_redis: redis.Redis,
) -> None:
    client = create_app(settings(address(small_redis))).test_client()
    assert client.get("/health/ready").status_code == 200
    small_redis.config_set("maxmemory", 1)
    status(client)
    answer = client.get("/health/ready")
    assert answer.status_code == 503 and answer.json is not None
    said = answer.json["checks"]["redis"]
    assert said.startswith("full: ") and said.endswith(
        f"sends them again for 24 hours. {memory.CURE}"
    )
    assert " MB used; deliveries are refused since 2" in said
    assert client.get("/health/live").status_code == 200
