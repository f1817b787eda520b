"""The receiver when Redis is gone or frozen, and behind a real server when bodies come in
pieces."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from flask.testing import FlaskClient

from lab import embedded
from tests.processes import Web, running, wait_for, wait_for_port
from tests.webhooks.conftest import EVENT, headers, settings
from webhooks.app import create_app
from webhooks.receiver import MAX_BODY

BODY = json.dumps([EVENT]).encode()
PATH = "/webhooks/hubspot"
# two seconds, and as much again for a machine that is busy; Postgres's pool alone would take ten
SOON = 4


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[tuple[str, int]]:
    with embedded.valkey(tmp_path / "valkey") as (url, pid):
        yield url, pid


def answer_within(redis_url: str, seconds: float) -> int:
    client = create_app(settings(redis_url)).test_client()
    began = time.monotonic()
    status = client.post(PATH, data=BODY, headers=headers(BODY)).status_code
    assert time.monotonic() - began < seconds
    return status


def test_redis_down_is_503_at_once() -> None:
    assert answer_within("redis://127.0.0.1:1/0", 3) == 503


def test_redis_frozen_is_503_in_under_three_seconds(own_redis: tuple[str, int]) -> None:
    url, pid = own_redis
    os.kill(pid, signal.SIGSTOP)
    try:
        assert answer_within(url, 3) == 503
    finally:
        os.kill(pid, signal.SIGCONT)
    assert answer_within(url, 3) == 204


def chunked(web: Web, size: int) -> bytes:
    """Post `size` bytes without declaring how many; the first line of the answer."""
    with socket.create_connection(("127.0.0.1", web.port), timeout=10) as wire:
        wire.sendall(
            f"POST {PATH} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        )
        piece = b" " * 65_536
        for _ in range(size // len(piece)):
            wire.sendall(b"10000\r\n" + piece + b"\r\n")
        wire.sendall(b"0\r\n\r\n")
        return wire.recv(1024).splitlines()[0]


def test_a_chunked_body_is_413_when_it_is_too_long_and_judged_when_it_is_not(web: Web) -> None:
    assert b" 413 " in chunked(web, 2 * MAX_BODY)
    assert b" 401 " in chunked(web, MAX_BODY // 2)


def test_health_says_which_server_is_gone() -> None:
    answer = create_app(settings("redis://127.0.0.1:1/0")).test_client().get("/health/ready")
    assert (answer.status_code, answer.json) == (
        503,
        {"status": "unavailable", "checks": {"redis": "ConnectionError"}},
    )


def test_a_receiver_that_begins_without_redis_says_so_in_a_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    create_app(settings("redis://me:hidden@127.0.0.1:2/0"))
    for thread in [each for each in threading.enumerate() if each.name == "first look"]:
        thread.join(10)
    lines = [record.getMessage() for record in caplog.records]
    # Receivers of other tests look at other ports, and may end their look within this test.
    assert [line for line in lines if "127.0.0.1:2" in line or "hidden" in line] == [
        "Redis cannot be used: Error 111 connecting to 127.0.0.1:2. Connection refused. "
        "Start it, or correct REDIS_URL"
    ]


def test_health_is_live_without_any_server() -> None:
    answer = create_app(settings("redis://127.0.0.1:1/0")).test_client().get("/health/live")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def ready_within(client: FlaskClient, seconds: float) -> dict[str, str]:
    """Read what the checks say, of an answer that is 503."""
    began = time.monotonic()
    answer = client.get("/health/ready")
    assert time.monotonic() - began < seconds
    assert answer.status_code == 503 and answer.json is not None
    found: dict[str, str] = answer.json["checks"]
    return found


def test_health_answers_within_two_seconds_however_many_servers_are_frozen(
    own_redis: tuple[str, int],
) -> None:
    """What hangs is asked again only when it has given up: a check a second would hold a thread
    each."""
    url, pid = own_redis
    asked, thawed = list[int](), threading.Event()

    def hang() -> None:
        asked.append(1)
        thawed.wait()

    client = create_app(settings(url), {"postgres": hang}).test_client()
    os.kill(pid, signal.SIGSTOP)
    try:
        for _ in range(2):
            said = ready_within(client, SOON)
            assert said["postgres"] == "no answer"
            # the second looker may see the first one's end
            assert said["redis"] in (
                "no answer",
                "TimeoutError",
            )
    finally:
        os.kill(pid, signal.SIGCONT)
    assert len(asked) == 1
    thawed.set()
    wait_for(lambda: client.get("/health/ready").status_code == 200 and len(asked) > 1)


@pytest.mark.parametrize(
    "frozen", [False, True], ids=["nobody listens", "a server that never answers listens"]
)
def test_the_whole_web_process_answers_within_two_seconds_without_postgres(
    redis_url: str, tmp_path: Path, frozen: bool
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute, (tmp_path / "log").open("wb") as output:
        port, postgres = embedded.free_port(), mute.getsockname()[1] if frozen else 1
        environment = os.environ | {
            "REDIS_URL": redis_url,
            "HUBSPOT_CLIENT_SECRET": "secret",
            "ENCRYPTION_KEY": "a key of at least thirty-two characters",
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "DATABASE_URL": f"postgresql://me@127.0.0.1:{postgres}/x",
        }
        command = [sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"127.0.0.1:{port}"]
        with running(command, environment, output) as process:
            wait_for_port(port, process)
            # until it has begun to work
            requests.get(f"http://127.0.0.1:{port}/health/live", timeout=60)
            for _ in range(2):
                answer = requests.get(f"http://127.0.0.1:{port}/health/ready", timeout=30)
                assert answer.elapsed.total_seconds() < SOON
                assert answer.json()["checks"]["postgres"] in ("PoolTimeout", "no answer")
                assert answer.json()["checks"]["redis"] == "ok"
            # at once, without grace for requests: there are none
            process.send_signal(signal.SIGQUIT)
            process.wait(10)
