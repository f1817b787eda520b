"""A worker says what it did once a minute, in one line."""

from __future__ import annotations

import json
import logging
import threading

import pytest
import redis
from rq.exceptions import StopRequested

import jobs
import rq_worker
from operations import job_counts
from tests.processes import Simulator
from tests.workers.conftest import arrive
from tests.workers.test_events import event, send
from workers import worker
from workers.context import Context
from workers.diary import Diary


def test_a_line_a_minute_counts_what_was_done(caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]
    diary = Diary(clock=lambda: now[0])
    with caplog.at_level(logging.INFO, "workers"):
        for _ in range(1_200):
            diary.note("fetch")
            diary.tell()
        diary.note("records stored", 30)
        now[0] = 61
        diary.tell()
        now[0] = 150
        diary.tell()  # nothing was done since
    assert [each.getMessage() for each in caplog.records if each.name == "workers"] == [
        "In the last 61 s: fetch 1,200, records stored 30"
    ]


def test_jobs_events_and_records_are_counted(
    context: Context, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    arrive(context, simulator)
    contact = int(simulator.create("contacts", {}))
    arrive(context, simulator)
    context.diary._every = 0
    context.diary.tell()
    events = [event(simulator.portal_id, objectId=contact), event(999)]
    send(context, json.dumps(events).encode())
    handlers = worker.handlers(context)
    with caplog.at_level(logging.INFO):
        handlers[jobs.INGEST]()
        handlers[jobs.FETCH](simulator.portal_id, "contacts")
    said = [each.getMessage() for each in caplog.records if "In the last" in each.getMessage()]
    assert said[0].endswith(": events of unregistered portals 1, events stored 1, ingest 1")
    assert said[1].endswith(": fetch 1, records asked for 1")
    lines = [each.msg for each in caplog.records if isinstance(each.msg, dict)]
    times = [line.pop("ms", line.pop("waited_ms", 0)) for line in lines]
    assert lines.pop(0).pop("delivery") and min(times) >= 0
    portal, done = {"portal_id": simulator.portal_id}, {"event": "job", "outcome": "done"}
    assert lines == [
        done | {"job": "ingest", "events_of_unregistered_portals": 1, "events_stored": 1},
        done | portal | {"job": "fetch", "object_type": "contacts", "records_asked_for": 1},
    ]
    counts = job_counts.ended(context.server)
    assert counts == {("fetch", "done"): 1, ("ingest", "done"): 1}


def test_an_idle_worker_tells_what_it_did_last(redis_client: redis.Redis) -> None:
    """It tells after each wait that brought no job; before, the last job waited for the next."""
    queue = jobs.queue(redis_client, "fetch")
    worker = rq_worker._Worker([queue], connection=redis_client, worker_ttl=30)
    worker.short_wait_seconds = 1
    told: list[int] = []
    worker.on_idle = lambda: (told.append(1), worker._shutdown())[1]
    at_last = threading.Timer(5, worker._shutdown)
    at_last.start()
    with pytest.raises(StopRequested):
        worker.dequeue_job_and_maintain_ttl(15)
    at_last.cancel()
    assert told == [1]
