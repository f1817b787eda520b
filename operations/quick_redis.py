"""Connect pages and the API to Redis so that a frozen server holds no request for long.

A page asks Redis ten questions. If each waited for itself, a page would take many times the
patience of one. So all of a process share it: once a question was not answered in time, none is
asked for a second, and callers are told at once. A lost connection is made again as ever.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

ANSWER_SECONDS, REST_SECONDS = 0.8, 1.0
POOL_SECONDS = ANSWER_SECONDS + 0.1  # until another caller's question was given up
CONNECTIONS = 3  # small plans sell thirty, and the workers need theirs
AWAY = "Redis did not answer a moment ago, and is asked again in a second"


class SharedPatience(Retry):
    """Ask once more where a connection was lost; where the time was up, let all callers go."""

    def __init__(self, rest_seconds: float = REST_SECONDS) -> None:
        """Share the patience among all connections that are made with it."""
        super().__init__(NoBackoff(), 1, supported_errors=(redis.ConnectionError,))
        self._rest_seconds = rest_seconds
        self._rests_until = 0.0

    def __deepcopy__(self, memo: Any) -> SharedPatience:
        """Stay one: each connection copies what it is given."""
        return self

    def call_with_retry(self, do: Callable[[], Any], *args: Any, **kwargs: Any) -> Any:
        """Ask. Raises TimeoutError at once while the server is given a rest."""
        if time.monotonic() < self._rests_until:
            raise redis.TimeoutError(AWAY)
        try:
            return super().call_with_retry(do, *args, **kwargs)
        except redis.TimeoutError:
            self._rests_until = time.monotonic() + self._rest_seconds
            raise


def connect(url: str, answer_seconds: float = ANSWER_SECONDS) -> redis.Redis:
    """Connect to Redis with a client whose callers together wait a second at most."""
    pool = redis.BlockingConnectionPool.from_url(
        url,
        max_connections=CONNECTIONS,
        timeout=POOL_SECONDS,
        socket_timeout=answer_seconds,
        socket_connect_timeout=answer_seconds,
        retry=SharedPatience(),
    )
    return redis.Redis.from_pool(pool)
