"""RQ's worker with our corrections: by name only, without losses on SIGTERM, and alive while Redis
is full."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

import redis
from rq import Queue
from rq.exceptions import StopRequested
from rq.serializers import JSONSerializer
from rq.worker import SimpleWorker

import jobs
import memory
from jobs import WakeUp

# how long a stopping worker may still wait for a job; each check costs some Redis commands
_STOP_CHECK_SECONDS = 5
_FULL_SECONDS = 1.0  # between tries while Redis is full
log = logging.getLogger("jobs")


def run_worker(
    server: redis.Redis,
    queue_name: str,
    handlers: Mapping[str, jobs.Handler],
    on_stop: Callable[[], None] = lambda: None,
) -> None:
    """Work on one queue until SIGTERM or SIGINT. `handlers` says what each job name does in this
    process. RQ lets the job under way end; `on_stop` is called at once, so that it may end sooner.

    RQ itself logs from WARNING on: at INFO it writes five lines for a wake-up that lasts
    milliseconds.
    """
    worker = _Worker(
        [jobs.queue(server, queue_name)],
        connection=server,
        job_class=type("_HandledJob", (_Job,), {"handlers": handlers}),
        serializer=JSONSerializer,
        worker_ttl=30,
        maintenance_interval=20,
        job_monitoring_interval=5,
        default_result_ttl=0,
        log_job_description=False,
    )
    for job in jobs.every_job():
        if job.empties_redis and job.queue == queue_name and job.run in handlers:
            worker.empty = handlers[job.run]
    worker.on_stop = on_stop
    worker.work(logging_level="WARNING")


class _Job(WakeUp):
    handlers: Mapping[str, jobs.Handler] = {}

    @property
    def func(self) -> jobs.Handler:
        return self.handlers[self.func_name or ""]


class _Lasting(SimpleWorker):
    """RQ's worker ends when Redis is full: it can neither note there that it lives nor take a job.
    This one lives on, and does meanwhile what needs no memory. Nothing but the doctor depends on
    what RQ notes of a worker."""

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
        with self._as_far_as_there_is_room():
            super().set_state(state, pipeline)

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        with self._as_far_as_there_is_room():
            super().heartbeat(timeout, pipeline)

    def check_for_suspension(self, burst: bool) -> None:
        with self._as_far_as_there_is_room():
            super().check_for_suspension(burst)

    def run_maintenance_tasks(self) -> None:
        """Where Redis goes away meanwhile, RQ would quit; the dequeue that follows waits for it."""
        with self._as_far_as_there_is_room(), suppress(redis.ConnectionError, redis.TimeoutError):
            super().run_maintenance_tasks()  # type: ignore[no-untyped-call]

    def execute_job(self, job: WakeUp, queue: Queue) -> None:
        """What went wrong in the job is said here when RQ, finding Redis full, does not get so
        far."""
        try:
            super().execute_job(job, queue)
        except redis.ResponseError as error:
            if not memory.is_full(error):
                raise
            self._is_full = True
            if error.__context__ and not memory.is_full(error.__context__):
                log.error("Job %s failed", job.func_name, exc_info=error.__context__)

    def handle_exception(self, job: WakeUp, *exc_info: Any) -> None:
        """A job that found Redis full is said by the alarm, in one line."""
        if memory.is_full(exc_info[1]):
            self._is_full = True
        else:
            super().handle_exception(job, *exc_info)

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[WakeUp, Queue] | None:
        """None, too, where Redis was found full."""
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
        """After 90 s without a sign Redis has forgotten this worker."""
        self.connection.delete(self.key)
        self._is_full = False
        self.register_birth()


class _Worker(_Lasting):
    """RQ's worker without forks (16 jobs/s with, 230 without: a wake-up lasts milliseconds) and
    with corrections: RQ raises out of the dequeue on SIGTERM, and loses the job if Redis had moved
    it already; a second SIGTERM makes it exit in the middle of a job, and platforms send one to
    each process beside the supervisor's; told to end while Redis is away, it waits on for Redis;
    and see _Queue."""

    queue_class = jobs.OurQueue
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
    ) -> tuple[WakeUp, Queue] | None:
        while not self._stop_requested:
            found = super().dequeue_job_and_maintain_ttl(timeout, max_idle_time=_STOP_CHECK_SECONDS)
            if found:
                return found
        raise StopRequested
