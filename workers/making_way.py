"""Let long jobs make way: after a while they end where they can go on, if another job waits."""

from __future__ import annotations

import time
from collections.abc import Callable

import redis

import jobs


def asked(
    stop: Callable[[], bool], server: redis.Redis, name: str, seconds: float
) -> Callable[[], bool]:
    """Answer a predicate for a job that may last hours: is it to stop where it can go on later?

    Yes when `stop` says so, or when the job has lasted for `seconds` and another job waits for its
    worker, for example an hourly reconcile.
    """
    ends = time.monotonic() + seconds
    return lambda: stop() or (time.monotonic() > ends and jobs.waiting(server, name) > 0)
