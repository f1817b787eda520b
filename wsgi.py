"""Compose the API and the pages, with the receiver beside them for small installs.

gunicorn runs `wsgi:app`. The Procfile starts the receiver alone as a second process, so that pages
under load cannot delay a delivery.
"""

from __future__ import annotations

import logging

import redis

from api import request_log, rest, scrape
from dashboard import site
from db.connect import Database, PoolLimits
from env_file import read_env_file
from operations.servers import Servers
from settings import Settings
from webhooks import cron, health, receiver
from webhooks.app import connect, usable

NEEDED = ("DATABASE_URL", "REDIS_URL", "ENCRYPTION_KEY")
read_env_file()
settings = Settings.from_env(NEEDED)
logging.basicConfig(
    level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s"
)
database = Database(
    settings.database_url,
    settings.database_schema,
    PoolLimits(connections=5, wait_seconds=1, statement_seconds=5),
    settings.reader_role,
)
server: redis.Redis = connect(settings.redis_url)
servers = Servers(settings, server, database)


def _select() -> None:
    with database.transaction() as conn:
        conn.execute("select 1")


app = rest.create(servers)
site.register(app, servers)
app.register_blueprint(scrape.blueprint(servers))
request_log.register(app)
if settings.hubspot_client_secrets and settings.public_url:
    app.register_blueprint(receiver.blueprint(settings, server))
    app.register_blueprint(cron.blueprint(settings, server))
app.register_blueprint(health.blueprint({"postgres": _select, "redis": usable(server)}))
