"""The receiver's way into Redis: deliveries that wait at the same time share one script and one round trip.

A round trip of its own costs more CPU than the signature, the JSON check and the compression together: 160 µs
through redis-py's client, 70 of them for pool, retries and metrics. Nobody waits for company: a delivery that finds
the connection free leaves at once, and those that come while it is away are the next batch. So a slow Redis makes
batches larger instead of queues longer, and a process never holds more than one connection.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

import deliveries
import jobs

_APPEND = (Path(__file__).parent / "append.lua").read_text()
_KEYS = (deliveries.STREAM, jobs.flag(jobs.INGEST))


@dataclass(slots=True)
class _Batch:
    """Deliveries of one round trip. Each of them has somebody who waits for his turn to send it, or to find it sent."""

    packed: list[bytes] = field(default_factory=list)
    settled: bool = False
    error: redis.RedisError | None = None


class Inlet:
    """One connection, and the batch that gathers while it is busy. Safe for threads and for greenlets."""

    def __init__(self, server: redis.Redis) -> None:
        """With the server's address and timeouts; the one retry is ours."""
        pool = server.connection_pool
        self._connection = pool.connection_class(**pool.connection_kwargs | {"retry": Retry(NoBackoff(), 0)})
        self._door, self._turn = threading.Lock(), threading.Lock()
        self._gathering = _Batch()

    def append(self, body: bytes) -> bool:
        """Make a delivery durable; whether its wake-up is still to be queued. Raises RedisError."""
        packed, raised = deliveries.packed(body), False
        with self._door:
            batch = self._gathering
            batch.packed.append(packed)
        with self._turn:
            if not batch.settled:
                raised = self._settle(batch)
        if batch.error:
            raise batch.error
        return raised

    def _settle(self, batch: _Batch) -> bool:
        """Send it. When Redis is away, those who gathered meanwhile fail with it: they would only wait to find out,
        and HubSpot waits for five seconds."""
        self._close()
        try:
            return bool(self._ask("EVAL", _APPEND, 2, *_KEYS, jobs.FLAG_SECONDS, *batch.packed))
        except redis.RedisError as error:
            late = self._close()
            batch.error = late.error = error
            late.settled = True
            return False
        finally:
            batch.settled = True

    def _close(self) -> _Batch:
        """The batch that gathered; whoever comes from now on gathers in another."""
        with self._door:
            closed, self._gathering = self._gathering, _Batch()
        return closed

    def _ask(self, *command: Any) -> Any:
        """Twice at most: the server may have closed a connection that was idle. An answer that was lost on the way
        makes doubles, and doubles are harmless."""
        try:
            self._connection.send_command(*command)
            return self._connection.read_response()
        except (redis.ConnectionError, redis.TimeoutError):
            self._connection.send_command(*command)
            return self._connection.read_response()
