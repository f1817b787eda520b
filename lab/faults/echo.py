"""A worker process whose one job notes its argument, ours or RQ's own: `python -m lab.faults.echo
ours|stock URL`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import redis
from rq import Queue, Worker, get_current_job

import jobs
import rq_worker

DONE = "echo:done"
QUEUES = {"ours": "fetch", "stock": "stock"}


def note(text: str) -> None:
    """Note a text; RQ's own worker finds this function by name."""
    job = get_current_job()
    assert job is not None and job.connection is not None
    _note(job.connection, text)


def enqueue(server: redis.Redis, side: str, text: str) -> None:
    if side == "ours":
        jobs.enqueue(server, jobs.FETCH, text)
    else:
        Queue(QUEUES[side], connection=server).enqueue("lab.faults.echo.note", text)


def _note(server: redis.Redis, text: str) -> None:
    time.sleep(0.002)
    server.rpush(DONE, text)


def _ours(server: redis.Redis) -> None:
    rq_worker.run_worker(server, QUEUES["ours"], {jobs.FETCH: lambda text: _note(server, text)})


def _stock(server: redis.Redis) -> None:
    Worker([Queue(QUEUES["stock"], connection=server)], connection=server).work(
        logging_level="ERROR"
    )


SIDES: dict[str, Callable[[redis.Redis], None]] = {"ours": _ours, "stock": _stock}

if __name__ == "__main__":
    SIDES[sys.argv[1]](redis.Redis.from_url(sys.argv[2]))
