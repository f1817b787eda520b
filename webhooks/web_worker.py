"""Extend gunicorn's gevent worker by limits for strangers: a request's time, the number of
connections, and the bytes of unverified bodies.

gunicorn itself bounds none of them: a thousand connections that sent one byte of a body would stop
the receiver for as long as they like. Here a request has ten seconds from its first byte. When
there are too many connections, the one that has been silent or unfinished longest makes way. When
too many bytes wait for the rest of their request, the largest does. A connection makes way only
while it is waited for: a request that is complete is always answered.
"""

from __future__ import annotations

import resource
import time
from contextlib import suppress
from typing import Any

import gevent
from gevent import socket
from gunicorn.errors import AppImportError
from gunicorn.workers.ggevent import GeventWorker

from settings import SettingsError

_OTHER_FILES = 200  # connections to Redis and Postgres, logs, listeners


class RequestTimeout(gevent.Timeout):
    """Say that a request was not over in its time."""


class Held(socket.socket):
    """Hold a client's connection: when its request began, what it sent of it, whether we wait for
    more."""

    def begin(self, crowd: Crowd) -> None:
        self.crowd, self.deadline = crowd, None
        self.received, self.is_awaited, self.is_sent_away = 0, False, False
        crowd.enter(self)

    def recv(self, *arguments: Any) -> bytes:
        self.is_awaited = True
        try:
            found: bytes = super().recv(*arguments)
        except OSError:
            if not self.is_sent_away:
                raise
            return b""  # as from a client that has gone
        finally:
            self.is_awaited = False
        self._note(len(found))
        return found

    def _note(self, size: int) -> None:
        if not self.deadline:
            self.deadline = RequestTimeout.start_new(self.crowd.seconds)
            self.crowd.renew(self)
        self.received += size
        self.crowd.grow(size)

    def end_request(self) -> None:
        if self.deadline:
            self.deadline.close()
        self.crowd.grow(-self.received)
        self.deadline, self.received = None, 0

    def make_way(self) -> None:
        """Let the greenlet that waits for this client find that it has gone."""
        self.is_sent_away = True
        with suppress(OSError):  # it has gone by itself
            self.shutdown(socket.SHUT_RDWR)


class Crowd:
    """Hold the open connections of a process, the one that began its request first before all
    others."""

    def __init__(self, connections: int, unverified: int, seconds: float) -> None:
        self.connections, self.unverified, self.seconds = connections, unverified, seconds
        self.bytes, self._open = 0, dict[Held, float]()

    def enter(self, client: Held) -> None:
        self._open[client] = time.monotonic()
        if len(self._open) > self.connections:
            self._send_away(next((each for each in self._open if each.is_awaited), None))

    def renew(self, client: Held) -> None:
        """Renew a connection: one that begins a request is young again, unless it was sent away."""
        if self._open.pop(client, None) is not None:
            self._open[client] = time.monotonic()

    def leave(self, client: Held) -> None:
        self._open.pop(client, None)

    def grow(self, size: int) -> None:
        self.bytes += size
        if size > 0 and self.bytes > self.unverified:
            waited = [each for each in self._open if each.is_awaited]
            self._send_away(max(waited, key=lambda each: each.received, default=None))

    def _send_away(self, client: Held | None) -> None:
        if client:
            self._open.pop(client)
            self.bytes -= client.received
            client.received = 0
            client.make_way()


class WebWorker(GeventWorker):
    """Extend gunicorn's `worker_class` for the web process."""

    request_seconds = 10.0  # HubSpot gives us five
    connections = 4_000  # of a process, where the system allows so many open files
    unverified_bytes = 16_000_000  # in requests that are not complete; a delivery has 30,000

    def init_process(self) -> None:
        most = _connections(self.connections)
        self.crowd = Crowd(most, self.unverified_bytes, self.request_seconds)
        try:
            super().init_process()
        except SettingsError as error:  # one line, and the end: no other worker could start either
            raise AppImportError(error) from error

    def handle(self, listener: Any, client: Any, addr: Any) -> None:
        held = Held(client.family, client.type, client.proto, fileno=client.detach())
        held.begin(self.crowd)
        try:
            super().handle(listener, held, addr)
        finally:
            held.end_request()
            self.crowd.leave(held)

    def handle_request(self, listener_name: Any, req: Any, sock: Held, addr: Any) -> bool:
        try:
            return bool(super().handle_request(listener_name, req, sock, addr))
        finally:
            sock.end_request()

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """Leave a request whose time is up without a traceback: gunicorn closes its connection."""
        if not isinstance(exc, RequestTimeout):
            super().handle_error(req, client, addr, exc)


def _connections(wished: int) -> int:
    """Answer as many as the system lets us have; shells often give 1,024 files where 500,000 are
    allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = wished + _OTHER_FILES
    if hard != resource.RLIM_INFINITY:
        files = min(files, hard)
    if soft < files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    return max(files - _OTHER_FILES, 1)
