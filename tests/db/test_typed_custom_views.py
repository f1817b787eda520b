"""custom_cars for a portal's own type `cars`: a typed column for every property, under any name of
the type."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
import psycopg
import pytest

from db import grants, typed_view_plans, typed_views
from db import metadata as definitions
from db.connect import Connection, Database
from hubspot.mirrored import Mirrored
from hubspot.objects import CONTACTS

from .test_typed_views import reader as reader  # a role to give rights to
from .test_typed_views import shape, state

FIRST = {
    "portal_id": "bigint", "hubspot_id": "text", "contact_ids": "text[]", "company_ids": "text[]",
    "deal_ids": "text[]", "ticket_ids": "text[]", "raw_json": "jsonb",
    "updated_at": "timestamp with time zone", "synced_at": "timestamp with time zone",
}  # fmt: skip


def define(
    database: Database, object_type: str = "cars", portal_id: int = 1, **properties: str
) -> None:
    """Define a type of a portal and its properties, by type; then the views follow."""
    found = [
        {"name": name, "label": f"The {name}", "type": kind, "fieldType": "x"}
        for name, kind in properties.items()
    ]
    with database.transaction() as conn:
        conn.execute(
            "insert into portals (portal_id) values (%s) on conflict do nothing", [portal_id]
        )
        conn.execute(
            "insert into hubspot_schemas (portal_id, type_id, object_type, raw_json) values (%s,"
            " %s, %s, '{}') on conflict do nothing",
            [portal_id, object_type, object_type],
        )
        kind = replace(CONTACTS, name=object_type, shared=True)
        definitions.put_properties(conn, Mirrored(portal_id, kind), orjson.dumps(found).decode())
    typed_views.rebuild(database)


def stored(
    database: Database,
    hubspot_id: str,
    object_type: str = "cars",
    portal_id: int = 1,
    **properties: str,
) -> None:
    with database.transaction() as conn:
        insert(conn, hubspot_id, object_type, portal_id, properties)


def insert(
    conn: Connection, hubspot_id: str, object_type: str, portal_id: int, properties: dict[str, str]
) -> None:
    conn.execute(
        "insert into hubspot_objects_raw (portal_id, object_type, hubspot_id, raw_json,"
        " fetched_at, updated_at) values (%s, %s, %s, %s, now(), now())",
        [portal_id, object_type, hubspot_id, orjson.dumps({"properties": properties}).decode()],
    )


def rows(database: Database, query: str) -> list[tuple[Any, ...]]:
    with database.transaction() as conn:
        return [tuple(row.values()) for row in conn.execute(query.encode()).fetchall()]


def do(database: Database, statement: str) -> None:
    with database.transaction() as conn:
        conn.execute(statement.encode())


def gone(database: Database) -> None:
    """Take the types out of HubSpot."""
    with database.transaction() as conn:
        conn.execute("update hubspot_schemas set gone_at = now()")
    typed_views.rebuild(database)


def test_its_records_and_no_others_are_there_with_typed_columns_old_rows_too(
    database: Database,
) -> None:
    stored(database, "1", plate="B-1", price="9000", object_type="cars")
    stored(database, "1", plate="not a car", object_type="tyres")
    stored(database, "2", plate="archived")
    stored(database, "3", plate="merged")
    do(database, "update hubspot_objects_raw set archived = true where hubspot_id = '2'")
    do(database, "update hubspot_objects_raw set merged_into = '1' where hubspot_id = '3'")
    define(database, plate="string", price="number", born="date", raw_json="string")
    assert list(shape(database, "custom_cars").items()) == [
        *FIRST.items(),
        ("born", "date"),
        ("plate", "text"),
        ("price", "numeric"),
        ("raw_json_305cc153", "text"),
    ]
    assert rows(database, "select hubspot_id, plate, price, born from custom_cars") == [
        ("1", "B-1", 9000, None)
    ]
    said = (
        "select obj_description('custom_cars'::regclass), "
        "col_description('custom_cars'::regclass, 11)"
    )
    assert rows(database, said) == [("Records of the custom object type cars", "The plate")]


@pytest.mark.parametrize(
    ("object_type", "view"),
    [
        ("metrics", "custom_metrics"),
        ("p62515_deal", "custom_p62515_deal"),
        ("cars_raw", "custom_cars_raw"),
        ("x" * 56, "custom_" + "x" * 56),
        ("x" * 57, "custom_" + "x" * 47 + "_6366ce53"),
        ("Cars", "custom_cars_6d2d76c4"),
        ("2-123", "custom_2_123_0630ff74"),
        ("objects", "custom_objects_63b60d49"),
    ],
)
def test_a_view_is_called_as_its_type_and_never_as_one_of_ours(
    database: Database, object_type: str, view: str
) -> None:
    before = shape(database, "custom_objects")
    define(database, object_type, title="string")
    stored(database, "1", object_type, title="here")
    assert len(view) <= 63
    assert rows(database, f"select title from {view}") == [("here",)]
    assert shape(database, "custom_objects") == before


def test_nothing_else_of_ours_begins_as_they_do(migrated: Database) -> None:
    ours = (
        "select relname from pg_class where relnamespace = 'hubspot'::regnamespace"
        " and relname like 'custom\\_%%'"
    )
    assert {name for (name,) in rows(migrated, ours)} == typed_view_plans.OURS


def test_types_whose_names_differ_beyond_the_63rd_byte_have_a_view_each(database: Database) -> None:
    for end in ("one", "two"):
        define(database, "x" * 70 + end, title="string")
        stored(database, "1", "x" * 70 + end, title=end)
    views = rows(
        database, "select name from typed_views where starts_with(name, 'custom_') order by name"
    )
    assert sorted(
        rows(database, f"select title from {views[0][0]} union all select title from {views[1][0]}")
    ) == [
        ("one",),
        ("two",),
    ]


def test_more_properties_than_a_view_can_hold_are_left_out_and_named(database: Database) -> None:
    names = [f"property_{number:04}" for number in range(1_600)]
    define(database, **dict.fromkeys(names, "string"))
    assert len(shape(database, "custom_cars")) == 1_600
    assert state(database, "custom_cars")["left_out"] == names[-len(FIRST) :]


def test_a_changed_type_is_followed_and_rights_stay(database: Database, reader: str) -> None:
    define(database, size="string")
    stored(database, "1", size="12")
    with database.transaction() as conn:
        conn.execute(f"grant select on custom_cars to {reader}".encode())
        before = grants.read(conn, ["custom_cars"])
    define(database, size="number")
    assert rows(database, "select size from custom_cars") == [(12,)]
    with database.transaction() as conn:
        assert grants.read(conn, ["custom_cars"]) == before != []


def test_the_view_of_a_type_that_is_gone_stays_as_long_as_there_are_records(
    database: Database,
) -> None:
    define(database, size="number")
    define(database, "tyres", size="number")
    stored(database, "1", size="4")
    gone(database)
    assert rows(database, "select size from custom_cars") == [(4,)]
    assert shape(database, "custom_tyres") == {}
    do(database, "delete from hubspot_objects_raw")
    typed_views.rebuild(database)
    assert shape(database, "custom_cars") == {}
    assert rows(database, "select name from typed_views where name <> object_type") == []


def test_it_stays_too_where_a_view_of_yours_needs_it_and_goes_with_that(database: Database) -> None:
    define(database, size="number")
    do(database, "create view yours as select size from custom_cars")
    gone(database)
    assert "size" in shape(database, "custom_cars")
    assert "yours depends on view custom_cars" in state(database, "custom_cars")["problem"]
    do(database, "drop view yours")
    typed_views.rebuild(database)
    assert shape(database, "custom_cars") == {}


@pytest.mark.parametrize(
    "yours", ["create table custom_cars (mine text)", "create view custom_cars as select 1 as mine"]
)
def test_what_is_yours_is_left_alone(database: Database, yours: str) -> None:
    do(database, yours)
    define(database, size="number")
    assert "size" not in shape(database, "custom_cars")
    assert "Something of yours is called custom_cars" in state(database, "custom_cars")["problem"]
    typed_views.rebuild(database)
    gone(database)
    assert "mine" in shape(database, "custom_cars")
    do(database, "update hubspot_schemas set gone_at = null")
    do(database, f"alter {yours.split()[1]} custom_cars rename to mine")
    typed_views.rebuild(database)
    assert "size" in shape(database, "custom_cars")
    assert state(database, "custom_cars")["problem"] is None


def test_a_role_that_reads_the_rows_reads_the_view_and_no_other_does(
    database: Database, reader: str
) -> None:
    """The view asks with the rights of its reader: row level security holds."""
    define(database, size="number")
    with database.transaction() as conn:
        conn.execute(
            (
                f"grant usage on schema hubspot to {reader};"
                f" grant select on custom_cars to {reader}"
            ).encode()
        )
    with psycopg.connect(database.url) as conn:
        conn.execute(f"set local role {reader}".encode())
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute("select from hubspot.custom_cars")
