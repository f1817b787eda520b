"""The receiver when Redis is gone or frozen, and behind a real server when bodies come in pieces."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import embedded
from tests.processes import Web
from tests.webhooks.conftest import EVENT, headers, settings
from webhooks.app import create_app
from webhooks.receiver import MAX_BODY

BODY = json.dumps([EVENT]).encode()
PATH = "/webhooks/hubspot"


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
        wire.sendall(f"POST {PATH} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
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
    assert (answer.status_code, answer.json) == (503, {"status": "unavailable", "checks": {"redis": "ConnectionError"}})


def test_health_is_live_without_any_server() -> None:
    answer = create_app(settings("redis://127.0.0.1:1/0")).test_client().get("/health/live")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})
