"""The receiver's way into Redis: one script, one round trip, on connections of its own.

redis-py's client spends 70 µs of CPU on every command's way through pool, retries and metrics: more than the receiver
spends on the signature and the compression. Its connections alone reconnect by themselves and cost a third of that.
"""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

import deliveries
import jobs

_APPEND = (Path(__file__).parent / "append.lua").read_text()


class Inlet:
    """As many connections as there were requests at one time; they are made when needed, and last."""

    def __init__(self, server: redis.Redis) -> None:
        """With the server's address and timeouts; the one retry is ours."""
        self._pool = server.connection_pool
        self._options = self._pool.connection_kwargs | {"retry": Retry(NoBackoff(), 0)}
        self._idle: deque[Any] = deque()

    def append(self, body: bytes) -> bool:
        """Make a delivery durable; whether its wake-up is still to be queued. Raises RedisError."""
        flag, packed = jobs.flag(jobs.INGEST), deliveries.packed(body)
        connection = self._connection()
        try:
            return bool(_ask(connection, "EVAL", _APPEND, 2, deliveries.STREAM, flag, packed, jobs.FLAG_SECONDS))
        finally:
            self._idle.append(connection)

    def _connection(self) -> Any:
        try:
            return self._idle.pop()
        except IndexError:
            return self._pool.connection_class(**self._options)


def _ask(connection: Any, *command: Any) -> Any:
    """Twice at most: a server may have closed a connection that was idle. An answer that was lost on the way makes a
    double, and doubles are harmless."""
    try:
        connection.send_command(*command)
        return connection.read_response()
    except (redis.ConnectionError, redis.TimeoutError):
        connection.send_command(*command)
        return connection.read_response()
