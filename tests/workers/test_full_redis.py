"""A full Redis is emptied into Postgres all the same, by the real processes, none of which ends for
it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import redis

import deliveries
import jobs
from settings import Settings
from tests.processes import ACCESS_TOKEN, ROOT, address, wait_for
from tests.workers.conftest import KEY, pending
from tests.workers.test_events import event, send
from workers import clock, ingest
from workers.context import Context

Rows = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def filling(settings: Settings, small_redis: redis.Redis) -> Iterator[Context]:
    """Give a context with a Redis of its own, in which deliveries of two portals' events wait."""
    opened = Context.open(replace(settings, redis_url=address(small_redis)), connections=2)
    portals = [portal.portal_id for portal in opened.portals()]
    for number in range(120):
        body = [event(portals[number % 2], eventId=number, objectId=9000 + number % 7)]
        send(opened, json.dumps(body).encode())
    yield opened
    opened.close()


@contextmanager
def process(context: Context, log: Path, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    environment = os.environ | {
        "DATABASE_URL": context.settings.database_url,
        "REDIS_URL": context.settings.redis_url,
        "HUBSPOT_ACCESS_TOKEN": ACCESS_TOKEN,
        "HUBSPOT_API_BASE_URL": context.settings.hubspot_api_base_url,
        "ENCRYPTION_KEY": KEY,
        "LOG_LEVEL": "INFO",
    }
    with log.open("wb") as said:
        started = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=ROOT, env=environment, stderr=said
        )
    try:
        yield started
    finally:
        started.terminate()
        started.wait(30)


def test_ingest_stores_what_waits_in_a_full_redis(filling: Context, rows: Rows) -> None:
    """And leaves the marks to the clock, which finds them when there is room."""
    filling.server.config_set("maxmemory", 1)
    ingest.run(filling)
    assert deliveries.waiting(filling.server) == 0
    assert rows("select count(*) as n from webhook_events") == [{"n": 120}]
    assert jobs.queued(filling.server, jobs.FETCH) == set()
    clock.wake_waiting(filling)
    filling.server.config_set("maxmemory", 0)
    clock.wake_waiting(filling)
    portals = {portal.portal_id for portal in filling.portals()}
    assert jobs.queued(filling.server, jobs.FETCH) == {
        (portal_id, "contacts") for portal_id in portals
    }


def test_workers_that_start_on_a_full_redis_empty_it_and_go_on_when_there_is_room(
    filling: Context, tmp_path: Path, rows: Rows
) -> None:
    filling.server.config_set("maxmemory", 1)
    log = tmp_path / "log"
    with process(filling, log, "workers", "ingest=1", "fetch=1") as supervisor:
        wait_for(lambda: deliveries.waiting(filling.server) == 0, 60)
        wait_for(lambda: log.read_text().count("Redis is full") == 2, 60)  # each worker once
        assert rows("select count(*) as n from webhook_events") == [{"n": 120}]
        filling.server.config_set("maxmemory", 0)
        wait_for(
            lambda: all(jobs.listening(filling.server)[queue] for queue in ("ingest", "fetch")), 60
        )
        clock.wake_waiting(filling)
        wait_for(lambda: not pending(filling), 60)
        assert supervisor.poll() is None
    said = log.read_text()
    assert said.count("Redis is full") == 2, said
    assert "starting another" not in said and "Traceback" not in said, said


def test_the_clock_outlasts_a_full_redis(filling: Context, tmp_path: Path) -> None:
    filling.server.config_set("maxmemory", 1)
    log = tmp_path / "log"
    with process(filling, log, "workers.clock") as ticking:
        wait_for(lambda: "Redis is full" in log.read_text(), 60)
        filling.server.config_set("maxmemory", 0)
        wait_for(lambda: jobs.queued(filling.server, jobs.WAKE_WAITING), 60)
        filling.server.delete("rq:queue:fetch")
        assert ticking.poll() is None
        assert log.read_text().count("Redis is full") == 1
