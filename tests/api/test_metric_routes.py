"""Metrics over HTTP are what the SQL functions answer, of one portal and no other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from analytics import sales_reads
from operations.servers import Servers
from tests.api.conftest import OTHERS, OURS, Client, asking_of

PIPELINE = """
    insert into hubspot_pipelines (portal_id, object_type, hubspot_id, label, raw_json)
    values (%s, 'deals', 'sales', 'Sales', '{"stages": [{"id": "closedwon"}]}')
"""
WON = """
    insert into hubspot_deals_raw (portal_id, hubspot_id, dealstage, closedate, createdate, amount,
        hubspot_owner_id, raw_json, updated_at, fetched_at)
    values (%s, %s, 'closedwon', '2026-01-10', '2026-01-01', %s, '7', '{}', now(), now())
"""


@pytest.fixture(scope="module")
def reading(served_to_all: Servers) -> Client:
    """Give the clients of tests that change nothing, with one won deal in each portal."""
    with served_to_all.database.transaction() as conn:
        conn.execute(WON, [OURS, "1", 100])
        conn.execute(WON, [OTHERS, "1", 5_000])
    return asking_of(served_to_all)


def test_a_metric_says_what_it_means(reading: Client) -> None:
    answer = reading().get("/api/v1/metrics?from=2026-01-01&to=2026-01-31").json
    found = {each["key"]: each for each in answer["metrics"]}
    assert found["totalSales"]["value"] == 100 and found["pickupRate"]["value"] is None
    assert found["totalSales"]["unit"] == "money" and found["totalSales"]["description"]


def test_a_timeline_has_every_day(reading: Client) -> None:
    steps = reading().get("/api/v1/timeline?from=2026-01-09&to=2026-01-11").json["steps"]
    assert [step["values"]["totalSales"] for step in steps] == [0, 100, 0]


def test_several_portals_must_be_told_apart(reading: Client) -> None:
    client = reading(portals=(OURS, OTHERS))
    assert client.get("/api/v1/metrics").status_code == 422
    values = [
        {
            each["key"]: each["value"]
            for each in client.get(f"/api/v1/metrics?portal={n}").json["metrics"]
        }
        for n in (OURS, OTHERS)
    ]
    assert [each["totalSales"] for each in values] == [100, 5_000]


@pytest.mark.parametrize("portal", [OTHERS, 1])
def test_a_foreign_portal_and_an_unknown_one_are_answered_alike(
    reading: Client, portal: int
) -> None:
    answer = reading().get(f"/api/v1/metrics?portal={portal}")
    assert (answer.status_code, answer.json["detail"]) == (
        404,
        f"There is no portal {portal} here.",
    )


@pytest.mark.parametrize("path", ["metrics", "timeline", "tables/stages", "breakdown/source"])
def test_an_owner_that_nobody_knows_is_an_error_and_no_zero(reading: Client, path: str) -> None:
    answer = reading().get(f"/api/v1/{path}?owner=987")
    assert (answer.status_code, answer.json["detail"]) == (
        404,
        f"Unknown owner: portal {OURS} has no owner 987.",
    )


@pytest.mark.parametrize("query", ["from=soon", "from=2026-02-01&to=2026-01-01", "portal=x"])
def test_what_cannot_be_understood_is_named(reading: Client, query: str) -> None:
    answer = reading().get(f"/api/v1/metrics?{query}")
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    assert answer.json["errors"]


@pytest.mark.parametrize("name", sales_reads.TABLES)
def test_every_table_is_served(reading: Client, name: str) -> None:
    answer = reading().get(f"/api/v1/tables/{name}")
    assert answer.status_code == 200 and answer.json["name"] == name


def test_a_table_says_of_when_it_tells(reading: Client, served_to_all: Servers) -> None:
    """Lifetime value tells of the moment at which its sums were found, others of now."""
    found = datetime.now(UTC) - timedelta(minutes=9)
    with served_to_all.database.transaction() as conn:
        conn.execute("insert into user_spend_sums values (%s, 'UTC', %s)", [OURS, found])
    client = reading()
    paths = ("tables/lifetime-value", "tables/stages", "breakdown/source")
    told = [client.get(f"/api/v1/{path}").json["as_of"] for path in paths]
    spend, *others = map(datetime.fromisoformat, told)
    assert spend == found and all(each > found for each in others)


def test_a_word_that_postgres_cannot_hold_is_no_owner(reading: Client) -> None:
    answer = reading().get("/api/v1/metrics?owner=%00")
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")


@pytest.mark.parametrize("by", sales_reads.BREAKDOWNS)
def test_win_rates_are_served_by(reading: Client, by: str) -> None:
    [row] = reading().get(f"/api/v1/breakdown/{by}?from=2026-01-01&to=2026-01-31").json["rows"]
    assert (row["label"], row["won"], row["winRate"]) == ("Unknown", 1, "100.00")
    assert reading().get("/api/v1/breakdown/moon").status_code == 404


def test_a_pipeline_narrows_the_deals(asking: Client, served: Servers) -> None:
    with served.database.transaction() as conn:
        conn.execute(WON, [OURS, "1", 100])
        conn.execute("update hubspot_deals_raw set pipeline = 'sales'")
        conn.execute(PIPELINE, [OURS])
    assert asking().get("/api/v1/pipelines").json == {
        "pipelines": [{"pipeline_id": "sales", "pipeline_label": "Sales"}]
    }
    for pipeline, total in (("sales", 100), ("renewal", 0)):
        answer = asking().get(f"/api/v1/metrics?pipeline={pipeline}").json
        assert answer["pipeline"] == pipeline
        assert {each["key"]: each["value"] for each in answer["metrics"]}["totalSales"] == total


def test_metrics_beside_the_24_are_served_with_them(reading: Client) -> None:
    answer = reading().get("/api/v1/metrics?from=2026-01-01&to=2026-01-31").json
    found = {each["key"]: each["value"] for each in answer["metrics"]}
    keys = ("winRate", "openPipeline", "weightedPipeline", "salesVelocity", "firstResponse")
    assert [found[key] for key in keys] == [100, 0, 0, 0, None]
