"""ways: three ways to keep the sums of deals, with the same changes: what an update of 100 deals
costs, what eight writers get done, and what is left to do.

All begin with the difference of each group, as our triggers find it. Then each goes its own way.

- differences: the difference stays as a row of its own, and is folded later (ours)
- in the group's row: each is added to its group's one row, in the order of the groups
- marked groups: the difference only marks its groups, which are counted again from the records
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from statistics import median
from typing import Any

import psycopg

from db.connect import Database, PoolLimits
from db.migrate import migrate
from lab import embedded
from lab.benchmarks.figure import Figure
from lab.benchmarks.scale.rollups import FILL, SETTLE
from lab.keeper import kept_folder

WRITERS, TURNS, BATCH, STATEMENTS = 8, 10, 100, 3
GOAL = 1.0  # updates of our way, beside the best of the others, while eight write
MAKE = """
create table group_rows (like rollup_rows, unique nulls not distinct
    (portal_id, entity, dimension, key));
create table group_marks (dimension text not null, key text,
    unique nulls not distinct (dimension, key));
create function go_another_way() returns trigger language plpgsql as $$
begin
    if current_setting('spoke.way', true) = 'row' then
        insert into group_rows as known select * from came order by dimension, key
        on conflict (portal_id, entity, dimension, key) do update
        set n = known.n + excluded.n, {sums};
    elsif current_setting('spoke.way', true) = 'mark' then
        insert into group_marks select dimension, key from came order by dimension, key
        on conflict do nothing;
    end if;
    return null;
end $$;
create trigger another_way after insert on rollup_rows referencing new table as came
    for each statement execute function go_another_way()
"""
SUMS = ", ".join(f"s{n} = known.s{n} + excluded.s{n}" for n in range(1, 13))
UPDATE = (
    "update hubspot_deals_raw set amount = amount + 1, industry = 'industry ' || %(turn)s %% 20"
    " where portal_id = 1 and hubspot_id = any(%(ids)s)"
)
MARKED = "select dimension, array_agg(key) as keys from group_marks group by dimension"
COUNTED = "select rollup_query('deals', null, %s, 1) as query"
WAYS = {"differences": "", "group's row": "row", "marked groups": "mark"}


def main(scale: float) -> None:
    with ExitStack() as opened:
        folder = opened.enter_context(kept_folder())
        url, _ = opened.enter_context(embedded.database(folder / "postgres"))
        limits = PoolLimits(connections=WRITERS + 1)
        database = opened.enter_context(Database(url, limits=limits))
        migrate(database)
        with database.transaction() as conn:
            conn.execute("set local session_replication_role = replica")
            conn.execute(FILL.replace("{scale}", str(scale)).encode())
        with database.transaction() as conn:
            conn.execute(SETTLE)
            conn.execute(MAKE.replace("{sums}", SUMS).encode())
        with psycopg.connect(url, autocommit=True) as conn:
            conn.execute("vacuum analyze")
        deals = round(300_000 * scale)
        told = {name: _measured(database, way, deals) for name, way in WAYS.items()}
    ours = told["differences"]["updates_per_second"]
    best = max(each["updates_per_second"] for name, each in told.items() if name != "differences")
    more = {"unit": "updates of 100 deals a second", "writers": WRITERS, "scale": scale}
    more |= {"rival_is": "the better of the other ways", "ways": told}
    Figure("ways", ours, best, ours / best, GOAL, ours >= GOAL * best, more).print()


def _measured(database: Database, way: str, deals: int) -> dict[str, float]:
    """Answer what one way costs a single writer and eight, and its rest."""
    alone = [_seconds(partial(_write, database, way, deals, turn)) for turn in range(TURNS)]
    began = time.perf_counter()
    with ThreadPoolExecutor(WRITERS) as threads:
        work = [
            threads.submit(_write, database, way, deals, writer * TURNS + turn)
            for turn in range(TURNS)
            for writer in range(WRITERS)
        ]
        deadlocks = sum(each.result() for each in work)
    seconds = time.perf_counter() - began
    rest = {"": _folded, "row": lambda _: None, "mark": _counted}[way]
    return {
        "update_ms": 1000 * median(alone) / STATEMENTS,
        "updates_per_second": len(work) * STATEMENTS / seconds,
        "deadlocks": deadlocks,
        "rest_ms": 1000 * _seconds(lambda: rest(database)),
    }


def _write(database: Database, way: str, deals: int, seed: int) -> int:
    """Change deals in one transaction of some statements; answer how often it was a deadlock. Each
    writer has records of its own: only what keeps the sums can make it wait."""
    dice, broken = random.Random(seed), 0
    while True:
        try:
            with database.transaction() as conn:
                conn.execute("select set_config('spoke.way', %s, true)", [way])
                for _ in range(STATEMENTS):
                    first = dice.randrange(deals // WRITERS // BATCH) * BATCH * WRITERS
                    mine = range(first + seed // TURNS % WRITERS, first + BATCH * WRITERS, WRITERS)
                    ids = [str(number + 1) for number in mine]
                    conn.execute(UPDATE.encode(), {"turn": dice.randrange(20), "ids": ids})
            return broken
        except psycopg.errors.DeadlockDetected:
            broken += 1


def _folded(database: Database) -> None:
    with database.transaction() as conn:
        conn.execute(SETTLE)


def _counted(database: Database) -> None:
    """Count the marked groups again, from the records."""
    with database.transaction() as conn:
        for marked in conn.execute(MARKED).fetchall():
            row = conn.execute(COUNTED, [marked["dimension"]]).fetchone()
            assert row is not None
            query = f"select * from ({row['query']}) as counted where key = any(%s)"
            conn.execute(query.encode(), [marked["keys"]])
        conn.execute("delete from group_marks")


def _seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 0.1)
