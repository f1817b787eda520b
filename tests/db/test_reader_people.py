"""People see their portals and nothing else: each test is an attack."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from db import reader_rights, readers
from db.connect import Database
from tests import databases
from tests.reading import FUNCTIONS, OTHER, OURS, as_person, canary, fill, person, views

Session = psycopg.Connection[Any]
REFUSED = psycopg.errors.InsufficientPrivilege


@pytest.fixture(scope="module")
def filled(servers: Any, template: str) -> Iterator[Database]:
    with databases.copy_of(servers.database_url, template) as url, Database(url) as database:
        fill(database)
        yield database


@pytest.fixture(scope="module")
def ann(filled: Database) -> Iterator[str]:
    """Give a role to log in with, which may see one of the two portals."""
    with person(filled.url, "ann") as role:
        with filled.transaction() as conn:
            readers.add(conn, role, [OURS])
        yield role


def seen(session: Session, what: str) -> list[int]:
    """Whose records these are, as far as this session sees them."""
    query = f"select distinct portal_id from {what} order by 1"
    return [row[0] for row in session.execute(query.encode()).fetchall()]


@pytest.fixture
def session(filled: Database, directly: Callable[[str], str], ann: str) -> Iterator[Session]:
    with as_person(directly(filled.url), ann) as opened:
        yield opened


@pytest.fixture
def admin(filled: Database, directly: Callable[[str], str]) -> Iterator[Session]:
    with psycopg.connect(directly(filled.url), autocommit=True) as opened:
        yield opened


def test_a_person_sees_one_portal_in_every_view(filled: Database, session: Session) -> None:
    for view in views(filled):
        found = session.execute(f"select * from {view}".encode()).fetchall()
        assert found and canary(OTHER) not in repr(found), view
    assert seen(session, "hubspot_contacts_raw") == [OURS]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_and_by_every_function(session: Session, function: str) -> None:
    """A portal of others and one that does not exist are answered alike."""
    assert session.execute(f"select * from {function.format(portal=OURS)}".encode()).fetchall()
    said = [told(session, function.format(portal=portal)) for portal in (OTHER, 999)]
    assert said[0].replace(str(OTHER), "999") == said[1]


def told(session: Session, function: str) -> str:
    """Answer what a function finds, or why it finds nothing."""
    try:
        with session.transaction():
            return repr(session.execute(f"select * from {function}".encode()).fetchall())
    except psycopg.errors.NoDataFound as error:
        return str(error.diag.message_primary)


WIDENING = [
    "set spoke.portals = '1,2'",
    "select set_config('spoke.portals', '2', false)",
    "create temp table readers as select 2::bigint as portal_id, current_user::name as role_name",
    "create temp table reading_programs (role_name) as select current_user::name",
    "create temp view portals as select 2::bigint as portal_id",
    "create function pg_temp.portals_for(name) returns bigint[] return array[1, 2]::bigint[]",
    "set search_path = pg_temp, hubspot, extensions",
]


@pytest.mark.parametrize("attack", WIDENING)
def test_no_setting_and_no_temporary_object_widens_it(session: Session, attack: str) -> None:
    session.execute("set spoke.portals = '2'")
    session.execute(attack.encode())
    for query in ("hubspot.contacts", "hubspot.records_containing('contacts', '{}')"):
        assert seen(session, query) == [OURS]
    assert session.execute("select hubspot.portals_for(current_user)").fetchall() == [([OURS],)]


REFUSALS = [
    "set role spoke_reader",
    "select set_config('role', 'spoke_reader', false)",
    "set session authorization spoke_reader",
    "grant spoke_reader to current_user",
    "insert into hubspot.readers (portal_id, role_name) values (2, current_user)",
    "update hubspot.readers set portal_id = 2",
    "delete from hubspot.readers",
    "insert into hubspot.reading_programs values (current_user)",
    "update hubspot.current_contacts set firstname = 'x'",
    "insert into hubspot.current_contacts (portal_id, hubspot_id) values (2, '1')",
    "delete from hubspot.hubspot_contacts_raw",
    "alter table hubspot.hubspot_contacts_raw disable row level security",
    "drop policy readers on hubspot.hubspot_contacts_raw",
    "create policy mine on hubspot.hubspot_contacts_raw using (true)",
    "create or replace function hubspot.portals_for(reader name) returns bigint[] return null",
    "create function hubspot.mine() returns int language sql as 'select 1'",
    "create table hubspot.mine (id int)",
    "set row_security = off; select * from hubspot.hubspot_contacts_raw",
    "select hubspot.portals_for('spoke_reader')",
    "select hubspot.portals_for('another role')",
    "alter role current_user bypassrls",
    "copy hubspot.webhook_events to stdout",
]


@pytest.mark.parametrize("attack", REFUSALS)
def test_what_would_widen_it_is_refused(session: Session, attack: str) -> None:
    with pytest.raises(REFUSED):
        for statement in attack.split("; "):
            session.execute(statement.encode())


def test_naming_portals_to_what_looks_up_helps_nothing(session: Session) -> None:
    assert seen(session, "search_records('{1,2}', 'contacts', '{}')") == [OURS]
    assert seen(session, "search_as_reader('contacts', '{}')") == [OURS]
    assert seen(session, "search_names('{1,2}', 'contacts', '{}')") == [OURS]
    assert seen(session, "search_names_as_reader('contacts', '{}')") == [OURS]
    assert seen(session, "records_named('contacts', '{}')") == [OURS]


def test_a_function_in_a_condition_sees_no_other_row(session: Session) -> None:
    told: list[str] = []
    session.add_notice_handler(lambda notice: told.append(notice.message_primary or ""))
    session.execute(
        "create function pg_temp.tell(text) returns boolean language plpgsql cost 0.0000001"
        " as $$ begin raise notice '%', $1; return true; end $$"
    )
    session.execute("select * from contacts where pg_temp.tell(firstname)")
    session.execute("select * from deals_as_of(now()) where pg_temp.tell(dealname)")
    assert canary(OURS) in told and canary(OTHER) not in told


def test_an_error_tells_nothing_of_another_row(session: Session) -> None:
    """Only of the other portal would it divide by zero."""
    assert seen(session, "contacts where 1 / (2 - portal_id) = 1") == [OURS]


def test_statistics_show_no_values(session: Session) -> None:
    session.execute("select count(*) from pg_stats where schemaname = 'pg_catalog'")
    stored = "select from pg_stats where tablename = 'hubspot_contacts_raw'"
    assert session.execute(stored.encode()).fetchall() == []


def test_a_relation_that_pretends_to_be_ours_is_not_looked_up(session: Session) -> None:
    """Or a view of that name would run its maker's functions with our rights."""
    session.execute(
        "create function pg_temp.tell() returns text language sql"
        " as $$ select current_user::text $$;"
        "create temp view hubspot_traps_raw as select 1::bigint as portal_id,"
        " pg_temp.tell() as hubspot_id, '{}'::jsonb as raw_json, false as archived,"
        " null::text as merged_into"
    )
    assert session.execute("select * from records_containing('traps', '{}')").fetchall() == []


def test_maintenance_of_a_persons_table_runs_with_that_persons_rights_only(
    session: Session, admin: Session, ann: str
) -> None:
    """Analyzing it, as autovacuum does with a superuser's session, runs code of that person."""
    admin.execute(f'create schema spying authorization "{ann}"'.encode())
    try:
        session.execute(
            "create function spying.look(int) returns int immutable language plpgsql"
            " set search_path = '' as $$ begin"
            " raise notice 'portals: %', (select array_agg(distinct portal_id)"
            " from hubspot.search_as_reader('contacts', '{}')); return $1; end $$"
        )
        session.execute("create table spying.bait as select 1 as n")
        session.execute("create index on spying.bait (spying.look(n))")
        told: list[str] = []
        admin.add_notice_handler(lambda notice: told.append(notice.message_primary or ""))
        with pytest.raises(REFUSED, match="is no reader of this copy"):
            admin.execute("analyze spying.bait")
        assert told == []
    finally:
        admin.execute("drop schema spying cascade")


def test_a_person_who_became_the_reader_role_keeps_to_the_same_portals(
    session: Session, admin: Session, ann: str
) -> None:
    """An admin made a mistake."""
    admin.execute(f'grant spoke_reader to "{ann}"'.encode())
    try:
        session.execute("set role spoke_reader")
        session.execute("set spoke.portals = '2'")
        assert seen(session, "contacts") == [OURS]
        assert seen(session, "records_containing('deals', '{}')") == [OURS]
    finally:
        admin.execute(f'revoke spoke_reader from "{ann}"'.encode())


def test_a_granted_role_that_is_no_reader_is_told_so(
    filled: Database, directly: Callable[[str], str], admin: Session
) -> None:
    """No rows and no error would look like an empty copy."""
    with person(filled.url, "analyst") as role:
        admin.execute(f'grant usage on schema hubspot to "{role}"'.encode())
        admin.execute(f'grant select on all tables in schema hubspot to "{role}"'.encode())
        with as_person(directly(filled.url), role) as conn:
            for query in ("contacts", "sync_status", "user_keys"):
                with pytest.raises(REFUSED, match=f"The role {role} is no reader of this copy"):
                    conn.execute(f"select * from {query}".encode())
            assert conn.execute("select * from readers").fetchall() == []


def shown(filled: Database, role: str) -> set[tuple[str, str]]:
    """(relation, column) of every table that the role may select from."""
    query = """
        select relname, attname
          from pg_class
          join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped
         where relnamespace in ('hubspot'::regnamespace, 'business'::regnamespace)
           and relkind in ('r', 'p')
           and has_column_privilege(%s, pg_class.oid, attname, 'select')
    """
    with psycopg.connect(filled.url) as conn:
        return {(str(table), str(column)) for table, column in conn.execute(query.encode(), [role])}


PORTALS = reader_rights.PARTS["portals"]
HIDDEN = {
    *("token_encrypted", "salt", "event", "event_key", "payload", "reason", "differences"),
    *("leased_until", "last_hubspot_id", "first_name", "last_name"),
}
CLOSED = {
    *("purges", "fetches", "migrations", "typed_views", "scan_stretches", "shared_domains"),
    *("link_marks", "team_marks", "team_keys", "team_membership", "transactions"),
}


@pytest.mark.parametrize("who", ["spoke_reader", "ann"])
def test_plumbing_tokens_and_bodies_are_not_shown(filled: Database, ann: str, who: str) -> None:
    found = shown(filled, ann if who == "ann" else who)
    tables = {table for table, _ in found}
    assert {column for table, column in found if table == "portals"} == set(PORTALS)
    assert {"dead_letters", "webhook_events", "scans", "user_keys", "teams"} <= tables
    named = {column for table, column in found if table != "ingested_events"}  # whose own it is
    assert HIDDEN.isdisjoint(named)
    assert CLOSED.isdisjoint(tables)


@pytest.mark.parametrize("who", ["spoke_reader", "ann"])
def test_readers_may_only_select(filled: Database, ann: str, who: str) -> None:
    role = ann if who == "ann" else who
    query = """
        select distinct privilege_type
          from information_schema.column_privileges where grantee = %s
    """
    volatile = """
        select from pg_proc, aclexplode(proacl)
         where provolatile = 'v' and grantee = %s::regrole
    """
    with psycopg.connect(filled.url) as conn:
        assert conn.execute(query, [role]).fetchall() == [("SELECT",)]
        assert conn.execute(volatile.encode(), [role]).fetchall() == []


def test_functions_with_our_rights_are_closed_and_look_nowhere_else(filled: Database) -> None:
    query = """
        select proname, has_function_privilege('public', oid, 'execute'),
               array_to_string(proconfig, ' ')
          from pg_proc where pronamespace = 'hubspot'::regnamespace and prosecdef
    """
    with psycopg.connect(filled.url) as conn:
        found = conn.execute(query.encode()).fetchall()
    searches = {"search_as_reader", "search_names_as_reader", "records_in_order"}
    assert {name for name, _, _ in found} == {*searches, "keep_users", "forget_users"}
    assert [name for name, is_open, _ in found if is_open] == []
    assert [name for name, _, config in found if not config.endswith("pg_temp")] == []
