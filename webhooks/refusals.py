"""Tell operators of refusals: counted in the process, written to Redis once a second.

A stranger may send thousands of unsigned requests a second. None of them costs Redis anything: a
thread of its own writes the gathered counts, and ends when there are none. The log has one line a
minute.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass

import redis

COUNTERS = "spoke:received"  # how many were refused, by reason, ever
LAST = "spoke:refused"  # since when, the last one's time, path and likely cause, by reason
KEEP_SECONDS = 86_400  # without a refusal, since when and why are forgotten
KEEP_MINUTES_SECONDS = 2 * 3600  # the counts of one minute, which pages draw
_QUIET = 60.0  # seconds between two lines in the log
log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Tally:
    """Count refusals for one reason that are not written yet."""

    count: int
    first_at: float
    last_at: float
    path: str
    cause: str


class Refusals:
    """Note refusals; safe for threads and for greenlets."""

    def __init__(self, server: redis.Redis, every_seconds: float = 1.0) -> None:
        """Prepare to note refusals. `server` must fail fast: see webhooks.app.connect. With 0
        seconds each is written at once, by the request that is refused."""
        self._server, self._every = server, every_seconds
        self._door, self._tallies = threading.Lock(), dict[str, _Tally]()
        self._writer: threading.Thread | None = None
        self._unsaid, self._say_at = 0, float("-inf")

    def note(self, verdict: str, path: str, cause: str) -> None:
        """Count one; it is in Redis within a second."""
        now = time.time()
        with self._door:
            tally = self._tallies.setdefault(verdict, _Tally(0, now, now, path, cause))
            tally.count += 1
            tally.last_at, tally.path, tally.cause = now, path, cause
            if self._every and self._writer is None:
                self._writer = threading.Thread(target=self._write, daemon=True)
                self._writer.start()
        if not self._every:
            self._flush()
        self._say(verdict, path, cause)

    def _say(self, verdict: str, path: str, cause: str) -> None:
        self._unsaid += 1
        if time.monotonic() >= self._say_at:
            self._say_at = time.monotonic() + _QUIET
            count, self._unsaid = self._unsaid, 0
            words = "%d requests refused since the last line; now as %s, to %r: %s"
            log.warning(words, count, verdict, path, cause)

    def _write(self) -> None:
        """Wait for a second, write what gathered; again until nothing gathers."""
        busy = True
        while busy:
            time.sleep(self._every)
            busy = self._flush()

    def _flush(self) -> bool:
        """Write what gathered; whether there was anything. Else the writer is to end."""
        with self._door:
            gathered, self._tallies = self._tallies, {}
            if not gathered:
                self._writer = None
                return False
        try:
            self._send(gathered)
        except Exception as error:  # what was refused stays refused
            log.warning("Refusals could not be counted: %s", type(error).__name__)
        return True

    def _send(self, gathered: dict[str, _Tally]) -> None:
        with self._server.pipeline(transaction=False) as pipeline:
            for verdict, tally in gathered.items():
                pipeline.hincrby(COUNTERS, verdict, tally.count)
                minute = f"{COUNTERS}:{int(tally.last_at) // 60}"
                pipeline.hincrby(minute, verdict, tally.count)
                pipeline.expire(minute, KEEP_MINUTES_SECONDS)
                pipeline.hincrby(LAST, f"{verdict}:count", tally.count)
                pipeline.hsetnx(LAST, f"{verdict}:since", f"{tally.first_at:.3f}")
                said = {"at": f"{tally.last_at:.3f}", "path": tally.path, "cause": tally.cause}
                pipeline.hset(
                    LAST, mapping={f"{verdict}:{name}": value for name, value in said.items()}
                )
            pipeline.expire(LAST, KEEP_SECONDS)
            pipeline.execute()
