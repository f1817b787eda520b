"""Run the clock: wake all waiting work, reconcile hourly, tidy nightly. Ticks may be missed or
doubled."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

import psycopg
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

import deliveries
import jobs
import memory
import rq_clock
from db import catch_ups, changes, clock_looks, partitions, retention, scans
from db.connect import Connection
from db.queries import QUERIES
from env_file import read_env_file
from hubspot.objects import OBJECT_TYPES, SHARED_TABLE
from operations import mistakes
from operations.scan_moves import take_up
from operations.stopping import Stop, Stopped
from settings import WORKER_NEEDS, Settings, SettingsError
from workers.context import Context

KEEP = {  # the statement that forgets → how long rows are kept
    "forget_old_fetches": timedelta(days=30),
    "forget_old_reconciles": timedelta(days=30),
    "forget_old_unheard": timedelta(days=30),
    "forget_old_latencies": timedelta(days=30),
    "forget_old_letters": timedelta(days=90),  # which hold what a delivery said, of people, too
    "forget_old_verify_runs": timedelta(days=90),  # which name the records that differed
    "forget_old_unknown_portals": timedelta(days=30),
    "forget_old_outgoing": timedelta(days=14),  # for so long a key that was sent keeps doubles out
    "forget_dead_outgoing": timedelta(days=90),
}
EVENTS_KEPT = timedelta(days=90)  # webhook events, each month to its end
FORGOTTEN_AT_ONCE = 50_000  # rows in one transaction: a second or two
LOOK_SECONDS = 2.0  # how long the clock waits for Postgres's answer
SAME_LOOK_SECONDS = 1.0  # jobs that are due together share one look
OBEY_SECONDS = 30.0  # how old the clock's word of started and stopped schedules may be
log = logging.getLogger(__name__)


def wake_waiting(context: Context) -> None:
    """Wake all waiting work, whether or not its wake-up was sent: a lost wake-up costs seconds,
    never a record.

    A job that stands in the queue is not queued again. Otherwise a backlog of an hour would stand
    there 240 times, and later jobs would wait behind it. While Redis is full no job is queued; a
    later run makes up for it.
    """
    with memory.unless_full():
        _wake_all(context)


def _wake_all(context: Context) -> None:
    if deliveries.waiting(context.server):
        jobs.enqueue(context.server, jobs.INGEST)
    try:
        with context.database.transaction() as conn:
            scans.end_long(conn)
            waiting, abandoned = changes.waiting(conn), scans.abandoned(conn)
            lagging = catch_ups.waiting(conn)
    except psycopg.OperationalError as error:
        log.warning("Postgres is out of reach; what waits there waits on. %s", error)
        return
    for portal_id, object_type in sorted(set(waiting) - jobs.queued(context.server, jobs.FETCH)):
        jobs.enqueue(context.server, jobs.FETCH, portal_id, object_type)
    for arguments in sorted(
        {(each,) for each in lagging} - jobs.queued(context.server, jobs.CATCH_UP)
    ):
        jobs.enqueue(context.server, jobs.CATCH_UP, *arguments)
    for portal_id, kind in sorted({(portal_id, kind) for portal_id, kind, _ in abandoned}):
        take_up(context, portal_id, kind)


def tidy(context: Context, at_most: int = FORGOTTEN_AT_ONCE) -> None:
    """Forget old fetches, reconciles, latencies, events and names of properties, `at_most` rows in
    a transaction. If it ends early, the next night goes on. Count records again, make and drop
    months."""
    for name, keep in KEEP.items():
        _in_slices(context, at_most, partial(_forget, name, keep, at_most))
    with context.database.transaction() as conn:
        conn.execute(QUERIES["recount_records"])
    if days := context.settings.retain_deleted_days:
        _forget_deleted(context, timedelta(days=days), at_most)
    _forget_events(context, at_most)
    if days := context.settings.retain_stream_days:
        forget = partial(_forget, "forget_old_ingested_events", timedelta(days=days), at_most)
        _in_slices(context, at_most, forget)
    _turn_months(context, datetime.now(UTC))


def _forget_events(context: Context, at_most: int) -> None:
    """Forget events in the partitions that hold more than a month; whole months are dropped."""
    with context.database.transaction() as conn:
        odd = partitions.of_many_months(conn, partitions.WEBHOOK_EVENTS)
    for part in odd:
        forget = partial(retention.forget_events, part=part, keep=EVENTS_KEPT, at_most=at_most)
        _in_slices(context, at_most, forget)


def _turn_months(context: Context, now: datetime) -> None:
    """Make the months that are to come, and drop those of which every row is older than events and
    streams are kept."""
    partitions.ensure_ahead(context.database, now)
    partitions.drop_past(context.database, partitions.WEBHOOK_EVENTS, now - EVENTS_KEPT)
    if days := context.settings.retain_stream_days:
        for stream in partitions.STREAMS:
            partitions.drop_past(context.database, stream, now - timedelta(days=days))


def _in_slices(context: Context, at_most: int, forget: Callable[[Connection], int]) -> None:
    """Forget in a transaction after the other, until one finds less than a slice."""
    forgotten = at_most
    while forgotten == at_most:
        context.stop.check()
        with context.database.transaction() as conn:
            forgotten = forget(conn)


def _forget(name: str, keep: timedelta, at_most: int, conn: Connection) -> int:
    return conn.execute(QUERIES[name], {"keep": keep, "at_most": at_most}).rowcount


def _forget_deleted(context: Context, keep: timedelta, at_most: int) -> None:
    """Delete records that HubSpot deleted so long ago. By default they are kept, hidden."""
    tables: dict[str, str | None] = {kind.table: kind.name for kind in OBJECT_TYPES.values()}
    for table, name in (tables | {SHARED_TABLE: None}).items():
        forget = partial(
            retention.forget_deleted, table=table, object_type=name, keep=keep, at_most=at_most
        )
        _in_slices(context, at_most, forget)


def main() -> None:
    """Run the clock until SIGTERM or Ctrl-C."""
    read_env_file()
    try:
        settings = Settings.from_env(WORKER_NEEDS)
    except SettingsError as error:
        sys.exit(str(error))
    settings.start_log()
    context = Context.open(settings, connections=1)
    looks = Looks(context)
    with context.stop.on_signals(), suppress(Stopped):
        _tick(settings, context.stop, looks)
    looks.close()


class Looks:
    """Tell whether there is work for a job, as Postgres says: asked once for all jobs that are due
    at the same time.

    In a thread of its own, and not waited for longer than a moment: a Postgres that does not answer
    must not stop the clock. Where nothing is known the job is woken, and finds out itself.
    """

    def __init__(self, context: Context) -> None:
        self._context, self._asked_at = context, float("-inf")
        self._thread: threading.Thread | None = None
        self._found: dict[str, bool] = {}
        self._moved: dict[str, bool] = {}
        self._said = ""

    def is_due(self, job: jobs.Job) -> bool:
        """Tell whether to wake a job: its schedule is on, and there is work where it can be seen.
        What people started and stopped is remembered while Postgres is away."""
        known_for = SAME_LOOK_SECONDS if job.look else OBEY_SECONDS
        if time.monotonic() > self._asked_at + known_for:
            self._look()
        if not self._moved.get(job.name, not job.starts_stopped):
            return False
        return not job.look or self._found.get(job.look, True)

    def close(self) -> None:
        """Close the pool, unless a Postgres that does not answer would be waited for."""
        if not (self._thread and self._thread.is_alive()):
            self._context.close()

    def _look(self) -> None:
        if self._thread and self._thread.is_alive():  # Postgres has not answered the last one
            return
        self._found, self._asked_at = {}, time.monotonic()
        self._thread = threading.Thread(target=self._ask, name="looks", daemon=True)
        self._thread.start()
        self._thread.join(LOOK_SECONDS)

    def _ask(self) -> None:
        try:
            with self._context.database.transaction() as conn:
                found = clock_looks.work_due(conn)
                moved = clock_looks.moved_schedules(conn)
            if deliveries.waiting(self._context.server):
                found["changes"] = True
        except (psycopg.Error, redis.RedisError) as error:
            self._say(error)
            return
        self._found, self._said = found, ""
        self._moved = {name: is_on for name, (is_on, _) in moved.items()}

    def _say(self, error: Exception) -> None:
        """Say once why there is no answer, until there is one. Redis's absence the clock says."""
        said = mistakes.cure(error, self._context.settings)
        if isinstance(error, psycopg.Error) and said != self._said:
            log.warning("Postgres cannot say what waits, all is woken: %s", said)
            self._said = said


def _tick(settings: Settings, stop: Stop, looks: Looks, pause_seconds: float = 5) -> None:
    """Tick until Redis goes away, and wait for it to come back: RQ's cron would end. The driver's
    own tries cannot be interrupted and would keep a clock that is to end for up to a minute."""
    alarm, told = memory.Alarm(log, "Nothing is woken until there is room."), ""
    while True:
        server = redis.Redis.from_url(settings.redis_url, retry=Retry(NoBackoff(), 0))
        try:
            _wait_for_room(server, alarm, stop)
            told = ""
            rq_clock.run_clock(server, stop.wait, is_due=looks.is_due)
        except redis.RedisError as error:
            # without Redis the clock cannot take its leave there, and forgets itself in two minutes
            stop.check()
            if (said := mistakes.cure(error, settings)) != told:
                log.warning("Redis is out of reach: %s. The clock goes on trying", said)
            told = said
            stop.wait(pause_seconds)


def _wait_for_room(server: redis.Redis, alarm: memory.Alarm, stop: Stop) -> None:
    """Wait while Redis is full: RQ's cron would end at once, and say five lines each time."""
    while (found := memory.look(server)).is_full:
        alarm.ring(found)
        stop.wait(1)


if __name__ == "__main__":
    main()
