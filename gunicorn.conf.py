"""gunicorn's settings for `web`; it reads this file by itself. gevent, because slow clients would
starve the others: with sync workers ten of them are enough to stop everybody."""

import sys

from settings import Settings, SettingsError, read_env_file

read_env_file()  # here, because gunicorn binds before it imports the app
try:
    settings = Settings.from_env()
except SettingsError as error:
    sys.exit(str(error))

bind = f"{settings.host}:{settings.port}"
worker_class = "gevent"
workers = settings.web_concurrency
keepalive = 30
graceful_timeout = 20
control_socket_disable = True


def worker_exit(server, worker):
    """Close the pool while its threads can still be joined. The receiver alone has none, and no
    Postgres either."""
    if whole := sys.modules.get("wsgi"):
        whole.database.close()
