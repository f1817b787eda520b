"""20, 21: slow clients, and a constant stream of full deliveries, before the receiver alone."""

from __future__ import annotations

import os
import secrets
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

import redis

import deliveries
from lab import embedded, keeper, processes
from lab.benchmarks import load
from lab.benchmarks.pace import paced
from lab.faults.scenario import Plan, Result, scenario
from lab.faults.sender import Sender
from lab.faults.servers import mortal_valkey
from lab.faults.stage import staged
from lab.simulator.wire import dumps
from settings import WEBHOOK_PATH

_CLIENTS = 24  # connections that share the load: enough that none waits for another's answer
_SLOW, _RATE = 200, 200  # connections; deliveries a second


@dataclass(frozen=True, slots=True)
class Receiver:
    port: int
    secret: str
    server: redis.Redis
    bodies: Sequence[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{WEBHOOK_PATH}"

    def request(self, number: int) -> bytes:
        return load.signed([self.bodies[number % len(self.bodies)]], self.url, self.secret)[0]


@dataclass(frozen=True, slots=True)
class Pressed:
    """Answers by status, and how long each took from the moment at which its request was due."""

    statuses: Counter[str]
    seconds: list[float]

    @property
    def p99(self) -> float:
        return quantiles(self.seconds, n=100)[98]

    def __str__(self) -> str:
        told = ", ".join(f"{count:,} x {status}" for status, count in sorted(self.statuses.items()))
        return (
            f"{told}; p50 {quantiles(self.seconds, n=2)[0] * 1000:.0f} ms, p99 "
            f"{self.p99 * 1000:.0f} ms"
        )


@scenario(
    20,
    "Slow clients",
    "200 connections that send a byte a second, half of them of their headers and half of a body, "
    "while 20 ordinary deliveries a second arrive",
    "ordinary p99 < 1 s; no errors; none of them is held for longer than a request's ten seconds",
)
def slow_loris(plan: Plan) -> Result:
    with receiving() as receiver, _dripping(receiver.port, plan.size(_SLOW, 20)) as dripping:
        pressed = _press(receiver, 20, plan.size(30, 2))
        held = sum(connection.fileno() > 0 for connection in dripping)
    counted = f"{held} of {len(dripping)} slow connections held throughout; {pressed}"
    is_quiet = pressed.p99 < 1 and set(pressed.statuses) == {"204"}
    return Result(counted, is_quiet and (plan.quick or not held))


@scenario(
    21,
    "A constant stream",
    "200 deliveries of 100 events a second, each when it is due whether or not the last is "
    "answered: for 60 s (`--long`: 10 min) to web and Valkey alone, the workers standing still; "
    "then for 10 s to the whole product, on the same cores as Postgres, the simulator and the "
    "sender",
    "p99 to the answer < 500 ms; 0 errors; all of them durable",
)
def stream(plan: Plan) -> Result:
    seconds = 600 if plan.long else plan.size(60, 3)
    with receiving() as receiver, _counting(receiver.server) as kept, paced() as pace:
        pressed = _press(receiver, _RATE, seconds)
    counted = f"web alone, {seconds} s: {pressed}; {sum(kept):,} deliveries kept; {pace}"
    ok = pressed.p99 < 0.5 and set(pressed.statuses) == {"204"} and sum(kept) == _RATE * seconds
    return Result(f"{counted}. {_whole(plan)}", ok)


@contextmanager
def _counting(server: redis.Redis) -> Iterator[list[int]]:
    """Take what the stream holds out of it now and then, for ten minutes of it fill the memory; how
    many each time."""
    kept, done = list[int](), threading.Event()

    def take() -> None:
        while not done.wait(1):
            kept.append(server.xtrim(deliveries.STREAM, maxlen=0, approximate=False))

    taker = threading.Thread(target=take)
    taker.start()
    try:
        yield kept
    finally:
        done.set()
        taker.join()
        kept.append(server.xtrim(deliveries.STREAM, maxlen=0, approximate=False))


def _whole(plan: Plan) -> str:
    """Send the same stream to the whole product; tell the answers, and how many events a second get
    through it."""
    with staged() as stage:
        ids = [
            int(row["hubspot_id"])
            for row in stage.select("select hubspot_id from hubspot_contacts_raw")
        ]
        sender, count = Sender(stage.stack), _RATE * plan.size(10, 1)
        bodies = [
            dumps([sender.event(ids[event % len(ids)]) for event in range(100)])
            for _ in range(count)
        ]
        environment = stage.stack.environment
        port, secret = int(environment["PORT"]), environment["HUBSPOT_CLIENT_SECRET"]
        began = time.monotonic()
        pressed = _press(
            Receiver(port, secret, stage.context.server, bodies), _RATE, plan.size(10, 1)
        )
        stage.drain(300)
        rate, lost = (
            count * 100 / (time.monotonic() - began),
            count * 100 - stage.count("webhook_events"),
        )
    sustained = "sustained"
    if rate < 100 * _RATE:
        sustained = "not sustained: what is not yet stored waits in the stream"
    return (
        f"The whole product: {pressed}; {rate:,.0f} events/s until all were in rows "
        f"({sustained}), {lost} lost"
    )


def _press(receiver: Receiver, per_second: int, seconds: int) -> Pressed:
    """Send requests at their times; one that starts late because its connection is busy counts from
    when it was due."""
    pressed, began = Pressed(Counter(), []), time.monotonic() + 0.5
    with ThreadPoolExecutor(_CLIENTS) as threads:
        numbers = [range(place, per_second * seconds, _CLIENTS) for place in range(_CLIENTS)]
        for client in [
            threads.submit(_client, receiver, mine, per_second, began, pressed) for mine in numbers
        ]:
            client.result()
    return pressed


def _client(
    receiver: Receiver, numbers: Sequence[int], per_second: int, began: float, pressed: Pressed
) -> None:
    with socket.create_connection(("127.0.0.1", receiver.port), timeout=30) as connection:
        for number in numbers:
            due = began + number / per_second
            time.sleep(max(0.0, due - time.monotonic()))
            connection.sendall(receiver.request(number))
            pressed.statuses[connection.recv(4096)[9:12].decode()] += 1
            pressed.seconds.append(time.monotonic() - due)


@contextmanager
def _dripping(port: int, count: int) -> Iterator[list[socket.socket]]:
    """Open connections that go on and on, byte by byte."""
    head = f"POST {WEBHOOK_PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    starts = (f"{head}X-Slow: ", f"{head}Content-Length: 100000\r\n\r\n")
    with ExitStack() as opened:
        connections = [
            opened.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
            for _ in range(count)
        ]
        for place, connection in enumerate(connections):
            connection.sendall(starts[place % 2].encode())
        done = threading.Event()
        drip = threading.Thread(target=_drip, args=(connections, done))
        drip.start()
        try:
            yield connections
        finally:
            done.set()
            drip.join()


def _drip(connections: list[socket.socket], done: threading.Event) -> None:
    while not done.wait(1):
        for connection in connections:
            try:
                connection.sendall(b"x")
            except OSError:  # the server has had enough of it
                connection.close()


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Start gunicorn with the product's own configuration."""
    secret, port = secrets.token_hex(16), embedded.free_port()
    with ExitStack() as opened:
        valkey = opened.enter_context(mortal_valkey())
        folder = Path(opened.enter_context(TemporaryDirectory(dir=keeper.current())))
        environment = {
            **os.environ,
            "REDIS_URL": valkey.url,
            "HUBSPOT_CLIENT_SECRET": secret,
            "LOG_LEVEL": "WARNING",
        }
        environment |= {
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "DATABASE_URL": "postgresql://unused",
        }
        command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}"]
        command.append("webhooks.app:create_app()")
        opened.enter_context(processes.process("web", command, environment, folder))
        processes.wait_until_ready(f"http://127.0.0.1:{port}", "/health/live")
        yield Receiver(port, secret, redis.Redis.from_url(valkey.url), load.bodies(100))
