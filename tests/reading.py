"""Two portals with equal ids in one database, and people with roles of their own to log in with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from db import typed_views
from db.connect import Database
from tests.databases import WORKER

FILL = (Path(__file__).parent / "db" / "two_portals.sql").read_text()
OURS, OTHER = 1, 2
MONTH = "'2026-01-01', '2026-01-31'"


def canary(portal: int) -> str:
    return f"CANARY-{portal}"


def fill(database: Database) -> None:
    """Fill both portals with one of everything, and with what the workers make of it."""
    with database.transaction() as conn:
        for portal in (OURS, OTHER):
            cursor = psycopg.ClientCursor(conn)  # several statements with parameters
            cursor.execute(FILL.encode(), {"portal": portal, "canary": canary(portal)})
        conn.execute("insert into business.users (user_id, email) values ('u1', 'ann@example.com')")
        conn.execute("insert into business.users (user_id, email) values ('u2', 'ann@example.com')")
        conn.execute("insert into business.teams values ('t1', 'Acme'), ('t2', 'Johnson')")
        for work in ("refresh_team_keys()", "settle_team_marks(1000)", "settle_link_marks(1000)"):
            conn.execute(f"select {work}".encode())
        conn.execute("select refresh_link_doubts(), settle_days(1), settle_days(2)")
    typed_views.rebuild(database)


@contextmanager
def person(admin_url: str, name: str, options: str = "login") -> Iterator[str]:
    """Make a role of this test's own and give its name; what it owns and was given goes with it."""
    role = f"spoke_test_{name}_{WORKER}"
    named = sql.Identifier(role)
    with psycopg.connect(admin_url, autocommit=True) as conn:
        _drop(conn, role)
        conn.execute(sql.SQL("create role {} " + options).format(named))
        yield role
        ended = "select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = %s"
        conn.execute(ended, [role])
        _drop(conn, role)


def _drop(conn: psycopg.Connection[Any], role: str) -> None:
    if conn.execute("select from pg_roles where rolname = %s", [role]).fetchone() is not None:
        conn.execute(sql.SQL("drop owned by {} cascade").format(sql.Identifier(role)))
        conn.execute(sql.SQL("drop role {}").format(sql.Identifier(role)))


def as_person(url: str, role: str) -> psycopg.Connection[Any]:
    """Begin a session of this person, which finds our names as docs/sql.md says."""
    conn = psycopg.connect(url, user=role, autocommit=True)
    conn.execute("set search_path = public, extensions, hubspot")
    return conn


def views(database: Database) -> set[str]:
    """Answer every view of our schema, and every model of dbt with its schema."""
    query = """
        select case when schemaname <> current_schema() then schemaname || '.' else '' end
               || viewname as name
          from pg_views
         where schemaname in (current_schema(), current_schema() || '_dbt')
    """
    with database.transaction() as conn:
        return {row["name"] for row in conn.execute(query.encode()).fetchall()}


def functions(database: Database) -> set[str]:
    """Answer the functions that answer for the metrics, as the view `metrics` names them."""
    with database.transaction() as conn:
        rows = conn.execute("select answered_by as name from metrics").fetchall()
    return {row["name"] for row in rows}


OF_OWNERS = (
    *("sales_metrics", "sales_timeline", "call_to_close", "vsl_watch_stats", "sales_script_stats"),
    *("retention", "sales_funnel", "deals_by_stage", "sales_outlook", "first_response"),
    *("forecast_categories", "stage_funnel", "sales_leaderboard", "lifetime_value"),
)
# Each as it is asked of one portal.
FUNCTIONS = (
    *(f"{name}(null, {MONTH}, {{portal}})" for name in OF_OWNERS),
    f"deal_stage_entries({MONTH}, {{portal}})",
    "deals_as_of('2026-02-01', {portal})",
)
