"""What `spoke generate` writes: exact counts, the same bytes from a seed, keys that lead somewhere,
the distributions that were asked for, and steps in the order in which they happen."""

from __future__ import annotations

import hashlib
import json
from itertools import pairwise
from pathlib import Path

import click
import duckdb
import pytest
from click.testing import CliRunner

from cli import spoke
from commands.scale_packages import must_have
from lab.scale.block import ROWS as BLOCK
from lab.scale.entities import ENTITIES, counts
from lab.scale.files import Order, known_of, tables, write
from tests.generated import files_at, nothing_told

COUNTS = {
    "companies": 500,
    "contacts": 5_000,
    "deals": 3_000,
    "tickets": 2_000,
    "marketing_events": 10_000,
    "email_events": 8_000,
    "web_sessions": 20_000,
}
# what would be wrong → a query that finds the wrong rows
NEVER = {
    "a contact of a company that is not there yet": """
        select * from contacts left join companies using (company_id)
        where created_at is null or created_at::date > first_touch_date""",
    "a deal of another company than its contact's": """
        select * from deals join contacts using (contact_id)
        where deals.company_id <> contacts.company_id""",
    "a deal in another industry or region than its company": """
        select * from deals left join companies using (company_id)
        where deals.industry is distinct from companies.industry
            or deals.region is distinct from companies.region""",
    "a ticket of another company than its contact's": """
        select * from tickets left join contacts using (contact_id)
        where tickets.company_id is distinct from contacts.company_id""",
    "something of a contact who is not known yet": """
        select contact_id from (
            select contact_id, created_at from deals
            union all select contact_id, created_at from tickets
            union all select contact_id, timestamp from marketing_events
            union all select contact_id, timestamp from email_events
        ) left join contacts using (contact_id)
        where first_touch_date is null or first_touch_date > created_at::date""",
    "an e-mail that was opened before it was delivered": """
        select * from email_events as opened where action = 'Opened' and not exists (
            select 1 from email_events as earlier where earlier.action = 'Delivered'
                and earlier.contact_id = opened.contact_id
                and earlier.campaign_id = opened.campaign_id
                and earlier.timestamp <= opened.timestamp)""",
    "an e-mail that was clicked before it was opened": """
        select * from email_events as clicked where action = 'Clicked' and not exists (
            select 1 from email_events as earlier where earlier.action = 'Opened'
                and earlier.contact_id = clicked.contact_id
                and earlier.campaign_id = clicked.campaign_id
                and earlier.timestamp <= clicked.timestamp)""",
    "a campaign of two types": """
        select campaign_id from email_events
        group by 1 having count(distinct campaign_type) > 1""",
    "a bounced session of several pages, or that bought": """
        select * from web_sessions where bounce and (page_views > 1 or conversion)""",
    "a moment outside the three years": """
        select created_at from (
            select created_at from companies union all select created_at from deals
            union all select created_at from tickets union all select timestamp from email_events
            union all select timestamp from marketing_events
            union all select timestamp from web_sessions
        ) where created_at < '2023-01-01 00:00:00+00' or created_at >= '2026-01-01 00:00:00+00'""",
    "an id or an address that comes twice": """
        select company_id from companies group by 1 having count(*) > 1
        union all select email from contacts group by 1 having count(*) > 1
        union all select company_name from companies group by 1 having count(*) > 1
        union all select email_event_id from email_events group by 1 having count(*) > 1""",
    "a value outside its range": """
        select '' from companies
        where employee_count not between 5 and 50000 or founded_year not between 1950 and 2023
        union all select '' from contacts where lead_score not between 0 and 100
        union all select '' from deals
        where days_in_pipeline not between 1 and 364 or probability not between 0 and 100
        union all select '' from tickets
        where resolution_hours not between 0.5 and 720 or satisfaction_score not between 1 and 5
            or (resolution_hours is null) = (status in ('Resolved', 'Closed'))
        union all select '' from marketing_events
        where session_duration_sec not between 1 and 3600
            or campaign_id::int not between 1 and 5000
        union all select '' from web_sessions where session_duration_sec not between 0 and 1800""",
}
# value, query, and how far chance may take it
NEAR = {
    "won deals": (0.25, "select avg((stage = 'Closed Won')::int) from deals", 0.03),
    "small customers": (0.45, "select avg((pipeline = 'SMB')::int) from deals", 0.03),
    "the middle amount": (8103, "select median(amount) from deals", 600),
    "the spread of amounts": (1.5, "select stddev(ln(amount)) from deals", 0.08),
    "the middle chance": (50, "select avg(probability) from deals", 1.5),
    "the spread of chances": (22.36, "select stddev(probability) from deals", 1.0),
    "the middle revenue": (14, "select avg(ln(annual_revenue)) from companies", 0.35),
    "new contacts": (
        0.25,
        "select avg((lifecycle_stage = 'subscriber')::int) from contacts",
        0.03,
    ),
    "the middle score": (50, "select median(lead_score) from contacts", 2),
    "organic visits": (0.25, "select avg((channel = 'Organic')::int) from marketing_events", 0.02),
    "seconds of an event": (
        180,
        "select avg(session_duration_sec) from marketing_events",
        8,
    ),
    "urgent tickets": (0.05, "select avg((priority = 'Critical')::int) from tickets", 0.02),
    "hours to resolve": (48, "select avg(resolution_hours) from tickets", 4),
    "bounces": (0.45, "select avg(bounce::int) from web_sessions", 0.015),
    "conversions": (0.04, "select avg(conversion::int) from web_sessions", 0.006),
    "seconds of a session": (120, "select avg(session_duration_sec) from web_sessions", 5),
    "opened mails are a fifth of events": (
        0.20,
        "select avg((action = 'Opened')::int) from email_events",
        0.0005,
    ),
    "December sells more than February, by more than it has days": (
        1.44,
        "select count(*) filter (month(created_at) = 12) / count(*) filter (month(created_at) = 2)"
        " from deals",
        0.35,
    ),
    "hardly any deal on a weekend": (
        0.075,
        "select avg((isodow(created_at) > 5)::int) from deals",
        0.02,
    ),
}


@pytest.fixture(scope="module")
def asked(generated: Path) -> duckdb.DuckDBPyConnection:
    """Give a connection that has each file as a view."""
    return files_at(generated)


def test_counts_are_exact_and_the_manifest_tells_the_truth(generated: Path) -> None:
    told = json.loads((generated / "manifest.json").read_text())
    assert told["rows"] == 48_500 and told["seed"] == 42
    assert {name: each["rows"] for name, each in told["entities"].items()} == COUNTS
    asked = files_at(generated)
    for name, each in told["entities"].items():
        content = (generated / each["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == each["sha256"]
        assert asked.sql(f"select count(*) from {name}").fetchall() == [(each["rows"],)]
    codecs = f"select distinct compression from parquet_metadata('{generated}/*.parquet')"
    assert asked.sql(codecs).fetchall() == [("SNAPPY",)]


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(tmp_path: Path) -> None:
    first, again, other = (
        write(Order(2_000, seed), tmp_path / name, nothing_told)["entities"]
        for name, seed in (("first", 7), ("again", 7), ("other", 8))
    )
    assert first == again
    assert all(first[name]["sha256"] != other[name]["sha256"] for name in first)


def test_a_block_needs_no_other_and_follows_the_one_before() -> None:
    """Blocks go on where the last one ended, in ids and in time; the last one is short."""
    rows = 2 * BLOCK + 10
    order = Order(round(rows * 4_850_000 / 2_000_000), 1)
    sessions = next(each for each in ENTITIES if each.name == "web_sessions")
    blocks = list(tables(order, sessions, known_of(order)))
    assert [block.num_rows for block in blocks] == [
        BLOCK,
        BLOCK,
        order.counts[sessions.name] % BLOCK,
    ]
    for earlier, later in pairwise(blocks):
        assert int(later["session_id"][0].as_py()) == int(earlier["session_id"][-1].as_py()) + 1
        assert later["timestamp"][0].as_py() >= earlier["timestamp"][-1].as_py()


@pytest.mark.parametrize("rows", [200, 4_850_000, 1_234_567])
def test_rows_are_shared_out_exactly(rows: int) -> None:
    shared = counts(rows)
    assert sum(shared.values()) == rows and min(shared.values()) > 0
    if rows == 4_850_000:
        assert shared == {name: 100 * count for name, count in COUNTS.items()}


@pytest.mark.parametrize("wrong", NEVER)
def test_nothing_is_out_of_order(wrong: str, asked: duckdb.DuckDBPyConnection) -> None:
    assert asked.sql(NEVER[wrong]).fetchall() == []


@pytest.mark.parametrize("what", NEAR)
def test_distributions_are_those_that_were_asked_for(
    what: str, asked: duckdb.DuckDBPyConnection
) -> None:
    wanted, query, chance = NEAR[what]
    [(found,)] = asked.sql(query).fetchall()
    assert found == pytest.approx(wanted, abs=chance)


def test_the_command_says_what_is_wrong_and_what_is_missing(tmp_path: Path) -> None:
    ran = CliRunner().invoke(spoke, ["generate", "--scale", "0.00001", "--out", str(tmp_path)])
    assert ran.exit_code == 1 and "At least 200 rows" in ran.output
    with pytest.raises(click.ClickException, match=r"requirements-scale\.txt"):
        must_have("json", "a_package_that_nobody_has")
    ran = CliRunner().invoke(spoke, ["aggregate", "--engine", "duckdb"])
    assert ran.exit_code == 1 and "--data" in ran.output
