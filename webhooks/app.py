"""Compose the receiver alone, as a serverless function runs it. See wsgi.py for the whole web
process."""

from __future__ import annotations

from collections.abc import Mapping

import redis
from flask import Flask
from redis.backoff import NoBackoff
from redis.retry import Retry

import memory
from env_file import read_env_file
from settings import RECEIVER_NEEDS, Settings
from webhooks import cron, health, receiver


def create_app(
    settings: Settings | None = None,
    checks: Mapping[str, health.Check] | None = None,
    told_every: float = 1.0,
) -> Flask:
    """Create the receiver. Raises SettingsError, naming all missing settings: a receiver without a
    secret must not start. Redis is told of refusals every `told_every` seconds."""
    if settings is None:
        read_env_file()
        settings = Settings.from_env(RECEIVER_NEEDS)
        settings.start_log()
    server = connect(settings.redis_url)
    app = Flask(__name__)
    app.register_blueprint(receiver.blueprint(settings, server, told_every))
    app.register_blueprint(cron.blueprint(settings, server))
    app.register_blueprint(health.blueprint({"redis": usable(server)} | dict(checks or {})))
    health.say({"redis": usable(server)}, health.cure)
    return app


def connect(url: str) -> redis.Redis:
    """Connect to Redis with a client that gives up within 2 seconds. With the library's defaults a
    frozen server holds each request for a minute, and HubSpot waits five seconds.

    The client holds three connections at most, the inlet one more: small plans sell thirty, and the
    workers need theirs. Callers wait a second for a free one.
    """
    pool = redis.BlockingConnectionPool.from_url(
        url,
        max_connections=3,
        timeout=1,
        socket_timeout=1,
        socket_connect_timeout=1,
        retry=Retry(NoBackoff(), 1),
    )
    return redis.Redis.from_pool(pool)


def usable(server: redis.Redis) -> health.Check:
    """Check that Redis answers, and is not so full that deliveries are refused."""

    def look() -> None:
        found = memory.look(server)
        if found.is_short:
            raise health.Unusable(f"full: {found.refusal}. {memory.CURE}")

    return look
