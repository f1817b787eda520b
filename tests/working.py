"""A real worker process for test_jobs.py: its job notes its argument in Redis. The other one needs
no memory there: it takes a round out of the ones that are left."""

from __future__ import annotations

import sys
import time
from typing import Any

import redis

import jobs
import memory
import rq_clock
import rq_worker
from jobs import Job

DONE, ROUNDS = "test:done", "test:rounds"


def main(redis_url: str, queue: str, milliseconds: str) -> None:
    server = redis.Redis.from_url(redis_url)

    def note(text: str) -> None:
        if text == "fails":
            raise ValueError(text)
        time.sleep(int(milliseconds) / 1000)
        server.rpush(DONE, text)

    def empty() -> None:
        server.lpop(ROUNDS)

    with memory.unless_full():
        server.incr("test:started")
    rq_worker.run_worker(server, queue, {jobs.FETCH: note, jobs.INGEST: empty})


def betray(job: Any, connection: redis.Redis, *_: Any) -> None:
    """Answer the name that a job with Redis would like to be called by."""
    connection.set("test:betrayed", 1)


def clock(redis_url: str) -> None:
    timed = [Job(jobs.WAKE_WAITING, "fetch", every=1), Job(jobs.TIDY, "fetch", cron="* * * * *")]
    rq_clock.run_clock(redis.Redis.from_url(redis_url), timed=timed)


if __name__ == "__main__":
    clock(sys.argv[1]) if len(sys.argv) == 2 else main(*sys.argv[1:])
