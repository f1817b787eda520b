"""One worker process, and what each job name does in it: the composition root of the workers."""

from __future__ import annotations

import logging
import signal
from collections.abc import Mapping
from functools import partial

import jobs
from settings import WORKER_NEEDS, Settings
from workers import backfill, catch_up, clock, fetch, history, holdups, ingest, links, nightly, reconcile, sums
from workers.context import Context


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
    return {name: partial(holdups.run, context, name, function) for name, function in functions.items()}


def work(queue: str) -> None:
    """One worker process: sweep once (a predecessor may have died with work in hand), then serve the queue."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the supervisor passes it on
    settings = Settings.from_env(WORKER_NEEDS)
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    context = Context.open(settings, connections=8 if queue == "backfill" else 2)
    known = handlers(context)
    known[jobs.SWEEP]()
    jobs.run_worker(context.server, queue, known)
