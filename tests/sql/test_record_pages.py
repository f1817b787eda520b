"""Pages of records as the reader role: rare values are found by index, common ones by a walk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from analytics import record_fields, record_filters, record_names, record_pages
from analytics.record_fields import Shape
from analytics.record_pages import Place, Question
from db.connect import Connection, Database
from hubspot.objects import CONTACTS
from tests.sql.test_reader_plans import become, counted

FILL = """
insert into portals (portal_id) values (1);
insert into hubspot_properties (portal_id, object_type, name, type, raw_json)
select 1, 'contacts', name, type, '{}'
from (values ('colour', 'string'), ('size', 'string'), ('email', 'string'), ('firstname', 'string'),
    ('createdate', 'datetime'), ('lastname', 'string')) as told (name, type);
insert into hubspot_contacts_raw (portal_id, hubspot_id, email, firstname, createdate, raw_json,
    fetched_at, updated_at)
select portal, (100000 + n)::text, case when n % 10 > 0 then 'user' || n || '@example.com' end,
    'Ann ' || n,
    timestamptz '2025-01-01' + n * interval '1 hour',
    jsonb_build_object('properties', jsonb_build_object(
        'colour', 'colour ' || n % 3000, 'size', 'size ' || n % 2,
        'firstname', 'Ann ' || n, 'email', 'user' || n || '@example.com')),
    now(), now()
from generate_series(1, 9000) as n, unnest(array[1, 2]) as portal;
analyze hubspot_contacts_raw;
"""
TABLE = "hubspot_contacts_raw"


@pytest.fixture(scope="module")
def filled(shared_database: Database) -> Iterator[Connection]:
    with shared_database.transaction() as conn, conn.transaction(force_rollback=True):
        conn.execute(FILL.encode())
        yield conn


@pytest.fixture
def shape(filled: Connection) -> Iterator[Shape]:
    """Give the contacts of portal 1 as the API's role sees them."""
    with filled.transaction(force_rollback=True):
        become(filled, "program")
        yield record_fields.shape(filled, 1, CONTACTS, sensitive=False)


def question(shape: Shape, sort: str, *filters: str) -> Question:
    conditions = tuple(record_filters.read(shape, filters))
    return Question(shape, conditions, *record_pages.sorted_by(shape, sort), ("colour",), 50)


def cost(conn: Connection, asked: Question, after: Place | None = None) -> tuple[int, int, int]:
    """Answer how many records a page has, how often all rows were read, and how many rows in
    all."""
    before = counted(conn).get(TABLE, (0, 0))
    found = len(record_pages.page(conn, asked, after).rows)
    scans, rows = counted(conn)[TABLE]
    return found, scans - before[0], rows - before[1]


@pytest.mark.parametrize("sort", ["id", "-createdate"])
@pytest.mark.parametrize("rare", ["colour:eq:colour 77", "colour:in:colour 77;colour 78"])
def test_a_rare_value_is_found_by_index(
    filled: Connection, shape: Shape, sort: str, rare: str
) -> None:
    asked = question(shape, sort, rare)
    plan = "\n".join(
        row["QUERY PLAN"]
        for row in filled.execute(
            "explain " + record_pages.statement(asked, Place(), 51).as_string(filled)
        )
    )
    assert "Function Scan on records_containing" in plan, plan
    assert "Index Scan using hubspot_contacts_raw" in plan, plan
    assert "Seq Scan on hubspot_contacts_raw" not in plan, plan
    found, scans, rows = cost(filled, asked)
    assert found == 3 * (1 + rare.count(";")) and scans == 0
    assert rows <= 2 * record_pages.WALK + 100


@pytest.mark.parametrize("sort", ["id", "-id", "createdate", "-createdate", "email"])
def test_a_page_reads_little_more_than_it_shows(
    filled: Connection, shape: Shape, sort: str
) -> None:
    """Rows of the other portal, which has equal values, come in between."""
    found, scans, rows = cost(filled, question(shape, sort))
    assert (found, scans) == (50, 0) and rows <= 500
    deep = Place("2025-06-01 00:00:00+00", "100005") if "createdate" in sort else None
    assert cost(filled, question(shape, sort), deep)[2] <= 500


def test_a_common_value_fills_a_page_on_the_way(filled: Connection, shape: Shape) -> None:
    found, scans, rows = cost(filled, question(shape, "-createdate", "size:eq:size 1"))
    assert (found, scans) == (50, 0) and rows <= record_pages.WALK * 2 + 500


@pytest.mark.parametrize("sort", ["id", "-createdate", "email"])
def test_a_page_may_stop_after_so_many_rows_and_loses_none(
    filled: Connection, shape: Shape, sort: str
) -> None:
    """A tenth of the contacts has no e-mail address: the search goes on among them."""
    asked = question(shape, sort, "colour:contains:OUR 77", "size:ne:size 0")
    whole = [row["hubspot_id"] for row in record_pages.page(filled, asked).rows]
    found: list[str] = []
    place: Place | None = Place()
    pages = 0
    while place is not None:
        before = counted(filled)[TABLE][1]
        page = record_pages.page(filled, asked, place, most_tried=2_000)
        found += [row["hubspot_id"] for row in page.rows]
        place, pages = page.next, pages + 1
        # of both portals, and of both parts of the order
        assert counted(filled)[TABLE][1] - before <= 4 * (2_000 + record_pages.FIRST_TRIED) + 200
    assert found == whole and len(whole) > 10 and pages > 3


@pytest.mark.parametrize("text", ["USER77@example.com", "100077", "8977", "nn 8977"])
def test_an_address_an_id_and_a_part_of_a_name_are_looked_up(
    filled: Connection, shape: Shape, text: str
) -> None:
    before = counted(filled).get(TABLE, (0, 0))
    [(_, rows)] = record_names.search(filled, [shape], text)
    number = "8977" if "8977" in text else "77"
    found = [(row["hubspot_id"], row["name"]) for row in rows]
    assert found == [(str(100_000 + int(number)), f"Ann {number}")]
    after = counted(filled)[TABLE]
    assert after[0] == before[0] and after[1] - before[1] <= 10
