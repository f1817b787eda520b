"""Counts of refused requests: since ever, and by minute for an hour."""

from __future__ import annotations

import redis

KEEP_SECONDS = 2 * 3600


def count(server: redis.Redis, key: str, verdict: str, many: int, now: float) -> None:
    """Add refusals to the counts, in one round trip."""
    minute = f"{key}:{int(now) // 60}"
    with server.pipeline(transaction=False) as pipeline:
        pipeline.hincrby(key, verdict, many)
        pipeline.hincrby(minute, verdict, many)
        pipeline.expire(minute, KEEP_SECONDS)
        pipeline.execute()
