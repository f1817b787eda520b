"""Speak one script to Redis on one connection: bytes out, and the one answer that means success.

redis-py's client packs each argument, and parses an answer of three lines in forty calls. That
costs more than a delivery's signature. Here all but the arguments is packed once, and the answer
is compared, never parsed: whatever else Redis says promises nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.connection import DefaultParser
from redis.retry import Retry

_MOST = 1_000  # bytes of an answer that are read: Redis's errors are shorter
# No retry, for that is the caller's; and no message that Redis sends unasked: nobody would read it.
_ALONE: dict[str, Any] = {
    "retry": Retry(NoBackoff(), 0),
    "protocol": 2,
    "maint_notifications_config": None,
    "maint_notifications_pool_handler": None,
}


class ScriptLine:
    """Hold a connection, and the beginning of every request on it: the script and its first
    arguments. Not safe for threads: one request at a time."""

    def __init__(self, pool: redis.ConnectionPool, *head: bytes | str | int) -> None:
        """Make a connection as the pool would; it opens when it is first used."""
        self.connection = pool.connection_class(**(pool.connection_kwargs | _ALONE))
        self._head, self._count = _packed(head), len(head)

    def ask(self, number: int, arguments: Sequence[bytes]) -> bool:
        """Run the script; answer whether it said 1. Raises for every answer but this `number` with
        0 or 1: another request's answer shows by its number."""
        count = self._count + 1 + len(arguments)
        request = b"*%d\r\n%b%b" % (count, self._head, _packed((number, *arguments)))
        self.connection.send_packed_command([request], check_health=False)
        said = self._read(b"*2\r\n:%d\r\n:" % number)
        if said not in (b"0\r\n", b"1\r\n"):
            raise redis.InvalidResponse("Redis answered something else than the script does")
        return said == b"1\r\n"

    def _read(self, expected: bytes) -> bytes:
        """Answer what follows the expected bytes. Raises Redis's own error where it sends one."""
        answer = b""
        while len(answer) < len(expected) + 3 and _goes_on(answer, expected):
            read = self.connection._sock.recv(_MOST)
            if not read:
                raise redis.ConnectionError("Redis closed the connection")
            answer += read
        if answer.startswith(b"-"):
            raise DefaultParser.parse_error(answer[1:].decode(errors="replace").strip())  # type: ignore[no-untyped-call]
        return answer.removeprefix(expected) if answer.startswith(expected) else b""


def _goes_on(answer: bytes, expected: bytes) -> bool:
    """Tell whether an answer is not whole: the expected one, or an error without its end."""
    if answer.startswith(b"-"):
        return not answer.endswith(b"\r\n") and len(answer) < _MOST
    return expected.startswith(answer[: len(expected)])


def _packed(arguments: Sequence[bytes | str | int]) -> bytes:
    """Pack arguments as Redis reads them."""
    parts = [each if isinstance(each, bytes) else str(each).encode() for each in arguments]
    return b"".join([b"$%d\r\n%b\r\n" % (len(part), part) for part in parts])
