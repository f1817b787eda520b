"""Compose one worker process: which function each job name calls."""

from __future__ import annotations

import logging
import signal
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from multiprocessing.connection import Connection
from typing import Any

import jobs
import log_lines
import rq_worker
from operations import holdups, job_counts
from operations.stopping import Stopped
from settings import WORKER_NEEDS, Settings
from workers.context import Context

log = logging.getLogger("workers")
lines = log_lines.lines("jobs")


def handlers(context: Context) -> Mapping[str, jobs.Handler]:
    """Answer name in Redis → function. Only functions of the registry are found."""
    return {job.run: partial(_run, context, job.run, function_of(job)) for job in jobs.every_job()}


def function_of(job: jobs.Job) -> Callable[..., None]:
    """Answer the function that a job is named after."""
    module, _, name = job.run.rpartition(".")
    found: Callable[..., None] = getattr(import_module(module), name)
    return found


def _run(context: Context, name: str, function: Callable[..., None], *arguments: Any) -> None:
    """Run one job, and tell the log of it. Where the process's end interrupts it, the next worker
    goes on at once."""
    job, began, outcome = jobs.named(name), time.monotonic(), "failed"
    about = dict(zip(("portal_id", "object_type"), arguments, strict=False))
    context.diary.begin_job()
    with log_lines.bound_contextvars(job=job, **about):
        try:
            outcome = "done" if holdups.run(context, name, function, *arguments) else "waits"
        except Stopped:
            outcome = "stopped"
            jobs.wake(context.server, name, *arguments)
        finally:
            ms = log_lines.milliseconds_since(began)
            lines.info("job", outcome=outcome, ms=ms, **context.diary.of_job())
            job_counts.note(context.server, job, outcome)
            context.diary.note(job)
            context.diary.tell()


def work(queue: str, supervisor: Connection) -> None:
    """Run one worker process. It tells the supervisor why it cannot go on, which says it once for
    all processes."""
    # Ctrl-C reaches the whole group; the supervisor passes it on
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        _serve(queue)
    except Exception as error:  # the outermost frame of the process
        log.debug("The %s worker cannot go on", queue, exc_info=True)
        supervisor.send(f"{type(error).__name__}: {error}")
        sys.exit(1)


def _serve(queue: str) -> None:
    """Wake waiting work once (a predecessor may have died with some in hand), then serve the queue
    until SIGTERM."""
    settings = Settings.from_env(WORKER_NEEDS)
    settings.start_log()
    context = Context.open(settings, connections=8 if queue == "backfill" else 2)
    try:
        known = handlers(context)
        known[jobs.WAKE_WAITING]()
        with context.stop.heard_at_once():
            tell = context.diary.tell
            rq_worker.run_worker(context.server, queue, known, context.stop.ask, on_idle=tell)
    finally:
        context.close()
    if not context.stop():
        raise RuntimeError("RQ's worker gave up; the lines before this one say why")
