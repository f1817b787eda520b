"""Ring for jobs when the registry says so: RQ's cron, with its waits and its pickles taken out."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import redis
from rq.cron import CronJob, CronScheduler

from jobs import Job, enqueue, queued, schedules


def run_clock(
    server: redis.Redis,
    rest: Callable[[float], object] = time.sleep,
    timed: Sequence[Job] = (),
    is_due: Callable[[Job], bool] = lambda job: True,
) -> None:
    """Enqueue jobs for ever, when the registry says so (or `timed`, where it is given). `rest`
    sleeps between them, and raises to end the clock. A job costs Redis some forty commands, so one
    for which nothing `is_due` is left out.

    Ticks that pass while no clock runs are not caught up, and two clocks tick twice: the jobs allow
    for both.
    """
    scheduler = _Clock(server)
    scheduler.rest = rest
    asked = timed or schedules().values()
    scheduler.get_jobs().extend(_wake_up(job, is_due) for job in asked)
    scheduler.start()  # type: ignore[no-untyped-call]


def _wake_up(job: Job, is_due: Callable[[Job], bool]) -> _CronWakeUp:
    made = _CronWakeUp(job.queue, func_name=job.run, interval=job.every, cron=job.cron)
    made.is_due = partial(is_due, job)
    return made


class _Clock(CronScheduler):
    """Extend RQ's cron, with its waits ended by the process that runs it instead. RQ's own raises
    out of any code on SIGTERM."""

    rest: Callable[[float], object] = staticmethod(time.sleep)

    def _install_signal_handlers(self) -> None:
        """Leave signals alone: they are the process's own."""

    def calculate_sleep_interval(self) -> float:
        """Wait here. RQ sleeps for as long as this answers, so the wait is here."""
        self.rest(super().calculate_sleep_interval())
        return 0


class _CronWakeUp(CronJob):
    is_due: Callable[[], bool]

    def enqueue(self, connection: redis.Redis) -> Any:
        """Enqueue like every other wake-up: by name, with retries, as JSON. RQ's own way pickles a
        function. Not while the one before still waits: behind a backfill of an hour they would pile
        up."""
        if self.is_due() and () not in queued(connection, self.func_name):
            enqueue(connection, self.func_name)
