"""/cron/reconcile: the hourly reconcile for hosts whose cron speaks HTTP (Vercel, GitHub Actions,
pg_cron).

Doubles and overlaps are harmless: a run is keyed by its hour, and the second one of an hour finds
its slot taken.
"""

from __future__ import annotations

import hmac

import redis
from flask import Blueprint, Response, jsonify, request

import jobs
from settings import Settings


def blueprint(settings: Settings, server: redis.Redis) -> Blueprint:
    routes = Blueprint("cron", __name__)

    @routes.route("/cron/reconcile", methods=["GET", "POST"])
    def reconcile() -> tuple[Response, int]:
        if not _is_allowed(settings.cron_secret, request.headers.get("Authorization", "")):
            return jsonify(error="a bearer token that equals CRON_SECRET is needed"), 401
        try:
            jobs.enqueue(server, jobs.RECONCILE)
        except redis.RedisError:
            return jsonify(error="Redis is not reachable; nothing was queued, try again"), 503
        return jsonify(status="queued"), 202

    return routes


def _is_allowed(secret: str, authorization: str) -> bool:
    """In constant time. Without a configured secret nobody is: an open cron lets anybody spend the
    rate limit."""
    expected = f"Bearer {secret}".encode()
    return bool(secret) and hmac.compare_digest(authorization.encode(errors="replace"), expected)
