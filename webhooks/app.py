"""Composition root of the receiver alone: what a serverless function runs. See wsgi.py for the
whole web process."""

from __future__ import annotations

from collections.abc import Mapping

import redis
from flask import Flask
from redis.backoff import NoBackoff
from redis.retry import Retry

import memory
from settings import RECEIVER_NEEDS, Settings, read_env_file
from webhooks import cron, health, receiver


def create_app(
    settings: Settings | None = None, checks: Mapping[str, health.Check] | None = None
) -> Flask:
    """Raises SettingsError, naming all that is missing: a receiver without a secret must not
    start."""
    if settings is None:
        read_env_file()
        settings = Settings.from_env(RECEIVER_NEEDS)
    server = connect(settings.redis_url)
    app = Flask(__name__)
    app.register_blueprint(receiver.blueprint(settings, server))
    app.register_blueprint(cron.blueprint(settings, server))
    app.register_blueprint(health.blueprint({"redis": _usable(server)} | dict(checks or {})))
    return app


def connect(url: str) -> redis.Redis:
    """A Redis client that gives up within 2 seconds: with the library's defaults a frozen server
    holds each request for a minute, and HubSpot waits five seconds."""
    return redis.Redis.from_url(
        url, socket_timeout=1, socket_connect_timeout=1, retry=Retry(NoBackoff(), 1)
    )


def _usable(server: redis.Redis) -> health.Check:
    """Reached, and not so full that deliveries are refused."""

    def look() -> None:
        found = memory.look(server)
        if found.is_short:
            raise health.Unusable(f"full: {found.refusal}. {memory.CURE}")

    return look
