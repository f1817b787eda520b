"""gunicorn's settings for `web`; it reads this file by itself. gevent, because slow clients would starve the others:
with sync workers ten of them are enough to stop everybody."""

import os
import sys

bind = f"{os.environ.get('HOST', '0.0.0.0')}:{os.environ.get('PORT', '8000')}"
worker_class = "gevent"
workers = int(os.environ.get("WEB_CONCURRENCY", "1"))
keepalive = 30
graceful_timeout = 20
control_socket_disable = True


def worker_exit(server, worker):
    """Close the pool while its threads can still be joined. The receiver alone has none, and no Postgres either."""
    if whole := sys.modules.get("wsgi"):
        whole.database.close()
