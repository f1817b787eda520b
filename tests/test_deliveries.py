"""The stream between receiver and ingest: in order, once per acknowledgement, and never lost with a
reader."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import orjson
import pytest
import redis

import deliveries
from deliveries import Delivery

AT_ONCE = 0  # for a reader that takes what another one has only just begun


def append(server: redis.Redis, *bodies: bytes) -> None:
    with server.pipeline() as pipeline:
        for body in bodies:
            deliveries.append(pipeline, body)
        pipeline.execute()


def read(
    server: redis.Redis, count: int = 10, abandoned_after_ms: int = 15_000
) -> list[list[bytes]]:
    batches = deliveries.read(server, count, abandoned_after_ms)
    return [[delivery.body for delivery in batch] for batch in batches]


def first_batch(server: redis.Redis, count: int = 10) -> list[Delivery]:
    return next(deliveries.read(server, count))


def numbered(numbers: Sequence[int]) -> list[bytes]:
    return [str(number).encode() for number in numbers]


def test_deliveries_come_in_order_and_in_batches(redis_client: redis.Redis) -> None:
    append(redis_client, *numbered(range(25)))
    assert read(redis_client) == [
        numbered(range(10)),
        numbered(range(10, 20)),
        numbered(range(20, 25)),
    ]
    assert read(redis_client) == []


def test_an_empty_stream_has_nothing_to_read(redis_client: redis.Redis) -> None:
    assert (read(redis_client), read(redis_client), deliveries.waiting(redis_client)) == ([], [], 0)


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"\x00\xff" * 10, "[\u05d0😀]".encode(), b"[" * 1_000_000, os.urandom(1_000_000)],
    ids=range(6),
)
def test_a_body_comes_out_as_it_went_in(redis_client: redis.Redis, body: bytes) -> None:
    append(redis_client, body)
    assert read(redis_client) == [[body]]


def test_what_is_acknowledged_is_gone_and_the_rest_waits(redis_client: redis.Redis) -> None:
    append(redis_client, *numbered(range(5)))
    batch = first_batch(redis_client)
    assert deliveries.waiting(redis_client) == 5
    deliveries.acknowledge(redis_client, batch[:3])
    assert (
        deliveries.waiting(redis_client)
        == redis_client.xpending(deliveries.STREAM, "ingest")["pending"]
        == 2
    )
    assert read(redis_client, abandoned_after_ms=AT_ONCE) == [numbered([3, 4])]
    deliveries.acknowledge(redis_client, batch)
    assert (deliveries.waiting(redis_client), read(redis_client, abandoned_after_ms=AT_ONCE)) == (
        0,
        [],
    )


def test_what_a_dead_reader_left_is_read_before_what_is_new(redis_client: redis.Redis) -> None:
    append(redis_client, *numbered(range(25)))
    for _ in zip(range(2), deliveries.read(redis_client, 10), strict=False):
        pass  # two batches, and then it died
    append(redis_client, b"new")
    assert read(redis_client, 10, AT_ONCE) == [
        numbered(range(10)), numbered(range(10, 20)), [*numbered(range(20, 25)), b"new"],
    ]  # fmt: skip


def test_what_a_living_reader_holds_is_left_to_it_for_a_while(redis_client: redis.Redis) -> None:
    append(redis_client, b"held")
    first_batch(redis_client)
    assert read(redis_client) == []
    time.sleep(0.03)
    assert read(redis_client, abandoned_after_ms=10_000) == []
    assert read(redis_client, abandoned_after_ms=20) == [[b"held"]]


def test_two_readers_at_once_share_the_work(redis_client: redis.Redis) -> None:
    append(redis_client, *numbered(range(200)))
    with ThreadPoolExecutor(2) as threads:
        shares = list(threads.map(lambda _: read(redis_client, 5), range(2)))
    found = [body for share in shares for batch in share for body in batch]
    assert sorted(found, key=int) == numbered(range(200))


def test_an_entry_that_was_deleted_while_it_was_held_is_skipped(redis_client: redis.Redis) -> None:
    append(redis_client, b"gone", b"here")
    batch = first_batch(redis_client)
    redis_client.xdel(deliveries.STREAM, batch[0].entry_id)
    assert read(redis_client, abandoned_after_ms=AT_ONCE) == [[b"here"]]


def test_a_delivery_knows_when_it_came(redis_client: redis.Redis) -> None:
    append(redis_client, b"[]")
    assert abs(first_batch(redis_client)[0].received_at - datetime.now(UTC)) < timedelta(seconds=5)
    moments = [Delivery(b"1769081993375-%d" % place, b"").received_at for place in (0, 1, 5000)]
    assert [each.microsecond for each in moments] == [375_000, 375_001, 375_999]
    assert Delivery(b"1769081993375-0", b"").received_at == datetime(
        2026, 1, 22, 11, 39, 53, 375_000, UTC
    )


def test_a_delivery_takes_a_third_of_its_size_in_redis(redis_client: redis.Redis) -> None:
    event = {"eventId": 0, "subscriptionId": 4578255, "portalId": 62515,
        "occurredAt": 1769081993375, "objectId": 0,
             "subscriptionType": "contact.propertyChange", "propertyName": "firstname"}  # fmt: skip
    body = orjson.dumps(
        [event | {"eventId": number, "objectId": 7 * number} for number in range(100)]
    )
    append(redis_client, body)
    assert (redis_client.memory_usage(deliveries.STREAM) or 0) < len(body) / 3


@pytest.mark.parametrize("known", [True, False], ids=["read before", "never read"])
def test_a_full_redis_can_be_emptied(small_redis: redis.Redis, known: bool) -> None:
    if known:
        assert read(small_redis) == []
    append(small_redis, *numbered(range(25)))
    small_redis.config_set("maxmemory", 1)
    for batch in deliveries.read(small_redis, 10):
        deliveries.acknowledge(small_redis, batch)
    assert (
        deliveries.waiting(small_redis)
        == small_redis.xpending(deliveries.STREAM, "ingest")["pending"]
        == 0
    )


def test_what_a_dead_reader_left_in_a_full_redis_is_read(small_redis: redis.Redis) -> None:
    append(small_redis, *numbered(range(5)))
    first_batch(small_redis)
    small_redis.config_set("maxmemory", 1)
    assert read(small_redis, abandoned_after_ms=AT_ONCE) == [numbered(range(5))]
