"""Tell whether Redis can be used: how full it is, and from where on deliveries are refused.

A Redis that has reached maxmemory (noeviction) refuses every command that may need memory: a
delivery's XADD, and nearly all that RQ does. So the receiver refuses deliveries before that: the
last tenth is for the workers, which empty the stream. HubSpot keeps what was refused and sends it
again for 24 hours.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import redis

REFUSING = "spoke:refusing"  # holds since when deliveries are refused, in seconds since 1970
CURE = (
    "See that Postgres and the workers run (`spoke doctor`): they empty it."
    " Where they do run, give Redis more memory (maxmemory)."
)
_RESERVED = 10  # a tenth of it
_MOST_RESERVED = 64 * 2**20  # bytes: more than that the workers never need
_KEEP_SECONDS = 3600  # without a delivery that could be refused, the note is forgotten
_REFUSAL = "used memory > 'maxmemory'"  # every version says so; 6.2 within the error of a script
# EXPIRE needs no memory, and of a script that has written Redis refuses nothing more: this is noted
# however full it is.
_NOTE = """
if redis.call('EXPIRE', KEYS[1], ARGV[1]) == 0 then
    redis.call('SET', KEYS[1], redis.call('TIME')[1], 'EX', ARGV[1])
end
"""


@dataclass(frozen=True, slots=True)
class Memory:
    """Hold what Redis uses of what it may use, in bytes."""

    used: int
    limit: int = 0  # maxmemory; 0 for none
    refused_since: datetime | None = None

    @property
    def for_deliveries(self) -> int:
        """Answer up to where deliveries are taken; the rest is for the workers."""
        return self.limit - min(self.limit // _RESERVED, _MOST_RESERVED)

    @property
    def is_short(self) -> bool:
        """Tell whether deliveries are refused."""
        return self.limit > 0 and self.used >= self.for_deliveries

    @property
    def is_full(self) -> bool:
        """Tell whether Redis refuses every command that may need memory."""
        return 0 < self.limit < self.used

    def __str__(self) -> str:
        return (
            f"{_megabytes(self.used)} of "
            f"{_megabytes(self.limit) if self.limit else 'any amount'} used"
        )

    @property
    def refusal(self) -> str:
        """Tell an operator what happens and what was kept; CURE says what to do."""
        since = ""
        if self.refused_since:
            since = f" since {self.refused_since:%Y-%m-%d %H:%M} UTC"
        return (
            f"{self}; deliveries are refused{since}, HubSpot keeps them and sends them again "
            "for 24 hours"
        )


def look(server: redis.Redis) -> Memory:
    """Ask Redis; what its replicas and its append-only file have buffered does not count against
    maxmemory. Of a host that forbids INFO nothing is known, and Redis itself refuses what it has no
    room for."""
    try:
        said: dict[str, Any] = server.info("memory")
    except redis.exceptions.NoPermissionError:
        return Memory(0)
    used = said["used_memory"] - said.get("mem_not_counted_for_evict", 0)
    found = Memory(used, said.get("maxmemory", 0))
    if found.is_short:
        return Memory(used, found.limit, _refused_since(server))
    return found


def note_refusal(server: redis.Redis) -> None:
    """Keep since when deliveries are refused, for whatever process is asked."""
    server.eval(_NOTE, 1, REFUSING, _KEEP_SECONDS)


def forget_refusal(server: redis.Redis) -> None:
    server.delete(REFUSING)


def is_full(error: BaseException | None) -> bool:
    """Tell whether Redis refused a command for want of memory."""
    return isinstance(error, redis.ResponseError) and _REFUSAL in str(error)


def cure(error: redis.RedisError) -> str:
    """Say in one line why Redis cannot be used and what to do, and no password."""
    said = " ".join(str(error).split()).rstrip(".") or type(error).__name__
    if isinstance(error, redis.AuthenticationError) or said.startswith(("NOAUTH", "WRONGPASS")):
        return "it refuses the user or password. Correct REDIS_URL"
    return f"{said}. Start it, or correct REDIS_URL"


@contextmanager
def unless_full() -> Iterator[None]:
    """Allow for work that another process does later anyway: a full Redis ends it without an
    error."""
    try:
        yield
    except redis.ResponseError as error:
        if not is_full(error):
            raise


class Alarm:
    """Say that Redis is full, and what that means here: once a minute, however often it rings."""

    def __init__(self, log: logging.Logger, meaning: str, every_seconds: float = 60) -> None:
        self._log, self._meaning, self._every = log, meaning, every_seconds
        self._next = float("-inf")

    def ring(self, found: Memory) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + self._every
            self._log.error("Redis is full (%s). %s %s", found, self._meaning, CURE)


def _refused_since(server: redis.Redis) -> datetime | None:
    seconds = cast("bytes | None", server.get(REFUSING))
    if seconds:
        return datetime.fromtimestamp(int(seconds), UTC)
    return None


def _megabytes(count: int) -> str:
    return f"{count / 2**20:.1f} MB"
