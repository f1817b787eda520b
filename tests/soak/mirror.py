"""The copy of two portals, worked by the product's own jobs: what RQ would call, called here in the
order that a test chooses."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any

import psycopg
import redis

import deliveries
import jobs
from settings import Settings
from tests.soak.haste import hastened
from tests.soak.interruptions import interrupted, killed
from tests.soak.portals import Pair
from tests.soak.slow import SlowWorker
from workers import optional_looks, tokens
from workers.definitions import refresh, register
from workers.worker import handlers

KEY = "an encryption key of 32 characters"
# longer than any wait, shorter than the day within which a scan is resumed
LONG = timedelta(hours=2)
ROUNDS = 30


class Mirror:
    """A database of its own beside the shared Redis."""

    def __init__(self, settings: Settings, pair: Pair) -> None:
        self.settings, self.pair = settings, pair
        self.context = hastened(settings)
        self.slow: list[SlowWorker] = []
        self.register()
        for portal in self.context.portals():
            refresh(self.context, portal)

    def register(self) -> None:
        """Do what an operator does, also for a portal that was paused."""
        for token in self.pair.tokens:
            register(
                self.context, self.context.client_with(token, token), tokens.encrypt(token, KEY)
            )

    def look_for_types(self) -> None:
        """Look whether portals have records of types that most have none of, as each day."""
        for portal in self.context.portals():
            refresh(self.context, portal, look_every=optional_looks.NOW)

    def close(self) -> None:
        for worker in self.slow:
            worker.finish()
        self.context.close()

    # -- jobs

    def run(self, name: str, *args: Any) -> None:
        """Run one job. A connection that is lost in it fails it: RQ runs it again, or the clock
        does."""
        with suppress(psycopg.OperationalError, redis.ConnectionError):
            handlers(self.context)[name](*args)
        self.pass_limits()

    def run_beside_itself(self, times: int, name: str, *args: Any) -> None:
        with ThreadPoolExecutor(times) as threads:
            for job in [threads.submit(handlers(self.context)[name], *args) for _ in range(times)]:
                job.result()

    def run_slowly(self, name: str, *args: Any) -> None:
        self.slow.append(SlowWorker(self.settings, name, args))

    def run_killed(self, moment: int | str, name: str, *args: Any) -> bool:
        return killed(self.settings, name, args, moment)

    def run_disconnected(self, moment: int | str, name: str, *args: Any) -> bool:
        """Tell whether the moment came."""
        done: list[bool] = []
        with interrupted(moment, lambda: done.append(self.disconnect())):
            self.run(name, *args)
        return any(done)

    def disconnect(self) -> bool:
        """Postgres and Redis close the connections that are in use. (Idle ones are checked before
        use, and where two of them are broken psycopg's pool waits for a second.)"""
        with psycopg.connect(self.settings.database_url, autocommit=True) as conn:
            conn.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
                " and state <> 'idle'"
            )
        with redis.Redis.from_url(self.settings.redis_url) as other:
            other.client_kill_filter(_type="normal", skipme=True)
        return True

    def go_on(self) -> None:
        """Give every slow job the answers that wait for it."""
        for worker in self.slow:
            worker.go_on()
        for worker in [worker for worker in self.slow if worker.done]:
            worker.finish()
            self.slow.remove(worker)

    def work_off(self) -> None:
        """Run what RQ holds, queue by queue."""
        for name in ("ingest", "fetch", "backfill"):
            queue = jobs.queue(self.context.server, name)
            waiting = [(job.func_name or "", tuple(job.args)) for job in queue.jobs]
            queue.empty()
            for job, args in waiting:
                self.run(job, *args)

    def lose_jobs(self) -> int:
        """Run the jobs and count them."""
        lost = sum(
            jobs.waiting(self.context.server, name)
            for name in (jobs.INGEST, jobs.FETCH, jobs.BACKFILL)
        )
        self._delete("rq:*")
        return lost

    # -- time

    def pass_limits(self) -> None:
        """End the seconds for which HubSpot told us not to ask, an account's that moved, too."""
        self._delete("spoke:limit:*")
        with suppress(psycopg.OperationalError), self.context.database.transaction() as conn:
            conn.execute(
                "update portals set paused_at = null, paused_reason = null, paused_until = null"
                " where paused_until is not null"
            )

    def _delete(self, *patterns: str) -> None:
        for key in (key for each in patterns for key in self.context.server.scan_iter(each)):
            self.context.server.delete(key)

    def pass_time(self, time: timedelta) -> None:
        """Set every clock that we keep on by this much."""
        with self.context.database.transaction() as conn:
            for statement in (
                "update pending_changes set leased_until = leased_until - %(time)s,"
                " not_before = not_before - %(time)s",
                "update scans set heartbeat_at = heartbeat_at - %(time)s,"
                " slot = slot - %(time)s - random() * interval '1 s'",
                "update portals set paused_until = paused_until - %(time)s",
                "update privacy_requests set next_at = next_at - %(time)s",
            ):
                conn.execute(statement, {"time": time})
        self._age_deliveries(time)
        self._delete("spoke:wake:*", "spoke:turns:*", "spoke:limit:*")
        if any(portal.paused_reason for portal in self.context.portals()):
            self.register()

    def poll_everything(self) -> None:
        """Look at all polled families, as a week later."""
        with self.context.database.transaction() as conn:
            conn.execute(
                "update polled_walks set completed_at = completed_at - %(time)s,"
                " whole_at = whole_at - %(time)s, not_before = not_before - %(time)s",
                {"time": timedelta(days=8)},
            )
        self.run(jobs.POLLING)

    def _age_deliveries(self, time: timedelta) -> None:
        server, milliseconds = self.context.server, int(time.total_seconds() * 1000)
        if not server.exists(deliveries.STREAM) or not server.xinfo_groups(deliveries.STREAM):
            return
        for entry in server.xpending_range(deliveries.STREAM, "ingest", "-", "+", 10_000):
            idle = entry["time_since_delivered"] + milliseconds
            server.xclaim(
                deliveries.STREAM,
                "ingest",
                "ingest",
                0,
                [entry["message_id"]],
                idle=idle,
                justid=True,
            )

    # -- rest

    def settle(self) -> None:
        """Rest: HubSpot calms down, all that is on its way arrives, and of our side nothing but the
        clock remembers."""
        for worker in self.slow:
            worker.finish()
        self.slow.clear()
        self.pair.calm()
        self.pair.quiet()
        self.lose_jobs()
        for _ in range(ROUNDS):
            self.pass_time(LONG)
            self.run(jobs.WAKE_WAITING)
            self.run(jobs.PRIVACY)
            if not self._waiting():
                return
            self.work_off()
        raise AssertionError(f"work does not end: {self.waiting_changes()}")

    def _waiting(self) -> bool:
        queued = any(
            jobs.waiting(self.context.server, name)
            for name in (jobs.INGEST, jobs.FETCH, jobs.BACKFILL)
        )
        return (
            queued or bool(deliveries.waiting(self.context.server)) or bool(self.waiting_changes())
        )

    def waiting_changes(self) -> list[dict[str, Any]]:
        with self.context.database.transaction() as conn:
            return conn.execute("select * from pending_changes").fetchall()
