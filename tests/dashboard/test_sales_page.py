"""The Sales page on a real database: filters, tables as CSV, and how it shows nothing."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from dashboard import sales_tables
from dashboard.analytics_tabs import ANALYTICS_TABS
from dashboard.csv_tables import written
from dashboard.sales_tables import ShownTable
from operations.servers import Servers
from tests.api.conftest import OURS
from tests.api.test_metric_routes import PIPELINE, WON

from .conftest import Visit, take_no_more_count, visits_of


@pytest.fixture(scope="module")
def reader(served_to_all: Servers) -> FlaskClient:
    """Give the browser of a person before a portal that stays empty."""
    return visits_of(served_to_all)()


def test_an_empty_portal_is_shown_as_one(reader: FlaskClient, served_to_all: Servers) -> None:
    found = datetime.now(UTC) - timedelta(minutes=40)
    with served_to_all.database.transaction() as conn:
        conn.execute("insert into user_spend_sums values (%s, 'UTC', %s)", [OURS, found])
    answer = reader.get("/?period=all")
    page = answer.text
    assert answer.status_code == 200
    assert "Nothing in this period" in page and "No contact of this period is a user" in page
    assert "table=scripts" not in page, "there is nothing to take home"
    assert page.count(f"as of {found:%H:%M} UTC") == 1, "the card of spend, which was added up then"


def test_analytics_of_an_empty_portal_says_what_brings_records(reader: FlaskClient) -> None:
    overview = reader.get("/analytics").text
    assert overview.count('class="card metric"') == 15 and "No deal was closed yet." in overview
    assert "0 records" in overview and "<details" not in overview, "no figures to open"
    for tab in ANALYTICS_TABS[1:]:
        page = reader.get(tab.path).text
        assert f"There are no {tab.things} yet. {tab.cure}" in page, tab.name
        assert "CSV</a>" not in page, "there is nothing to take home"
        assert page.count(' aria-current="page"') == 2, "in the menu, and in a phone's row of tabs"


def test_a_pipeline_is_chosen_on_the_page(visit: Visit, served: Servers) -> None:
    with served.database.transaction() as conn:
        conn.execute(WON, [OURS, "1", 4321])
        conn.execute(PIPELINE, [OURS])
        conn.execute("update portals set time_zone = 'Pacific/Kiritimati'")
    client = visit()
    page = client.get("/?period=all").text
    assert "4\u202f321" in page and re.search(r"as of \d\d:\d\d \+14", page)
    narrowed = client.get("/?period=all&pipeline=sales").text
    assert "4\u202f321" not in narrowed and '<option value="sales" selected>Sales' in narrowed


@pytest.mark.parametrize("each", sales_tables.LISTED, ids=lambda each: each.name)
def test_every_table_is_there_as_csv(
    reader: FlaskClient, served_to_all: Servers, each: sales_tables.Listed
) -> None:
    take_no_more_count(served_to_all)
    answer = reader.get(f"/sales.csv?table={each.name}&period=all")
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    head = next(csv.reader(io.StringIO(answer.text)))
    assert head == [column.head for column in each.columns]


def test_a_table_that_does_not_exist_and_a_stranger(visit: Visit) -> None:
    assert visit().get("/sales.csv?table=users").status_code == 404
    assert visit(signed_in=False).get("/sales.csv?table=scripts").status_code in (302, 303, 401)
    assert visit("status:read").get("/sales.csv?table=scripts").status_code == 404


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum", "\t=1", "\r=1", "  =1", "\n=1"])
def test_no_text_is_a_formula_and_numbers_stay_numbers(text: str) -> None:
    columns = (ShownTable("label", "Name"), ShownTable("revenue", "Revenue", "money"))
    rows = list(csv.reader(io.StringIO(written(columns, [{"label": text, "revenue": -5}]))))
    assert rows[1][0].startswith("'") and rows[1][1] == "-5"
