"""RQ as our alarm clock: wake-ups are not doubled, not lost for long, run by name only, and survive
restarts."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.webhook import Webhook

import jobs
import rq_clock
import rq_worker
from tests.processes import address, wait_for
from tests.working import DONE, ROUNDS
from workers.worker import function_of, handlers

ROOT = Path(__file__).parents[1]
JOBS = 150  # that wait while workers come and go
Process = subprocess.Popen[bytes]


@contextmanager
def working(*arguments: str, log: Path = Path(os.devnull)) -> Iterator[Process]:
    command = [sys.executable, "-m", "tests.working", *arguments]
    with log.open("wb") as said:
        process = subprocess.Popen(command, cwd=ROOT, stderr=said)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def queued(server: redis.Redis, name: str = "fetch") -> list[Job]:
    return [job for job in jobs.queue(server, name).get_jobs() if job is not None]


def test_a_second_wake_up_waits_for_the_first_to_begin(redis_client: redis.Redis) -> None:
    for _ in range(3):
        jobs.wake(redis_client, jobs.FETCH, 1, "contacts")
    jobs.wake(redis_client, jobs.FETCH, 1, "deals")
    jobs.wake(redis_client, jobs.FETCH, 2, "contacts")
    assert [job.args for job in queued(redis_client)] == [
        [1, "contacts"],
        [1, "deals"],
        [2, "contacts"],
    ]
    jobs.lower_flag(redis_client, jobs.FETCH, 1, "contacts")
    jobs.wake(redis_client, jobs.FETCH, 1, "contacts")
    assert [job.args for job in queued(redis_client)][3:] == [[1, "contacts"]]


def test_the_flag_of_a_lost_wake_up_comes_down_by_itself(redis_client: redis.Redis) -> None:
    jobs.wake(redis_client, jobs.INGEST)
    flags = redis_client.keys("spoke:wake:*")
    assert [0 < redis_client.pttl(flag) <= 30_000 for flag in flags] == [True]


@pytest.mark.parametrize(
    ("name", "seconds"), [(jobs.FETCH, 120), (jobs.RECONCILE, 3_600), (jobs.BACKFILL, 86_400)]
)
def test_a_job_is_its_name_and_arguments_with_a_timeout_and_retries(
    redis_client: redis.Redis, name: str, seconds: int
) -> None:
    jobs.enqueue(redis_client, name, 1, "contacts")
    (job,) = queued(redis_client, queue_of(name))
    assert (job.func_name, job.args, job.kwargs) == (name, [1, "contacts"], {})
    assert (job.timeout, job.retries_left, job.result_ttl, job.failure_ttl) == (
        seconds,
        3,
        0,
        7 * 24 * 3600,
    )


def test_the_same_job_twice_has_two_ids(redis_client: redis.Redis) -> None:
    for _ in range(2):
        jobs.enqueue(redis_client, jobs.FETCH, 1, "contacts")
    assert len({job.id for job in queued(redis_client)}) == 2


def test_every_job_has_a_queue_and_a_handler() -> None:
    names = {
        value
        for name, value in vars(jobs).items()
        if name.isupper() and str(value).startswith("workers.")
    }
    registered = {job.run: job for job in jobs.every_job()}
    assert names == registered.keys() == handlers(None).keys()  # type: ignore[arg-type]
    for job in registered.values():
        function = function_of(job)
        assert f"{function.__module__}.{function.__name__}" == job.run
        assert not (job.every and job.cron)


def queue_of(name: str) -> str:
    [queue] = [job.queue for job in jobs.every_job() if job.run == name]
    return queue


def test_the_lock_of_a_dead_workers_maintenance_expires_within_a_minute(
    redis_client: redis.Redis,
) -> None:
    queue = jobs.queue(redis_client, "fetch")
    assert queue.acquire_maintenance_lock() and not queue.acquire_maintenance_lock()
    assert 0 < redis_client.ttl(queue.registry_cleaning_key) <= 60


def test_a_worker_to_whom_redis_is_lost_between_two_jobs_goes_on_to_the_dequeue(
    redis_client: redis.Redis,
) -> None:
    """The dequeue waits for Redis; anywhere else RQ's worker would quit with a traceback."""
    worker = rq_worker._Worker([jobs.queue(redis_client, "fetch")], connection=redis_client)
    worker.connection = redis.Redis(port=1, retry=Retry(NoBackoff(), 0))
    worker.set_state("busy")
    worker.check_for_suspension(False)
    worker.run_maintenance_tasks()


def test_a_worker_runs_what_it_was_given_and_nothing_that_redis_names(
    redis_client: redis.Redis, redis_url: str, tmp_path: Path
) -> None:
    queue, made = jobs.queue(redis_client, "fetch"), str(tmp_path / "made")
    names = ("os.mkdir", "pathlib.Path.mkdir", "tests.working.clock", jobs.BACKFILL, "a pickle")
    strange = [queue.enqueue_call(name, args=[made]) for name in names]
    pickle = b"\x80\x04\x95 a pickle, which would call anything"
    redis_client.hset(strange[-1].key, "data", pickle)
    jobs.enqueue(redis_client, jobs.FETCH, "after it")
    with working(redis_url, "fetch", "0"):
        wait_for(lambda: redis_client.llen(DONE))
    assert redis_client.lrange(DONE, 0, -1) == [b"after it"]
    assert not Path(made).exists()
    assert set(queue.failed_job_registry.get_job_ids()) == {job.id for job in strange}


def named_in_redis(server: redis.Redis, job: Job, address: str) -> None:
    """Put into a job's hash what RQ would call and ask when it ends, however it ends."""
    calls = dict.fromkeys(
        [f"{kind}_callback_name" for kind in ("success", "failure", "stopped")],
        "tests.working.betray",
    )
    asked = [Webhook(address, job_status=status).to_dict() for status in ("finished", "failed")]
    server.hset(job.key, mapping={**calls, "webhooks": json.dumps(asked)})


@pytest.mark.parametrize("argument", ["done", "fails", "abandoned"])
def test_a_hash_in_redis_can_have_nothing_called_and_nobody_asked(
    redis_client: redis.Redis, redis_url: str, argument: str
) -> None:
    queue = jobs.queue(redis_client, "fetch")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        jobs.enqueue(redis_client, jobs.FETCH, argument)
        [job] = queued(redis_client)
        redis_client.hset(job.key, "retries_left", 0)
        named_in_redis(redis_client, job, f"http://127.0.0.1:{listener.getsockname()[1]}/")
        if argument == "abandoned":
            queue.remove(job.id)
            redis_client.zadd(queue.started_job_registry.key, {f"{job.id}:gone": 1})
        jobs.enqueue(redis_client, jobs.FETCH, "after it")
        with working(redis_url, "fetch", "0"):
            wait_for(lambda: b"after it" in redis_client.lrange(DONE, 0, -1))
            wait_for(lambda: job.id not in queue.started_job_registry.get_job_ids(cleanup=False))
        with pytest.raises(BlockingIOError):
            listener.accept()
    assert not redis_client.exists("test:betrayed")


def test_no_job_is_lost_in_a_storm_of_restarts(redis_client: redis.Redis, redis_url: str) -> None:
    expected = {str(number).encode() for number in range(JOBS)}
    for number in expected:
        jobs.enqueue(redis_client, jobs.FETCH, number.decode())
    with ExitStack() as stack:
        start = lambda: stack.enter_context(working(redis_url, "fetch", "20"))  # noqa: E731
        running = [start(), start()]
        for restart in range(5):
            wait_for(lambda: int(redis_client.get("test:started") or 0) == restart + 2)  # noqa: B023  # called at once
            done = redis_client.llen(DONE)
            wait_for(lambda: redis_client.llen(DONE) >= min(JOBS, done + 6))  # noqa: B023  # in the middle of the work
            running[0].send_signal(signal.SIGTERM)
            running = [running[1], start()]
        wait_for(lambda: set(redis_client.lrange(DONE, 0, -1)) >= expected)
    assert redis_client.llen(DONE) == JOBS
    assert queued(redis_client) == []


def test_a_worker_that_was_told_to_stop_ends_by_itself(
    redis_client: redis.Redis, redis_url: str
) -> None:
    jobs.enqueue(redis_client, jobs.FETCH, "the last one")
    with working(redis_url, "fetch", "300") as process:
        wait_for(
            lambda: jobs.queue(redis_client, "fetch").started_job_registry.get_job_count(
                cleanup=False
            )
        )
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert redis_client.lrange(DONE, 0, -1) == [b"the last one"]


def test_an_idle_worker_asks_redis_little_and_ends_at_once(
    redis_client: redis.Redis, redis_url: str
) -> None:
    """Hosts that bill by the command bill an idle worker, too: it was 24 in five seconds."""
    with working(redis_url, "fetch", "0") as process:
        jobs.enqueue(redis_client, jobs.FETCH, "the first one")
        wait_for(lambda: redis_client.llen(DONE) and jobs.listening(redis_client)["fetch"])
        wait_for(lambda: waits(redis_client))
        before = redis_client.info("stats")["total_commands_processed"]
        time.sleep(5)
        asked = redis_client.info("stats")["total_commands_processed"] - before
        assert asked <= 6
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert time.monotonic() - began < 3
    assert redis_client.lrange(DONE, 0, -1) == [b"the first one"]


def waits(server: redis.Redis) -> bool:
    return any(client["cmd"] == "blmove" for client in server.client_list())


def test_only_the_newest_failed_jobs_are_kept(redis_client: redis.Redis, redis_url: str) -> None:
    queue = jobs.queue(redis_client, "fetch")
    failed = queue.failed_job_registry
    for number in range(jobs.MOST_FAILED + 5):
        job = queue.create_job(jobs.FETCH, args=[str(number)], status="failed")
        job.save()
        failed.add(job, ttl=600)
    kept = failed.get_job_ids()[6:]
    jobs.enqueue(redis_client, jobs.FETCH, "fails")
    [newest] = queued(redis_client)
    redis_client.hset(newest.key, "retries_left", 0)
    with working(redis_url, "fetch", "0"):
        wait_for(lambda: len(redis_client.keys("rq:job:*")) == jobs.MOST_FAILED)
    assert set(failed.get_job_ids()) == {*kept, newest.id}


def test_the_clock_leaves_out_a_job_that_has_nothing_to_do(redis_client: redis.Redis) -> None:
    asked = []

    def is_due(job: jobs.Job) -> bool:
        asked.append(job.name)
        return job.run == jobs.TEAMS

    class Enough(Exception):
        """Ends the clock at its first rest."""

    def rest(_: float) -> None:
        raise Enough

    timed = [jobs.Job(name, "fetch", every=60) for name in (jobs.LINKS, jobs.TEAMS)]
    with pytest.raises(Enough):
        rq_clock.run_clock(redis_client, rest, timed, is_due)
    assert [job.func_name for job in queued(redis_client)] == [jobs.TEAMS]
    assert asked == ["links", "links.look_at_teams"]


def test_a_second_signal_ends_no_job_in_the_middle(
    redis_client: redis.Redis, redis_url: str
) -> None:
    """Platforms tell each process to end, and the supervisor tells its workers, too."""
    jobs.enqueue(redis_client, jobs.FETCH, "the last one")
    with working(redis_url, "fetch", "3000") as process:
        wait_for(
            lambda: jobs.queue(redis_client, "fetch").started_job_registry.get_job_count(
                cleanup=False
            )
        )
        process.send_signal(signal.SIGTERM)
        time.sleep(1.2)  # RQ itself overlooks a second one that comes within a second
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert redis_client.lrange(DONE, 0, -1) == [b"the last one"]


def test_a_signal_raises_nothing_out_of_the_dequeue(redis_client: redis.Redis) -> None:
    """RQ raises StopRequested there, and loses the job if Redis had just moved it: 4 of 6,000, too
    rare for a storm."""
    worker = rq_worker._Worker([jobs.queue(redis_client, "fetch")], connection=redis_client)
    worker._shutdown()
    assert worker._stop_requested


def test_the_clock_enqueues_by_name_as_json_with_retries(
    redis_client: redis.Redis, redis_url: str
) -> None:
    with working(redis_url):
        wait_for(lambda: queued(redis_client, queue_of(jobs.WAKE_WAITING)))
    job = queued(redis_client, queue_of(jobs.WAKE_WAITING))[0]
    assert (job.func_name, job.args, job.retries_left, job.serializer) == (
        jobs.WAKE_WAITING,
        [],
        3,
        JSONSerializer,
    )


def test_a_worker_outlasts_a_full_redis_and_empties_it_meanwhile(
    full_redis: redis.Redis, tmp_path: Path
) -> None:
    """Full before it starts: it is known to Redis as soon as there is room."""
    said = tmp_path / "said"
    full_redis.config_set("maxmemory", 0)
    full_redis.rpush(ROUNDS, 1, 2)
    full_redis.config_set("maxmemory", 1)
    with working(address(full_redis), "ingest", "0", log=said) as process:
        wait_for(lambda: not full_redis.exists(ROUNDS))
        assert jobs.listening(full_redis)["ingest"] == 0
        full_redis.config_set("maxmemory", 0)
        wait_for(lambda: jobs.listening(full_redis)["ingest"])
        full_redis.rpush(ROUNDS, 3)
        jobs.enqueue(full_redis, jobs.INGEST)
        wait_for(lambda: not full_redis.exists(ROUNDS))
        assert process.poll() is None
    assert said.read_text().count("\n") == 1, said.read_text()
    assert "Redis is full" in said.read_text()


def test_a_job_that_finds_redis_full_costs_its_worker_nothing(
    small_redis: redis.Redis, tmp_path: Path
) -> None:
    said = tmp_path / "said"
    with working(address(small_redis), "fetch", "500", log=said) as process:
        jobs.enqueue(small_redis, jobs.FETCH, "comes upon a full Redis")
        started = jobs.queue(small_redis, "fetch").started_job_registry
        wait_for(lambda: started.get_job_count(cleanup=False))
        small_redis.config_set("maxmemory", 1)
        wait_for(lambda: "Redis is full" in said.read_text())
        # as after 90 s of it
        small_redis.delete("rq:workers", "rq:workers:fetch", *small_redis.keys("rq:worker:*"))
        small_redis.config_set("maxmemory", 0)
        jobs.enqueue(small_redis, jobs.FETCH, "after it")
        wait_for(lambda: b"after it" in small_redis.lrange(DONE, 0, -1))
        assert jobs.listening(small_redis)["fetch"] == 1
        assert process.poll() is None
    assert said.read_text().count("\n") == 1, said.read_text()


def test_a_worker_told_to_stop_while_redis_is_full_stops(
    full_redis: redis.Redis, tmp_path: Path
) -> None:
    said = tmp_path / "said"
    with working(address(full_redis), "fetch", "0", log=said) as process:
        wait_for(lambda: said.read_text())
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_where_redis_refuses_the_job_its_flag_comes_down(small_redis: redis.Redis) -> None:
    """Raised, it would keep others from waking for as long as it stands. What may only set a flag
    stands for what comes upon a full Redis between the two."""
    small_redis.execute_command(
        "ACL", "SETUSER", "guest", "on", "nopass", "~*", "&*", "+@all", "-hset"
    )
    guest = redis.Redis.from_url(address(small_redis).replace("//", "//guest:any@"))
    with pytest.raises(redis.ResponseError):
        jobs.wake(guest, jobs.FETCH, 1, "contacts")
    assert small_redis.keys("spoke:wake:*") == []
