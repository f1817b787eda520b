"""8, 9, 11: Postgres that goes down at once, whose answer to COMMIT is lost, or that is behind a
transaction pooler."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from threading import Event

import psycopg

from lab.faults.edits import edit, editing
from lab.faults.scenario import Plan, Result, scenario
from lab.faults.stage import Stage, staged
from lab.pooler import Pooler
from lab.proxy import CommitCutter, serving, socket_of
from lab.simulated import Scene
from workers.backfill import backfill
from workers.reconcile import reconcile

_UPSERTS = """
    select count(*) as n from pg_stat_activity
     where state = 'active' and query like '%insert into "hubspot_%' and pid <> pg_backend_pid()
"""
_SCAN = """
    select records, (select count(*) from hubspot_calls_raw calls
        where calls.scan_id = scans.scan_id) as rows
      from scans
     where object_type = 'calls' and kind = 'backfill'
     order by created_at desc
     limit 1
"""
_SCENE = Scene(
    {"contacts": 1_000, "companies": 100, "deals": 100, "calls": 6_000},
    latency_ms=20,
    rate_limit=5_000,
)


@scenario(
    8,
    "Postgres goes down at once",
    "`pg_ctl restart -m immediate` while an upsert is seen to run, under live updates of contacts "
    "and backfills of 6,000 calls without end",
    "20 restarts; 0 partial batches (rows of a scan = its checkpoint's count after each restart); "
    "identical",
)
def postgres_restarted(plan: Plan) -> Result:
    restarts = plan.size(20, 2)
    with staged(_SCENE) as stage:
        with (
            _backfilling(stage),
            editing(
                stage.hubspot,
                plan.size(6_000, 300),
                60,
                plan.seed,
                types=["contacts"],
                kinds=["update"],
            ) as edits,
        ):
            seen = [_restart(stage) for _ in range(restarts)]
            told = edits.result()
        stage.hubspot.wait_until_quiet()
        recovery = stage.settle()
        lost, unequal = stage.lost_events(), stage.unequal()
    partial, upserting = (
        sum(records != rows for records, rows, _ in seen),
        sum(active for *_, active in seen),
    )
    rows = sum(rows for _, rows, _ in seen)
    counted = (
        f"{restarts} restarts, {upserting} during an upsert; {told:,} events, {rows:,} "
        "backfilled rows counted"
    )
    counted += (
        f"; {partial} partial batches, {lost} lost, {unequal} unequal, recovered "
        f"{recovery:.1f} s after"
    )
    return Result(counted, not partial and not lost and not unequal and upserting > 0)


def _restart(stage: Stage) -> tuple[int, int, bool]:
    """Restart Postgres at once. Answer the records that the scan says it has written, the rows that
    it has, and whether an upsert was under way when the server went down."""
    time.sleep(1.5)
    active = _wait_for_upsert(stage)
    stage.servers.postgres.restart_immediately()
    with psycopg.connect(stage.servers.postgres.url, autocommit=True) as conn:
        conn.execute("set search_path to hubspot")
        row = conn.execute(_SCAN).fetchone()
        # or the next waits 90 s
        conn.execute("update scans set heartbeat_at = heartbeat_at - interval '1 hour'")
    assert row is not None
    return int(row[0]), int(row[1]), active


def _wait_for_upsert(stage: Stage, patience: float = 3) -> bool:
    give_up = time.monotonic() + patience
    with psycopg.connect(stage.servers.postgres.url, autocommit=True) as conn:
        while time.monotonic() < give_up:
            row = conn.execute(_UPSERTS).fetchone()
            if row and row[0]:
                return True
    return False


@contextmanager
def _backfilling(stage: Stage) -> Iterator[None]:
    """Run backfills of all calls, one after another; each takes up where the last one was cut
    off."""
    done = Event()

    def run() -> None:
        while not done.is_set():
            try:
                failed = backfill(stage.context, stage.stack.portal, ("calls",), lambda scan: None)
            except psycopg.OperationalError as error:
                failed = [str(error)]
            done.wait(0.2 if failed else 0)

    with ThreadPoolExecutor(1, thread_name_prefix="backfills") as thread:
        running = thread.submit(run)
        try:
            yield
        finally:
            done.set()
    running.result()


@scenario(
    9,
    "The answer to COMMIT is lost",
    "a proxy before Postgres lets every third COMMIT of the workers through and cuts the "
    "connection instead of passing the answer on",
    "100 cuts; 0 events lost; identical",
)
def commit_cut(plan: Plan) -> Result:
    with staged() as stage:
        cutter = CommitCutter(socket_of(stage.servers.postgres.url), plan.size(100, 5))
        with serving(cutter.serve, stage.servers.postgres.url) as url:
            stage.crew.kill_all()
            stage.crew.start(DATABASE_URL=url)
            told, turn, give_up = 0, 0, time.monotonic() + 150
            while cutter.cut < cutter.wanted and time.monotonic() < give_up:
                told += edit(stage.hubspot, 1, 30, plan.seed + turn)
                turn += 1
            stage.hubspot.wait_until_quiet()
            recovery = stage.settle()
            lost, unequal = stage.lost_events(), stage.unequal()
            stage.crew.kill_all()
    counted = (
        f"{cutter.cut} cuts during {told:,} events, {lost} lost, {unequal} unequal, recovered "
        f"{recovery:.1f} s after"
    )
    return Result(counted, cutter.cut == cutter.wanted and not lost and not unequal)


@scenario(
    11,
    "A transaction pooler",
    "everything (migrate, backfill, live changes, reconcile, verify; web, workers and clock) "
    "through a pooler of our own, four server connections for all, each told DISCARD ALL after "
    "every transaction; `make test-pooled` runs every test through the same",
    "everything works; identical",
)
def pooled(plan: Plan) -> Result:
    pooler: list[Pooler] = []

    def through(url: str) -> AbstractContextManager[str]:
        pooler.append(Pooler(socket_of(url)))
        return serving(pooler[0].serve, url)

    with staged(through=through) as stage:
        told = edit(stage.hubspot, plan.size(2_000, 200), 60, plan.seed)
        stage.hubspot.wait_until_quiet()
        stage.settle()
        found = reconcile(stage.context, stage.stack.portal)
        stage.drain()
        reconciled = all(isinstance(each, int) for each in found.values())
        lost, unequal = stage.lost_events(), stage.unequal()
        stage.crew.kill_all()
    counted = (
        f"{pooler[0].transactions:,} transactions of {pooler[0].clients} clients; {told:,} "
        f"events, {lost} lost"
    )
    counted += f"; reconcile {'worked' if reconciled else 'FAILED'}; {unequal} unequal"
    return Result(counted, reconciled and not lost and not unequal)
