"""Migrating as a role that may not create schemas or extensions: an admin makes them before."""

from __future__ import annotations

import psycopg
import pytest

from db.connect import Database
from db.migrate import EXTENSIONS, MigrationError, migrate
from tests.db.roles import ORDINARY

SCHEMAS = ("hubspot", "business", "extensions")


@pytest.fixture
def guest_url(admin_url: str, empty_database_url: str) -> str:
    """Give the address for a role that may connect, and nothing else."""
    with psycopg.connect(admin_url, autocommit=True) as conn:
        name = conn.info.dbname
        conn.execute(f'alter database "{name}" owner to current_user')
        conn.execute(f'revoke create on database "{name}" from public')
    return empty_database_url


def made_by_an_admin(admin_url: str, guest: str) -> None:
    with psycopg.connect(admin_url, autocommit=True) as conn:
        for schema in SCHEMAS:
            conn.execute(f"create schema {schema}")
            conn.execute(f"grant create, usage on schema {schema} to {guest}")
        for extension in EXTENSIONS:
            conn.execute(f"create extension {extension} schema extensions")


def role_of(url: str) -> str:
    return str(psycopg.conninfo.conninfo_to_dict(url)["user"])


@ORDINARY
def test_it_works_in_schemas_that_an_admin_made(admin_url: str, guest_url: str) -> None:
    made_by_an_admin(admin_url, role_of(guest_url))
    problems = []
    with Database(guest_url) as database, psycopg.connect(admin_url, autocommit=True) as admin:
        problems.append(migrate(database).problem)
        admin.execute("create schema hubspot_dbt; create table hubspot_dbt.mine ()")
        problems.append(migrate(database).problem)
        with database.transaction() as conn:
            assert conn.execute("select * from sync_status").fetchall() == []
        admin.execute("drop schema hubspot_dbt cascade")
        admin.execute(str(problems[0]).split("`")[1].encode())
        problems.append(migrate(database).problem)
        with database.transaction() as conn:
            assert conn.execute("select * from hubspot_dbt.hubspot__deals").fetchall() == []
    create = f'create schema "hubspot_dbt" authorization "{role_of(guest_url)}"'
    assert problems == [
        f"Let an admin run `{create}`, and migrate again",
        "The schema hubspot_dbt is not Spoke's: rename it, and migrate again",
        None,
    ]


@ORDINARY
def test_it_says_what_an_admin_must_run(admin_url: str, guest_url: str) -> None:
    with Database(guest_url) as database, pytest.raises(MigrationError) as raised:
        migrate(database)
    assert str(raised.value).startswith("Nothing was migrated: the role spoke_test_owner")
    assert 'may not `create schema "hubspot"`. Let an admin run that, or `grant' in str(
        raised.value
    )


@ORDINARY
@pytest.mark.parametrize("home", ["public", "elsewhere", "Else where"])
def test_extensions_are_used_where_they_are(
    admin_url: str, empty_database_url: str, home: str
) -> None:
    """Named with their schema: neither is in the path of anything that runs later."""
    with psycopg.connect(admin_url, autocommit=True) as conn:
        conn.execute(f'create schema if not exists "{home}"')
        conn.execute(f'grant usage on schema "{home}" to public')
        for extension in EXTENSIONS:
            conn.execute(f'create extension {extension} schema "{home}"')
    for _ in range(2):
        with Database(empty_database_url) as database:
            migrate(database)
    with Database(empty_database_url) as database, database.transaction() as conn:
        assert conn.execute("select team_candidates('{t1}')").fetchall() == []
        found = conn.execute("select sounds_alike('Meier', 'Meyer') as alike").fetchone()
        assert found == {"alike": True}
        paths = conn.execute(
            "select distinct setting from pg_proc, unnest(proconfig) as setting"
            " where pronamespace = 'hubspot'::regnamespace and setting like 'search_path=%'"
        )
        assert not [row for row in paths if home in row["setting"]]
