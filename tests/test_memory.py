"""How full Redis is: from where on deliveries are refused, what is noted of it, and how often it is
said."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis

import memory
from memory import Memory

MB = 2**20


@pytest.mark.parametrize(
    ("used", "limit", "is_short", "is_full"),
    [
        (0, 0, False, False),
        (10**12, 0, False, False),
        (89, 100, False, False),
        (90, 100, True, False),
        (100, 100, True, False),
        (101, 100, True, True),
        (10_000 * MB - 64 * MB - 1, 10_000 * MB, False, False),
        (10_000 * MB - 64 * MB, 10_000 * MB, True, False),
    ],
)
def test_the_last_tenth_and_no_more_than_64_mb_are_kept_for_the_workers(
    used: int, limit: int, is_short: bool, is_full: bool
) -> None:
    assert (Memory(used, limit).is_short, Memory(used, limit).is_full) == (is_short, is_full)


def test_what_redis_uses_is_what_it_says(small_redis: redis.Redis) -> None:
    small_redis.config_set("maxmemory", 100 * MB)
    before = memory.look(small_redis)
    small_redis.set("x", b"x" * 3 * MB)
    after = memory.look(small_redis)
    assert 2.9 * MB < after.used - before.used < 8 * MB  # what came in is held for a moment, too
    assert (after.limit, after.is_short, after.refused_since) == (100 * MB, False, None)
    assert str(Memory(2 * MB, 30 * MB)) == "2.0 MB of 30.0 MB used"


def test_since_when_deliveries_are_refused_is_noted_once_however_full_redis_is(
    full_redis: redis.Redis,
) -> None:
    memory.note_refusal(full_redis)
    full_redis.config_set("maxmemory", 0)
    full_redis.set(memory.REFUSING, 1_769_081_993, ex=10)
    full_redis.config_set("maxmemory", 1)
    memory.note_refusal(full_redis)
    assert memory.look(full_redis).refused_since == datetime(2026, 1, 22, 11, 39, 53, tzinfo=UTC)
    assert 3_500 < full_redis.ttl(memory.REFUSING) <= 3_600
    assert "refused since 2026-01-22 11:39 UTC" in memory.look(full_redis).refusal
    memory.forget_refusal(full_redis)
    assert memory.look(full_redis).refused_since is None
    memory.note_refusal(full_redis)
    since = memory.look(full_redis).refused_since
    assert since and abs(since - datetime.now(UTC)) < timedelta(seconds=5)


def test_of_a_host_that_forbids_info_nothing_is_known(small_redis: redis.Redis) -> None:
    small_redis.execute_command(
        "ACL", "SETUSER", "guest", "on", "nopass", "~*", "&*", "+@all", "-info"
    )
    kwargs = small_redis.connection_pool.connection_kwargs
    guest = redis.Redis(host=kwargs["host"], port=kwargs["port"], username="guest", password="any")
    assert memory.look(guest) == Memory(0)


def _in_a_transaction(server: redis.Redis) -> None:
    with server.pipeline(transaction=True) as pipeline:
        pipeline.set("a", 1)
        pipeline.execute()


@pytest.mark.parametrize(
    "command",
    [
        lambda server: server.set("a", 1),
        lambda server: server.eval("redis.call('SET', 'a', '1')", 0),
        _in_a_transaction,
    ],
    ids=["plain", "script", "transaction"],
)
def test_a_refusal_for_want_of_memory_is_known_and_no_other_is(
    full_redis: redis.Redis, command: Callable[[redis.Redis], Any]
) -> None:
    with pytest.raises(redis.ResponseError) as refused:
        command(full_redis)
    assert memory.is_full(refused.value)
    with memory.unless_full():
        command(full_redis)
    with pytest.raises(redis.ResponseError) as other, memory.unless_full():
        full_redis.execute_command("NONSENSE")
    assert not memory.is_full(other.value) and not memory.is_full(None)


def test_redis_6_2_says_it_as_an_error_of_the_script() -> None:
    words = (
        "Error running script (call to f_0): @user_script:1: -OOM command not allowed when used "
        "memory > 'maxmemory'."
    )
    assert memory.is_full(redis.ResponseError(words))


def test_the_alarm_is_one_line_however_often_it_is_rung(caplog: pytest.LogCaptureFixture) -> None:
    alarm = memory.Alarm(logging.getLogger("x"), "Nothing goes on.")
    for _ in range(3):
        alarm.ring(Memory(30 * MB, 30 * MB))
    [record] = caplog.records
    assert (
        record.getMessage()
        == f"Redis is full (30.0 MB of 30.0 MB used). Nothing goes on. {memory.CURE}"
    )
