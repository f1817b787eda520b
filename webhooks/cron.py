"""Serve /cron/reconcile: the hourly reconcile for hosts whose cron speaks HTTP (Vercel, GitHub
Actions, pg_cron).

GET acts, too, because Vercel's cron sends it. Doubles and overlaps are harmless: a run is keyed by
its hour, and the second one of an hour finds its slot taken.
"""

from __future__ import annotations

import hmac
import math
import time
from collections import deque

import redis
from flask import Blueprint, Response, jsonify, request

import jobs
from settings import Settings


def blueprint(settings: Settings, server: redis.Redis) -> Blueprint:
    routes, guesses = Blueprint("cron", __name__), _Guesses()

    @routes.route("/cron/reconcile", methods=["GET", "POST"])
    def reconcile() -> tuple[Response, int] | tuple[Response, int, dict[str, str]]:
        if not _is_allowed(settings.cron_secret, request.headers.get("Authorization", "")):
            if wait := guesses.note():
                words = "too many wrong tokens"
                return jsonify(error=words), 429, {"Retry-After": str(wait)}
            return jsonify(error="a bearer token that equals CRON_SECRET is needed"), 401
        try:
            jobs.enqueue(server, jobs.RECONCILE)
        except redis.RedisError:
            return jsonify(error="Redis is not reachable; nothing was queued, try again"), 503
        return jsonify(status="queued"), 202

    return routes


def _is_allowed(secret: str, authorization: str) -> bool:
    """Compare in constant time. Without a configured secret every request is refused: an open cron
    would let strangers spend the rate limit."""
    expected = f"Bearer {secret}".encode()
    return bool(secret) and hmac.compare_digest(authorization.encode(errors="replace"), expected)


class _Guesses:
    """Count the wrong tokens of the last minute. A caller with the right one is never kept
    waiting."""

    def __init__(self, allowed: int = 10, seconds: float = 60) -> None:
        self._allowed, self._seconds = allowed, seconds
        self._times: deque[float] = deque(maxlen=allowed + 1)

    def note(self) -> int:
        """Count one; how many seconds there is only silence, 0 while there were few."""
        now = time.monotonic()
        self._times.append(now)
        oldest = self._times[0]
        if len(self._times) <= self._allowed or now - oldest >= self._seconds:
            return 0
        return math.ceil(self._seconds - (now - oldest))
