"""What `spoke load` puts into the tables: every view shows what the files say, sums are right, and
indexes and triggers are as they were, also after a crash."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from db import portals
from db.connect import Database
from lab import embedded
from operations import engines
from operations.entity_rows import ENTITY_FILES
from operations.loading import CannotLoad, load
from outgoing.exporting import CannotExport, Export, Folder, export, target
from settings import Settings
from tests.databases import copy_of
from tests.generated import files_at, nothing_told, servers_of
from tests.lab.storage import KEY, Storage, serving

PORTAL = 77
# the view's rows and the file's, in words that both engines understand
SAME = {
    "companies": """company_id, company_name, industry, region, employee_count::float8,
        annual_revenue::float8, founded_year, website_traffic_monthly::bigint,
        epoch_ms(created_at)""",
    "contacts": """contact_id, email, company_id, job_title, lead_source, lead_score::float8,
        lifecycle_stage, region, first_touch_date::text, num_page_views, num_form_submissions""",
    "deals": """deal_id, contact_id, company_id, deal_name, amount::float8, stage, pipeline,
        probability::float8, days_in_pipeline, epoch_ms(created_at), industry, region""",
    "tickets": """ticket_id, contact_id, company_id, category, priority, status,
        resolution_hours::float8, satisfaction_score::int, num_interactions,
        epoch_ms(created_at)""",
    "marketing_events": """event_id, contact_id, event_type, channel, campaign_id, utm_source,
        device_type, session_duration_sec, page_depth, epoch_ms("timestamp")""",
    "email_events": """email_event_id, contact_id, campaign_id, campaign_type, action,
        subject_line_length, send_hour, send_day_of_week, epoch_ms("timestamp")""",
    "web_sessions": """session_id, page_url, referrer_domain, browser, device_type, country,
        session_duration_sec, page_views, bounce, conversion, epoch_ms("timestamp")""",
}
CATALOGUE = """
    select 'index' as what, indexname as name, indexdef as said from pg_indexes
     where schemaname = 'hubspot'
    union all
    select 'comment', objoid::regclass::text, description from pg_description
     where classoid = 'pg_class'::regclass and objsubid = 0
    union all
    select 'trigger', tgrelid::regclass::text || tgname, tgenabled::text from pg_trigger
     order by 1, 2
"""


@pytest.fixture(scope="module")
def asked(generated: Path) -> duckdb.DuckDBPyConnection:
    return files_at(generated)


def catalogue(database: Database) -> list[dict[str, Any]]:
    """Answer indexes, their comments and the state of triggers, months left out: a load makes
    those that it needs."""
    with database.transaction() as conn:
        rows = conn.execute(CATALOGUE).fetchall()
    return [row for row in rows if "_20" not in row["name"]]


@pytest.fixture(scope="module")
def before(loaded_url: str) -> list[dict[str, Any]]:
    with Database(loaded_url) as database:
        return catalogue(database)


@pytest.fixture(scope="module")
def loaded_url(servers: embedded.Servers, template: str) -> Iterator[str]:
    with copy_of(servers.database_url, template) as url:
        yield url


@pytest.fixture(scope="module")
def loaded(loaded_url: str, generated: Path, before: object) -> Iterator[Database]:
    """Give a database with the files, loaded once."""
    with Database(loaded_url) as database:
        made = load(servers_of(database), generated, PORTAL, False, nothing_told)
        assert sum(made.values()) == 48_500
        yield database


@pytest.mark.parametrize("entity", SAME)
def test_views_show_what_the_files_say(
    entity: str, loaded: Database, asked: duckdb.DuckDBPyConnection
) -> None:
    columns = SAME[entity]
    ours = columns.replace("epoch_ms(", "pg_temp.epoch_ms(")
    with loaded.transaction() as conn:
        conn.execute(
            "create or replace function pg_temp.epoch_ms(timestamptz) returns bigint language sql"
            " return extract(epoch from $1) * 1000"
        )
        query = f"select {ours} from entity_{entity} order by 1"
        with conn.cursor(row_factory=psycopg.rows.tuple_row) as cursor:
            rows = cursor.execute(query.encode()).fetchall()
    assert rows == asked.sql(f"select {columns} from {entity} order by 1").fetchall()


def test_metadata_says_won_and_lost_as_generated(
    loaded: Database, asked: duckdb.DuckDBPyConnection
) -> None:
    query = "select count(*) filter (where {}) as won, count(*) filter (where {}) as lost from {}"
    with loaded.transaction() as conn:
        said = conn.execute(query.format("is_won", "is_lost", "entity_deals").encode()).fetchone()
    generated = query.format("stage = 'Closed Won'", "stage = 'Closed Lost'", "deals")
    assert said and [tuple(said.values())] == asked.sql(generated).fetchall()


def test_records_are_found_as_if_they_had_been_fetched(loaded: Database) -> None:
    """Sums, raw_json with links and properties, names of properties, and a portal that HubSpot is
    not asked about."""
    with loaded.transaction() as conn:
        counted = conn.execute(
            "select object_type, sum(live)::int as live from record_counts group by 1"
        ).fetchall()
        assert {row["object_type"]: row["live"] for row in counted} == {
            "companies": 500,
            "contacts": 5_000,
            "deals": 3_000,
            "tickets": 2_000,
            "marketing_events": 10_000,
        }
        deal = conn.execute(
            "select * from hubspot_deals_raw order by hubspot_id limit 1"
        ).fetchone()
        assert deal and deal["raw_json"]["id"] == deal["hubspot_id"]
        said = deal["raw_json"]["properties"]
        assert float(said["amount"]) == float(deal["amount"])
        assert said["dealstage"] == deal["dealstage"] and said["hs_object_id"] == deal["hubspot_id"]
        [end] = deal["raw_json"]["associations"]["contacts"]["results"]
        assert [end["id"]] == deal["contact_ids"]
        found = conn.execute(
            "select count(*) as n from hubspot_deals_raw where raw_json @> %s::jsonb",
            ['{"properties": {"dealname": "' + str(deal["dealname"]) + '"}}'],
        ).fetchone()
        assert found == {"n": 1}
        marked = conn.execute("select count(*) > 300 as many from sales_marks").fetchone()
        assert marked == {"many": True}
        keyed = conn.execute("select count(*) as n from company_keys").fetchone()
        assert keyed == {"n": 500}
        named = conn.execute(
            "select label from hubspot_properties where name = 'hs_deal_stage_probability'"
        ).fetchall()
        assert named == [{"label": "Probability"}]
        portal = conn.execute("select held, paused_reason from portals").fetchone()
        assert portal and portal["held"] and "HubSpot is not asked" in portal["paused_reason"]
        rest = conn.execute("select count(*) as n from only hubspot_web_sessions_rest").fetchone()
        assert rest == {"n": 0}
        built = conn.execute(
            "select count(*) as n from rollup_states where built_generation = generation"
        ).fetchone()
        assert built == {"n": 7}


def test_indexes_and_triggers_are_as_they_were(
    loaded: Database, before: list[dict[str, Any]]
) -> None:
    assert catalogue(loaded) == before
    assert any(row["what"] == "index" and "gin" in row["said"] for row in before)


def as_floats(rows: engines.Rows, before: int) -> dict[Any, tuple[float, ...]]:
    """Answer group → figures. So many columns stand before the figures: portal and group."""
    return {row[1:before]: tuple(float(each) for each in row[before:]) for row in rows}


def test_one_sql_answers_the_same_on_postgres_and_duckdb(loaded: Database, generated: Path) -> None:
    with engines.postgres(loaded, PORTAL) as postgres, engines.duckdb(generated) as duck:
        for name in engines.aggregations():
            before = 1 if name == "kpis" else 2
            ours, theirs = as_floats(postgres(name), before), as_floats(duck(name), before)
            assert ours.keys() == theirs.keys() and len(ours) >= before, name
            for group, figures in ours.items():
                assert figures == pytest.approx(theirs[group], rel=1e-11), (name, group)


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("select percentile_cont(0.5) within group (order by amount) from entity_deals", "nearly"),
        ("select extract(epoch from created_at) from entity_deals", "epoch"),
        ("select sum(amount) * 4.5 from entity_deals", "bare decimal"),
        ("select '4.5'::numeric from entity_deals", "three decimals"),
    ],
)
def test_what_engines_answer_differently_is_refused(query: str, why: str) -> None:
    with pytest.raises(engines.NotPortable, match=why):
        engines.translated(query, "duckdb")


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_an_export_has_every_row_in_files_of_a_month(
    form: str, loaded: Database, tmp_path: Path, asked: duckdb.DuckDBPyConnection
) -> None:
    wanted = Export("deals", PORTAL, form, "created_at")
    told = export(loaded, wanted, Folder(tmp_path), tmp_path, nothing_told)
    assert (
        len(told["files"]) == 36 and sum(each["rows"] for each in told["files"].values()) == 3_000
    )
    assert not list(tmp_path.glob("*.part"))
    for name, each in told["files"].items():
        content = (tmp_path / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == each["sha256"]
    reader = {"csv": "read_csv", "jsonl": "read_json", "parquet": "read_parquet"}[form]
    query = "select deal_id::int, amount, stage, year(created_at::timestamp) from {} order by 1"
    files = f"{reader}('{tmp_path}/*.{form}')"
    assert asked.sql(query.format(files)).fetchall() == asked.sql(query.format("deals")).fetchall()


def test_an_export_goes_on_where_it_broke_off_and_keeps_formulas_out(
    loaded: Database, tmp_path: Path
) -> None:
    formula = "=HYPERLINK(1)"
    with loaded.transaction() as conn:
        conn.execute(
            "update hubspot_deals_raw set dealname = %s where hubspot_id = '300000001'", [formula]
        )
    wanted = Export("deals", PORTAL, "csv", "created_at")
    with serving(Storage(takes=7)) as storage:
        settings = Settings.from_env((), {"SUPABASE_URL": storage.url, "SUPABASE_SERVICE_KEY": KEY})
        with target(settings, "supabase://exports/deals/all") as (bucket, folder):
            with pytest.raises(CannotExport, match="Quota exceeded"):
                export(loaded, wanted, bucket, folder, nothing_told)
            first = storage.objects["exports/deals/all/deals-77-csv.json"]
            assert len(json.loads(first)["files"]) == 3  # the fourth came, its manifest did not
            storage.takes, storage.objects["exports/deals/all/deals-77-2023-01.csv"] = (
                1_000,
                b"kept",
            )
            told = export(loaded, wanted, bucket, folder, nothing_told)
    assert len(told["files"]) == 36 and len(storage.objects) == 37
    assert storage.objects["exports/deals/all/deals-77-2023-01.csv"] == b"kept"
    folder = tmp_path / "folder"
    folder.mkdir()
    export(loaded, wanted, Folder(folder), folder, nothing_told)
    assert f"'{formula}" in (folder / "deals-77-2023-01.csv").read_text()
    with (
        pytest.raises(CannotExport, match="SUPABASE_URL"),
        target(Settings.from_env((), {}), "supabase://b"),
    ):
        pass


def test_a_second_load_is_refused_and_another_portal_is_not(
    loaded: Database, generated: Path, tmp_path: Path
) -> None:
    servers = servers_of(loaded)
    with pytest.raises(CannotLoad, match=r"500 rows in hubspot_companies_raw already"):
        load(servers, generated, PORTAL, False, nothing_told)
    assert load(servers, generated, PORTAL, True, nothing_told) == {}
    shutil.copy(generated / "tickets.parquet", tmp_path)
    with pytest.raises(CannotLoad, match="tickets"):  # fewer rows than the file has
        with loaded.transaction() as conn:
            conn.execute("delete from hubspot_tickets_raw where hubspot_id = '400000001'")
        load(servers, tmp_path, PORTAL, True, nothing_told)
    was = catalogue(loaded)
    assert load(servers, tmp_path, PORTAL + 1, False, nothing_told) == {"tickets": 2_000}
    assert catalogue(loaded) == was
    with loaded.transaction() as conn:
        portals.put(conn, PORTAL + 2, portals.Registration("UTC", token_encrypted=b"x"))
        portals.pause(conn, PORTAL + 2, "by an operator", held=True)
        portals.put(conn, PORTAL + 3, portals.Registration("UTC"))
    for mirrored in (PORTAL + 2, PORTAL + 3):
        with pytest.raises(CannotLoad, match=f"Portal {mirrored} is a copy of HubSpot"):
            load(servers, tmp_path, mirrored, False, nothing_told)
    with pytest.raises(CannotLoad, match="Several portals"):
        load(servers, tmp_path, None, False, nothing_told)
    with loaded.transaction() as conn:
        conn.execute("delete from portals where portal_id > %s", [PORTAL + 1])


def test_a_crash_leaves_an_empty_table_with_its_indexes_and_resume_goes_on(
    database: Database, tmp_path: Path, generated: Path
) -> None:
    """The second file breaks off in its last row: the first is whole, the second is empty."""
    shutil.copy(generated / "companies.parquet", tmp_path)
    tickets = pq.read_table(generated / "tickets.parquet")
    ids = tickets["ticket_id"].to_pylist()
    doubled = tickets.set_column(0, "ticket_id", pa.array([*ids[:-1], ids[0]]))
    pq.write_table(doubled, tmp_path / "tickets.parquet")
    was, servers = catalogue(database), servers_of(database)
    with pytest.raises(CannotLoad, match="Nothing of it was loaded"):
        load(servers, tmp_path, None, False, nothing_told)
    assert catalogue(database) == was
    pq.write_table(tickets, tmp_path / "tickets.parquet")
    with pytest.raises(CannotLoad, match="--resume"):
        load(servers, tmp_path, None, False, nothing_told)
    assert load(servers, tmp_path, None, True, nothing_told) == {"tickets": 2_000}
    assert catalogue(database) == was


def test_files_that_cannot_be_loaded_say_why(database: Database, tmp_path: Path) -> None:
    servers = servers_of(database)
    with pytest.raises(CannotLoad, match=r"holds none of companies.parquet"):
        load(servers, tmp_path, None, False, nothing_told)
    path = tmp_path / "companies.parquet"
    pq.write_table(pa.table({"company_id": ["1"]}), path)
    with pytest.raises(CannotLoad, match="has no column annual_revenue"):
        load(servers, tmp_path, None, False, nothing_told)
    path.write_text("no Parquet")
    with pytest.raises(CannotLoad, match="is no Parquet file"):
        load(servers, tmp_path, None, False, nothing_told)


def test_each_entity_has_a_view_to_be_compared_by() -> None:
    assert {entity.name for entity in ENTITY_FILES} == set(SAME)
