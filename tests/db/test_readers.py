"""Programs read exactly the portals that they name, in every view, after any program before
them."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.errors import NoDataFound

from db import readers
from db.connect import Connection, Database, PoolLimits
from tests import databases
from tests.reading import FUNCTIONS, OTHER, OURS, canary, fill, functions, person, views

NOBODYS = 999  # a portal that is not there


@pytest.fixture(scope="module")
def filled(servers: object, template: str) -> Iterator[Database]:
    """Give two portals with the same ids. One connection, so that each reader gets the one
    before's."""
    with (
        databases.copy_of(servers.database_url, template) as url,  # type: ignore[attr-defined]
        Database(url, limits=PoolLimits(connections=1)) as database,
    ):
        fill(database)
        yield database


def rows(conn: Connection, query: str) -> list[dict[str, object]]:
    return conn.execute(query.encode()).fetchall()


def read(database: Database, query: str, *portals: int) -> list[dict[str, object]]:
    with readers.reading(database, portals) as conn:
        return rows(conn, query)


def test_every_view_shows_one_portal_and_nothing_of_the_other(filled: Database) -> None:
    for view in views(filled):
        ours = read(filled, f"select * from {view}", OURS)
        other = read(filled, f"select * from {view}", OTHER)
        assert ours and other, view
        if view != "metrics":
            assert {row["portal_id"] for row in ours} == {OURS}, view
            assert {row["portal_id"] for row in other} == {OTHER}, view
        assert canary(OTHER) not in repr(ours), view


def test_the_canary_would_be_seen(filled: Database) -> None:
    """Most views show a text of their portal; without, the test before could not fail by one."""
    shown = {view: read(filled, f"select * from {view}", OTHER) for view in views(filled)}
    assert sum(canary(OTHER) in repr(rows) for rows in shown.values()) > 30


def test_two_portals_are_read_together(filled: Database) -> None:
    counts = "select portal_id, count(*) as n from contacts group by 1 order by 1"
    found = [tuple(row.values()) for row in read(filled, counts, OURS, OTHER)]
    assert found == [(OURS, 2), (OTHER, 2)]


def test_without_a_portal_no_view_shows_a_row(filled: Database) -> None:
    for view in views(filled) - {"metrics"}:
        assert read(filled, f"select * from {view}") == [], view


@pytest.mark.parametrize("setting", [None, ""])
def test_unset_or_empty_is_nothing(filled: Database, setting: str | None) -> None:
    with filled.transaction() as conn:
        if setting is not None:
            conn.execute("select set_config('spoke.portals', %s, true)", [setting])
        conn.execute("set local role spoke_reader")
        for view in ("contacts", "sync_status", "team_spending", "contacts_to_users"):
            assert rows(conn, f"select * from {view}") == [], view
        assert rows(conn, "select user_id from user_keys") == []
        assert rows(conn, "select * from records_containing('contacts', '{}')") == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_answers_for_one_portal_alone(filled: Database, function: str) -> None:
    """A portal of others and one that does not exist are refused alike."""
    own = read(filled, f"select * from {function.format(portal=OURS)}", OURS)
    assert own and read(filled, f"select * from {function.format(portal=OTHER)}", OTHER)
    assert canary(OTHER) not in repr(own)
    for portal in (OTHER, NOBODYS):
        with pytest.raises(NoDataFound, match=f"There is no portal {portal} here"):
            read(filled, f"select * from {function.format(portal=portal)}", OURS)


def test_no_function_of_a_metric_is_left_out(filled: Database) -> None:
    assert {each.partition("(")[0] for each in FUNCTIONS} > functions(filled) > {"sales_metrics"}


@pytest.mark.parametrize(
    "search",
    [
        """records_containing('contacts', '{"properties": {}}')""",
        """records_containing('cars', '{"properties": {}}')""",
        "records_linked_to('deals', 'contacts', '101')",
        "records_linked_to('contacts', 'companies', '201')",
    ],
)
def test_what_is_looked_up_is_of_the_readers_portals(filled: Database, search: str) -> None:
    with filled.transaction() as conn:
        everything = rows(conn, f"select * from {search}")
    assert {row["portal_id"] for row in everything} == {OURS, OTHER}
    for portal in (OURS, OTHER):
        found = read(filled, f"select * from {search}", portal)
        assert found == [row for row in everything if row["portal_id"] == portal]


def test_the_next_transaction_of_a_connection_knows_nothing_of_it(filled: Database) -> None:
    assert len(read(filled, "select from contacts", OURS)) == 2
    with filled.transaction() as conn:
        assert len(rows(conn, "select from hubspot_contacts_raw")) == 4
        [left] = rows(conn, "select current_setting('spoke.portals', true) as portals")
        assert left["portals"] in (None, "")
        conn.execute("set local role spoke_reader")
        assert rows(conn, "select from contacts") == []


def test_nor_after_an_exception(filled: Database) -> None:
    with pytest.raises(ZeroDivisionError), readers.reading(filled, [OTHER]):
        _ = 1 / 0
    assert canary(OTHER) not in repr(read(filled, "select * from contacts", OURS))
    with pytest.raises(psycopg.errors.DivisionByZero):
        read(filled, "select 1 / 0", OTHER)
    with filled.transaction() as conn:
        assert rows(conn, "select current_user = session_user as own")[0]["own"]
    assert canary(OTHER) not in repr(read(filled, "select * from contacts", OURS))


def test_it_only_reads_and_not_for_long(filled: Database) -> None:
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        read(filled, "create temp table mine (id int)", OURS)
    with pytest.raises(psycopg.errors.QueryCanceled), readers.reading(filled, [OURS], 0.05) as conn:
        conn.execute("select pg_sleep(20)")


def test_only_whole_numbers_name_portals(filled: Database) -> None:
    with pytest.raises(ValueError), readers.reading(filled, ["1,2"]):  # type: ignore[list-item]
        pass


def test_a_role_that_is_not_there_is_named(filled: Database) -> None:
    with (
        Database(filled.url, reader_role="nobody_at_all") as database,
        pytest.raises(readers.ReaderError, match=r'^Nothing was read: role "nobody_at_all" does'),
        readers.reading(database, [OURS]),
    ):
        pass


def test_a_role_that_passes_by_row_security_reads_nothing(filled: Database) -> None:
    with (
        person(filled.url, "boundless", "nologin superuser") as role,
        Database(filled.url, reader_role=role) as database,
    ):
        sentence = f"Row security does not hold for the role {role}. Name another in READER_ROLE."
        with pytest.raises(readers.ReaderError) as raised, readers.reading(database, [OURS]):
            pass
        assert str(raised.value) == f"Nothing was read. {sentence}"
        readers.establish(database)
        with database.transaction() as conn:
            assert readers.todo(conn, role) == [sentence]
            assert [each.role for each in readers.everybody(conn)] == ["spoke_reader"]
