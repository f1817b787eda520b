"""What strangers may hold of the receiver: how long, how many connections, how many bytes."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import requests

from lab import embedded
from tests import processes
from tests.processes import CLIENT_SECRET, Web, wait_for
from tests.webhooks.conftest import headers
from tests.webhooks.hasty import HastyWorker
from webhooks.web_worker import WebWorker

HEAD = b"POST /webhooks/hubspot HTTP/1.1\r\nHost: x\r\n"
HALF = HEAD + b"Content-Length: 100000\r\n\r\n["


@pytest.fixture(scope="module")
def hasty(servers: embedded.Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    log: Path = tmp_path_factory.mktemp("hasty") / "log"
    worker = f"{HastyWorker.__module__}.{HastyWorker.__name__}"
    with processes.web(servers.redis_url, log, "--worker-class", worker) as running:
        assert deliver(running) == 204  # the port listens before the worker does
        yield running


@contextmanager
def half_sent(web: Web, count: int, start: bytes = HALF) -> Iterator[list[socket.socket]]:
    with ExitStack() as opened:
        connections = [
            opened.enter_context(socket.create_connection(("127.0.0.1", web.port), timeout=10))
            for _ in range(count)
        ]
        for connection in connections:
            connection.sendall(start)
        yield connections


def has_ended(connection: socket.socket) -> bool:
    """Tell whether the server has let go, with an answer or without."""
    connection.settimeout(0.001)
    try:
        while connection.recv(4096):
            pass
    except TimeoutError:
        return False
    except ConnectionError:
        pass
    return True


def deliver(web: Web) -> int:
    url = f"{web.url}/webhooks/hubspot"
    signed = headers(b"[]", CLIENT_SECRET, url=url)
    return requests.post(url, b"[]", headers=signed, timeout=10).status_code


@pytest.mark.parametrize(
    "start", [HALF, HEAD + b"X-Slow: x"], ids=["half a body", "half of its headers"]
)
def test_a_request_that_does_not_end_is_ended_after_its_time(hasty: Web, start: bytes) -> None:
    with half_sent(hasty, 3, start) as connections:
        began = time.monotonic()
        wait_for(lambda: all(has_ended(each) for each in connections), 5)
        assert time.monotonic() - began > HastyWorker.request_seconds / 2


def test_a_body_that_comes_byte_by_byte_has_no_longer(hasty: Web) -> None:
    with half_sent(hasty, 1) as [connection]:
        give_up = time.monotonic() + 5
        while not has_ended(connection):
            assert time.monotonic() < give_up
            try:
                connection.sendall(b" ")
            except ConnectionError:
                break


def test_a_connection_may_be_used_for_longer_than_a_request(hasty: Web) -> None:
    url = f"{hasty.url}/health/live"
    with requests.Session() as session, half_sent(hasty, 1) as [connection]:
        while not has_ended(connection):  # a request's time passes
            assert session.get(url, timeout=5).status_code == 200
        assert session.get(url, timeout=5).status_code == 200
        [pool] = session.get_adapter(url).poolmanager.pools._container.values()
        assert pool.num_connections == 1


def test_when_connections_run_out_the_oldest_unfinished_makes_way(hasty: Web) -> None:
    """On a slow machine the others' own time may be over, too: then their order is not seen."""
    began = time.monotonic()
    with half_sent(hasty, HastyWorker.connections + 5) as connections:
        wait_for(lambda: all(has_ended(each) for each in connections[:5]))
        others = [has_ended(each) for each in connections[5:]]
        assert not any(others) or time.monotonic() - began > HastyWorker.request_seconds
        assert deliver(hasty) == 204


def test_when_bytes_run_out_the_largest_unverified_body_makes_way(hasty: Web) -> None:
    large = HEAD + b"Content-Length: 900000\r\n\r\n" + b"[" * 250_000
    with half_sent(hasty, 1, large) as [first], half_sent(hasty, 5, HALF + b" " * 20_000) as rest:
        wait_for(lambda: has_ended(first), 5)
        assert not any(has_ended(each) for each in rest)
        assert deliver(hasty) == 204


def test_the_product_itself_is_more_patient() -> None:
    assert (WebWorker.request_seconds, WebWorker.connections) == (10, 4_000)
    assert 10 * 950_000 < WebWorker.unverified_bytes < 20_000_000
