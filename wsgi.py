"""Composition root of the API and the pages, with the receiver beside them for small installs.

gunicorn runs `wsgi:app`. The Procfile starts the receiver alone as a second process, so that pages
under load cannot delay a delivery.
"""

from __future__ import annotations

import redis

from api import request_log, rest, scrape
from dashboard import site
from db import readiness
from db.connect import Database
from operations import mistakes
from operations.servers import Servers
from settings import Settings, read_env_file
from webhooks import cron, health, receiver
from webhooks.app import connect, usable

NEEDED = ("DATABASE_URL", "REDIS_URL", "ENCRYPTION_KEY")
read_env_file()
settings = Settings.from_env(NEEDED)
settings.start_log()
database = Database(
    settings.database_url,
    settings.database_schema,
    size=5,
    timeout=1,
    reader_role=settings.reader_role,
    statement_seconds=5,
)
server: redis.Redis = connect(settings.redis_url)
servers = Servers(settings, server, database)


def _select() -> None:
    with database.transaction() as conn:
        conn.execute("select 1")


def _must_be_ready() -> None:
    """Raise what keeps the pages from Postgres; connect directly first, because the pool does not
    say why it has no connection."""
    database.must_answer()
    with database.transaction() as conn:
        for what, todo in readiness.obstacles(conn, settings.database_schema):
            raise health.Unusable(f"{what}. {todo}")


def _cure(error: Exception) -> str:
    return str(error) if isinstance(error, health.Unusable) else mistakes.cure(error, settings)


app = rest.create(servers)
site.register(app, servers)
app.register_blueprint(scrape.blueprint(servers))
request_log.register(app)
if settings.hubspot_client_secrets and settings.public_url:
    app.register_blueprint(receiver.blueprint(settings, server))
    app.register_blueprint(cron.blueprint(settings, server))
app.register_blueprint(health.blueprint({"postgres": _select, "redis": usable(server)}))
health.say({"postgres": _must_be_ready, "redis": usable(server)}, _cure)
