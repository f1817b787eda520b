"""upsert: contacts a second through the staleness guard, a hundred a transaction, against one COPY
of the same rows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import median
from typing import Any

from db import upserts as stored
from db.connect import Connection, Database
from db.migrate import migrate
from hubspot import records
from hubspot.client import BATCH
from hubspot.mirrored import Mirrored
from hubspot.objects import CONTACTS
from hubspot.records import Row
from lab import embedded
from lab.benchmarks.figure import Figure
from lab.keeper import kept_folder

ROWS, ROUNDS = 20_000, 3
GOAL = 0.50
PORTAL_ID, COPY_TABLE = 62_515, "benchmark_copy"
_NOW = datetime.now(UTC)


def main() -> None:
    rows = contacts()
    with _database() as database:
        timed: dict[str, list[float]] = {"ours": [], "copy": [], "updated": []}
        for _ in range(ROUNDS):
            _truncate(database)
            timed["ours"].append(_seconds(lambda: upsert(database, rows, _NOW)))
            timed["copy"].append(_seconds(lambda: copy(database, rows)))
            timed["updated"].append(_seconds(lambda: upsert(database, rows, datetime.now(UTC))))
        _check(database)
    ratio = median(theirs / ours for ours, theirs in zip(timed["ours"], timed["copy"], strict=True))
    ours, theirs, updated = (ROWS / median(timed[side]) for side in timed)
    more = {
        "unit": "rows/s into an empty table",
        "rival_is": "one COPY into an equal table",
        "updating": updated,
    }
    more["bytes_per_row"] = sum(len(row.raw_json) for row in rows) // ROWS
    Figure("upsert", ours, theirs, ratio, GOAL, ratio >= GOAL, more).print()


def upsert(database: Database, rows: Sequence[Row], fetched_at: datetime) -> None:
    for start in range(0, len(rows), BATCH):
        with database.transaction() as conn:
            stored.upsert(
                conn, Mirrored(PORTAL_ID, CONTACTS), rows[start : start + BATCH], fetched_at
            )


def copy(database: Database, rows: Sequence[Row]) -> None:
    names = [column.name for column in CONTACTS.columns] + list(CONTACTS.link_columns.values())
    names += ["portal_id", "hubspot_id", "raw_json", "archived", "fetched_at", "updated_at"]
    statement = f"copy {COPY_TABLE} ({', '.join(names)}) from stdin"
    with database.transaction() as conn, conn.cursor().copy(statement.encode()) as target:
        for row in rows:
            links = [list(row.links[to]) for to in CONTACTS.link_columns]
            fixed = (PORTAL_ID, row.hubspot_id, row.raw_json, row.archived, _NOW, row.updated_at)
            target.write_row((*row.values, *links, *fixed))


def contacts() -> list[Row]:
    """Make contacts in ascending order of id, as a backfill brings them; 2 kB of JSON each."""
    random = Random(1)
    return [
        records.row(CONTACTS, _record(random, 1_000_000 + place), _links(random))
        for place in range(ROWS)
    ]


def _record(random: Random, hubspot_id: int) -> dict[str, Any]:
    at = (_NOW - timedelta(seconds=random.randrange(10_000_000))).isoformat()
    properties = {
        f"custom_property_{number}": f"{random.getrandbits(60):015x}" for number in range(36)
    }
    properties |= {
        "email": f"{hubspot_id}@example.com",
        "firstname": f"F{hubspot_id % 997}",
        "createdate": at,
    }
    properties |= {
        "lastname": f"L{hubspot_id % 9973}",
        "phone": f"+49 30 {hubspot_id}",
        "lifecyclestage": "lead",
    }
    return {
        "id": str(hubspot_id),
        "properties": properties,
        "createdAt": at,
        "updatedAt": at,
        "archived": False,
    }


def _links(random: Random) -> dict[str, list[dict[str, Any]]]:
    """Answer two records of each associated type."""
    return {
        to: [
            {"id": str(random.randrange(10**10)), "type": f"contact_to_{to}", "typeId": 1}
            for _ in range(2)
        ]
        for to in CONTACTS.associations
    }


@contextmanager
def _database() -> Iterator[Database]:
    with ExitStack() as opened:
        folder = opened.enter_context(kept_folder())
        url, _ = opened.enter_context(embedded.database(folder / "postgres"))
        database = opened.enter_context(Database(url))
        migrate(database)
        with database.transaction() as conn:
            _run(conn, f"create table {COPY_TABLE} (like {CONTACTS.table} including all)")
        yield database


def _truncate(database: Database) -> None:
    with database.transaction() as conn:
        _run(conn, f"truncate {CONTACTS.table}, {COPY_TABLE}")


def _check(database: Database) -> None:
    """Hold that both sides did all of the work."""
    names = "hubspot_id, email, company_ids, raw_json, archived, updated_at"
    difference = f"select {names} from {CONTACTS.table} except select {names} from {COPY_TABLE}"
    with database.transaction() as conn:
        (answer,) = conn.execute(
            f"select count(*) as rows from {CONTACTS.table}".encode()
        ).fetchall()
        assert answer["rows"] == ROWS and not conn.execute(difference.encode()).fetchall()


def _run(conn: Connection, statement: str) -> None:
    conn.execute(statement.encode())


def _seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
