"""Serve on Vercel, which looks for an `app` in index.py: the receiver and the cron, without
Postgres."""

from webhooks.app import create_app

app = create_app()
