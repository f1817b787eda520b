"""rollups: each aggregation read from its sums, beside the plain query; updates with and without
sums; and how soon a burst of changes is seen and folded."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
from psycopg import sql

from db import queries, upserts
from db.connect import Connection, Database
from db.migrate import migrate
from hubspot import records
from hubspot.mirrored import Mirrored
from hubspot.objects import OBJECT_TYPES
from lab import embedded
from lab.benchmarks.figure import Figure
from lab.keeper import kept_folder

FILL = Path(__file__).with_suffix(".sql").read_text()
PLAIN = queries.load(Path(__file__).parents[3] / "sql" / "aggregations")
SETTLE = "select settle_rollup(1, entity) from rollup_entries()"
ROUNDS, TURNS, BATCH, CHANGES = 20, 3, 100, 10_000
GOAL_MS, GOAL_RATE = 100.0, 0.60
UPDATE = (
    "update hubspot_deals_raw set amount = amount + 1, dealstage = 's' || 1 + %(round)s %% 6"
    " where hubspot_id = any(%(ids)s)"
)
# What moves records from group to group, beside 36 properties of a portal's own.
MOVED: dict[str, Callable[[int], dict[str, str]]] = {
    "deals": lambda turn: {"amount": f"{turn}.5", "dealstage": f"s{1 + turn % 6}"},
    "contacts": lambda turn: {
        "hubspotscore": str(turn % 100),
        "lifecyclestage": f"stage {turn % 7}",
    },
}
REFRESH = """
create materialized view all_deals as {plain};
create unique index on all_deals (portal_id, month)
"""


def main() -> None:
    scale = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    with ExitStack() as opened:
        folder = opened.enter_context(kept_folder())
        url, _ = opened.enter_context(embedded.database(folder / "postgres"))
        database = opened.enter_context(Database(url))
        migrate(database)
        more = _measure(database, scale)
    worst = max(more["p95_ms"], key=more["p95_ms"].get)
    ours, plain = more["p95_ms"][worst], more["plain_ms"][worst]
    ok = ours < GOAL_MS and min(more["upsert_rate"].values()) >= GOAL_RATE
    more |= {"unit": "ms", "ours_is": f"p95 of the slowest, {worst}", "rival_is": "plain query"}
    Figure("rollups", ours, plain, ours / plain, GOAL_MS / plain, ok, more).print()


def _measure(database: Database, scale: float) -> dict[str, Any]:
    with database.transaction() as conn:
        conn.execute("set local session_replication_role = replica")
        conn.execute(FILL.replace("{scale}", str(scale)).encode())
    _vacuum(database)
    told: dict[str, Any] = {"scale": scale, "build_s": _seconds(lambda: _run(database, SETTLE))}
    _vacuum(database)
    with database.transaction() as conn:
        told["plain_ms"] = {name: _p95(conn, query, 3) for name, query in PLAIN.items()}
        told["p95_ms"] = {name: _p95(conn, _view(name), ROUNDS) for name in PLAIN}
    told["refresh_s"] = _refreshed(database)
    rates = {name: _upsert_rate(database, name) for name in MOVED}
    told["upsert_rate"] = {name: without / with_ for name, (with_, without) in rates.items()}
    told["upsert_ms"] = {name: [1000 * each for each in pair] for name, pair in rates.items()}
    return told | _burst(database)


def _view(name: str) -> sql.Composed:
    return sql.SQL("select * from {} where portal_id = 1").format(sql.Identifier(name))


def _p95(conn: Connection, query: sql.SQL | sql.Composed, rounds: int) -> float:
    conn.execute(query)
    taken = sorted(_seconds(lambda: conn.execute(query).fetchall()) for _ in range(rounds))
    return 1000 * taken[int(0.95 * len(taken))]


def _refreshed(database: Database) -> float:
    """Answer what the rival takes to be true again after any change: one view of the 22."""
    with database.transaction() as conn:
        for statement in REFRESH.format(plain=PLAIN["revenue_by_month"].as_string()).split(";"):
            conn.execute(statement.encode())
    refresh = "refresh materialized view concurrently all_deals"
    taken = _seconds(lambda: _run(database, refresh))
    _run(database, "drop materialized view all_deals")
    return taken


def _upsert_rate(database: Database, name: str) -> tuple[float, float]:
    """Answer the median seconds of a batch with and without sums, in turns of some batches.

    The first of each turn does not count: a trigger that is turned on or off has a session plan
    again."""
    taken: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(2 * TURNS):
        on = turn % 2 == 0
        _enable(database, name, on)
        with database.transaction() as conn:
            seconds = [_upserted(conn, name, turn * ROUNDS + place) for place in range(ROUNDS)]
        taken[on] += seconds[1:]
    _enable(database, name, True)
    _run(database, f"select give_up_rollups(1, '{name}')")
    _run(database, SETTLE)
    return median(taken[True]), median(taken[False])


def _upserted(conn: Connection, name: str, turn: int) -> float:
    """Answer the seconds in which a batch of changed records is stored as workers store it."""
    of, now = Mirrored(1, OBJECT_TYPES[name]), datetime.now(UTC)
    links = {to: [{"id": "7", "type": to, "typeId": 1}] for to in of.kind.associations}
    custom = {f"custom_property_{number}": f"{turn:015x}" for number in range(36)}
    rows = [
        records.row(
            of.kind,
            {
                "id": str(1 + turn * BATCH + place),
                "properties": custom | MOVED[name](turn + place),
                "updatedAt": now.isoformat(),
            },
            links,
        )
        for place in range(BATCH)
    ]
    return _seconds(lambda: upserts.upsert(conn, of, rows, now))


def _enable(database: Database, name: str, on: bool) -> None:
    word = "enable" if on else "disable"
    _run(database, f"alter table hubspot_{name}_raw {word} trigger roll_changed")


def _burst(database: Database) -> dict[str, float]:
    """Change records one by one: seen at once, and folded by one settle."""
    began = time.perf_counter()
    with database.transaction() as conn:
        for number in range(CHANGES // 10):
            ids = [str(number * 10 + n) for n in range(10)]
            conn.execute(UPDATE.encode(), {"round": number, "ids": ids})
    wrote = time.perf_counter() - began
    with database.transaction() as conn:
        open_ms = _p95(conn, _view("revenue_by_month"), ROUNDS)
        rows = conn.execute("select count(*) as n from rollup_rows where not is_folded").fetchone()
    folded = _seconds(lambda: _run(database, SETTLE))
    with database.transaction() as conn:
        shown = conn.execute("select sum(won_revenue) as n from revenue_by_month").fetchone()
        plain = conn.execute(
            "select sum(amount) filter (where is_won) as n from entity_deals"
        ).fetchone()
    assert shown and plain and shown["n"] == plain["n"], "sums are not what the records say"
    return {
        "burst_write_s": wrote,
        "burst_read_ms": open_ms,
        "burst_rows": rows["n"] if rows else 0,
        "burst_fold_s": folded,
    }


def _run(database: Database, statement: str) -> None:
    with database.transaction() as conn:
        conn.execute(statement.encode())


def _vacuum(database: Database) -> None:
    with psycopg.connect(database.url, autocommit=True) as conn:
        conn.execute("vacuum analyze")


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
