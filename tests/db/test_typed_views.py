"""contacts, companies, deals …: a typed column for every property, by itself, under any name and
with any value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import orjson
import psycopg
import pytest

from db import grants, typed_view_plans, typed_views
from db import metadata as definitions
from db.connect import Connection, Database
from db.grants import Grant
from db.typed_columns import sql_names
from hubspot.mirrored import Mirrored
from hubspot.objects import OBJECT_TYPES, ObjectType

LONG = ("x" * 66 + "_one", "x" * 66 + "_two")
HOSTILE = [
    '"',
    "'; drop table hubspot_contacts_raw; --",
    "a;b",
    "größe",
    "select",
    "100%",
    "{}",
    "back\\slash",
    *LONG,
]


def define(
    database: Database,
    properties: Mapping[str, Any],
    portal_id: int = 1,
    object_type: str = "contacts",
    patience: str = typed_views.PATIENCE,
) -> None:
    """Name → (type, field type), or the type alone; then the views follow."""
    shapes = {
        name: (each, "text") if isinstance(each, str) else each for name, each in properties.items()
    }
    found = [
        {"name": name, "label": f"The {name}", "type": a, "fieldType": b}
        for name, (a, b) in shapes.items()
    ]
    with database.transaction() as conn:
        of = Mirrored(portal_id, OBJECT_TYPES[object_type])
        definitions.put_properties(conn, of, orjson.dumps(found).decode())
    typed_views.rebuild(database, patience)


def insert(
    conn: Connection,
    hubspot_id: str,
    properties: Mapping[str, Any],
    portal_id: int = 1,
    **columns: Any,
) -> None:
    raw = orjson.dumps({"properties": properties}).decode()
    more = {"archived": False, "merged_into": None} | columns
    conn.execute(
        "insert into hubspot_contacts_raw (portal_id, hubspot_id, raw_json, fetched_at,"
        " updated_at, archived, merged_into) values (%s, %s, %s, now(), now(), %s, %s)",
        [portal_id, hubspot_id, raw, more["archived"], more["merged_into"]],
    )


def stored(database: Database, properties: Mapping[str, Any], hubspot_id: str = "7") -> None:
    with database.transaction() as conn:
        insert(conn, hubspot_id, properties)


def row(database: Database, hubspot_id: str = "7") -> dict[str, Any]:
    with database.transaction() as conn:
        found = conn.execute(
            "select * from contacts where hubspot_id = %s", [hubspot_id]
        ).fetchone()
    assert found is not None
    return found


def shape(database: Database, view: str = "contacts") -> dict[str, str]:
    """Column → type, in order."""
    with database.transaction() as conn:
        rows = conn.execute(
            "select attname, format_type(atttypid, null) as type from pg_attribute"
            " where attrelid = to_regclass(%s) order by attnum",
            [view],
        ).fetchall()
    return {each["attname"]: each["type"] for each in rows}


def state(database: Database, name: str = "contacts") -> dict[str, Any]:
    with database.transaction() as conn:
        found = conn.execute("select * from typed_views where name = %s", [name]).fetchone()
    assert found is not None
    return found


@pytest.mark.parametrize("kind", OBJECT_TYPES.values(), ids=lambda kind: kind.name)
def test_without_definitions_a_view_is_its_fixed_columns(
    migrated: Database, kind: ObjectType
) -> None:
    assert shape(migrated, kind.name) == shape(migrated, f"current_{kind.name}") != {}


@pytest.mark.parametrize("kind", OBJECT_TYPES.values(), ids=lambda kind: kind.name)
def test_comments_at_the_tables_say_which_property_a_column_shows(
    migrated: Database, kind: ObjectType
) -> None:
    with migrated.transaction() as conn:
        (view,) = [each for each in typed_views.views(conn) if each.object_type == kind.name]
        fixed = typed_view_plans.fixed(conn, migrated.schema, [view])[view]
    assert {each.name: each.source for each in fixed if each.source} == {
        column.name: column.property for column in kind.columns
    }


def test_every_property_is_a_typed_column_filled_for_old_rows_too(database: Database) -> None:
    stored(
        database,
        {
            "visits": "3",
            "colours": "red;blue",
            "born": "1990-02-28",
            "likes": "true",
            "tier": "gold",
        },
    )
    many, one = ("enumeration", "checkbox"), ("enumeration", "select")
    define(
        database,
        {
            "visits": "number",
            "colours": many,
            "born": "date",
            "likes": "bool",
            "tier": one,
            "email": "string",
        },
    )
    found = list(shape(database).items())
    assert dict(found[: len(shape(database, "current_contacts"))]) == shape(
        database, "current_contacts"
    )
    assert found[len(shape(database, "current_contacts")) :] == [
        ("born", "date"),
        ("colours", "text[]"),
        ("likes", "boolean"),
        ("tier", "text"),
        ("visits", "numeric"),
    ]
    here = row(database)
    assert [str(here[name]) for name, _ in found[-5:]] == [
        "1990-02-28",
        "['red', 'blue']",
        "True",
        "gold",
        "3",
    ]


def test_hostile_names_are_columns_like_others(database: Database) -> None:
    stored(database, {name: f"value of {name}" for name in HOSTILE})
    define(database, dict.fromkeys(HOSTILE, "string"))
    here, names = row(database), sql_names(HOSTILE, shape(database, "current_contacts"))
    assert {name: here[names[name]] for name in HOSTILE} == {
        name: f"value of {name}" for name in HOSTILE
    }
    with database.transaction() as conn:
        said = conn.execute(
            "select col_description('contacts'::regclass, attnum) as comment from pg_attribute"
            " where attrelid = 'contacts'::regclass and attname = %s",
            [names['"']],
        ).fetchone()
    assert said == {"comment": 'The " (HubSpot property ")'}


def test_a_new_property_is_appended_even_when_a_view_of_yours_stands_on_ours(
    database: Database,
) -> None:
    define(database, {"b": "string"})
    with database.transaction() as conn:
        conn.execute("create view yours as select b from contacts")
    define(database, {"a": "string", "b": "string"})
    assert list(shape(database))[-2:] == ["b", "a"]
    assert state(database)["problem"] is None


def test_a_changed_type_is_followed_with_grants_and_old_rows(
    database: Database, reader: str
) -> None:
    define(database, {"size": "string", "b": "string"})
    stored(database, {"size": "12"}, "1")
    stored(database, {"size": "large"}, "2")
    with database.transaction() as conn:
        conn.execute(f"grant select on contacts to {reader} with grant option")
        conn.execute("grant select on contacts to public")
        conn.execute(f"grant update (b, size) on contacts to {reader}")
    before = granted(database)
    define(database, {"size": "number"})
    assert shape(database)["size"] == "numeric"
    assert "b" not in shape(database)
    stored(database, {"size": "7"}, "3")
    stored(database, {"size": "huge"}, "4")
    assert [row(database, each)["size"] for each in "1234"] == [12, None, 7, None]
    assert granted(database) == [each for each in before if each.column != "b"]
    assert len(granted(database)) == 4  # of three that were given here, and the reader role's


def test_a_view_of_yours_keeps_the_columns_and_new_ones_still_come(database: Database) -> None:
    define(database, {"size": "number", "gone": "string"})
    stored(database, {"size": "12", "later": "here"})
    with database.transaction() as conn:
        conn.execute("create view yours as select size, gone from contacts")
    define(database, {"size": "string", "later": "string"})
    assert shape(database)["size"] == "numeric"
    assert (row(database)["gone"], row(database)["later"]) == (None, "here")
    assert state(database)["problem"] == "Columns changed, but view yours depends on view contacts"
    with database.transaction() as conn:
        conn.execute("drop view yours")
    typed_views.rebuild(database)
    assert (shape(database)["size"], "gone" in shape(database)) == ("text", False)
    assert state(database)["problem"] is None


def test_more_properties_than_a_view_can_hold_are_left_out_and_named(database: Database) -> None:
    names = [f"property_{number:04}" for number in range(1_700)]
    stored(database, dict.fromkeys(names, "x"))
    define(database, dict.fromkeys(names, "string"))
    room = 1_600 - len(shape(database, "current_contacts"))
    assert len(shape(database)) == 1_600
    assert state(database)["left_out"] == names[room:]
    here = row(database)
    assert {here[name] for name in names[:room]} == {"x"}


def test_archived_and_merged_rows_are_hidden(database: Database) -> None:
    define(database, {"size": "number"})
    with database.transaction() as conn:
        insert(conn, "1", {})
        insert(conn, "2", {}, archived=True)
        insert(conn, "3", {}, merged_into="1")
        assert [each["hubspot_id"] for each in conn.execute("select hubspot_id from contacts")] == [
            "1"
        ]


def test_nothing_is_done_when_nothing_changed_unless_the_view_was_dropped(
    database: Database,
) -> None:
    define(database, {"size": "number"})
    built = state(database)["built_at"]
    define(database, {"size": "number"})
    assert state(database)["built_at"] == built
    with database.transaction() as conn:
        conn.execute("drop view contacts")
    typed_views.rebuild(database)
    assert "size" in shape(database)


def test_a_busy_view_is_left_for_the_next_time(database: Database) -> None:
    with reading(database):
        define(database, {"size": "number"}, patience="50ms")
    assert "lock timeout" in state(database)["problem"]
    assert "size" not in shape(database)
    typed_views.rebuild(database)
    assert "size" in shape(database)
    assert state(database)["problem"] is None


def test_a_view_of_the_app_in_another_schema_is_not_ours(database: Database) -> None:
    with database.transaction() as conn:
        conn.execute("drop view contacts")
        conn.execute("create view public.contacts as select 1 as mine")
    define(database, {"size": "number"})
    assert list(shape(database, "public.contacts")) == ["mine"]
    assert "size" in shape(database, "hubspot.contacts")


@contextmanager
def reading(database: Database) -> Iterator[None]:
    """Keep a transaction open that has read contacts."""
    with psycopg.connect(database.url) as conn:
        conn.execute("select from hubspot.contacts")
        yield


@pytest.fixture
def reader(database: Database) -> Iterator[str]:
    with psycopg.connect(database.url, autocommit=True) as conn:
        conn.execute("drop role if exists reader_of_views")
        conn.execute("create role reader_of_views")
        yield "reader_of_views"
        conn.execute("drop owned by reader_of_views")
        conn.execute("drop role reader_of_views")


def granted(database: Database) -> list[Grant]:
    with database.transaction() as conn:
        return grants.read(conn, ["contacts"])
