"""A load generator small and fast enough not to be measured itself: raw sockets, requests signed
beforehand."""

from __future__ import annotations

import selectors
import socket
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import cycle
from random import Random

from hubspot.objects import OBJECT_TYPES
from lab.simulator.deliveries import MAX_EVENTS, Deliveries, signed_headers
from lab.simulator.edits import Plan, edit
from lab.simulator.events import Writer
from lab.simulator.generate.population import populate
from lab.simulator.generate.scene import owners
from lab.simulator.portal import Portal
from lab.simulator.settings import Settings
from lab.simulator.wire import dumps
from settings import WEBHOOK_PATH

PORTAL_ID = 62_515
RECORDS = {"contacts": 500, "companies": 100, "deals": 100, "calls": 500}
_SENT_AT_ONCE = 1 << 20  # bytes of send buffer: a request of 32 kB leaves in one call


@dataclass(slots=True)
class Run:
    """What came of one round."""

    seconds: float = 0.0
    statuses: Counter[str] = field(default_factory=Counter)

    @property
    def per_second(self) -> float:
        return self.statuses.total() / self.seconds


def bodies(count: int) -> list[bytes]:
    """Make deliveries of 100 events each, of all kinds of edits in a simulated portal: some 32
    kB."""
    settings, now_ms = Settings(deliver_to="http://nowhere"), time.time_ns() // 1_000_000
    writer, sender = Writer(PORTAL_ID, OBJECT_TYPES, Random(1)), Deliveries(settings, Random(2))
    portal = Portal(PORTAL_ID, writer, sender, owners(Random(3)))
    populate(portal, RECORDS, "1", now_ms)
    while len(sender.waiting) < count * MAX_EVENTS:
        edit(portal, Plan(count=MAX_EVENTS, types=list(RECORDS), seed=len(sender.waiting)))
    return [dumps([sender.waiting.popleft() for _ in range(MAX_EVENTS)]) for _ in range(count)]


def signed(bodies: Sequence[bytes], url: str, secret: str) -> list[bytes]:
    """Make whole HTTP requests as HubSpot sends them, signed now: good for five minutes."""
    now_ms = time.time_ns() // 1_000_000
    return [_request(body, signed_headers(secret, url, body, now_ms)) for body in bodies]


def _request(body: bytes, headers: dict[str, str]) -> bytes:
    lines = [f"POST {WEBHOOK_PATH} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def drive(port: int, requests: Sequence[bytes], seconds: float, connections: int = 10) -> Run:
    """Keep every connection busy for that long, then wait for the last answers; they count, and so
    does the wait."""
    run, more, began = Run(), cycle(requests), time.perf_counter()
    with ExitStack() as stack, selectors.DefaultSelector() as ready:
        for _ in range(connections):
            connection = stack.enter_context(_connected(port))
            ready.register(connection, selectors.EVENT_READ)
            connection.sendall(next(more))
        for connection, status in _answers(ready):
            run.statuses[status] += 1
            if time.perf_counter() - began < seconds:
                connection.sendall(next(more))
            else:
                ready.unregister(connection)
    run.seconds = time.perf_counter() - began
    return run


def _connected(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SENT_AT_ONCE)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _answers(ready: selectors.BaseSelector) -> Iterator[tuple[socket.socket, str]]:
    """Yield every answer as it comes, until no connection is left. All sides answer without a body,
    in one packet."""
    while ready.get_map():
        for key, _ in ready.select(timeout=30):
            connection = key.fileobj
            assert isinstance(connection, socket.socket)
            answer = connection.recv(4096)
            if not answer.endswith(b"\r\n\r\n"):
                raise ConnectionError(f"an unexpected answer: {answer[:300]!r}")
            yield connection, answer[9:12].decode()
