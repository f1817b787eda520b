"""Tell whether deliveries are taken: not into the last tenth of Redis's memory, which the workers
need."""

from __future__ import annotations

import logging
import time

import redis

import memory
from memory import Memory

log = logging.getLogger(__name__)


class Room:
    """Know what Redis last said of its memory, asked once a second at most: it costs a round
    trip."""

    def __init__(self, server: redis.Redis, every_seconds: float = 1.0) -> None:
        """Prepare to look. `server` must fail fast: see webhooks.app.connect."""
        self._server, self._every = server, every_seconds
        self._next, self._found = float("-inf"), Memory(0)
        self._alarm = memory.Alarm(
            log, "Deliveries are answered with 503, and HubSpot sends them again."
        )

    def is_short(self) -> bool:
        """Tell whether to refuse a delivery. Raises RedisError when Redis cannot be asked."""
        now = time.monotonic()
        if now >= self._next:
            self._next = now + self._every  # first, so that no other request asks meanwhile
            self._look()
        return self._found.is_short

    def _look(self) -> None:
        before, self._found = self._found, memory.look(self._server)
        if self._found.is_short:
            memory.note_refusal(self._server)
            self._alarm.ring(self._found)
        elif before.is_short:
            memory.forget_refusal(self._server)
