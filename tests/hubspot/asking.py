"""One process that asks a shared allowance for requests and prints when it was given each: see test_rate_limit.py."""

from __future__ import annotations

import sys
import time

import redis

from hubspot.rate_limit import BULK, LIVE, RateLimit


def main(redis_url: str, portal: str, per_window: str, lane: str, seconds: str) -> None:
    limit = RateLimit(redis.Redis.from_url(redis_url), portal, int(per_window), LIVE if lane == "live" else BULK)
    ends = time.time() + float(seconds)
    while time.time() < ends:
        limit.acquire()
        print(time.time(), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
