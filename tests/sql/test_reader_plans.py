"""Hot questions are answered by index for readers, too, told by counted rows of two portals.

Behind row security PostgreSQL uses an index only for comparisons that tell nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from db.connect import Connection, Database

from .conftest import Crm
from .test_plans import FILL, QUESTIONS

COPY = """
create temp table copied on commit drop as select * from {table};
update copied set portal_id = 2;
insert into {table} select * from copied;
drop table copied;
"""
COPIED = (
    *("hubspot_contacts_raw", "hubspot_calls_raw", "hubspot_companies_raw", "hubspot_deals_raw"),
    *("call_links", "company_keys", "property_history", "team_links"),
)
# The records of FILL name their links in columns alone; the ones asked for need them in raw_json.
LINKS = """
update {table} set raw_json = jsonb_set(
    '{{"associations": {{}}}}'::jsonb || raw_json, '{{associations,{to}}}',
    jsonb_build_object('results', jsonb_build_array(jsonb_build_object('id', {column}[1])))
)
where {column} @> array['7']
"""
SMALL = {
    *("hubspot_pipelines", "metric_settings", "manual_links", "portals"),
    *("readers", "reading_programs"),
}
READ = """
select relname, seq_scan, seq_tup_read + coalesce(idx_tup_fetch, 0) as rows
from pg_stat_xact_user_tables
where schemaname in ('hubspot', 'business')
"""

# As readers ask what `@>` asks of roles that pass by row security.
CONTAINED = {
    "contacts where company_ids @> array['7']": "records_linked_to('contacts', 'companies', '7')",
    "deals where company_ids @> array['7']": "records_linked_to('deals', 'companies', '7')",
    "deals where contact_ids @> array['7']": "records_linked_to('deals', 'contacts', '7')",
    "calls where contact_ids @> array['7']": "records_linked_to('calls', 'contacts', '7')",
    """contacts where raw_json @> '{"properties": {"size": 7}}'""":
        """records_containing('contacts', '{"properties": {"size": 7}}')""",
    """deals where raw_json @> '{"properties": {"size": 7}}'""":
        """records_containing('deals', '{"properties": {"size": 7}}')""",
}  # fmt: skip
# By way of the deals that a contact may have. Deals are few: all of a portal are read, once.
READS_DEALS = {
    "calls_to_deals where call_id = '300' and portal_id = 1",
    "calls_to_deals where contact_id = '300'",
}
LOOKED_UP = QUESTIONS.keys() - CONTAINED.keys() - READS_DEALS


@dataclass(frozen=True, slots=True)
class Cost:
    """The tables that a question read from one end to the other, and rows by table."""

    scanned: set[str]
    rows: dict[str, int]


@pytest.fixture(scope="module")
def filled(shared_database: Database) -> Iterator[Connection]:
    with shared_database.transaction() as conn, conn.transaction(force_rollback=True):
        conn.execute(FILL)
        for table, to, column in (
            ("hubspot_contacts_raw", "companies", "company_ids"),
            ("hubspot_deals_raw", "companies", "company_ids"),
            ("hubspot_deals_raw", "contacts", "contact_ids"),
            ("hubspot_calls_raw", "contacts", "contact_ids"),
        ):
            conn.execute(LINKS.format(table=table, to=to, column=column).encode())
        for table in COPIED:
            conn.execute(COPY.format(table=table).encode())
        conn.execute("analyze")
        yield conn


@pytest.fixture(params=["program", "person"])
def reader(filled: Connection, request: pytest.FixtureRequest) -> Iterator[Connection]:
    """Give a connection as the API's role, or as a person's, for which the portals stand in a
    table."""
    with filled.transaction(force_rollback=True):
        become(filled, request.param)
        yield filled


def become(conn: Connection, kind: str) -> None:
    if kind == "person":  # who is a person is told by `readers`
        conn.execute("delete from reading_programs")
        conn.execute("insert into readers (portal_id, role_name) values (1, 'spoke_reader')")
    conn.execute("select set_config('spoke.portals', '1', true)")
    conn.execute("set local role spoke_reader")


def cost(conn: Connection, question: str) -> tuple[int, Cost]:
    """Answer how many rows a question finds, and what it reads for them."""
    before = counted(conn)
    found = len(Crm(conn).rows(question))
    after = counted(conn)
    scans = {table: seen[0] - before.get(table, (0, 0))[0] for table, seen in after.items()}
    rows = {table: seen[1] - before.get(table, (0, 0))[1] for table, seen in after.items()}
    scanned = {table for table, times in scans.items() if times} - SMALL
    large = {table: count for table, count in rows.items() if count and table not in SMALL}
    return found, Cost(scanned, large)


def counted(conn: Connection) -> dict[str, tuple[int, int]]:
    rows = conn.execute(READ.encode()).fetchall()
    return {row["relname"]: (row["seq_scan"], row["rows"]) for row in rows}


@pytest.mark.parametrize("question", sorted(LOOKED_UP))
def test_a_hot_question_is_looked_up(reader: Connection, question: str) -> None:
    found, read = cost(reader, question)
    assert found == QUESTIONS[question][1]
    assert read.scanned == set()
    assert sum(read.rows.values()) <= 2 * found + 20  # of both portals, where ids and days repeat


@pytest.mark.parametrize("question", CONTAINED)
def test_a_function_keeps_the_index_for_containment(reader: Connection, question: str) -> None:
    view = question.partition(" ")[0]
    keyed = f"{CONTAINED[question]} as found join {view} using (portal_id, hubspot_id)"
    found, read = cost(reader, keyed)
    assert found == QUESTIONS[question][1]
    assert read.scanned == set()
    assert sum(read.rows.values()) <= 3 * found + 20


@pytest.mark.parametrize("question", CONTAINED)
def test_without_it_a_reader_reads_the_whole_table(reader: Connection, question: str) -> None:
    """So that no reader takes the functions for a detour."""
    found, read = cost(reader, question)
    assert found == QUESTIONS[question][1]
    assert max(read.rows.values()) >= 2000


@pytest.mark.parametrize("question", sorted(READS_DEALS))
def test_calls_to_deals_reads_deals_once(reader: Connection, question: str) -> None:
    found, read = cost(reader, question)
    assert found == QUESTIONS[question][1]
    assert read.scanned <= {"hubspot_deals_raw", "deal_numbers"}
    assert read.rows.pop("hubspot_deals_raw") <= 4020
    assert read.rows.pop("deal_numbers", 0) <= 2000  # of 80 bytes each
    assert sum(read.rows.values()) <= 2 * found + 20


def test_whose_portals_is_asked_once_for_each_table_of_a_statement(filled: Connection) -> None:
    """And not for each row."""
    with filled.transaction(force_rollback=True):
        filled.execute("set local track_functions = 'all'")
        become(filled, "program")
        filled.execute("select count(*) from calls")
        told = "select calls from pg_stat_xact_user_functions where funcname = 'portals_for'"
        assert filled.execute(told.encode()).fetchall() == [{"calls": 1}]


def test_a_page_of_users_looks_up_those_of_its_contacts(reader: Connection) -> None:
    found, read = cost(reader, "(select * from contacts_to_users limit 100) as page")
    assert found == 100
    assert read.scanned <= {"hubspot_contacts_raw"}  # begun, and left after a page
    assert sum(read.rows.values()) <= 500
