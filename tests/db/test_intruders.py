"""A role that may create in `public` does not become Spoke's role by it."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from db import extensions
from db.connect import Database
from db.extensions import EXTENSIONS
from db.migrate import MigrationError, migrate
from tests.databases import WORKER

NAME = f"spoke_test_intruder_{WORKER}"
# Each fits better than the one that Spoke means, or would come first in a path with public.
TRAPS = (
    "pg_advisory_xact_lock(one integer) returns void",
    "pg_advisory_xact_lock(one smallint) returns void",
    "pg_try_advisory_xact_lock(one integer) returns boolean",
    "similarity(one text, other text) returns real",
    "soundex(one text) returns text",
    "set_config(one text, other text, three boolean) returns text",
)
BODY = "language plpgsql as $$ begin create role sprung_trap; return null; end $$"
VOID = BODY.replace(" return null;", "")


@pytest.fixture
def intruder_url(admin_url: str, empty_database_url: str) -> Iterator[str]:
    """Give a role that may create in public, as PostgreSQL 14 let everybody."""
    with psycopg.connect(admin_url, autocommit=True) as conn:
        conn.execute(f"drop role if exists {NAME}")
        conn.execute(f"create role {NAME} login")
        conn.execute(f"grant create, usage on schema public to {NAME}")
    yield psycopg.conninfo.make_conninfo(admin_url, user=NAME)
    with psycopg.connect(admin_url, autocommit=True) as conn:
        conn.execute(f"drop owned by {NAME} cascade")
        conn.execute(f"drop role {NAME}")


def lay_traps(intruder_url: str) -> None:
    with psycopg.connect(intruder_url, autocommit=True) as conn:
        for trap in TRAPS:
            body = VOID if trap.endswith("void") else BODY
            conn.execute(f"create or replace function public.{trap} {body}")


def sprung(admin_url: str) -> bool:
    with psycopg.connect(admin_url) as conn:
        return conn.execute("select from pg_roles where rolname = 'sprung_trap'").rowcount > 0


OWNERS = pytest.mark.parametrize("admin_url", ["superuser", "owner-15"], indirect=True)


@OWNERS
def test_nothing_of_public_runs_with_our_rights(
    admin_url: str, empty_database_url: str, intruder_url: str
) -> None:
    lay_traps(intruder_url)
    for _ in range(2):
        with Database(empty_database_url) as database:
            migrate(database)
            with database.transaction() as conn:
                for call in ("link_teams('{t}')", "settle_team_marks(10)", "settle_link_marks(10)"):
                    conn.execute(f"select {call}")
                conn.execute("select * from sync_status")
                path = conn.execute("select current_schemas(true)::text as path").fetchone()
                assert path == {"path": "{pg_catalog,hubspot,extensions}"}
                trap = conn.execute(
                    "select to_regprocedure('pg_advisory_xact_lock(integer)') as at"
                )
                assert trap.fetchone() == {"at": None}
    assert not sprung(admin_url)


@OWNERS
def test_where_anybody_may_create_beside_our_extensions_nothing_is_migrated(
    admin_url: str, empty_database_url: str
) -> None:
    with psycopg.connect(admin_url, autocommit=True) as conn:
        for extension in EXTENSIONS:
            conn.execute(f"create extension {extension} schema public")
        conn.execute("grant create on schema public to public")
    with Database(empty_database_url) as database:
        with pytest.raises(MigrationError, match="`revoke create on schema public from public`"):
            migrate(database)
        with database.transaction() as conn:
            assert conn.execute("select to_regnamespace('hubspot') as no").fetchone() == {
                "no": None
            }
        with psycopg.connect(admin_url, autocommit=True) as conn:
            conn.execute("revoke create on schema public from public")
        migrate(database)


@OWNERS
def test_other_roles_that_may_create_there_are_named(
    admin_url: str, empty_database_url: str, intruder_url: str
) -> None:
    with Database(empty_database_url) as database:
        migrate(database)
        with psycopg.connect(admin_url, autocommit=True) as conn:
            conn.execute(f"grant create on schema extensions to {NAME}")
        migrate(database)
        with database.transaction() as conn:
            assert extensions.trusted(conn, ["hubspot", "extensions"]) == {"extensions": [NAME]}


@OWNERS
def test_the_only_functions_without_a_path_are_those_that_were_parsed_when_made(
    admin_url: str, empty_database_url: str
) -> None:
    with Database(empty_database_url) as database:
        migrate(database)
        with database.transaction() as conn:
            found = conn.execute(
                "select proname, prosqlbody is not null as parsed from pg_proc"
                " where pronamespace = 'hubspot'::regnamespace and not exists ("
                "   select from unnest(proconfig) as c where c like 'search_path=%')"
            ).fetchall()
    assert {row["proname"] for row in found if not row["parsed"]} == set()
    assert {"phone_key", "email_key"} <= {row["proname"] for row in found}
