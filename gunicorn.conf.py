"""Give gunicorn its settings for `web`; it reads this file by itself. gevent, because slow clients
would starve the others: with sync workers ten of them are enough to stop all others. What strangers
may hold is bounded in webhooks/web_worker.py."""

import socket
import sys
from typing import Any

from env_file import read_env_file
from settings import Settings, SettingsError

read_env_file()  # here, because gunicorn binds before it imports the app
try:
    settings = Settings.from_env()
except SettingsError as error:
    sys.exit(str(error))

settings.start_log()  # what our own code says; gunicorn's loggers have handlers of their own
loglevel = settings.log_level.lower()
bind = settings.bind
worker_class = "webhooks.web_worker.WebWorker"
worker_connections = 100_000  # never reached: the worker has a bound of its own
workers = settings.web_concurrency
# Longer than proxies keep an idle connection (60 s): one that we close as a request arrives on it
# is a 502 of the proxy's.
keepalive = 75
graceful_timeout = 20
control_socket_disable = True


def on_starting(server: Any) -> None:
    """Say in one line that the port is taken; gunicorn itself takes five seconds and ten lines. A
    gunicorn that takes over from another (USR2) inherits its port."""
    for address in () if server.master_pid else server.cfg.address:
        if isinstance(address, tuple):
            _must_be_free(*address[:2])


def _must_be_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = f"Nothing can listen at {host}, port {port} ({error.strerror})"
            sys.exit(f"{reason}. Stop what does so, or set HOST and PORT to others.")


def worker_exit(server: Any, worker: Any) -> None:
    """Close the pool while its threads can still be joined. The receiver alone has none, and no
    Postgres either."""
    if whole := sys.modules.get("wsgi"):
        whole.servers.close()
