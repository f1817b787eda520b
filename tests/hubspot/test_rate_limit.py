"""Who may ask HubSpot when: lanes, pools, portals, and what HubSpot itself says. On a real
Redis."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import redis

from hubspot.errors import RateLimited
from hubspot.rate_limit import BULK, HEALING, LIVE, Lane, Pace, RateLimit, daily_key, last_daily


@pytest.fixture
def limit(redis_url: str) -> Callable[..., RateLimit]:
    """Makes the allowance of a portal as one more process would: with a connection of its own."""
    return lambda portal="1", per_window=190, lane=LIVE: RateLimit(
        redis.Redis.from_url(redis_url), portal, Pace(per_window), lane
    )


def waited(limit: RateLimit, pool: str = "rolling") -> float:
    started = time.monotonic()
    with limit.request(pool):
        return time.monotonic() - started


def test_live_requests_go_first_when_backfills_wait_too(limit: Callable[..., RateLimit]) -> None:
    for _ in range(22):  # what could go at once
        waited(limit(lane=BULK))
    asked, ends = {LIVE: 0, BULK: 0}, time.monotonic() + 1.5

    def ask(lane: Lane) -> None:
        mine = limit(lane=lane)
        while time.monotonic() < ends:
            waited(mine)
            asked[lane] += 1

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(ask, [LIVE, LIVE, BULK, BULK, BULK, BULK]))
    # 28 to 6 on a quiet machine: each backfill gets one at the end, when no live request waits, and
    # a few before. Two of six that took turns would have half as many as the four.
    assert asked[LIVE] >= 3 * asked[BULK]


def test_five_live_requests_may_go_at_once(limit: Callable[..., RateLimit]) -> None:
    live = limit(per_window=20)
    times = [waited(live) for _ in range(6)]
    assert max(times[:5]) < 0.3 and times[5] > 0.3


def test_a_second_of_delay_is_made_up_for_and_live_changes_go_two_requests_ahead(
    limit: Callable[..., RateLimit],
) -> None:
    """A machine that stands still loses nothing, and live changes find a place before however many
    backfills."""
    bulk, live = limit(per_window=20, lane=BULK), limit(per_window=20, lane=LIVE)  # one each 0.67 s
    assert [waited(bulk) < 0.2 for _ in range(5)] == [True, True, True, True, False]
    assert waited(live) < 0.2


def test_a_request_counts_from_its_answer_or_from_five_seconds_after_it_left(
    limit: Callable[..., RateLimit], redis_client: redis.Redis
) -> None:
    def counts_in() -> float:
        """Answer the seconds until the request counts."""
        (_, moment), now = redis_client.zrange(key, 0, 0, withscores=True)[0], redis_client.time()
        return float(moment / 1e6 - now[0] - now[1] / 1e6)

    key = "spoke:limit:1:rolling:sent"
    with limit().request():
        assert 4 < counts_in() < 5
    assert -1 < counts_in() < 0


@pytest.mark.parametrize(("per_window", "seconds"), [(1, 10), (2, 10), (3, 5)])
def test_a_tiny_limit_is_kept_too(
    redis_client: redis.Redis, per_window: int, seconds: float
) -> None:
    """The first request goes at once, the second after its share of ten seconds."""
    waits: list[float] = []

    def rest(wait: float) -> None:
        if wait:
            waits.append(wait)
            raise InterruptedError

    tiny = RateLimit(redis_client, "1", Pace(per_window), rest=rest)
    assert waited(tiny) < 0.3
    with pytest.raises(InterruptedError):
        waited(tiny)
    with pytest.raises(InterruptedError):
        tiny.linger()
    assert seconds - 1 < waits[0] <= seconds and waits[1] == 1


def test_a_block_stops_everybody(limit: Callable[..., RateLimit]) -> None:
    limit().block(0.6)
    with ThreadPoolExecutor(3) as threads:
        times = list(threads.map(waited, [limit(), limit(lane=BULK), limit(lane=BULK)]))
    assert min(times) > 0.5


def test_a_block_holds_for_exactly_as_long_as_asked(
    limit: Callable[..., RateLimit], redis_client: redis.Redis
) -> None:
    # late in a second, where whole seconds would cut the block short
    while redis_client.time()[1] < 900_000:
        time.sleep(0.01)
    limit().block(0.4)
    assert 0.35 < waited(limit()) < 0.9


def test_a_shorter_block_never_ends_a_longer_one(limit: Callable[..., RateLimit]) -> None:
    limit().block(3600)
    limit().block(0.1)
    limit().observe({"X-HubSpot-RateLimit-Remaining": "0"})
    with pytest.raises(RateLimited):
        waited(limit())


def test_a_long_wait_is_an_error_not_a_sleep(limit: Callable[..., RateLimit]) -> None:
    limit().block(3600)
    started = time.monotonic()
    with pytest.raises(RateLimited) as raised:
        waited(limit())
    assert time.monotonic() - started < 0.5
    assert 3598 < (raised.value.retry_in or 0) <= 3600


def test_a_block_ends(limit: Callable[..., RateLimit], redis_client: redis.Redis) -> None:
    limit().block(3600)
    assert [0 < redis_client.pttl(key) <= 3_601_000 for key in redis_client.keys("*")] == [True]


def test_search_has_an_allowance_of_its_own(limit: Callable[..., RateLimit]) -> None:
    limit().block(3600, "search")
    assert waited(limit()) < 0.5
    limit("2").block(3600)
    assert waited(limit("2"), "search") < 0.5
    with pytest.raises(RateLimited):
        waited(limit(), "search")


def test_search_asks_four_times_a_second(limit: Callable[..., RateLimit]) -> None:
    asking = [limit(), limit(lane=BULK)] * 2
    with ThreadPoolExecutor(4) as threads:
        times = sorted(threads.map(lambda each: waited(each, "search"), asking))
    assert all(number / 4 - 0.05 < each < number / 4 + 0.5 for number, each in enumerate(times)), (
        times
    )


def test_the_pace_of_searches_is_an_argument(redis_client: redis.Redis) -> None:
    limit = RateLimit(redis_client, "1", Pace(190, searches_per_second=1_000))
    assert sum(waited(limit, "search") for _ in range(10)) < 1


def test_portals_do_not_share(limit: Callable[..., RateLimit]) -> None:
    limit("1").block(3600)
    assert waited(limit("2")) < 0.5


@pytest.mark.parametrize(
    ("headers", "blocked"),
    [
        ({"X-HubSpot-RateLimit-Remaining": "0"}, True),
        ({"X-HubSpot-RateLimit-Remaining": "1"}, False),
        ({"X-HubSpot-RateLimit-Remaining": "-1"}, False),
        ({"X-HubSpot-RateLimit-Remaining": "²"}, False),
        ({}, False),
    ],
)
def test_a_spent_allowance_makes_everybody_wait(
    limit: Callable[..., RateLimit], headers: dict[str, str], blocked: bool
) -> None:
    limit().observe(headers)
    assert (waited(limit(lane=BULK)) > 0.8) is blocked


@pytest.mark.parametrize("pool", ["rolling", "search"])
@pytest.mark.parametrize(("left", "is_kept"), [(100, True), (101, False)])
def test_the_last_tenth_of_the_day_is_not_for_bulk_work(
    limit: Callable[..., RateLimit], pool: str, left: int, is_kept: bool
) -> None:
    limit().observe(
        {"X-HubSpot-RateLimit-Daily": "1000", "X-HubSpot-RateLimit-Daily-Remaining": str(left)}
    )
    assert max(waited(limit(lane=lane), pool) for lane in (LIVE, HEALING)) < 0.5
    assert waited(limit("2", lane=BULK), pool) < 0.5
    if not is_kept:
        limit(lane=BULK).check()
        assert waited(limit(lane=BULK), pool) < 0.8
        return
    for ask in (limit(lane=BULK).check, lambda: waited(limit(lane=BULK), pool)):
        with pytest.raises(
            RateLimited, match=r"last tenth is kept for live changes \(100 of 1,000 left\)"
        ):
            ask()


def test_what_was_left_an_hour_ago_is_no_reason(
    limit: Callable[..., RateLimit], redis_client: redis.Redis
) -> None:
    """It may have been yesterday's; and every process that asks is told again."""
    limit().observe(
        {"X-HubSpot-RateLimit-Daily": "1000", "X-HubSpot-RateLimit-Daily-Remaining": "1"}
    )
    redis_client.hset(daily_key("1"), "at", (datetime.now(UTC) - timedelta(minutes=61)).isoformat())
    assert waited(limit(lane=BULK)) < 0.5


def test_a_check_says_what_is_shut_and_takes_nothing(limit: Callable[..., RateLimit]) -> None:
    bulk = limit(per_window=20, lane=BULK)
    for _ in range(10):
        bulk.check()
    assert waited(bulk) < 0.3
    bulk.block(3600)
    with pytest.raises(RateLimited, match=r"spent for 359\d s"):
        bulk.check()


@pytest.mark.parametrize("pool", ["rolling", "search"])
def test_a_full_redis_keeps_the_allowance(full_redis: redis.Redis, pool: str) -> None:
    """Some hundred bytes, without which no process could ask HubSpot anything."""
    limit = RateLimit(full_redis, "1", Pace(190))
    assert waited(limit, pool) < 1
    limit.block(3, pool)
    with pytest.raises(RateLimited):
        limit.block(600, pool)
        waited(limit, pool)
    told = {"X-HubSpot-RateLimit-Daily": "1000", "X-HubSpot-RateLimit-Daily-Remaining": "900"}
    limit.observe(told)
    seen = last_daily(full_redis, "1")
    assert seen and (seen.limit, seen.remaining) == (1000, 900)
