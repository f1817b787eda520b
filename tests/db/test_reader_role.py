"""migrate makes the reader role, its rights and policies, and leaves right ones alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from psycopg import sql

from db import reader_rights, readers, typed_views
from db.connect import Database
from db.migrate import migrate
from tests.databases import WORKER, copy_of
from tests.reading import as_person, person

ROLE = f"spoke_test_reader_{WORKER}"
# Bodies of deliveries, erased people, secrets: whatever the lists in db.reader_rights say.
NEVER = {
    *("webhook_events", "dead_letters", "pending_changes", "fetches", "purges", "privacy_requests"),
    *("portals", "api_tokens", "dashboard_users", "dashboard_sessions", "audit_entries"),
}


@pytest.fixture
def admin_url(servers: Any) -> Iterator[str]:
    with copy_of(servers.database_url) as url:
        yield url


@contextmanager
def passing_role(admin_url: str) -> Iterator[None]:
    """Begin without the reader role of these tests, and drop it at the end."""
    yield
    with psycopg.connect(admin_url, autocommit=True) as conn:
        if conn.execute("select from pg_roles where rolname = %s", [ROLE]).fetchone() is not None:
            conn.execute(sql.SQL("drop owned by {} cascade").format(sql.Identifier(ROLE)))
            conn.execute(sql.SQL("drop role {}").format(sql.Identifier(ROLE)))


@pytest.fixture
def no_role(admin_url: str) -> Iterator[None]:
    with passing_role(admin_url):
        yield


@pytest.fixture(params=["createrole", "nocreaterole"])
def owner(request: pytest.FixtureRequest, admin_url: str, no_role: None) -> Iterator[Database]:
    """Give a database of an ordinary role, which may or may not make roles."""
    with person(admin_url, "owner", f"login {request.param}") as role:
        with psycopg.connect(admin_url, autocommit=True) as conn:
            named = sql.Identifier(conn.info.dbname), sql.Identifier(role)
            conn.execute(sql.SQL("alter database {} owner to {}").format(*named))
        url = psycopg.conninfo.make_conninfo(admin_url, user=role)
        with Database(url, reader_role=ROLE) as database:
            yield database
        leave_to_admin(admin_url, role)


def leave_to_admin(admin_url: str, role: str) -> None:
    """So that the role can be dropped."""
    with psycopg.connect(admin_url, autocommit=True) as conn:
        named = sql.Identifier(role)
        conn.execute(sql.SQL("reassign owned by {} to current_user").format(named))


@pytest.fixture
def migrated(servers: Any, template: str) -> Iterator[Database]:
    """Give a migrated database whose readers get another role."""
    with (
        copy_of(servers.database_url, template) as url,
        passing_role(url),
        Database(url, reader_role=ROLE) as database,
    ):
        migrate(database)
        yield database


def left(database: Database) -> list[str]:
    with database.transaction() as conn:
        return readers.todo(conn, database.reader_role)


def refused(database: Database) -> str:
    """Why nothing can be read."""
    with pytest.raises(readers.ReaderError) as raised, readers.reading(database, [1]):
        pass
    return str(raised.value)


def written(url: str) -> list[tuple[Any, ...]]:
    """Answer which transaction wrote each entry of the catalogue, of our schemas and roles."""
    query = """
        select 'pg_class', oid::text, xmin::text from pg_class
         where relnamespace in ('hubspot'::regnamespace, 'business'::regnamespace)
        union all select 'pg_attribute', attrelid || ' ' || attnum, pg_attribute.xmin::text
          from pg_attribute join pg_class on pg_class.oid = attrelid
         where relnamespace = 'hubspot'::regnamespace
        union all select 'pg_proc', oid::text, xmin::text
          from pg_proc where pronamespace = 'hubspot'::regnamespace
        union all select 'pg_policy', oid::text, xmin::text from pg_policy
        union all select 'pg_namespace', oid::text, xmin::text from pg_namespace
        union all select 'pg_auth_members', roleid || ' ' || member, xmin::text from pg_auth_members
        union all select 'programs', role_name, xmin::text from hubspot.reading_programs
         order by 1, 2
    """
    with psycopg.connect(url) as conn:
        return conn.execute(query.encode()).fetchall()


def test_an_ordinary_owner_gets_as_far_as_its_rights_go(
    owner: Database, admin_url: str, request: pytest.FixtureRequest
) -> None:
    migrate(owner)
    statements = left(owner)
    if "[createrole]" in request.node.name:
        assert statements == []
    else:
        assert len(statements) == 2
        assert statements[0] == f'create role "{ROLE}" nologin;'
        assert statements[1].startswith(f'grant "{ROLE}" to "spoke_test_owner_{WORKER}"')
        assert "does not exist" in refused(owner)
        with psycopg.connect(admin_url, autocommit=True) as conn:
            for statement in statements:
                conn.execute(statement.encode())
        readers.establish(owner)
        assert left(owner) == []
    with owner.transaction() as conn:
        conn.execute("insert into portals (portal_id) values (1)")
    with readers.reading(owner, [1]) as conn:
        assert conn.execute("select * from contacts").fetchall() == []
        sales = conn.execute('select "totalCalls" from sales_metrics(portal => 1)').fetchall()
    assert sales == [{"totalCalls": 0}]
    before = written(admin_url)
    readers.establish(owner)
    assert written(admin_url) == before


@pytest.mark.parametrize("owner", ["createrole"], indirect=True)
def test_a_role_that_may_not_be_set_is_one_statement_away(owner: Database, admin_url: str) -> None:
    with psycopg.connect(admin_url, autocommit=True) as conn:
        conn.execute(f'create role "{ROLE}" nologin superuser'.encode())
        conn.execute(f'alter role "{ROLE}" nosuperuser'.encode())
    if psycopg.connect(admin_url).info.server_version < 160000:
        pytest.skip("before PostgreSQL 16 a role that may make roles may set all of them")
    migrate(owner)
    grant = f'grant "{ROLE}" to "spoke_test_owner_{WORKER}"'
    assert left(owner) == [f"{grant} with inherit false, set true;"]
    assert "permission denied to set role" in refused(owner)


def test_twice_writes_nothing_and_waits_for_nobody(migrated: Database) -> None:
    before = written(migrated.url)
    with psycopg.connect(migrated.url) as conn:
        for table in ("contacts", "sync_status", "business.users", "readers"):
            conn.execute(f"select * from {table if '.' in table else 'hubspot.' + table}".encode())
        readers.establish(migrated)  # would wait for that reader, and give up
    assert written(migrated.url) == before


def test_every_table_with_a_portal_has_a_policy_and_so_have_later_ones(migrated: Database) -> None:
    bare = """
        select relname
          from pg_class
          join pg_attribute on attrelid = pg_class.oid and attname = 'portal_id'
         where relnamespace = 'hubspot'::regnamespace and relkind = 'r'
           and not exists (select from pg_policy where polrelid = pg_class.oid)
    """
    with psycopg.connect(migrated.url, autocommit=True) as conn:
        assert conn.execute(bare.encode()).fetchall() == []
        conn.execute("create table hubspot.later (portal_id bigint)")
        assert reader_rights.guard(migrated) == ["later"]
        assert conn.execute(bare.encode()).fetchall() == []
        on = conn.execute("select relrowsecurity from pg_class where relname = 'later'")
        assert on.fetchone() == (True,)


@pytest.mark.parametrize(
    "change",
    [
        "drop policy readers on hubspot.hubspot_contacts_raw",
        "alter policy readers on hubspot.hubspot_contacts_raw using (true)",
        "alter table hubspot.hubspot_contacts_raw disable row level security",
        'alter policy readers on hubspot.hubspot_contacts_raw to "{role}"',
    ],
)
def test_a_policy_that_was_changed_by_hand_is_put_right(migrated: Database, change: str) -> None:
    with psycopg.connect(migrated.url, autocommit=True) as conn:
        conn.execute(change.format(role=ROLE).encode())
    assert reader_rights.guard(migrated) == ["hubspot_contacts_raw"]
    assert reader_rights.guard(migrated) == []


def may(database: Database, role: str, what: str) -> bool:
    asked = [role, f"hubspot.{what}"]
    with psycopg.connect(database.url) as conn:
        found = conn.execute("select has_table_privilege(%s, %s, 'select')", asked).fetchone()
    return bool(found and found[0])


def test_the_reader_role_has_what_is_listed_and_no_more(migrated: Database) -> None:
    with psycopg.connect(migrated.url, autocommit=True) as conn:
        conn.execute(f'grant select, insert on hubspot.purges to "{ROLE}"'.encode())
        conn.execute(f'grant update on hubspot.contacts to "{ROLE}"'.encode())
        conn.execute(f'revoke select on hubspot.deals from "{ROLE}"'.encode())
    readers.establish(migrated)
    with psycopg.connect(migrated.url) as conn:
        query = """
            select table_name, privilege_type
              from information_schema.role_table_grants where grantee = %s
        """
        granted = conn.execute(query, [ROLE]).fetchall()
    assert {right for _, right in granted} == {"SELECT"}
    assert {table for table, _ in granted}.isdisjoint(NEVER) and ("deals", "SELECT") in granted


def test_a_view_that_is_dropped_or_new_can_be_read_again(migrated: Database) -> None:
    with person(migrated.url, "ann") as ann:
        with migrated.transaction() as conn:
            conn.execute("insert into portals (portal_id) values (1)")
            readers.add(conn, ann, [1])
            conn.execute("drop view sync_status, contacts, uncertain_links")
        migrate(migrated)
        with migrated.transaction() as conn:  # a type appears, and a property changes its type
            conn.execute(
                "insert into hubspot_schemas (portal_id, type_id, object_type, raw_json)"
                " values (1, '2-1', 'cars', '{}')"
            )
            conn.execute(
                "insert into hubspot_properties (portal_id, object_type, name, type, raw_json)"
                " values (1, 'deals', 'size', 'string', '{}')"
            )
        typed_views.rebuild(migrated)
        with migrated.transaction() as conn:
            conn.execute("update hubspot_properties set type = 'number' where name = 'size'")
        typed_views.rebuild(migrated)
        for role in (ROLE, ann):
            for view in ("sync_status", "contacts", "uncertain_links", "custom_cars", "deals"):
                assert may(migrated, role, view), (role, view)


def test_another_reader_role_takes_the_place_of_the_first(migrated: Database) -> None:
    with (
        person(migrated.url, "next", "nologin") as role,
        Database(migrated.url, reader_role=role) as database,
    ):
        readers.establish(database)
        assert may(database, role, "contacts") and not may(database, ROLE, "contacts")
        with database.transaction() as conn:
            assert [each.role for each in readers.everybody(conn)] == [role]


def test_the_owner_is_no_reader_role(admin_url: str) -> None:
    with psycopg.connect(admin_url) as conn:
        name = conn.info.user
    with Database(admin_url, reader_role=name) as database:
        migrate(database)
        said = f"READER_ROLE is {name}, who owns the tables and sees everything."
        assert left(database) == [f"{said} Name another role."]
        with database.transaction() as conn:
            assert readers.everybody(conn) == []


@pytest.fixture
def product(migrated: Database) -> Iterator[str]:
    """Give the role of the company's product, which keeps its users in `business`."""
    with person(migrated.url, "product") as role:
        with psycopg.connect(migrated.url, autocommit=True) as conn:
            conn.execute(f'grant usage on schema business to "{role}"'.encode())
            conn.execute(f'grant all on all tables in schema business to "{role}"'.encode())
        yield role


def test_the_product_goes_on_using_its_own_tables(
    migrated: Database, product: str, directly: Callable[[str], str]
) -> None:
    """Though row security is on, and though it knows nothing of our schema."""
    with as_person(directly(migrated.url), product) as conn:
        conn.execute("insert into business.users (user_id, email) values ('u1', 'ann@example.com')")
        conn.execute("update business.users set email = 'bob@example.com'")
        assert conn.execute("select email from business.users").fetchall() == [("bob@example.com",)]
        conn.execute("delete from business.users")
    with psycopg.connect(migrated.url) as conn:
        on = (
            "select bool_and(relrowsecurity) from pg_class"
            " where relnamespace = 'business'::regnamespace and relkind = 'r'"
        )
        assert conn.execute(on).fetchone() == (True,)


def test_what_the_company_granted_on_its_own_tables_stays(migrated: Database, product: str) -> None:
    with migrated.transaction() as conn:
        conn.execute("insert into portals (portal_id) values (1)")
        conn.execute(f'grant select on business.transactions to "{ROLE}"'.encode())
        readers.add(conn, product, [1])
        readers.remove(conn, product)
    readers.establish(migrated)
    query = """
        select has_table_privilege(%s, 'business.users', 'insert, update, delete')
           and has_table_privilege(%s, 'business.users', 'select')
           and has_table_privilege(%s, 'business.transactions', 'select') as stays,
               has_table_privilege(%s, 'hubspot.contacts', 'select') as left
    """
    with migrated.transaction() as conn:
        found = conn.execute(query.encode(), [product, product, ROLE, product]).fetchone()
    assert found == {"stays": True, "left": False}


def test_public_roles_see_nothing_of_business_whatever_they_were_granted(
    migrated: Database,
) -> None:
    with psycopg.connect(migrated.url) as conn:
        conn.execute("insert into business.users (user_id) values ('u1')")
        if conn.execute("select from pg_roles where rolname = 'anon'").fetchone() is None:
            conn.execute("create role anon nologin")
        conn.execute("grant usage on schema business to anon; grant all on business.users to anon")
        conn.execute("set local role anon")
        assert conn.execute("select * from business.users").fetchall() == []
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute("insert into business.users (user_id) values ('u2')")
        conn.rollback()


def test_rules_of_the_companys_own_stay(migrated: Database) -> None:
    with psycopg.connect(migrated.url, autocommit=True) as conn:
        conn.execute("drop policy readers on business.teams")
        conn.execute("create policy members on business.teams for select using (team_id = 't1')")
        assert reader_rights.guard(migrated) == []
        conn.execute("alter table business.teams disable row level security")
        assert reader_rights.guard(migrated) == ["business.teams"]


def test_views_of_the_companys_own_tables_are_read_through(admin_url: str, no_role: None) -> None:
    with psycopg.connect(admin_url, autocommit=True) as conn:
        conn.execute("create schema business; create table business.kept (id text, name text)")
        conn.execute("insert into business.kept values ('t1', 'Acme')")
        conn.execute(
            "create view business.teams as select id as team_id, name as team_name,"
            " now() as created_at from business.kept"
        )
    with Database(admin_url, reader_role=ROLE) as database:
        migrate(database)
        with database.transaction() as conn:
            conn.execute("insert into portals (portal_id) values (1)")
            conn.execute(
                "insert into hubspot_companies_raw"
                " (portal_id, hubspot_id, name, raw_json, fetched_at, updated_at)"
                " values (1, '201', 'Acme', '{}', now(), now())"
            )
            conn.execute("select refresh_team_keys(), settle_team_marks(1000)")
        with readers.reading(database, [1]) as conn:
            found = conn.execute("select team_name from team_spending").fetchall()
        assert found == [{"team_name": "Acme"}]


def test_what_is_not_ours_to_grant_is_said(admin_url: str, no_role: None) -> None:
    with person(admin_url, "owner", "login createrole") as role:
        with psycopg.connect(admin_url, autocommit=True) as conn:
            named = sql.Identifier(conn.info.dbname), sql.Identifier(role)
            conn.execute(sql.SQL("alter database {} owner to {}").format(*named))
            conn.execute(
                "create schema business;"
                " create view business.teams as select 't1'::text as team_id,"
                " 'Acme'::text as team_name, now() as created_at"
            )
            conn.execute(f'grant usage, create on schema business to "{role}"'.encode())
            conn.execute(f'grant select on business.teams to "{role}"'.encode())
        url = psycopg.conninfo.make_conninfo(admin_url, user=role)
        with Database(url, reader_role=ROLE) as database:
            migrate(database)
            grant = 'grant select ("team_id", "team_name") on business.teams'
            assert left(database) == [f'{grant} to "{ROLE}";']
        leave_to_admin(admin_url, role)
