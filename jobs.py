"""Keep the registry of jobs as data; and queues and retries of RQ (its worker: rq_worker.py, its
cron: rq_clock.py).

RQ is the alarm clock, never the memory. Every job here is a wake-up that may be lost, late or
doubled without effect; the work itself stands in the stream of deliveries and in pending_changes.
Jobs are named by dotted strings and run by the handlers that the process was given, so nothing
written to Redis can call anything else.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import redis
from rq import Queue, Retry
from rq.cron import CronScheduler
from rq.job import Job as RqJob
from rq.serializers import JSONSerializer
from rq.worker import SimpleWorker

_HOUR = 3600
_DAY = 24 * _HOUR
_JOBS: dict[str, Job] = {}


@dataclass(frozen=True, slots=True)
class Job:
    """Describe one kind of wake-up. `run` is the function that it calls, and its name in Redis.

    `timeout` is in seconds: RQ ends a job that takes longer. The clock wakes it `every` so many
    seconds, or when `cron` says so (UTC). One queue per worker process: with two, RQ pops with
    BLPOP, and a crash right after it leaves no trace of the job.
    """

    run: str
    queue: str
    timeout: int = 120
    every: int | None = None
    cron: str | None = None
    goes_on_with: str = ""  # the kind of scan whose waiting runs it takes up
    look: str = ""  # the column of `work_due` that tells the clock whether there is work for it
    starts_stopped: bool = False  # not rung until `spoke schedules start`
    always: bool = False  # what the copy cannot do without: nobody stops it
    empties_redis: bool = False  # a full Redis is emptied by it, and it needs no memory there

    @property
    def name(self) -> str:
        """Answer the name that people use: ingest, or links.look_at_teams."""
        return named(self.run)


def named(run: str) -> str:
    """Answer a job's name for people, from its name in Redis."""
    return run.removeprefix("workers.").removesuffix(".run")


def _job(run: str, queue: str, **more: Any) -> str:
    """Enter a job; answers its name in Redis."""
    _JOBS[run] = Job(run, queue, **more)
    return run


INGEST = _job("workers.ingest.run", "ingest", empties_redis=True)
FETCH = _job("workers.fetch.run", "fetch")
PRIVACY = _job("workers.privacy.run", "fetch", timeout=600, every=60, look="privacy", always=True)
LINKS = _job("workers.links.run", "fetch", timeout=_HOUR, every=15, look="links", always=True)
COMPETITORS = _job("workers.competitor_reading.run", "fetch", every=5, look="competitors")
TEAMS = _job("workers.links.look_at_teams", "fetch", timeout=_HOUR, every=60)
WAKE_WAITING = _job("workers.clock.wake_waiting", "fetch", every=15, look="changes", always=True)
OUTGOING = _job("workers.outgoing.run", "fetch", timeout=300, every=5, look="outgoing")
# Slack: a minute late at most, and woken where seconds count; nothing without SLACK_WEBHOOK_URL.
ALERTS = _job("workers.alerts.run", "fetch", timeout=600, every=60)
WRITE_BACK = _job("workers.write_back_orders.run", "fetch", timeout=600)
TIDY = _job("workers.clock.tidy", "fetch", timeout=_HOUR, cron="23 3 * * *", always=True)
BACKFILL = _job("workers.backfill.run", "backfill", timeout=_DAY, goes_on_with="backfill")
RECONCILE = _job("workers.reconcile.run", "backfill", timeout=_HOUR, cron="7 * * * *")
RECONCILE_AGAIN = _job("workers.reconcile.again", "backfill", timeout=_HOUR, cron="12 * * * *")
# Where no webhooks can arrive: 22 requests a minute and portal when nothing changed.
RECONCILE_EACH_MINUTE = _job(
    "workers.reconcile.each_minute", "backfill", timeout=_HOUR, every=60, starts_stopped=True
)
RECONCILE_EACH_FIVE_MINUTES = _job(
    "workers.reconcile.each_five_minutes", "backfill", timeout=_HOUR, every=300, starts_stopped=True
)
RECONCILE_ASKED = _job(
    "workers.reconcile.asked", "backfill", timeout=_HOUR, goes_on_with="reconcile"
)
HISTORY = _job("workers.history.run", "backfill", timeout=8 * _HOUR, cron="22 * * * *")
# Lists, forms and all else that no webhook tells of.
POLLING = _job("workers.polling.run", "backfill", timeout=_HOUR, cron="52 * * * *")
NIGHTLY = _job(
    "workers.nightly.run", "backfill", timeout=8 * _HOUR, cron="37 2 * * *", goes_on_with="nightly"
)
# A turn of it: 20 s, one slow answer, and a look through a table of millions.
CATCH_UP = _job("workers.catch_up.run", "backfill", timeout=600)
PHONE_NUMBERS = _job(
    "workers.phone_numbers.run", "backfill", timeout=600, every=60, look="numbers", always=True
)
NEW_COLUMNS = _job(
    "workers.new_columns.run", "backfill", timeout=600, every=60, look="columns", always=True
)
WITHDRAWALS = _job("workers.withdrawals.run", "backfill", every=60, look="withdrawals", always=True)
DOUBTS = _job("workers.links.look_at_doubts", "backfill", timeout=_HOUR, every=600)
# Adding everything up takes seconds, which no live change should wait for.
SUMS = _job("workers.sums.run", "backfill", timeout=_HOUR, every=30, look="sums", always=True)
# Touches of deals, an hour old at most: each turn reads every call and e-mail once.
ACTIVITY = _job("workers.activity.run", "backfill", timeout=_HOUR, every=60, look="activity")
ENRICHING = _job("workers.enriching.run", "backfill", timeout=_HOUR, cron="42 * * * *")
REPORTS = _job("workers.scheduled_reports.run", "backfill", timeout=_HOUR, every=60, look="reports")
FORECAST = _job("workers.forecasting.run", "backfill", timeout=_HOUR, cron="17 4 * * *")
SORTS = _job("workers.sorts.run", "backfill", timeout=_HOUR, every=60, look="sorts")
LEAD_SCORES = _job("workers.lead_scores.run", "backfill", timeout=4 * _HOUR, cron="47 4 * * *")

FLAG_SECONDS = 30  # a wake-up that was lost keeps its flag raised no longer than this
MOST_FAILED = 200  # failed jobs of a queue that Redis keeps, each with its traceback
log = logging.getLogger(__name__)

Handler = Callable[..., None]


def every_job() -> list[Job]:
    """Yield every job that there is, as worker, clock, status and doctor go through them."""
    return list(_JOBS.values())


def schedules() -> dict[str, Job]:
    """Answer the jobs that the clock rings for, by what people call them."""
    return {job.name: job for job in every_job() if job.every or job.cron}


def queues() -> list[str]:
    return sorted({job.queue for job in every_job()})


def that_goes_on_with(kind: str) -> str | None:
    """Answer the job that takes up waiting scans of this kind; None where the next scan makes up
    for it."""
    return next((job.run for job in every_job() if job.goes_on_with == kind), None)


def flag(name: str, *args: Any) -> str:
    """Answer the key that is set while a wake-up is on its way. The process that sets it enqueues
    the job."""
    return ":".join(["spoke:wake", name, *map(str, args)])


def lower_flag(server: redis.Redis, name: str, *args: Any) -> None:
    """Lower a flag, before the job looks for work: work that comes after that look raises the flag
    again."""
    server.delete(flag(name, *args))


def wake(server: redis.Redis, name: str, *args: Any) -> None:
    """Make sure that a job looks for work soon, without queueing a second one behind a first that
    has not begun. Where Redis refuses the job, the flag comes down, too."""
    if server.set(flag(name, *args), 1, nx=True, ex=FLAG_SECONDS):
        try:
            enqueue(server, name, *args)
        except redis.ResponseError:
            lower_flag(server, name, *args)
            raise


def enqueue(server: redis.Redis, name: str, *args: Any) -> None:
    """Queue a job. Retries are immediate: delayed ones would need RQ's scheduler, and the clock
    comes back anyway. No job_id: reusing one while its first run is under way loses the second."""
    queue(server, _JOBS[name].queue).enqueue_call(
        name,
        args=args,
        timeout=_JOBS[name].timeout,
        retry=Retry(max=3),
        result_ttl=0,
        failure_ttl=7 * _DAY,
    )


def queue(server: redis.Redis, name: str) -> Queue:
    return OurQueue(name, connection=server, serializer=JSONSerializer)


def waiting(server: redis.Redis, name: str) -> int:
    """Count how many jobs wait on the queue of this one."""
    return queue(server, _JOBS[name].queue).count


def queued(server: redis.Redis, name: str) -> set[tuple[Any, ...]]:
    """Answer the arguments of every job of this name that waits to be run."""
    return set(standing(server, name).values())


def standing(server: redis.Redis, name: str, at_most: int = 0) -> dict[str, tuple[Any, ...]]:
    """Map an id to the arguments of the jobs of this name on its queue, in the order in which they
    will be run; only those among the first `at_most` unless that is 0. Two round trips, however
    many there are."""
    ids = queue(server, _JOBS[name].queue).get_job_ids(0, at_most or -1)
    found = WakeUp.fetch_many(ids, server, JSONSerializer) if ids else []
    return {job.id: tuple(job.args) for job in found if job and job.func_name == name}


def put_first(server: redis.Redis, name: str, job_id: str) -> None:
    """Let this job be the next of its queue, unless a worker has just taken it."""
    standing_in = queue(server, _JOBS[name].queue)
    if standing_in.remove(job_id):
        standing_in.push_job_id(job_id, at_front=True)


def listening(server: redis.Redis) -> dict[str, int]:
    """Count how many workers serve each queue."""
    return {name: len(SimpleWorker.all(queue=queue(server, name))) for name in queues()}


def census(server: redis.Redis, at_most: int = 1_000) -> dict[str, int]:
    """Count the jobs that wait, by name, among the first of each queue."""
    counts = dict.fromkeys([job.name for job in every_job()], 0)
    for name in queues():
        ids = queue(server, name).get_job_ids(0, at_most)
        for found in RqJob.fetch_many(ids, server, JSONSerializer) if ids else []:
            if found and found.func_name in _JOBS:
                counts[_JOBS[found.func_name].name] += 1
    return counts


def failed(server: redis.Redis) -> dict[str, int]:
    """Count the jobs of each queue that failed for good within a week."""
    return {name: queue(server, name).failed_job_registry.count for name in queues()}


def clock_ticks(server: redis.Redis) -> bool:
    """Tell whether a clock gave a sign of life within the last two minutes."""
    return bool(CronScheduler.all(server))


class WakeUp(RqJob):
    """Hold a job as it stands in Redis, without what RQ would call or send when it ends: a job's
    hash may name any function or address there, and we have none."""

    def restore(self, raw_data: Any) -> None:
        super().restore(raw_data)
        self._success_callback_name = self._failure_callback_name = None
        self._stopped_callback_name = None
        self.webhooks = []


class OurQueue(Queue):
    """Extend RQ's queue of our jobs: what recovers abandoned ones reads them as wake-ups, too."""

    job_class = WakeUp

    def acquire_maintenance_lock(self) -> bool:
        """Take a lock of our own. RQ's own lock outlives a killed worker by 899 seconds, and
        without it nothing is recovered."""
        return bool(self.connection.set(self.registry_cleaning_key, 1, nx=True, ex=60))
