"""What aggregations read of their rollups is what the plain queries say, after any change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from db import queries
from db.connect import Connection, Database, PoolLimits
from lab import embedded
from tests.databases import copy_of

PLAIN = queries.load(Path("sql/aggregations"))
ENTITIES = ("companies", "contacts", "deals", "tickets", "marketing_events", "email_events")
ENTITIES += ("web_sessions",)
NINE = PoolLimits(connections=9)
SETTLE = "select settle_rollup(portal_id, entity) from portals, rollup_entries()"
STAGES = """[{"id": "a", "label": "A", "metadata": {"isClosed": "false", "probability": "0.5"}},
 {"id": "b", "label": "B", "metadata": {"isClosed": "true", "probability": "1.0"}},
 {"id": "c", "label": "C", "metadata": {"isClosed": "true", "probability": "0.0"}}]"""
UPSERT = """
insert into hubspot_<name>_raw (portal_id, hubspot_id, raw_json, fetched_at, updated_at, <columns>)
select portal, n::text, '{}', now(), now(), <values>
from generate_series({low}, {high}) as n, unnest(array[1, 2]) as portal
on conflict (portal_id, hubspot_id) do update
set (<columns>, archived, merged_into) = row(<new>, false, null)
"""
# Columns and values of each table: {seed} makes one write unlike the other.
COLUMNS = {
    "companies": {
        "industry": "(array['x', 'y', null])[1 + (n + {seed}) % 3]",
        "region": "(array['north', 'south'])[1 + (n * {seed}) % 2]",
        "numberofemployees": "n * {seed}",
        "annualrevenue": "n * {seed} / 7.0",
        "createdate": "timestamptz '2025-01-31' + (n * {seed}) * interval '50 hours'",
    },
    "contacts": {
        "lifecyclestage": "(array['lead', 'customer', null])[1 + (n + {seed}) % 3]",
        "lead_source": "(array['web', 'ads'])[1 + (n * {seed}) % 2]",
        "lead_score": "nullif((n * {seed}) % 101, 7) / 3.0",
        "num_page_views": "n + {seed}",
        "createdate": "timestamptz '2025-01-31' + (n * {seed}) * interval '50 hours'",
    },
    "deals": {
        "dealstage": "(array['a', 'b', 'c', 'unknown'])[1 + (n + {seed}) % 4]",
        "pipeline": "'sales'",
        "amount": "nullif(n * {seed} % 9, 3) * 10.37",
        "industry": "(array['x', 'y', null])[1 + (n * {seed}) % 3]",
        "probability": "nullif((n + {seed}) % 5, 2) / 4.0",
        "days_in_pipeline": "(n * {seed}) % 12",
        "createdate": "timestamptz '2025-01-31' + (n * {seed}) * interval '50 hours'",
    },
    "tickets": {
        "priority": "(array['High', 'Low', null])[1 + (n + {seed}) % 3]",
        "category": "(array['bug', 'bill'])[1 + (n * {seed}) % 2]",
        "time_to_close": "(n * {seed}) * 3600017.0",
        "satisfaction_score": "1 + (n + {seed}) % 5",
        "createdate": "timestamptz '2025-01-31' + (n * {seed}) * interval '50 hours'",
    },
    "marketing_events": {
        "channel": "(array['ads', 'mail', null])[1 + (n + {seed}) % 3]",
        "event_at": "timestamptz '2025-01-31' + (n * {seed}) * interval '50 hours'",
        "session_duration_sec": "(n * {seed}) % 130",
        "page_depth": "n",
    },
}
STREAMS = """
insert into hubspot_email_events (portal_id, event_id, occurred_at, action, contact_id, send_hour)
select 1, 'e{seed}-' || n, timestamptz '2025-01-31' + n * interval '50 hours',
    (array['Sent', 'Delivered', 'Opened', 'Clicked', 'Bounced', 'Spam'])[1 + (n + {seed}) % 6],
    n::text, (n * {seed}) % 24
from generate_series({low}, {high}) as n on conflict do nothing;
insert into hubspot_web_sessions (portal_id, session_id, occurred_at, page_url, contact_id,
    session_duration_sec, page_views, bounce, conversion)
select 1, 's{seed}-' || n, timestamptz '2025-01-31' + n * interval '50 hours', '/' || n % 3,
    n::text, (n * {seed}) % 90, n, n % 2 = 0, nullif(n % 3, 1) = 0
from generate_series({low}, {high}) as n on conflict do nothing
"""


def _upserts() -> str:
    texts = [
        UPSERT.replace("<name>", name)
        .replace("<columns>", ", ".join(columns))
        .replace("<values>", ", ".join(columns.values()))
        .replace("<new>", ", ".join(f"excluded.{column}" for column in columns))
        for name, columns in COLUMNS.items()
    ]
    return ";".join([*texts, STREAMS])


def _each(statement: str) -> str:
    return ";".join(statement.replace("<table>", f"hubspot_{name}_raw") for name in COLUMNS)


BETWEEN = "hubspot_id::integer between {low} and {high}"
CHANGES = {
    "upsert": _upserts(),
    "archive": _each("update <table> set archived = true where " + BETWEEN),
    "restore": _each("update <table> set archived = false where " + BETWEEN),
    "merge": _each("update <table> set merged_into = '1' where " + BETWEEN),
    "erase": _each("delete from <table> where " + BETWEEN)
    + ";delete from hubspot_email_events where contact_id::integer between {low} and {high}"
    ";delete from hubspot_web_sessions where contact_id::integer between {low} and {high}",
    "settle": SETTLE,
    "load": "set local spoke.rollups = 'off';" + _upserts() + ";set local spoke.rollups = 'on'",
    "rename": "update hubspot_pipelines set raw_json = jsonb_set(raw_json, '{stages,1,label}',"
    " '\"B{seed}\"')",
    "currency": "update portals set currency = (array['EUR', 'USD'])[1 + {seed} % 2]",
}


@pytest.fixture(scope="module")
def filled(servers: embedded.Servers, template: str) -> Iterator[Database]:
    """Give two portals with the same stages, and rollups of nothing."""
    with copy_of(servers.database_url, template) as url, Database(url, limits=NINE) as opened:
        with opened.transaction() as conn:
            conn.execute(
                "insert into portals (portal_id, time_zone, currency)"
                " values (1, 'UTC', 'EUR'), (2, 'UTC', 'EUR')"
            )
            conn.execute(
                "insert into hubspot_pipelines (portal_id, object_type, hubspot_id, label,"
                " raw_json) select portal, 'deals', 'sales', 'Sales', jsonb_build_object('stages',"
                " %s::jsonb) from unnest(array[1, 2]) as portal",
                [STAGES],
            )
            conn.execute(SETTLE)
        yield opened


def written(name: str, seed: int, low: int, size: int) -> list[str]:
    """Answer the statements of a change to the records from `low` on."""
    text = CHANGES[name]
    for word, number in (("{seed}", seed), ("{low}", low), ("{high}", low + size)):
        text = text.replace(word, str(number))
    return text.split(";")


def change(conn: Connection, name: str, seed: int, low: int, size: int) -> None:
    for statement in written(name, seed, low, size):
        conn.execute(statement.encode())


def exactly(rows: list[dict[str, Any]]) -> list[list[Any]]:
    """Round averages far behind the point: how long a division goes on hangs on trailing zeros."""
    plain = [
        [
            round(Decimal(str(value)), 9) if isinstance(value, Decimal | float) else value
            for value in row.values()
        ]
        for row in rows
    ]
    return sorted(plain, key=repr)


PERIODS = (("", ""), ("2025-02", "2025-03"))
NARROWED = "from (select * from entity_{} where {}) as entity_{}"


def within(query: str, since: str, until: str) -> str:
    """Narrow a plain query to the records of a period."""
    asked = [f"month >= '{since}'"] * bool(since) + [f"month <= '{until}'"] * bool(until)
    if not asked:
        return query
    return re.sub(
        r"from entity_(\w+)", lambda of: NARROWED.format(of[1], " and ".join(asked), of[1]), query
    )


def differences(conn: Connection) -> list[str]:
    """Name the aggregations that are not what the plain query says, of all time or of a period."""
    found = []
    for since, until in PERIODS:
        narrow = "select set_config('spoke.since', %s, true), set_config('spoke.until', %s, true)"
        conn.execute(narrow, [since, until])
        asked = {name: within(query.as_string(), since, until) for name, query in PLAIN.items()}
        found += [f"{name} {since}…{until}" for name in _unequal(conn, asked)]
    conn.execute(narrow, ["", ""])
    return found


def _unequal(conn: Connection, plain_queries: dict[str, str]) -> list[str]:
    found = []
    for name, text in plain_queries.items():
        query = text.encode()
        columns = [each.name for each in conn.execute(query).description or ()]
        shown = sql.SQL("select {} from {}").format(
            sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(name)
        )
        plain = exactly(conn.execute(query).fetchall())
        assert plain, f"{name} has nothing to compare"
        seen = exactly(conn.execute(shown).fetchall())
        if seen != plain:
            found.append(name)
    return found


steps = st.tuples(
    st.sampled_from(sorted(CHANGES)), st.integers(1, 20), st.integers(1, 12), st.integers(0, 9)
)


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(done=st.lists(steps, min_size=1, max_size=6))
def test_aggregations_are_the_plain_query_after_any_changes(
    filled: Database, done: list[tuple[str, int, int, int]]
) -> None:
    with filled.transaction() as conn, conn.transaction(force_rollback=True):
        change(conn, "upsert", 3, 1, 12)
        for step in done:
            change(conn, *step)
        change(conn, "upsert", 5, 4, 2)
        assert differences(conn) == []
        conn.execute(SETTLE)
        assert differences(conn) == []


def test_eight_writers_and_a_settler_lose_nothing(filled: Database) -> None:
    """Each writes the same records in its own order of entities: a hot row would be a deadlock."""
    errors: list[BaseException] = []

    def write(number: int) -> None:
        try:
            for turn in range(3):
                name = list(CHANGES)[(number + turn) % 5] if turn else "upsert"
                for statement in written(name, number, number, 4):
                    with filled.transaction() as conn:
                        conn.execute(statement.encode())
                with filled.transaction() as conn:
                    conn.execute(SETTLE)
        except BaseException as error:  # told to the test below
            errors.append(error)

    writers = [Thread(target=write, args=(5 * number + 1,)) for number in range(8)]
    for each in writers:
        each.start()
    for each in writers:
        each.join()
    assert not errors
    with filled.transaction() as conn:
        change(conn, "upsert", 2, 1, 3)
        assert differences(conn) == []
        conn.execute(SETTLE)
        assert differences(conn) == []
        kept = conn.execute(
            "select count(*) as rows, count(distinct (portal_id, entity, dimension, month, key))"
            " as groups"
            " from rollup_rows"
        ).fetchone()
        assert kept and kept["rows"] == kept["groups"], "folded to a row for each group"


def test_a_read_touches_no_record(filled: Database) -> None:
    with filled.transaction() as conn, conn.transaction(force_rollback=True):
        change(conn, "upsert", 3, 1, 12)
        conn.execute(SETTLE)
        tables = "select sum(seq_scan + coalesce(idx_scan, 0))::int as n from"
        tables += " pg_stat_xact_user_tables where relname ~ '^hubspot_.*(raw|email|web)'"
        before = conn.execute(tables.encode()).fetchone()
        for name in PLAIN:
            conn.execute(sql.SQL("select * from {}").format(sql.Identifier(name)))
        assert conn.execute(tables.encode()).fetchone() == before
        conn.execute("select give_up_rollups(1, 'deals')")
        conn.execute("select * from deals_by_region")
        assert conn.execute(tables.encode()).fetchone() != before, "given up: it counts"


def test_changed_rows_are_read_once(filled: Database) -> None:
    """Joined with themselves, of whose number PostgreSQL knows nothing, 100 are 10,000 pairs."""
    with filled.transaction() as conn:
        entries = conn.execute(
            "select relation, rollup_query(entity, 'new_rows') as query from rollup_entries()"
        ).fetchall()
    for entry in entries:
        reads = re.findall(rf"(?i)(?:from|join)\s+\(*{entry['relation']}\b", entry["query"])
        assert len(reads) == 1, entry["relation"]
