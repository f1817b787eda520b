"""Count the jobs that ended, by name and by what became of them, for /metrics.

Redis has the counts, so every process adds to the same. A count that is lost costs nothing else.
"""

from __future__ import annotations

import logging
from typing import cast

import redis

import memory

KEY = "spoke:jobs:ended"
log = logging.getLogger(__name__)


def note(server: redis.Redis, job: str, outcome: str) -> None:
    """Count a job that ended: done, waits (for an operator), stopped or failed."""
    try:
        with memory.unless_full():
            server.hincrby(KEY, f"{job}:{outcome}", 1)
    except redis.RedisError as error:  # the job's own end is what counts
        log.warning("A job that ended is not counted: %s", type(error).__name__)


def ended(server: redis.Redis) -> dict[tuple[str, str], int]:
    """Answer how many jobs ended: (name, outcome) → count."""
    found = cast(dict[bytes, bytes], server.hgetall(KEY))
    counts = {}
    for field, count in sorted(found.items()):
        job, _, outcome = field.decode().partition(":")
        counts[job, outcome] = int(count)
    return counts
