"""SQL by name: found, unique, used, and understood by PostgreSQL."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from psycopg import sql

from db import lead_rows
from db.connect import Database
from db.queries import QUERIES, load
from tests.tree import ROOT, python_files

OURS = [path for path in python_files() if "tests" not in path.relative_to(ROOT).parts]
DAY = timedelta(days=1)
SAMPLES: dict[str, Any] = {
    "portal_ids": [1], "object_types": ["contacts"], "hubspot_ids": ["7"],
    "associations": ["{deals}"],
    "event_ats": [None], "event_keys": ["a" * 32], "subscription_types": ["x"], "events": ["{}"],
    "reasons": ["x"],
    "occurred_ats": [None], "received_ats": [None], "properties": ["x"], "generations": [1],
    "scan_ids": [],
    "ignored": ["x"], "portal_id": 1, "letter_id": 1, "batch": 100, "records": 1, "requests": 1,
    "total": 1,
    "compared": 1, "unequal": 0, "start": 0, "after": 0, "until": 9, "keep": DAY, "wait": DAY,
    "silence": DAY,
    "lease": DAY, "scan_id": "0" * 32, "run_id": "0" * 32, "token_encrypted": b"", "sampled": True,
    "healed": False,
    "done": False, "slot": "2026-01-01", "since": "2026-01-01", "started_at": "2026-01-01",
    "fetched_at": "2026-01-01",
}  # fmt: skip


def sample(query: str, name: str) -> Any:
    """Answer a value for a parameter, of the type that the query wants; NULL, which fits anywhere,
    where it says none."""
    return "[]" if f"%({name})s::jsonb" in query else SAMPLES.get(name)


@pytest.mark.parametrize("name", QUERIES)
def test_postgres_understands_every_query(migrated: Database, name: str) -> None:
    text = QUERIES[name].as_string()
    parameters = {each: sample(text, each) for each in re.findall(r"%\((\w+)\)[sb]", text)}
    with migrated.transaction() as conn:
        lead_rows.make_table(conn)
        assert conn.execute(sql.SQL("explain ") + QUERIES[name], parameters or None).fetchall()


def test_every_query_is_used() -> None:
    code = "".join(path.read_text() for path in OURS)
    assert [name for name in QUERIES if f'"{name}"' not in code] == []


@pytest.mark.parametrize("name", QUERIES)
def test_every_query_is_one_statement_that_binds_its_values_by_name(name: str) -> None:
    statement = re.sub("--.*", "", QUERIES[name].as_string())
    assert not re.search(r"%s|\{\w*\}|;", statement)


def test_a_query_ends_where_the_next_begins(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text(
        "-- What this file is for.\n\n-- name: one\n-- why\nselect 1;\n\n-- name: two\nselect 2;\n"
    )
    assert {name: query.as_string() for name, query in load(tmp_path).items()} == {
        "one": "-- why\nselect 1",
        "two": "select 2",
    }


def test_two_queries_of_one_name_are_refused(tmp_path: Path) -> None:
    for file in ("a.sql", "b.sql"):
        (tmp_path / file).write_text("-- name: same\nselect 1;\n")
    with pytest.raises(ValueError, match=r"b\.sql: a second query is named same"):
        load(tmp_path)
