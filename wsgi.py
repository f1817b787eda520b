"""Composition root of `web`: receiver, cron and health with Postgres among its checks. gunicorn
runs `wsgi:app`."""

from __future__ import annotations

from db.connect import Database
from settings import RECEIVER_NEEDS, Settings, read_env_file
from webhooks.app import create_app

read_env_file()
settings = Settings.from_env((*RECEIVER_NEEDS, "DATABASE_URL"))
# for the check alone
database = Database(settings.database_url, settings.database_schema, size=2, timeout=1.2)


def _select() -> None:
    with database.transaction() as conn:
        conn.execute("select 1")


app = create_app(settings, {"postgres": _select})
