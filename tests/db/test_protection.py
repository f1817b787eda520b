"""Who may read the copy, and how its names are found: row level security, Supabase's public roles,
the search_path."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

import psycopg
import pytest

from db import typed_views
from db.connect import Database
from db.migrate import migrate
from hubspot.objects import OBJECT_TYPES
from tests.db.roles import EVERY_ROLE

PUBLIC_ROLES = ("anon", "authenticated")


@pytest.fixture
def supabase_url(admin_url: str, empty_database_url: str) -> Iterator[str]:
    """Give a database with Supabase's roles, whose default privileges give them everything that is
    created."""
    with psycopg.connect(admin_url, autocommit=True) as conn:
        for role in PUBLIC_ROLES:
            conn.execute(f"drop role if exists {role}")
            conn.execute(f"create role {role} nologin")
    with psycopg.connect(empty_database_url, autocommit=True) as conn:
        for role in PUBLIC_ROLES:
            conn.execute(f"alter default privileges grant all on tables to {role}")
            conn.execute(f"alter default privileges grant all on functions to {role}")
            conn.execute(f"alter default privileges grant usage on schemas to {role}")
    yield empty_database_url
    with psycopg.connect(admin_url, autocommit=True) as conn:
        for role in PUBLIC_ROLES:
            conn.execute(f"drop owned by {role}")
            conn.execute(f"drop role {role}")


def names(url: str, query: str) -> list[str]:
    with psycopg.connect(url) as conn:
        return [row[0] for row in conn.execute(query).fetchall()]


def test_row_level_security_is_on_for_every_table(migrated: Database) -> None:
    unprotected = "select tablename from pg_tables where schemaname = 'hubspot' and not rowsecurity"
    assert names(migrated.url, unprotected) == []
    assert (
        len(names(migrated.url, "select tablename from pg_tables where schemaname = 'hubspot'"))
        > 10
    )


@EVERY_ROLE
def test_supabases_public_roles_read_nothing(supabase_url: str, admin_url: str) -> None:
    """Not with the schema exposed either, nor of a view that is created again."""
    with Database(supabase_url) as database:
        migrate(database)
        with database.transaction() as conn:
            conn.execute("drop view contacts")
        typed_views.rebuild(database)
    relations = names(supabase_url,
        "select relnamespace::regnamespace || '.' || relname from pg_class where relnamespace in"
        " ('hubspot'::regnamespace, 'hubspot_dbt'::regnamespace) and relkind"
        " in ('r', 'v')")  # fmt: skip
    expected = {"contacts", *(kind.table for kind in OBJECT_TYPES.values())}
    assert {*(f"hubspot.{name}" for name in expected), "hubspot_dbt.hubspot__deals"} <= {*relations}
    with psycopg.connect(admin_url) as conn:
        for role, relation in product(PUBLIC_ROLES, relations):
            asked = [role, relation]
            may = "select has_table_privilege(%s, %s, 'select, insert, update, delete')"
            assert conn.execute(may, asked).fetchone() == (False,), asked
        conn.execute("set local role anon")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute("select * from hubspot.contacts")
    granted = (
        "select table_name from information_schema.role_table_grants where table_schema = 'hubspot'"
        " and grantee in ('anon', 'authenticated', 'PUBLIC')"
    )
    assert names(supabase_url, granted) == []


def test_they_cannot_even_enter_a_schema_that_was_open(supabase_url: str) -> None:
    with psycopg.connect(supabase_url, autocommit=True) as conn:
        conn.execute("create schema hubspot")
        conn.execute("grant usage on schema hubspot to public")
    with Database(supabase_url) as database:
        migrate(database)
    roles = (
        "select rolname from pg_roles where has_schema_privilege(rolname, 'hubspot', 'usage')"
        " and not rolsuper"
    )
    assert set(names(supabase_url, roles)).isdisjoint({*PUBLIC_ROLES, "pg_monitor"})


def test_names_are_found_without_a_prefix_after_those_of_the_app(
    empty_database_url: str, directly: Callable[[str], str]
) -> None:
    with psycopg.connect(empty_database_url, autocommit=True) as conn:
        conn.execute("create table public.contacts (mine text)")
    with Database(empty_database_url) as database:
        migrate(database)
        migrate(database)
    with psycopg.connect(directly(empty_database_url)) as conn:
        assert conn.execute("show search_path").fetchone() == (
            '"$user", public, extensions, hubspot',
        )
        assert conn.execute("select count(*) from hubspot_contacts_raw").fetchone() == (0,)
        columns = conn.execute("select * from contacts").description
        assert [column.name for column in columns or ()] == ["mine"]


@pytest.mark.parametrize(
    "whose",
    ["role current_user in database {database}", "database {database}", "role current_user"],
)
def test_a_search_path_of_yours_is_kept_and_ours_comes_last(
    empty_database_url: str, directly: Callable[[str], str], whose: str
) -> None:
    with psycopg.connect(empty_database_url, autocommit=True) as conn:
        whose = whose.format(database=conn.info.dbname)
        conn.execute(f"alter {whose} set search_path = app, public")
        try:
            for _ in range(2):
                with Database(empty_database_url) as database:
                    migrate(database)
            with psycopg.connect(directly(empty_database_url)) as later:
                assert later.execute("show search_path").fetchone() == ("app, public, hubspot",)
        finally:
            conn.execute(f"alter {whose} reset search_path")


def test_of_several_search_paths_the_one_that_holds_is_kept(
    empty_database_url: str, directly: Callable[[str], str]
) -> None:
    with psycopg.connect(empty_database_url, autocommit=True) as conn:
        conn.execute(f"alter database {conn.info.dbname} set search_path = everybody")
        conn.execute(
            f"alter role current_user in database {conn.info.dbname} set search_path = app"
        )
    with Database(empty_database_url) as database:
        migrate(database)
    assert names(directly(empty_database_url), "show search_path") == ["app, hubspot"]


def test_an_empty_search_path_becomes_ours_alone(
    empty_database_url: str, directly: Callable[[str], str]
) -> None:
    with psycopg.connect(empty_database_url, autocommit=True) as conn:
        conn.execute(f"alter database {conn.info.dbname} set search_path = ''")
    with Database(empty_database_url) as database:
        migrate(database)
    assert names(directly(empty_database_url), "show search_path") == ["hubspot"]


@EVERY_ROLE
def test_another_schema_works_and_leaves_the_default_one_alone(
    empty_database_url: str, directly: Callable[[str], str]
) -> None:
    with Database(empty_database_url, "Crm_Copy") as database:
        migrate(database)
        with database.transaction() as conn:
            assert conn.execute(
                "select to_regclass('hubspot_contacts_raw')::text as name"
            ).fetchone() == {"name": "hubspot_contacts_raw"}
            assert conn.execute("select * from sync_status").fetchall() == []
    tables = (
        "select distinct table_schema from information_schema.tables"
        " where table_name like 'hubspot%'"
    )
    assert {*names(empty_database_url, tables)} == {"Crm_Copy", "Crm_Copy_dbt"}
    with psycopg.connect(directly(empty_database_url)) as conn:
        assert conn.execute("select count(*) from hubspot_contacts_raw").fetchone() == (0,)


@EVERY_ROLE
def test_the_companys_own_tables_stay_what_they_are(empty_database_url: str) -> None:
    with psycopg.connect(empty_database_url, autocommit=True) as conn:
        conn.execute("create schema business")
        conn.execute(
            "create table business.accounts (id int primary key, mail text, since timestamptz "
            "default now())"
        )
        conn.execute(
            "create view business.users as select id::text as user_id, mail as email,"
            " null::text as first_name, null::text as last_name,"
            " 0::numeric as client_lifetime_spend, since as created_at from business.accounts"
        )
    with Database(empty_database_url) as database:
        migrate(database)
    assert names(
        empty_database_url,
        "select relkind::text from pg_class where oid = 'business.users'::regclass",
    ) == ["v"]
