"""Send deliveries to Redis. Deliveries that wait at the same time share one script and one round
trip.

A round trip of its own costs more CPU than the signature, the JSON check and the compression
together. It takes 160 µs through redis-py's client, 70 of them for pool, retries and metrics. No
delivery waits for company: it leaves at once when the connection is free. Deliveries that come
while it is busy are the next batch. So a slow Redis makes batches larger instead of queues longer,
and a process never holds more than one connection.

A batch counts as lost until Redis has answered that it has it. After any error, Redis's own or
another, each of its deliveries is answered as not durable, and HubSpot sends it again.
"""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import redis

import deliveries
import jobs
from webhooks.script_line import ScriptLine

_APPEND = (Path(__file__).parent / "append.lua").read_text()
_KEYS = (deliveries.STREAM, jobs.flag(jobs.INGEST))
log = logging.getLogger(__name__)
Entry = tuple[bytes, bytes, bytes]  # packed body, seal, who signed


class NotDurable(Exception):
    """Say that Redis may not have a delivery, and its sender must be told so. The cause says
    why."""


@dataclass(slots=True)
class _Batch:
    """Hold the deliveries of one round trip. One request waits for each of them, for its turn to
    send it or to find it sent. It is lost until it is `durable`: no way out of a turn may leave a
    delivery looking stored."""

    entries: list[Entry] = field(default_factory=list)
    settled: bool = False
    durable: bool = False
    error: BaseException | None = None


class Inlet:
    """Hold one connection, and the batch that gathers while it is busy. Safe for threads and for
    greenlets."""

    def __init__(self, server: redis.Redis, secret: str) -> None:
        """Take the server's address and timeouts; the one retry is ours. `secret` seals entries."""
        self._secret = secret
        self._pool = server.connection_pool
        self._line = self._connect()
        self._numbers = itertools.count(1)  # of requests
        self._door, self._turn = threading.Lock(), threading.Lock()
        self._gathering = _Batch()

    def append(self, body: bytes, signed_by: bytes = b"") -> bool:
        """Make a delivery durable; answer whether its wake-up is still to be queued. Raises
        NotDurable."""
        packed, raised = _packed(body), False
        seal = deliveries.sealed(packed, self._secret, signed_by)
        with self._door:
            batch = self._gathering
            batch.entries.append((packed, seal, signed_by))
        with self._turn:
            if not batch.settled:
                raised = self._settle(batch)
        if not batch.durable:
            raise NotDurable(type(batch.error).__name__) from batch.error
        return raised

    def _settle(self, batch: _Batch) -> bool:
        """Send a batch; answer whether its wake-up is still to be queued. All requests of the batch
        learn of an error. A raised BaseException (this greenlet is killed, or its time is up) ends
        the sender as well."""
        self._close()
        try:
            raised = self._send([part for entry in batch.entries for part in entry])
            batch.durable = True
            return raised
        except BaseException as error:
            batch.error = error
            _log(batch, error)
            if not isinstance(error, Exception):
                raise
            if isinstance(error, (redis.RedisError, OSError)):
                self._give_up(error)
            return False
        finally:
            batch.settled = True

    def _give_up(self, error: Exception) -> None:
        """Fail the deliveries that gathered meanwhile, too: with Redis away they would only wait to
        find out, and HubSpot waits for five seconds."""
        late = self._close()
        late.error, late.settled = error, True

    def _close(self) -> _Batch:
        """Take the batch that gathered; later deliveries gather in another."""
        with self._door:
            closed, self._gathering = self._gathering, _Batch()
        return closed

    def _send(self, packed: Sequence[bytes]) -> bool:
        """Ask twice at most: the server may have closed an idle connection. A lost answer makes
        doubles, and doubles are harmless. A refusal by the server is not tried again: it would be
        refused again."""
        try:
            return self._ask(packed)
        except redis.ResponseError:
            raise
        except Exception as error:
            log.info("Redis is asked once more: %s", type(error).__name__)
            return self._ask(packed)

    def _ask(self, packed: Sequence[bytes]) -> bool:
        """Send one request. After any interruption the answer may still come, as the answer to the
        next request: so that connection is replaced."""
        try:
            return self._line.ask(next(self._numbers), packed)
        except BaseException:
            self._replace_connection()
            raise

    def _connect(self) -> ScriptLine:
        """Make a connection that opens when it is first used."""
        return ScriptLine(self._pool, "EVAL", _APPEND, 2, *_KEYS, jobs.FLAG_SECONDS)

    def _replace_connection(self) -> None:
        broken, self._line = self._line.connection, self._connect()
        try:
            broken.disconnect()
        except Exception as error:  # in any state: it is not used again
            log.warning(
                "A broken connection to Redis could not be closed: %s", type(error).__name__
            )


def _packed(body: bytes) -> bytes:
    try:
        return deliveries.packed(body)
    except Exception as error:  # alone: no other delivery fails with it
        log.exception("A delivery could not be packed, HubSpot will send it again")
        raise NotDurable(type(error).__name__) from error


def _log(batch: _Batch, error: BaseException) -> None:
    """Log a batch's error. An error that is not Redis's needs its traceback to be understood."""
    riddle = None if isinstance(error, redis.RedisError) else error
    words = "Redis did not take %d deliveries, HubSpot will send them again: %s"
    log.error(words, len(batch.entries), type(error).__name__, exc_info=riddle)
