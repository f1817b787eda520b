"""The only file that knows RQ: queues, enqueue, retry policy, the worker, the cron.

RQ is the alarm clock, never the memory. Every job here is a wake-up that may be lost, late or doubled without effect;
the work itself stands in the stream of deliveries and in pending_changes. Jobs are named by dotted strings and run
by the handlers that the process was given, so nothing written to Redis can call anything else.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any

import redis
from rq import Queue, Retry
from rq.cron import CronJob, CronScheduler
from rq.exceptions import StopRequested
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.worker import SimpleWorker

import memory

INGEST = "workers.ingest.run"
FETCH = "workers.fetch.run"
BACKFILL = "workers.backfill.run"
RECONCILE = "workers.reconcile.run"
RECONCILE_AGAIN = "workers.reconcile.again"
NIGHTLY = "workers.nightly.run"
HISTORY = "workers.history.run"
CATCH_UP = "workers.catch_up.run"
LINKS = "workers.links.run"
TEAMS = "workers.links.look_at_teams"
DOUBTS = "workers.links.look_at_doubts"
SUMS = "workers.sums.run"
SWEEP = "workers.clock.sweep"
TIDY = "workers.clock.tidy"

# One queue per worker process: with two, RQ pops with BLPOP, and a crash right after it leaves no trace of the job.
QUEUES: dict[str, str] = {
    INGEST: "ingest",
    FETCH: "fetch",
    LINKS: "fetch",
    TEAMS: "fetch",
    SWEEP: "fetch",
    TIDY: "fetch",
    BACKFILL: "backfill",
    RECONCILE: "backfill",
    RECONCILE_AGAIN: "backfill",
    NIGHTLY: "backfill",
    HISTORY: "backfill",
    CATCH_UP: "backfill",
    DOUBTS: "backfill",
    SUMS: "backfill",  # adding everything up takes seconds, which no live change should wait for
}
EMPTIES = {"ingest": INGEST}  # queue → the job that empties a full Redis; it needs no memory there
TAKE_UP = {"backfill": BACKFILL, "sweep": NIGHTLY}  # kind of run → the job that goes on with those that wait
_TIMEOUT_SECONDS = {BACKFILL: 24 * 3600, RECONCILE: 3600, RECONCILE_AGAIN: 3600, NIGHTLY: 8 * 3600, HISTORY: 8 * 3600}
_TIMEOUT_SECONDS |= {CATCH_UP: 600}  # of a turn: 20 s, one slow answer, and a look through a table of millions
FLAG_SECONDS = 30  # a wake-up that was lost keeps its flag raised no longer than this
_DAY = 24 * 3600
_STOP_CHECK_SECONDS = 5  # how long a stopping worker may still wait for a job; each check costs some Redis commands
_FULL_SECONDS = 1.0  # between tries while Redis is full
log = logging.getLogger(__name__)

Handler = Callable[..., None]


def flag(name: str, *args: Any) -> str:
    """The key that is set while a wake-up is on its way. Whoever sets it enqueues the job."""
    return ":".join(["spoke:wake", name, *map(str, args)])


def lower_flag(server: redis.Redis, name: str, *args: Any) -> None:
    """Called by a job before it looks for work: whatever comes after that look raises the flag again."""
    server.delete(flag(name, *args))


def wake(server: redis.Redis, name: str, *args: Any) -> None:
    """Make sure that a job looks for work soon, without queueing a second one behind a first that has not begun.
    Where Redis refuses the job, the flag comes down, too."""
    if server.set(flag(name, *args), 1, nx=True, ex=FLAG_SECONDS):
        try:
            enqueue(server, name, *args)
        except redis.ResponseError:
            lower_flag(server, name, *args)
            raise


def enqueue(server: redis.Redis, name: str, *args: Any) -> None:
    """Queue a job. Retries are immediate: delayed ones would need RQ's scheduler, and the clock comes back anyway.
    No job_id: reusing one while its first run is under way loses the second."""
    queue(server, QUEUES[name]).enqueue_call(
        name,
        args=args,
        timeout=_TIMEOUT_SECONDS.get(name, 120),
        retry=Retry(max=3),
        result_ttl=0,
        failure_ttl=7 * _DAY,
    )


def queue(server: redis.Redis, name: str) -> Queue:
    return _Queue(name, connection=server, serializer=JSONSerializer)


def waiting(server: redis.Redis, name: str) -> int:
    """How many jobs wait on the queue of this one."""
    return queue(server, QUEUES[name]).count


def queued(server: redis.Redis, name: str) -> set[tuple[Any, ...]]:
    """The arguments of every job of this name that waits to be run."""
    return set(standing(server, name).values())


def standing(server: redis.Redis, name: str, at_most: int = 0) -> dict[str, tuple[Any, ...]]:
    """Id → arguments of the jobs of this name on its queue, in the order in which they will be run; only those among
    the first `at_most` unless that is 0. Two round trips, however many there are."""
    ids = queue(server, QUEUES[name]).get_job_ids(0, at_most or -1)
    found = Job.fetch_many(ids, server, JSONSerializer) if ids else []
    return {job.id: tuple(job.args) for job in found if job and job.func_name == name}


def put_first(server: redis.Redis, name: str, job_id: str) -> None:
    """Let this job be the next of its queue, unless somebody has just taken it."""
    standing_in = queue(server, QUEUES[name])
    if standing_in.remove(job_id):
        standing_in.push_job_id(job_id, at_front=True)


def listening(server: redis.Redis) -> dict[str, int]:
    """How many workers serve each queue."""
    return {name: len(_Worker.all(queue=queue(server, name))) for name in sorted(set(QUEUES.values()))}


def clock_ticks(server: redis.Redis) -> bool:
    """Whether a clock gave a sign of life within the last two minutes."""
    return bool(CronScheduler.all(server))


def run_worker(
    server: redis.Redis, queue_name: str, handlers: Mapping[str, Handler], on_stop: Callable[[], None] = lambda: None
) -> None:
    """Work on one queue until SIGTERM or SIGINT. `handlers` says what each job name does in this process. RQ lets the
    job under way end; `on_stop` is called at once, so that it may end sooner.

    RQ itself logs from WARNING on: at INFO it writes five lines for a wake-up that lasts milliseconds.
    """
    worker = _Worker(
        [queue(server, queue_name)],
        connection=server,
        job_class=type("_HandledJob", (_Job,), {"handlers": handlers}),
        serializer=JSONSerializer,
        worker_ttl=30,
        maintenance_interval=20,
        job_monitoring_interval=5,
        default_result_ttl=0,
        log_job_description=False,
    )
    worker.empty = handlers.get(EMPTIES.get(queue_name, ""), worker.empty)
    worker.on_stop = on_stop
    worker.work(logging_level="WARNING")


def run_clock(
    server: redis.Redis,
    every: Mapping[str, int],
    at: Mapping[str, str],
    rest: Callable[[float], object] = time.sleep,
) -> None:
    """Enqueue jobs for ever: `every` maps a name to seconds, `at` a name to a cron line (UTC). `rest` sleeps between
    them, and raises to end the clock.

    Ticks that pass while no clock runs are not caught up, and two clocks tick twice: the jobs allow for both.
    """
    scheduler = _Clock(server)
    scheduler.rest = rest
    jobs = scheduler.get_jobs()
    jobs += [_CronWakeUp(QUEUES[name], func_name=name, interval=seconds) for name, seconds in every.items()]
    jobs += [_CronWakeUp(QUEUES[name], func_name=name, cron=line) for name, line in at.items()]
    scheduler.start()  # type: ignore[no-untyped-call]


class _Queue(Queue):
    def acquire_maintenance_lock(self) -> bool:
        """RQ's own lock outlives a killed worker by 899 seconds, and without it nothing is recovered."""
        return bool(self.connection.set(self.registry_cleaning_key, 1, nx=True, ex=60))


class _Job(Job):
    handlers: Mapping[str, Handler] = {}

    @property
    def func(self) -> Handler:
        return self.handlers[self.func_name or ""]


class _Lasting(SimpleWorker):
    """RQ's worker ends when Redis is full: it can neither note there that it lives nor take a job.
    This one lives on, and does meanwhile what needs no memory. Nothing but the doctor depends on
    what RQ notes of a worker."""

    empty: Handler = staticmethod(lambda: None)
    _alarm = memory.Alarm(log, "No job can be queued or taken; deliveries are stored all the same.")
    _is_full = False

    @contextmanager
    def _as_far_as_there_is_room(self) -> Iterator[None]:
        try:
            yield
        except redis.ResponseError as error:
            if not memory.is_full(error):
                raise
            self._is_full = True

    def register_birth(self) -> None:
        with self._as_far_as_there_is_room():
            super().register_birth()  # type: ignore[no-untyped-call]

    def register_death(self) -> None:
        with self._as_far_as_there_is_room():
            super().register_death()  # type: ignore[no-untyped-call]

    def set_state(self, state: str, pipeline: Any = None) -> None:
        with self._as_far_as_there_is_room():
            super().set_state(state, pipeline)

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        with self._as_far_as_there_is_room():
            super().heartbeat(timeout, pipeline)

    def check_for_suspension(self, burst: bool) -> None:
        with self._as_far_as_there_is_room():
            super().check_for_suspension(burst)

    def run_maintenance_tasks(self) -> None:
        with self._as_far_as_there_is_room():
            super().run_maintenance_tasks()  # type: ignore[no-untyped-call]

    def execute_job(self, job: Job, queue: Queue) -> None:
        """What went wrong in the job is said here when RQ, finding Redis full, does not get so far."""
        try:
            super().execute_job(job, queue)
        except redis.ResponseError as error:
            if not memory.is_full(error):
                raise
            self._is_full = True
            if error.__context__ and not memory.is_full(error.__context__):
                log.error("Job %s failed", job.func_name, exc_info=error.__context__)

    def handle_exception(self, job: Job, *exc_info: Any) -> None:
        """A job that found Redis full is said by the alarm, in one line."""
        if memory.is_full(exc_info[1]):
            self._is_full = True
        else:
            super().handle_exception(job, *exc_info)

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, Queue] | None:
        """None, too, where Redis was found full."""
        if self._is_full and not self._outlast():
            return None
        with self._as_far_as_there_is_room():
            return super().dequeue_job_and_maintain_ttl(timeout, max_idle_time)
        return None

    def _outlast(self) -> bool:
        """Say it, make room, and wait where that was not enough; whether a job may be taken.
        As with a job, the worker lives on whatever that raises. For a Redis that is away RQ itself
        knows how to wait."""
        try:
            self._alarm.ring(memory.look(self.connection))
            self.empty()
            self._be_seen_again()
        except (redis.ConnectionError, redis.TimeoutError):
            return True
        except Exception as error:
            self._is_full = True
            if not memory.is_full(error):
                log.exception("What waits in Redis could not be stored")
        if self._is_full:
            time.sleep(_FULL_SECONDS)
        return not self._is_full

    def _be_seen_again(self) -> None:
        """After 90 s without a sign Redis has forgotten this worker."""
        self.connection.delete(self.key)
        self._is_full = False
        self.register_birth()


class _Worker(_Lasting):
    """RQ's worker without forks (16 jobs/s with, 230 without: a wake-up lasts milliseconds) and with corrections:
    RQ raises out of the dequeue on SIGTERM, and loses the job if Redis had moved it already; a second SIGTERM makes it
    exit in the middle of a job, and platforms send one to each process beside the supervisor's; told to end while
    Redis is away, it waits on for Redis; and see _Queue."""

    queue_class = _Queue
    max_connection_wait_time = 5.0  # RQ waits up to a minute after Redis is back
    on_stop: Callable[[], None] = staticmethod(lambda: None)

    def _shutdown(self) -> None:
        self._stop_requested = True
        self.on_stop()

    def request_force_stop(self, signum: int, frame: FrameType | None) -> None:
        """Once is enough."""

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        try:
            super().heartbeat(timeout, pipeline)
        except redis.ConnectionError as error:
            if self._stop_requested:
                raise StopRequested from error
            raise

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, Queue] | None:
        while not self._stop_requested:
            found = super().dequeue_job_and_maintain_ttl(timeout, max_idle_time=_STOP_CHECK_SECONDS)
            if found:
                return found
        raise StopRequested


class _Clock(CronScheduler):
    """RQ's cron, which raises out of whatever it does on SIGTERM, with its waits ended by whoever runs it instead."""

    rest: Callable[[float], object] = staticmethod(time.sleep)

    def _install_signal_handlers(self) -> None:
        """Signals are the process's own."""

    def calculate_sleep_interval(self) -> float:
        """RQ sleeps for as long as this answers, so the wait is here."""
        self.rest(super().calculate_sleep_interval())
        return 0


class _CronWakeUp(CronJob):
    def enqueue(self, connection: redis.Redis) -> Any:
        """Like every other wake-up: by name, with retries, as JSON. RQ's own way pickles a function. Not while the one
        before still waits: behind a backfill of an hour they would pile up."""
        if () not in queued(connection, self.func_name):
            enqueue(connection, self.func_name)
