"""Forecasts and quotas over HTTP: each table of one portal alone, quotas set, read and deleted."""

from __future__ import annotations

from pathlib import Path

import pytest

from analytics.forecast_reads import FORECAST_TABLES
from operations import quotas
from operations.quotas import QuotaError, period_of
from operations.servers import Servers
from tests.api.conftest import OTHERS, OURS, asking_of

TOLD = """
    insert into forecasts (portal_id, period_start, period_end, owner_id, made_on, won, commit,
        best_case, pipeline, p10, p50, p90, mean, weighted, before, open_deals)
    values (%s, '2030-01-01', '2030-04-01', '', '2029-12-01', 0, 0, 0, 90, 10, %s, 70, 40, 5, 6, 7)
"""
OWNER = """
    insert into hubspot_owners (portal_id, hubspot_id, firstname, email, raw_json)
    values (%s, '7', 'Ada', 'Ada@example.com', '{}')
"""


@pytest.fixture(scope="module")
def filled(served_to_all: Servers) -> Servers:
    with served_to_all.database.transaction() as conn:
        conn.execute(TOLD, [OURS, 42])
        conn.execute(TOLD, [OTHERS, 987_654_321])
        conn.execute(OWNER, [OURS])
    return served_to_all


def test_every_table_is_of_one_portal(filled: Servers) -> None:
    client = asking_of(filled)()
    for name in FORECAST_TABLES:
        answer = client.get(f"/api/v1/forecast/{name}")
        assert answer.status_code == 200 and "987654321" not in answer.text
    (row,) = client.get("/api/v1/forecast/now").json["rows"]
    assert (row["p50"], row["owner_name"], row["quota"]) == (42, "Everybody", None)
    assert client.get("/api/v1/forecast/none").status_code == 404
    assert client.get(f"/api/v1/forecast/now?portal={OTHERS}").status_code == 404


def test_quotas_are_set_read_and_deleted(filled: Servers) -> None:
    client = asking_of(filled)()
    asked = {"owner": "ada@example.com", "period": "2030-Q1", "amount": 100}
    made = client.put("/api/v1/quotas", json=asked)
    assert made.json == {"owner_id": "7", "period_start": "2030-01-01",
                         "period_end": "2030-04-01", "amount": 100}  # fmt: skip
    (row,) = client.get("/api/v1/forecast/now").json["rows"]
    assert (row["quota"], row["coverage"]) == (100, 0.9)
    for wrong in ({"owner": "nobody"}, {"period": "soon"}, {"amount": 0}):
        assert client.put("/api/v1/quotas", json=asked | wrong).status_code == 422
    reader = asking_of(filled)("metrics:read")
    assert reader.put("/api/v1/quotas", json=asked).status_code == 403
    gone = "/api/v1/quotas?owner=7&period=2030-Q1"
    assert [client.delete(gone).status_code for _ in range(2)] == [204, 404]


def test_a_file_of_quotas_is_set_whole_or_not_at_all(filled: Servers, tmp_path: Path) -> None:
    path = tmp_path / "quotas.csv"
    path.write_text("owner,period,amount\n7,2031-02,5\nada@example.com,2031,9\n")
    assert quotas.load(filled, OURS, path) == 2
    path.write_text("owner,period,amount\n7,2032-02,5\nnobody,2032,9\n")
    with pytest.raises(QuotaError, match="line 3: no owner has the id or address 'nobody'"):
        quotas.load(filled, OURS, path)
    rows = asking_of(filled)().get("/api/v1/forecast/quotas").json["rows"]
    assert [row["period_start"][:7] for row in rows[:2]] == ["2031-02", "2031-01"]


@pytest.mark.parametrize(
    ("text", "first", "after"),
    [
        ("2026", "2026-01-01", "2027-01-01"),
        ("2026-Q4", "2026-10-01", "2027-01-01"),
        ("2026-12", "2026-12-01", "2027-01-01"),
        ("2026-01-05..2026-01-05", "2026-01-05", "2026-01-06"),
    ],
)
def test_periods_are_read(text: str, first: str, after: str) -> None:
    assert [str(day) for day in period_of(text)] == [first, after]


@pytest.mark.parametrize(
    "text", ["", "2026-Q5", "2026-13", "0000", "9999", "2026-02-02..2026-01-01"]
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(QuotaError):
        period_of(text)
