"""4, 10: the same work done twice at once, and many writers on the same rows."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from random import Random

import psycopg

from db import changes
from db import metadata as definitions
from db import upserts as records
from db.connect import Database, PoolLimits
from db.migrate import migrate
from hubspot.mirrored import Mirrored
from hubspot.objects import CONTACTS
from hubspot.records import Row, row
from lab.faults.scenario import Plan, Result, scenario
from lab.faults.servers import mortal
from lab.faults.stage import Stage, staged
from lab.simulated import Scene
from workers import asking, fetch, ingest, settling

WRITERS, KEYS, ROWS = 8, 500, 200
BASELINE_SECONDS = 30
_UNSORTED = """
    insert into unsorted (hubspot_id, value) select * from unnest(%s::text[], %s::text[])
        on conflict (hubspot_id) do update set value = excluded.value
"""


@scenario(
    4,
    "A job runs twice at once",
    "20 times: a fetch has read its records and stands still until its lease is over, the records "
    "change, a second fetch does it all, and then the first one commits; two ingests and two "
    "fetches run at once besides. (RQ's own worker comes to this when it is killed and its child "
    "lives on; ours has no child.)",
    "identical after each",
)
def double_runs(plan: Plan) -> Result:
    tries, wrong = plan.size(20, 1), 0
    with staged(
        Scene({"contacts": 200, "companies": 10, "deals": 10, "calls": 0}, latency_ms=10)
    ) as stage:
        stage.crew.kill_all()
        for number in range(tries):
            wrong += _double(stage, number)
        unequal = stage.unequal()
    return Result(
        f"{tries} double runs, {wrong} left an old record behind; {unequal} unequal",
        not wrong and not unequal,
    )


def _double(stage: Stage, number: int) -> int:
    context, portal = stage.context, stage.stack.portal
    _edit(stage, f"before {number}")
    ingest.run(context)
    with context.database.transaction() as conn:
        claims = changes.claim(conn, Mirrored(portal.portal_id, CONTACTS), 100)
        names = definitions.property_names(conn, Mirrored(portal.portal_id, CONTACTS))
    assert claims is not None
    fetched = asking.ask(context.client(portal), CONTACTS, claims, names)
    with context.database.transaction() as conn:
        conn.execute("update pending_changes set leased_until = now() - interval '1 second'")
    _edit(stage, f"after {number}")
    _at_once(lambda: ingest.run(context), lambda: ingest.run(context))
    _at_once(*[lambda: fetch.fetch_all(context, portal, "contacts")] * 2)
    with context.database.transaction() as conn:
        settling.conclude(conn, CONTACTS, claims, fetched)
    stage.work_off("contacts")
    return stage.count("hubspot_contacts_raw where firstname <> %s", f"after {number}")


def _edit(stage: Stage, value: str) -> None:
    ids = stage.select("select hubspot_id from hubspot_contacts_raw")
    changed = [{"id": each["hubspot_id"], "properties": {"firstname": value}} for each in ids]
    stage.hubspot.call("import", type="contacts", records=changed, events=True)
    stage.hubspot.wait_until_quiet()


def _at_once(*calls: Callable[[], None]) -> None:
    with ThreadPoolExecutor(len(calls)) as threads:
        for each in [threads.submit(call) for call in calls]:
            each.result()


@scenario(
    10,
    "Many writers on the same rows",
    "eight connections upsert 480 batches of 200 contacts out of the same 500, in random order",
    "0 failed; < 5 s",
)
def writers(plan: Plan) -> Result:
    batches = plan.size(480, 16)
    limits = PoolLimits(connections=WRITERS, wait_seconds=60)
    with mortal() as servers, Database(servers.postgres.url, limits=limits) as database:
        migrate(database)
        began = time.monotonic()
        failed = _share(lambda batch: _ours(database, batch), _batches(plan.seed, batches))
        seconds = time.monotonic() - began
        rows = _count(database)
        with database.transaction() as conn:
            conn.execute("create table unsorted (hubspot_id text primary key, value text)")
        patience = plan.size(BASELINE_SECONDS, 1)
        give_up = time.monotonic() + patience
        other = _share(
            lambda batch: _unsorted(database, batch, give_up), _batches(plan.seed, batches)
        )
    counted = f"{failed} of {batches} batches failed, {rows} rows, {seconds:.1f} s"
    rival = f"the same batches unsorted: {other} of {batches} had not succeeded after {patience} s"
    return Result(counted, not failed and rows == KEYS and seconds < 5, rival)


def _batches(seed: int, count: int) -> list[list[Row]]:
    random, moment = Random(seed), "2026-01-01T00:00:00Z"
    every = [
        row(CONTACTS, {"id": str(number), "updatedAt": moment, "properties": {}}, {})
        for number in range(KEYS)
    ]
    return [random.sample(every, ROWS) for _ in range(count)]


def _share(write: Callable[[Sequence[Row]], None], batches: Sequence[Sequence[Row]]) -> int:
    """Answer how many batches failed, with all writers at work."""
    with ThreadPoolExecutor(WRITERS) as threads:
        written = [threads.submit(write, batch) for batch in batches]
    return sum(each.exception() is not None for each in written)


def _ours(database: Database, batch: Sequence[Row]) -> None:
    with database.transaction() as conn:
        records.upsert(conn, Mirrored(1, CONTACTS), batch, datetime.now(UTC))


def _unsorted(database: Database, batch: Sequence[Row], give_up: float) -> None:
    """Upsert in the order of arrival, as most would write it. A batch that has not begun by then
    counts as failed."""
    if time.monotonic() > give_up:
        raise psycopg.OperationalError("too late")
    with database.transaction() as conn:
        conn.execute(_UNSORTED, [[each.hubspot_id for each in batch], ["x"] * len(batch)])


def _count(database: Database) -> int:
    with database.transaction() as conn:
        found = conn.execute("select count(*) as n from hubspot_contacts_raw").fetchone()
    assert found is not None
    return int(found["n"])
