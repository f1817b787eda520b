"""One process that asks a shared allowance for requests and prints when each of them arrived: see
test_shared_allowance.py. In the first second they take 0.7 s to arrive, then none: so they come
bunched."""

from __future__ import annotations

import sys
import time

import redis

from hubspot.rate_limit import BULK, LIVE, Pace, RateLimit


def main(redis_url: str, portal: str, per_window: str, lane: str, seconds: str) -> None:
    limit = RateLimit(
        redis.Redis.from_url(redis_url),
        portal,
        Pace(int(per_window)),
        LIVE if lane == "live" else BULK,
    )
    began = time.time()
    while time.time() < began + float(seconds):
        with limit.request():
            time.sleep(0.7 if time.time() < began + 1 else 0)
            print(time.time(), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
