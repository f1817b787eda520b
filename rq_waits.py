"""Bound a worker's wait for a job, which may be long because Redis ends it when the process is to
end."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import redis

# One wait for a job; each costs four Redis commands, and some hosts bill by the command.
WAIT_SECONDS = 20
SHORT_WAIT_SECONDS = 5  # where Redis forbids CLIENT, and a wait cannot be ended from outside
_UNBLOCK_SECONDS = 0.1  # between tries to end a wait


class Waits:
    """End the wait for a job when the process is to end, so that a wait may be long.

    Redis itself ends it (CLIENT UNBLOCK): it answers either with the job that it has moved or with
    none, so no job is lost between the two. Only a thread of its own may ask for that: the signal
    may have interrupted the main thread while it holds the lock of the pool.
    """

    def __init__(self, server: redis.Redis, name: str) -> None:
        """Name connections: they bear the worker's name from here on, so that Redis can tell them
        apart."""
        self._server, self._name, self._over = server, name, threading.Event()
        self._heard, self._told = os.pipe()
        self.seconds = WAIT_SECONDS if self._may_end() else SHORT_WAIT_SECONDS
        server.connection_pool.connection_kwargs["client_name"] = name
        server.connection_pool.reset()

    def _may_end(self) -> bool:
        try:
            self._server.client_unblock(0)
            self._server.client_list(_type="normal")
        except (redis.ConnectionError, redis.TimeoutError):
            return True  # it is away; the next wait shows
        except redis.ResponseError:
            return False
        return True

    def end(self) -> None:
        """End the wait. Called by a signal's handler, which may do nothing that waits."""
        os.write(self._told, b"!")

    @contextmanager
    def ended_from_outside(self) -> Iterator[None]:
        thread = threading.Thread(target=self._listen, name="waits", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            self.end()
            thread.join()
            os.close(self._heard)
            os.close(self._told)

    def _listen(self) -> None:
        """Unblock again and again until the worker has ended: it may have been just about to
        wait."""
        os.read(self._heard, 1)
        while not self._over.wait(_UNBLOCK_SECONDS):
            with suppress(redis.RedisError):
                for client in self._server.client_list(_type="normal"):
                    if client["name"] == self._name and "b" in client["flags"]:
                        self._server.client_unblock(int(client["id"]))
