"""Views of every property for each portal: nothing that one portal defines reaches another's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from db import readers, typed_views
from db.connect import Database
from db.migrate import migrate
from tests.databases import WORKER, copy_of, owned_by
from tests.reading import as_person, person

from .test_typed_custom_views import define, do, rows, stored
from .test_typed_views import define as define_standard
from .test_typed_views import insert, shape

Session = psycopg.Connection[Any]
ALONE = "select relname from pg_class where relnamespace = to_regnamespace('hubspot_%s')"


@pytest.fixture
def two(database: Database) -> Database:
    """Give two portals, both with a type `cars`, whose properties differ in type."""
    with database.transaction() as conn:
        for portal, size in ((1, "12"), (2, "large")):
            insert(conn, "7", {"size": size}, portal_id=portal)
            conn.execute("insert into portals (portal_id) values (%s)", [portal])
    define_standard(database, {"size": "number", "title": "string"})
    define(database, size="number", doors="number", plate="string")
    define_standard(database, {"size": "string", "title": "string"}, portal_id=2)
    define(database, portal_id=2, size="string", wheels="number", plate="string")
    stored(database, "1", size="4", doors="2", plate="A-1")
    stored(database, "1", portal_id=2, size="large", wheels="3", plate="B-2")
    return database


def test_each_portal_has_its_own_types_and_the_shared_view_what_is_alike(two: Database) -> None:
    assert rows(two, "select size, doors, plate from hubspot_1.custom_cars") == [(4, 2, "A-1")]
    assert rows(two, "select size, wheels, plate from hubspot_2.custom_cars") == [
        ("large", 3, "B-2")
    ]
    shared = "select plate, raw_json #>> '{properties,size}' from custom_cars order by portal_id"
    assert rows(two, shared) == [("A-1", "4"), ("B-2", "large")]
    assert {"size", "doors", "wheels"}.isdisjoint(shape(two, "custom_cars"))
    assert rows(two, "select portal_id, size from hubspot_1.contacts") == [(1, 12)]
    assert rows(two, "select portal_id, size from hubspot_2.contacts") == [(2, "large")]
    assert ("size" in shape(two), "title" in shape(two)) == (False, True)
    said = "select obj_description('hubspot_2.custom_cars'::regclass)"
    assert rows(two, said) == [("Records of the custom object type cars. Of portal 2 alone.",)]


def test_what_one_portal_defines_changes_no_view_of_another(two: Database) -> None:
    """Another type, 1,700 properties, and a type whose name is another's stand-in."""
    define(two, "Cars", plate="string")
    views = ("contacts", "custom_cars", "custom_cars_6d2d76c4")
    before = [shape(two, f"hubspot_1.{view}") for view in views]
    assert all(before)
    many = {f"property_{number:04}": "string" for number in range(1_700)}
    define(two, portal_id=2, **(many | {"doors": "date", "plate": "bool", "size": "bool"}))
    define_standard(two, {"title": "date", "size": "bool"}, portal_id=2)
    define(two, "cars_6d2d76c4", portal_id=2, plate="string")
    assert [shape(two, f"hubspot_1.{view}") for view in views] == before
    assert len(shape(two, "hubspot_2.custom_cars")) == 1_600


def test_people_use_the_views_of_their_portals_alone(
    two: Database, directly: Callable[[str], str]
) -> None:
    with person(two.url, "ann") as ann:
        with two.transaction() as conn:
            readers.add(conn, ann, [1])
        with as_person(directly(two.url), ann) as session:
            assert of(session, "hubspot_1.custom_cars") == of(session, "hubspot_1.contacts") == [1]
            for view in ("hubspot_2.custom_cars", "hubspot_2.contacts"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    of(session, view)
        do(two, f'grant usage on schema hubspot_2 to "{ann}"')
        do(two, f'grant select on hubspot_2.custom_cars to "{ann}"')
        define(two, portal_id=2, size="date", plate="string")  # dropped and created
        with as_person(directly(two.url), ann) as session:
            assert of(session, "hubspot_2.custom_cars") == [], "row security holds all the same"
        with two.transaction() as conn:
            readers.remove(conn, ann)
            left = "select has_schema_privilege(%s, 'hubspot_1', 'usage') as left"
            assert conn.execute(left, [ann]).fetchone() == {"left": False}
        with as_person(directly(two.url), ann) as session:
            for view in ("hubspot_1.custom_cars", "hubspot_2.custom_cars"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    of(session, view)
    readers.establish(two)
    with readers.reading(two, [2]) as conn:
        found = "select portal_id from hubspot_{0}.custom_cars"
        assert [conn.execute(found.format(each)).fetchall() for each in "12"] == [
            [],
            [{"portal_id": 2}],
        ]


def of(session: Session, view: str) -> list[int]:
    """Answer whose records a session sees in a view."""
    found = session.execute(f"select distinct portal_id from {view}".encode()).fetchall()
    return [row[0] for row in found]


def test_the_views_of_a_removed_portal_go_and_the_others_stay(two: Database) -> None:
    for table in ("portals", "hubspot_schemas", "hubspot_properties"):
        do(two, f"delete from {table} where portal_id = 2")
    typed_views.rebuild(two)
    assert rows(two, "select to_regnamespace('hubspot_2')::text") == [(None,)]
    assert rows(two, "select count(*) from typed_views where portal_id = 2") == [(0,)]
    assert "size" in shape(two, "hubspot_1.custom_cars")
    assert shape(two, "custom_cars")["doors"] == "numeric", "it is the only one's again"


def test_a_schema_of_another_is_left_alone_and_told(database: Database) -> None:
    do(database, "create schema hubspot_2")
    do(database, "create view hubspot_2.contacts as select 1 as mine")
    define(database, size="number")
    define(database, portal_id=2, size="number")
    assert "size" in shape(database, "hubspot_1.custom_cars")
    assert shape(database, "hubspot_2.contacts") == {"mine": "integer"}
    problems = "select name, problem from typed_views where problem is not null"
    said = "The schema hubspot_2 is not Spoke's: rename it, and the views come within the hour"
    assert rows(database, problems) == [("custom_cars", said)]


def test_an_owner_who_may_make_no_schemas_is_told_and_goes_on_after_an_admin_did(
    servers: Any,
) -> None:
    """Databases that were migrated before the second portal came are no other case."""
    with (
        copy_of(servers.database_url) as admin_url,
        owned_by(f"spoke_test_narrow_{WORKER}", admin_url) as url,
        Database(url) as database,
        psycopg.connect(admin_url, autocommit=True) as admin,
    ):
        migrate(database)
        do(database, "insert into portals (portal_id) values (1), (2)")
        name = admin.info.dbname
        admin.execute(f'alter database "{name}" owner to current_user'.encode())
        define(database, size="number")
        define(database, portal_id=2, size="string")
        told = "select problem from typed_views where portal_id = 2"
        ((problem,),) = rows(database, told)
        statement = problem.split("`")[1]
        assert statement.startswith('create schema "hubspot_2" authorization "spoke_test_narrow')
        admin.execute(statement.encode())
        migrate(database)
        assert shape(database, "hubspot_2.custom_cars")["size"] == "text"
        assert rows(database, told) == [(None,)]
