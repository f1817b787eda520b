"""30, 31: strangers who take more connections than there are, and send more than Redis bears."""

from __future__ import annotations

import socket
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import requests

from lab.faults.receiver_pressed import Receiver, receiving
from lab.faults.scenario import Plan, Result, scenario
from settings import WEBHOOK_PATH
from webhooks.web_worker import WebWorker

_HEAD = f"POST {WEBHOOK_PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\n["
_BEYOND = 500  # connections more than a worker has
_CLIENTS = 30  # that a small plan of a hosted Redis lets in


@scenario(
    30,
    "Bodies that never end",
    "3,000 connections, and then 500 more than a worker has, each with headers and one byte of a "
    "body; an ordinary delivery as soon as all are in",
    "answered with 204 in under 1 s both times; 12 s later none of the connections is open",
)
def endless(plan: Plan) -> Result:
    counts = (plan.size(3_000, 50), plan.size(WebWorker.connections + _BEYOND, 50))
    told, ok = [], True
    with receiving() as receiver:
        for count in counts:
            status, seconds, left = _hold(receiver, count, plan.size(12, 0))
            told.append(
                f"{count:,} held: {status} in {seconds * 1000:.0f} ms, {left} open in the end"
            )
            ok = ok and status == "204" and seconds < 1 and (plan.quick or not left)
    return Result("; ".join(told), ok)


def _hold(receiver: Receiver, count: int, patience: float) -> tuple[str, float, int]:
    """Answer an ordinary delivery's answer and seconds, and how many connections are left at
    last."""
    with ExitStack() as opened:
        held = [
            opened.enter_context(socket.create_connection(("127.0.0.1", receiver.port), timeout=30))
            for _ in range(count)
        ]
        for each in held:
            each.sendall(_HEAD.encode())
        _deliver(receiver)  # when it is answered, all before it have been taken in
        status, seconds = _deliver(receiver)
        time.sleep(patience)
        return status, seconds, sum(_is_open(each) for each in held)


def _deliver(receiver: Receiver) -> tuple[str, float]:
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", receiver.port), timeout=60) as connection:
        connection.sendall(receiver.request(0))
        return connection.recv(4096)[9:12].decode(), time.monotonic() - began


def _is_open(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        while connection.recv(4096):
            pass
        return False
    except BlockingIOError:
        return True
    except ConnectionError:
        return False


@scenario(
    31,
    "Unsigned requests on a small plan",
    "a Redis that lets 30 clients in, 20 of them a stranger's; 2,000 unsigned requests from 40 "
    "connections, /health asked meanwhile, then 20 ordinary deliveries",
    "every unsigned one is 401, every delivery 204; web holds at most 4 of Redis's connections; "
    "all refusals are counted",
)
def unsigned(plan: Plan) -> Result:
    count = plan.size(2_000, 100)
    with receiving() as receiver, ExitStack() as opened:
        receiver.server.config_set("maxclients", _CLIENTS)
        for _ in range(20):
            other = receiver.server.client()  # type: ignore[no-untyped-call]
            opened.callback(other.close)
            other.ping()
        with ThreadPoolExecutor(40) as threads:
            refused = Counter(threads.map(lambda place: _post(receiver, place), range(count)))
        most = len(receiver.server.client_list()) - 21
        statuses = Counter(_deliver(receiver)[0] for _ in range(20))
        time.sleep(2.5)
        counted = int(receiver.server.hget("spoke:received", "unauthorized") or 0)
    words = (
        f"{dict(refused)}, of which {counted} counted; then {dict(statuses)}; {most} connections"
    )
    ok = refused == {401: count} and statuses == {"204": 20} and counted == count and most <= 4
    return Result(words, ok)


def _post(receiver: Receiver, place: int) -> int:
    if place % 20 == 0:
        requests.get(f"http://127.0.0.1:{receiver.port}/health", timeout=60)
    return requests.post(receiver.url, b"[]", timeout=60).status_code
