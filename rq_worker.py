"""Extend RQ's worker with our corrections: by name only, without losses on SIGTERM, and alive while
Redis is full."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from types import FrameType
from typing import Any

import redis
from rq import Queue
from rq.exceptions import NoSuchJobError, StopRequested
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.worker import SimpleWorker, WorkerStatus

import jobs
import memory
from jobs import WakeUp
from rq_waits import SHORT_WAIT_SECONDS, WAIT_SECONDS, Waits

_BEAT_SECONDS = 10.0  # a sign of life that is younger need not be given again
_CLEAN_SECONDS = 600.0  # between two looks at what only grows: names of dead workers, old failures
_FULL_SECONDS = 1.0  # between tries while Redis is full
log = logging.getLogger("jobs")


def run_worker(
    server: redis.Redis,
    queue_name: str,
    handlers: Mapping[str, jobs.Handler],
    on_stop: Callable[[], None] = lambda: None,
    on_idle: Callable[[], None] = lambda: None,
) -> None:
    """Work on one queue until SIGTERM or SIGINT. `handlers` says what each job name does in this
    process. RQ lets the job under way end; `on_stop` is called at once, so that it may end sooner.
    `on_idle` is called after each wait that brought no job.

    RQ itself logs from WARNING on: at INFO it writes five lines for a wake-up that lasts
    milliseconds.
    """
    worker = _Worker(
        [jobs.queue(server, queue_name)],
        connection=server,
        job_class=type("_HandledJob", (_Job,), {"handlers": handlers}),
        serializer=JSONSerializer,
        worker_ttl=WAIT_SECONDS + 15,  # RQ waits as long as this says, less 15 s
        maintenance_interval=20,
        job_monitoring_interval=5,
        default_result_ttl=0,
        log_job_description=False,
    )
    for job in jobs.every_job():
        if job.empties_redis and job.queue == queue_name and job.run in handlers:
            worker.empty = handlers[job.run]
    worker.on_stop, worker.on_idle = on_stop, on_idle
    worker.waits = Waits(server, worker.name)
    with worker.waits.ended_from_outside():
        worker.work(logging_level="WARNING")


class _Job(WakeUp):
    handlers: Mapping[str, jobs.Handler] = {}

    @property
    def func(self) -> jobs.Handler:
        return self.handlers[self.func_name or ""]


def _left_to_the_dequeue() -> suppress:
    """Go on where Redis goes away between two jobs: RQ would quit, while the dequeue that follows
    waits for it."""
    return suppress(redis.ConnectionError, redis.TimeoutError)


class _Lasting(SimpleWorker):
    """Outlast a full Redis. RQ's worker ends when Redis is full: it can neither note there that it
    lives nor take a job. This one lives on, and does meanwhile what needs no memory. Nothing but
    the doctor depends on what RQ notes of a worker."""

    empty: jobs.Handler = staticmethod(lambda: None)
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
        with self._as_far_as_there_is_room(), _left_to_the_dequeue():
            super().set_state(state, pipeline)

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        with self._as_far_as_there_is_room():
            super().heartbeat(timeout, pipeline)

    def check_for_suspension(self, burst: bool) -> None:
        with self._as_far_as_there_is_room(), _left_to_the_dequeue():
            super().check_for_suspension(burst)

    def run_maintenance_tasks(self) -> None:
        """Look after RQ's registries."""
        with self._as_far_as_there_is_room(), _left_to_the_dequeue():
            super().run_maintenance_tasks()  # type: ignore[no-untyped-call]

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Run a job. What went wrong in it is said here when RQ, finding Redis full, does not get
        so far."""
        try:
            super().execute_job(job, queue)
        except redis.ResponseError as error:
            if not memory.is_full(error):
                raise
            self._is_full = True
            if error.__context__ and not memory.is_full(error.__context__):
                log.error("Job %s failed", job.func_name, exc_info=error.__context__)

    def handle_exception(self, job: Job, *exc_info: Any) -> None:
        """Leave a job that found Redis full to the alarm, which says so in one line."""
        if memory.is_full(exc_info[1]):
            self._is_full = True
        else:
            super().handle_exception(job, *exc_info)

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, Queue] | None:
        """Take the next job; None, too, where Redis was found full."""
        if self._is_full and not self._outlast():
            return None
        with self._as_far_as_there_is_room():
            return super().dequeue_job_and_maintain_ttl(timeout, max_idle_time)
        return None

    def _outlast(self) -> bool:
        """Say it, make room, and wait where that was not enough; whether a job may be taken. As of
        a job: whatever it raises, the worker lives on. Of a Redis that is away RQ itself knows how
        to wait for it."""
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
        """Register again. After 90 s without a sign Redis has forgotten this worker."""
        self.connection.delete(self.key)
        self._is_full = False
        self.register_birth()


class _Quiet(_Lasting):
    """Say less than RQ's worker, which says the same again several times for each wait, and looks
    through five registries every 20 s; this one says what is new, and looks where there is
    something."""

    _fresh_until = _clean_at = float("-inf")

    def set_state(self, state: str, pipeline: Any = None) -> None:
        if state != self._state or state != WorkerStatus.IDLE:
            super().set_state(state, pipeline)

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        is_plain = timeout is None and pipeline is None
        if is_plain and time.monotonic() < self._fresh_until and not self._stop_requested:
            return
        super().heartbeat(timeout, pipeline)
        self._fresh_until = time.monotonic() + _BEAT_SECONDS if is_plain else float("-inf")

    def run_maintenance_tasks(self) -> None:
        """Look after abandoned jobs at once; the rest, which only takes room, now and then."""
        now = time.monotonic()
        if now >= self._clean_at or any(map(self._has_begun, self.queues)):
            super().run_maintenance_tasks()
            self._clean_at = now + _CLEAN_SECONDS
        self.last_cleaned_at = datetime.now(UTC)  # type: ignore[assignment]

    def _has_begun(self, queue: Queue) -> bool:
        """Tell whether a job of this queue was taken that is not done: a dead worker may have
        it."""
        begun = (queue.started_job_registry.key, queue.intermediate_queue_key)
        return bool(self.connection.exists(*begun))


class _Worker(_Quiet):
    """Extend RQ's worker: without forks (16 jobs/s with, 230 without: a wake-up lasts milliseconds)
    and with corrections: RQ raises out of the dequeue on SIGTERM, and loses the job if Redis had
    moved it already; a second SIGTERM makes it exit in the middle of a job, and platforms send one
    to each process beside the supervisor's; told to end while Redis is away, it waits on for Redis;
    and see _Queue."""

    queue_class = jobs.OurQueue
    max_connection_wait_time = 5.0  # RQ waits up to a minute after Redis is back
    on_stop: Callable[[], None] = staticmethod(lambda: None)
    on_idle: Callable[[], None] = staticmethod(lambda: None)
    waits: Waits | None = None
    short_wait_seconds = SHORT_WAIT_SECONDS

    def _shutdown(self) -> None:
        self._stop_requested = True
        self.on_stop()
        if self.waits:
            self.waits.end()

    @property
    def should_run_maintenance_tasks(self) -> bool:
        """Answer RQ's question, or stop: RQ asks this before each wait, with no job in hand: here
        ending loses none."""
        if self._stop_requested:
            raise StopRequested
        return bool(super().should_run_maintenance_tasks)

    def request_force_stop(self, signum: int, frame: FrameType | None) -> None:
        """Ignore a second signal: once is enough."""

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        try:
            super().heartbeat(timeout, pipeline)
        except redis.ConnectionError as error:
            if self._stop_requested:
                raise StopRequested from error
            raise

    def handle_job_failure(self, job: Job, queue: Queue, *args: Any, **more: Any) -> None:
        """Keep the newest of failed jobs: with their tracebacks they would fill Redis in an outage
        of days."""
        super().handle_job_failure(job, queue, *args, **more)
        failed = queue.failed_job_registry
        for job_id in failed.get_job_ids(0, -jobs.MOST_FAILED - 1, cleanup=False):
            with suppress(NoSuchJobError):  # its time was up, too
                failed.remove(job_id, delete_job=True)

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, Queue] | None:
        seconds = self.waits.seconds if self.waits else self.short_wait_seconds
        while not self._stop_requested:
            found = super().dequeue_job_and_maintain_ttl(timeout, max_idle_time=seconds)
            if found:
                return found
            self.on_idle()
        raise StopRequested
