"""How fast does `spoke load` fill the tables, beside plain COPY of the same rows and the same
indexes?

The rival has everything ready: rows as CSV in memory, tables like ours without index or trigger,
and every index built behind the last row with the same memory for sorting.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import redis
from psycopg import sql

from db import bulk_load
from db.connect import Connection, Database
from db.migrate import migrate
from lab import embedded
from lab.benchmarks.figure import Figure
from lab.scale.entities import ROWS
from lab.scale.files import Order, write
from operations import loading
from operations.entity_rows import ENTITY_FILES
from operations.servers import Servers
from settings import Settings

GOAL = 0.60
PORTAL, SEED = 1, 42


def rival(database: Database, files: list[loading.EntitySource]) -> float:
    """Answer the seconds of plain COPY and index builds, of all files."""
    return sum(_plainly(database, each) for each in files)


def _plainly(database: Database, file: loading.EntitySource) -> float:
    table, plain = file.entity.table, "plain_copy"
    indexes = _indexes(database, table)
    with database.transaction() as conn:
        copied = sql.SQL("create table {} (like {} including defaults)")
        conn.execute(copied.format(sql.Identifier(plain), sql.Identifier(table)))
    seconds = 0.0
    with database.transaction() as conn:
        conn.execute("select set_config('maintenance_work_mem', %s, true)", [bulk_load.SORT_MEMORY])
        for names, _, chunk in loading.chunks(file, PORTAL):
            began = time.perf_counter()
            bulk_load.copy(conn, plain, names, chunk)
            seconds += time.perf_counter() - began
        began = time.perf_counter()
        for definition in indexes:
            _build(conn, definition, table, plain)
    seconds += time.perf_counter() - began
    with database.transaction() as conn:
        conn.execute(sql.SQL("drop table {}").format(sql.Identifier(plain)))
    return seconds


def _indexes(database: Database, table: str) -> list[str]:
    with database.transaction() as conn:
        rows = conn.execute(
            "select indexdef from pg_indexes where schemaname = %s and tablename = %s",
            [database.schema, table],
        ).fetchall()
    return [row["indexdef"] for row in rows]


def _build(conn: Connection, definition: str, table: str, plain: str) -> None:
    """Build an index on the copy: without its name, PostgreSQL gives it one."""
    head, _, rest = definition.partition(" INDEX ")
    _, _, rest = rest.partition(" ON ")
    rest = rest.removeprefix("ONLY ").replace(table, plain, 1)
    conn.execute(f"{head} INDEX ON {rest}".encode())


def main(scale: float) -> None:
    order = Order(round(ROWS * scale), SEED)
    with tempfile.TemporaryDirectory() as name, embedded.servers(Path(name)) as running:
        files = Path(name) / "files"
        write(order, files, lambda entity, done, total: None)
        with Database(running.database_url) as database:
            migrate(database)
            settings = Settings.from_env((), {"DATABASE_URL": database.url})
            servers = Servers(settings, redis.Redis.from_url(running.redis_url), database)
            began = time.perf_counter()
            loading.load(servers, files, PORTAL, False, lambda entity, done, total: None)
            ours = time.perf_counter() - began
            size = _bytes(database)
            theirs = rival(database, loading.sources(files))
    Figure(
        "load",
        ours=round(order.rows / ours),
        rival=round(order.rows / theirs),
        ratio=theirs / ours,
        goal=GOAL,
        ok=theirs / ours >= GOAL,
        more={
            "unit": "rows/s",
            "rival_is": "plain COPY and index builds of the same tables",
            "rows": order.rows,
            "seed": SEED,
            "bytes_per_row": size / order.rows,
        },
    ).print()


def _bytes(database: Database) -> int:
    """Answer what the entities' tables take, indexes and all."""
    with database.transaction() as conn:
        row = conn.execute(
            "select sum(pg_total_relation_size(coalesce(tree.relid, name::regclass)))::bigint"
            " as bytes from unnest(%s::text[]) as name"
            " left join pg_partition_tree(name::regclass) as tree on true",
            [[entity.table for entity in ENTITY_FILES]],
        ).fetchone()
    assert row is not None
    return int(row["bytes"])


if __name__ == "__main__":
    main(float(sys.argv[1]))
