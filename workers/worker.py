"""One worker process, and what each job name does in it: the composition root of the workers."""

from __future__ import annotations

import logging
import signal
import sys
from collections.abc import Callable, Mapping
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

import jobs
from settings import WORKER_NEEDS, Settings
from workers import backfill, catch_up, clock, fetch, history, holdups, ingest, links, nightly, reconcile, sums
from workers.context import Context
from workers.stopping import Stopped

log = logging.getLogger("workers")


def handlers(context: Context) -> Mapping[str, jobs.Handler]:
    """Job name → what it does here."""
    functions = {
        jobs.INGEST: ingest.run,
        jobs.FETCH: fetch.in_turn,
        jobs.BACKFILL: backfill.run,
        jobs.RECONCILE: reconcile.run,
        jobs.RECONCILE_AGAIN: reconcile.again,
        jobs.NIGHTLY: nightly.run,
        jobs.HISTORY: history.run,
        jobs.CATCH_UP: catch_up.run,
        jobs.LINKS: links.run,
        jobs.TEAMS: links.look_at_teams,
        jobs.DOUBTS: links.look_at_doubts,
        jobs.SUMS: sums.run,
        jobs.SWEEP: clock.sweep,
        jobs.TIDY: clock.tidy,
    }
    return {name: partial(_run, context, name, function) for name, function in functions.items()}


def _run(context: Context, name: str, function: Callable[..., None], *arguments: Any) -> None:
    """One job. Where the process's end interrupts it, the next worker goes on at once."""
    try:
        holdups.run(context, name, function, *arguments)
    except Stopped:
        jobs.wake(context.server, name, *arguments)


def work(queue: str, supervisor: Connection) -> None:
    """One worker process. Why it cannot go on is told to the supervisor, which says it once for all processes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the supervisor passes it on
    try:
        _serve(queue)
    except Exception as error:  # the outermost frame of the process
        log.debug("The %s worker cannot go on", queue, exc_info=True)
        supervisor.send(f"{type(error).__name__}: {error}")
        sys.exit(1)


def _serve(queue: str) -> None:
    """Sweep once (a predecessor may have died with work in hand), then serve the queue until SIGTERM."""
    settings = Settings.from_env(WORKER_NEEDS)
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    context = Context.open(settings, connections=8 if queue == "backfill" else 2)
    try:
        known = handlers(context)
        known[jobs.SWEEP]()
        with context.stop.heard_at_once():
            jobs.run_worker(context.server, queue, known, context.stop.ask)
    finally:
        context.close()
    if not context.stop():
        raise RuntimeError("RQ's worker gave up; the lines before this one say why")
