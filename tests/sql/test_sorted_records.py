"""Records sorted by any property: once people sort by it, it has an index and pages are quick."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from psycopg import sql

from analytics import record_fields, record_filters, record_pages
from analytics.record_fields import Shape
from analytics.record_pages import Place, Question
from db import sort_indexes
from db.connect import Connection, Database
from db.queries import QUERIES
from hubspot.objects import CONTACTS
from tests.sql.test_reader_plans import become, counted

FILL = """
insert into portals (portal_id) values (1), (2);
insert into hubspot_properties (portal_id, object_type, name, type, raw_json)
select 1, 'contacts', name, type, '{}'
from (values ('colour', 'string'), ('size', 'string'), ('firstname', 'string'),
    ('weight', 'number'), ('due', 'date')) as told (name, type);
insert into hubspot_contacts_raw (portal_id, hubspot_id, firstname, raw_json, fetched_at,
    updated_at)
select portal, (100000 + n)::text, 'Ann ' || n, jsonb_build_object('properties',
    jsonb_build_object('colour', 'colour ' || n % 3000, 'size', 'size ' || n % 2,
        'weight', case when n % 9 > 0 then '1' || n % 7 || '.' || n % 40 end,
        'due', to_char(date '2026-01-01' + n % 90, 'YYYY-MM-DD'))), now(), now()
from generate_series(1, 4000) as n, unnest(array[1, 2]) as portal
where portal = 1 or n < 200;
"""
TABLE = "hubspot_contacts_raw"
ORDERS = [("weight", "numeric", None), ("colour", "text", None), ("due", "date", None)]
ORDERS += [("firstname", "text", "firstname")]


@pytest.fixture(scope="module")
def filled(shared_database: Database) -> Iterator[Connection]:
    with shared_database.transaction() as conn, conn.transaction(force_rollback=True):
        conn.execute(FILL.encode())
        for name, kind, column in ORDERS:
            row = {"portal_id": 1, "object_type": "contacts", "property": name, "kind": kind}
            conn.execute(QUERIES["ask_sort"], row | {"column_name": column})
        for row in conn.execute(QUERIES["sorts_asked"]).fetchall():
            made = sort_indexes.statement(sql.Identifier("hubspot"), row).as_string(conn)
            conn.execute(made.replace("concurrently ", "").encode())
            conn.execute(QUERIES["sort_made"], row | {"is_made": True})
        conn.execute("analyze hubspot_contacts_raw")
        become(conn, "program")
        yield conn
        conn.execute("reset role")


@pytest.fixture
def shape(filled: Connection) -> Shape:
    return record_fields.shape(filled, 1, CONTACTS, sensitive=False)


def question(shape: Shape, sort: str, *filters: str, limit: int = 50) -> Question:
    conditions = tuple(record_filters.read(shape, filters))
    return Question(shape, conditions, *record_pages.sorted_by(shape, sort), ("colour",), limit)


def walk(conn: Connection, asked: Question) -> list[str]:
    """Answer the ids of all records, page by page, as programs ask for them."""
    found: list[str] = []
    place: Place | None = Place()
    while place is not None:
        page = record_pages.page(conn, asked, place, record_pages.MOST_TRIED)
        found += [row["hubspot_id"] for row in page.rows]
        place = page.next
    return found


@pytest.mark.parametrize(
    ("sort", "filters", "most"),
    [
        ("weight", (), 4_000),
        ("-weight", ("weight:gt:12",), 4_000),
        ("-weight", ("size:eq:size 1",), 2_000),
        ("colour", ("due:lt:2026-02-01",), 4_000),
        ("-due", (), 4_000),
        ("-firstname", (), 4_000),
    ],
)
def test_the_order_is_the_one_of_all_records_sorted(
    filled: Connection, shape: Shape, sort: str, filters: tuple[str, ...], most: int
) -> None:
    """A ninth has no weight, and comes last in either direction."""
    asked = question(shape, sort, *filters, limit=700)
    assert asked.sort is not None and record_pages.sort_asked(asked) is None
    plainly = replace(asked, sort=replace(asked.sort, has_order=False), limit=9_000)
    found = walk(filled, asked)
    assert found == walk(filled, plainly) and most * 0.3 < len(found) <= most


@pytest.mark.parametrize(
    ("sort", "value"),
    [
        ("weight", "14.5"),
        ("-weight", "14.5"),
        ("-colour", "colour 2"),
        ("due", "2026-02-01"),
        ("-firstname", "Ann 38"),
    ],
)
def test_a_page_reads_no_more_however_deep_it_lies(
    filled: Connection, shape: Shape, sort: str, value: str
) -> None:
    for after in (Place(), Place(value, "100005")):
        before = counted(filled).get(TABLE, (0, 0))
        found = record_pages.page(filled, question(shape, sort), after).rows
        scans, rows = counted(filled)[TABLE]
        assert (len(found), scans - before[0]) == (50, 0) and rows - before[1] <= 300


def test_an_order_is_of_the_readers_portals_only(filled: Connection) -> None:
    asked = "select count(*) from records_in_order(%s, 'contacts', 'due', false, null, '', 9)"
    counts = []
    for seen, portal in (("1", 1), ("2", 1), ("1", 2)):
        with filled.transaction(force_rollback=True):
            filled.execute("select set_config('spoke.portals', %s, true)", [seen])
            counts.append(filled.execute(asked, [portal]).fetchone())
    assert counts == [{"count": 9}, {"count": 0}, {"count": 0}]


def test_a_long_text_is_sorted_by_its_first_characters(filled: Connection, shape: Shape) -> None:
    """An index holds no entry of more than 2.7 kB, and must be no error of the upsert."""
    with filled.transaction(force_rollback=True):
        filled.execute("reset role")
        filled.execute(
            "update hubspot_contacts_raw set raw_json = jsonb_set(raw_json, '{properties,colour}',"
            " to_jsonb((select string_agg(md5(n::text), '') from generate_series(1, 900) as n)))"
            " where portal_id = 1 and hubspot_id = '100001'"
        )
        become(filled, "program")
        assert "100001" in walk(filled, question(shape, "colour", limit=5_000))
