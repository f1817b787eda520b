"""Compose the API and the pages, with the receiver beside them for small installs.

gunicorn runs `wsgi:app`. The Procfile starts the receiver alone as a second process, so that pages
under load cannot delay a delivery.
"""

from __future__ import annotations

from collections.abc import Sequence

import redis
from flask import Flask

from api import rest, scrape
from dashboard import site
from dashboard.pages import PAGES, WebPage
from dashboard.sync_forms import WebForm
from db import readiness
from db.connect import Database, PoolLimits
from env_file import read_env_file
from operations import mistakes, quick_redis
from operations.servers import Servers
from settings import Settings
from webhooks import cron, health, receiver
from webhooks.app import connect, usable

NEEDED = ("DATABASE_URL", "REDIS_URL", "ENCRYPTION_KEY")
read_env_file()
settings = Settings.from_env(NEEDED)
settings.start_log()


def _database(url: str) -> Database:
    limits = PoolLimits(connections=5, wait_seconds=1, statement_seconds=5)
    return Database(url, settings.database_schema, limits, settings.reader_role)


database = _database(settings.database_url)
replica = _database(settings.database_read_url) if settings.database_read_url else None
server: redis.Redis = connect(settings.redis_url)  # of the receiver, which is more patient
servers = Servers(settings, quick_redis.connect(settings.redis_url), database, replica=replica)


def _selects(of: Database) -> health.Check:
    """Check that a database answers."""

    def select() -> None:
        with of.transaction() as conn:
            conn.execute("select 1")

    return select


def _must_be_ready() -> None:
    """Raise what keeps the pages from Postgres; connect directly first, because the pool does not
    say why it has no connection."""
    database.must_answer()
    with database.transaction() as conn:
        for what, todo in readiness.obstacles(conn, settings.database_schema):
            raise health.Unusable(f"{what}. {todo}")


def _cure(error: Exception) -> str:
    if isinstance(error, health.Unusable):
        return str(error)
    return mistakes.cure(error, settings)


def compose(pages: Sequence[WebPage] = PAGES, more_forms: Sequence[WebForm] = ()) -> Flask:
    """Make the app. The demo, and nobody else, gives it a page and forms of its own."""
    made = rest.create(servers)
    site.register(made, servers, pages, more_forms)
    made.register_blueprint(scrape.blueprint(servers))
    if settings.hubspot_client_secrets and settings.public_url:
        made.register_blueprint(receiver.blueprint(settings, server))
        made.register_blueprint(cron.blueprint(settings, server))
    checks = {"postgres": _selects(database), "redis": usable(server)}
    if replica:
        checks["replica"] = _selects(replica)
    made.register_blueprint(health.blueprint(checks))
    return made


app = compose()
looks = {"postgres": _must_be_ready, "redis": usable(server)}
if replica:
    looks["replica"] = replica.must_answer
health.say(looks, _cure)
