"""The registry and the migrated tables are one: what the code believes of a table is what
PostgreSQL has."""

from __future__ import annotations

from typing import Any

import pytest

from db.connect import Database
from hubspot.objects import OBJECT_TYPES, SHARED_LINKS, ObjectType

TYPES = pytest.mark.parametrize("kind", OBJECT_TYPES.values(), ids=lambda kind: kind.name)
SHARED = ObjectType("cars", "p1_cars", "2-1", "hs_lastmodifieddate", (), SHARED_LINKS, shared=True)
TABLES = pytest.mark.parametrize(
    "kind", [*OBJECT_TYPES.values(), SHARED], ids=lambda kind: kind.table
)
COMMON_AFTER = {
    "raw_json": ("jsonb", True),
    "archived": ("boolean", True),
    "archived_at": ("timestamp with time zone", False),
    "merged_into": ("text", False),
    "synced_at": ("timestamp with time zone", True),
    "fetched_at": ("timestamp with time zone", True),
    "updated_at": ("timestamp with time zone", True),
    "scan_id": ("uuid", False),
}


def fetch(migrated: Database, query: str, **parameters: Any) -> list[dict[str, Any]]:
    with migrated.transaction() as conn:
        return conn.execute(query, parameters).fetchall()


def columns(migrated: Database, table: str) -> dict[str, tuple[str, bool]]:
    """Name → (type, not null), in the table's order."""
    rows = fetch(
        migrated,
        "select attname, format_type(atttypid, atttypmod) as type, attnotnull from pg_attribute"
        " where attrelid = to_regclass(%(table)s) and attnum > 0 and not attisdropped"
        " order by attnum",
        table=table,
    )
    return {row["attname"]: (row["type"], row["attnotnull"]) for row in rows}


def indexed(migrated: Database, table: str) -> list[tuple[str, str, str]]:
    """(method, first column, operator class) of every index that is not an expression and not
    partial."""
    rows = fetch(
        migrated,
        "select amname, attname, opcname from pg_index join pg_class i on i.oid = indexrelid"
        " join pg_am on pg_am.oid = relam join pg_opclass o on o.oid = indclass[0]"
        " join pg_attribute on attrelid = indrelid and attnum = indkey[0]"
        " where indrelid = to_regclass(%(table)s) and indpred is null",
        table=table,
    )
    return [(row["amname"], row["attname"], row["opcname"]) for row in rows]


@TABLES
def test_a_table_has_exactly_the_columns_that_the_registry_lists(
    migrated: Database, kind: ObjectType
) -> None:
    typed = {each.name: (each.sql_type, False) for each in kind.columns}
    links = {name: ("text[]", False) for name in kind.link_columns.values()}
    key = {
        "portal_id": ("bigint", True),
        **dict.fromkeys(kind.key, ("text", True)),
        "hubspot_id": ("text", True),
    }
    phones = {name: ("text", False) for name in kind.phone_columns.values()}
    expected = key | typed | links | COMMON_AFTER | phones
    assert columns(migrated, kind.table) == expected


def test_every_table_of_records_has_an_entry_in_the_registry(migrated: Database) -> None:
    tables = fetch(
        migrated, "select tablename from pg_tables where tablename like 'hubspot\\_%%\\_raw'"
    )
    assert {row["tablename"] for row in tables} == {
        kind.table for kind in (*OBJECT_TYPES.values(), SHARED)
    }


@TABLES
def test_every_column_that_people_look_up_by_has_an_index(
    migrated: Database, kind: ObjectType
) -> None:
    btrees = {column for method, column, _ in indexed(migrated, kind.table) if method == "btree"}
    wanted = {column.name for column in kind.columns if column.indexed} | {"hubspot_id"}
    if not kind.searched:
        wanted = set()  # few records: by portal and id, or all of them
    said = f"the migration makes these indexes: create index on {kind.table} (…)"
    assert btrees - {"portal_id"} == wanted, said


@TABLES
def test_links_and_raw_json_have_gin_indexes(migrated: Database, kind: ObjectType) -> None:
    gins = {
        (column, operators)
        for method, column, operators in indexed(migrated, kind.table)
        if method == "gin"
    }
    links = {(name, "array_ops") for name in kind.link_columns.values()}
    if not kind.searched:
        assert _linked_by(migrated, kind) == [*kind.link_columns.values()]
        return
    said = f"the migration makes these indexes: create index on {kind.table} using gin (…)"
    assert gins == links | {("raw_json", "jsonb_path_ops")}, said


def _linked_by(migrated: Database, kind: ObjectType) -> list[str]:
    """Name the columns of the one GIN index of a type that is not searched: any of them finds."""
    rows = fetch(
        migrated,
        "select attname from pg_index join pg_class i on i.oid = indexrelid"
        " join pg_am on pg_am.oid = relam join pg_attribute on attrelid = indexrelid"
        " where indrelid = to_regclass(%(table)s) and amname = 'gin' order by attnum",
        table=kind.table,
    )
    return [row["attname"] for row in rows]


def test_indexes_of_links_know_what_is_new_at_once(migrated: Database) -> None:
    """Else each look goes through a list of all that came since the last vacuum:
    0001_mirror.sql."""
    rows = fetch(
        migrated,
        "select i.relname, coalesce(i.reloptions, '{}') as options from pg_index"
        " join pg_class i on i.oid = indexrelid join pg_am on pg_am.oid = i.relam"
        " join pg_attribute on attrelid = indrelid and attnum = indkey[0] where amname = 'gin'"
        " and attname like '%%\\_ids' and i.relnamespace = 'hubspot'::regnamespace",
    )
    found = {row["relname"]: row["options"] for row in rows}
    wanted = {
        f"{kind.table}_{column}_idx" if kind.searched else f"{kind.table}_links"
        for kind in (*OBJECT_TYPES.values(), SHARED)
        for column in kind.link_columns.values()
    }
    assert wanted - found.keys() == set(), "the migration makes these indexes"
    assert found.keys() - wanted == {"fetches_hubspot_ids_idx"}  # finds the fetches of a record
    slow = [name for name, options in found.items() if "fastupdate=off" not in options]
    assert slow == [], "these indexes need: with (fastupdate = off)"


def test_every_primary_key_starts_with_portal_id(migrated: Database) -> None:
    rows = fetch(
        migrated,
        "select c.relname, attname from pg_class c left join pg_index on indrelid = c.oid"
        " and indisprimary left join pg_attribute on attrelid = c.oid and attnum = indkey[0]"
        " where c.relkind = 'r' and c.relnamespace = 'hubspot'::regnamespace",
    )
    first = {row["relname"]: row["attname"] for row in rows}
    # Months of events have a unique key instead, for an event may have no time.
    first = {name: key for name, key in first.items() if not name.startswith("webhook_events_")}
    # and no portal's
    schemas = {name: first.pop(name) for name in ("migrations", "built_files")}
    assert schemas == {"migrations": "name", "built_files": "file"}
    # of no portal
    company = {
        name: first.pop(name)
        for name in ("own_domains", "public_suffixes", "shared_domains", "team_keys", "user_keys")
    }
    assert company == {
        **{"own_domains": "domain", "public_suffixes": "suffix", "shared_domains": "domain"},
        **{"team_keys": "team_id", "user_keys": "key_id"},
    }
    access = ("api_tokens", "dashboard_users", "dashboard_sessions", "audit_entries")
    assert [first.pop(name) for name in access] == ["token_id", "email", "hash", "entry_id"]
    assert first.pop("schedules") == "name"  # the clock's, for all portals
    assert first.pop("reading_programs") == "role_name"  # which says its portals itself
    assert set(first.values()) == {"portal_id"}


@pytest.mark.parametrize("name", ["contacts", "companies", "deals"])
def test_contacts_companies_and_deals_are_read_from_both_ends(name: str) -> None:
    assert {"contacts", "companies", "deals"} - {name} <= set(OBJECT_TYPES[name].associations)


@TYPES
def test_links_lead_to_types_that_are_mirrored(kind: ObjectType) -> None:
    assert set(kind.associations) <= OBJECT_TYPES.keys() - {kind.name}


@TYPES
def test_no_two_types_have_a_name_or_id_in_common(kind: ObjectType) -> None:
    others = [each for each in OBJECT_TYPES.values() if each is not kind]
    taken = {name for each in others for name in (each.name, each.singular, each.type_id)}
    assert taken.isdisjoint({kind.name, kind.singular, kind.type_id})
    assert kind.modified == (
        "lastmodifieddate" if kind.name == "contacts" else "hs_lastmodifieddate"
    )


@pytest.mark.parametrize(
    ("table", "query"),
    [
        (
            "hubspot_contacts_raw",
            'select from hubspot_contacts_raw where raw_json @> \'{"properties":{"city":"Bonn"}}\'',
        ),
        ("hubspot_contacts_raw", "select from hubspot_contacts_raw where email = 'a@b.c'"),
        ("hubspot_contacts_raw", "select from hubspot_contacts_raw where hubspot_id = '7'"),
        ("hubspot_contacts_raw", "select from hubspot_contacts_raw where deal_ids @> '{7}'"),
        ("hubspot_deals_raw", "select from hubspot_deals_raw where closedate > '2026-01-01'"),
        (
            "hubspot_objects_raw",
            "select from hubspot_objects_raw where raw_json @> any(array['{\"a\":1}',"
            " '{\"a\":2}']::jsonb[])",
        ),
        ("hubspot_calls_raw", "select from hubspot_calls_raw where call_to_number = '+4930123456'"),
    ],
)
def test_a_look_up_uses_its_index(migrated: Database, table: str, query: str) -> None:
    with migrated.transaction() as conn:
        conn.execute("set local enable_seqscan = off")
        plan = "\n".join(row["QUERY PLAN"] for row in conn.execute("explain " + query).fetchall())
    assert "Index" in plan and "Cond" in plan
