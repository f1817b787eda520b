"""Limit how often something may be done: windows of fixed length, counted in Redis for all
processes.

Flask-Limiter was weighed: it counts per route, and here one kind is counted per token, the other
only when it fails; ours is one round trip on the connections that the process has already.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from hashlib import sha256

import redis

# A window that is over meanwhile stays away: without an end of its own it would never be.
GIVE_BACK = "if redis.call('exists', KEYS[1]) == 1 then redis.call('decr', KEYS[1]) end"


@dataclass(frozen=True, slots=True)
class Limit:
    """Say how many of one kind a caller may have in so many seconds."""

    name: str
    most: int
    seconds: int


REQUESTS = Limit("requests", 120, 60)  # of one token
SIGN_INS = Limit("sign-ins", 10, 60)  # that failed, of one address
EXPORTS = Limit("exports", 5, 3600)  # files that one person takes home


def take(server: redis.Redis, limit: Limit, whose: str) -> int:
    """Count one, and answer for how many seconds callers are refused; 0 while it is allowed.

    Raises RedisError when Redis is away: the caller knows whether to fail open or closed.
    """
    key = _key(limit, whose)
    with server.pipeline() as line:
        line.set(key, 0, ex=limit.seconds, nx=True)
        line.incr(key)
        line.ttl(key)
        _, count, left = line.execute()
    return max(left, 1) if count > limit.most else 0


def give_back(server: redis.Redis, limit: Limit, whose: str) -> None:
    """Take back one that was counted: it was no failure."""
    server.eval(GIVE_BACK, 1, _key(limit, whose))


def network_of(address: str | None) -> str:
    """Answer what an address is counted under: of IPv6 its /64, because one line has all of it."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def _key(limit: Limit, whose: str) -> str:
    return f"spoke:limit:{limit.name}:{sha256(whose.encode()).hexdigest()[:32]}"
