"""The nightly job through Postgres: features as of a cut-off, scores, segments, drift, and back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from analytics import score_reads
from analytics.score_reads import LeadQuestion
from db import lead_rows, model_store
from db.connect import Connection, Database
from db.lead_rows import Moment
from db.portals import Portal
from operations import scoring_models
from workers import lead_experiments, lead_scores
from workers.context import Context

NOW = datetime(2026, 11, 1, tzinfo=UTC)
FILL = """
insert into hubspot_pipelines (portal_id, object_type, hubspot_id, label, raw_json) values
    (1, 'deals', 'default', 'Sales', '{"stages": [
        {"id": "first", "displayOrder": 0, "metadata": {"isClosed": "false"}},
        {"id": "second", "displayOrder": 1, "metadata": {"isClosed": "false"}},
        {"id": "won", "displayOrder": 2, "metadata": {"isClosed": "true", "probability": "1"}},
        {"id": "lost", "displayOrder": 3, "metadata": {"isClosed": "true", "probability": "0"}}]}');
insert into hubspot_companies_raw (portal_id, hubspot_id, industry, numberofemployees, raw_json,
    fetched_at, updated_at)
select 1, n::text, 'RETAIL', 100 * n, '{}', now(), now() from generate_series(1, 12) as n;
insert into hubspot_contacts_raw (portal_id, hubspot_id, createdate, company_ids, raw_json,
    fetched_at, updated_at, jobtitle)
select 1, n::text, '2026-08-01', array[n::text], '{}', now(), now(), 'Chief Executive Officer'
  from generate_series(1, 12) as n;
insert into hubspot_deals_raw (portal_id, hubspot_id, dealstage, pipeline, createdate, closedate,
    amount, contact_ids, company_ids, raw_json, fetched_at, updated_at)
values (1, '1', 'won', 'default', '2026-09-01', '2026-10-01', 900, '{1}', '{1}', '{}', now(),
        now()),
       (1, '2', 'second', 'default', '2026-10-01', null, 50, '{2}', '{2}', '{}', now(), now());
insert into property_history (portal_id, object_type, hubspot_id, property, changed_at, value)
values (1, 'deals', '1', 'dealstage', '2026-09-01', 'first'),
       (1, 'deals', '1', 'dealstage', '2026-09-10', 'second'),
       (1, 'deals', '1', 'dealstage', '2026-10-01', 'won'),
       (1, 'deals', '1', 'amount', '2026-09-01', '500'),
       (1, 'deals', '1', 'amount', '2026-10-01', '900'),
       (1, 'deals', '1', 'contract_signed', '2026-10-02', 'true');
insert into followed_properties (portal_id, object_type, property)
values (1, 'deals', 'contract_signed');
insert into hubspot_calls_raw (portal_id, hubspot_id, call_timestamp, contact_ids, raw_json,
    fetched_at, updated_at)
values (1, '1', '2026-09-02', '{1}', '{"createdAt": "2026-09-02T00:00:00Z"}', now(), now()),
       (1, '2', '2026-09-03', '{1}', '{"createdAt": "2026-10-20T00:00:00Z"}', now(), now());
"""
SAME = ("stage_place", "amount", "touches", "days_in_stage", "followed", "won_before")


@pytest.fixture
def filled(context: Context) -> Portal:
    with context.database.transaction() as conn:
        conn.execute("insert into portals (portal_id, currency) values (1, 'USD')")
        conn.execute(FILL.encode())
    portal = context.portal(1)
    assert portal is not None
    return portal


def read(database: Database) -> list[dict[str, Any]]:
    with database.transaction() as conn:
        rows = lead_rows.closed_deals(conn, Moment(1, NOW))
    return sorted(rows, key=lambda row: row["cut_off"])


def put(database: Database, statement: str) -> None:
    with database.transaction() as conn:
        conn.execute(statement.encode())


def test_features_are_as_of_the_cut_off(context: Context, filled: Portal) -> None:
    """One deal, at its beginning and each fortnight: a call that was logged later, the amount and
    the contract of the end are not seen, and later changes move nothing."""
    rows = read(context.database)
    days = [(row["cut_off"] - datetime(2026, 9, 1, tzinfo=UTC)).days for row in rows]
    assert days == [0, 3, 17] and all(row["is_won"] for row in rows)
    assert [row["stage_place"] for row in rows] == [0, 0, 1]
    assert [row["amount"] for row in rows] == [500] * 3
    assert [row["touches"] for row in rows] == [0, 1, 1]
    assert [row["response_hours"] for row in rows] == [None, 24, 24]
    assert [row["followed"] for row in rows] == [None] * 3
    put(
        context.database,
        """
        insert into property_history (portal_id, object_type, hubspot_id, property, changed_at,
            value)
        values (1, 'deals', '1', 'amount', '2026-09-25', '7'),
               (1, 'deals', '1', 'dealstage', '2026-09-25', 'first'),
               (1, 'deals', '1', 'contract_signed', '2026-09-25', 'true');
        insert into hubspot_meetings_raw (portal_id, hubspot_id, start_time, contact_ids, raw_json,
            fetched_at, updated_at)
        values (1, '9', '2026-09-25', '{1}', '{}', now(), now())""",
    )
    assert [[row[name] for name in SAME] for row in read(context.database)] == [
        [row[name] for name in SAME] for row in rows
    ]


def test_every_contact_and_company_is_scored_and_the_old_model_comes_back(
    context: Context, filled: Portal
) -> None:
    assert lead_scores.of_portal(context, filled, NOW) == 12
    with context.reading([1]) as conn:
        leads = conn.execute("select * from lead_scoring order by length(contact_id), 1").fetchall()
        [segment] = conn.execute(
            "select tier, leads, customers from ideal_customers where size_band = 'Enterprise'"
        ).fetchall()
        fits = conn.execute("select score, reasons from company_fit").fetchall()
        quality = conn.execute("select kind, state, refused, deals from model_quality").fetchall()
    assert len(leads) == len(fits) == 12 and {lead["is_by_rules"] for lead in leads} == {True}
    assert [lead["deal_id"] for lead in leads if lead["deal_id"]] == ["2"]
    for each in (*leads, *fits):
        assert sum(points for *_, points in each["reasons"]) == pytest.approx(float(each["score"]))
    assert tuple(segment.values()) == (None, 8, 0)
    [told] = quality
    assert (told["kind"], told["state"], told["deals"]) == ("rules", "refused", 1)
    assert "200" in told["refused"]
    _must_be_read(context)
    put(context.database, "update hubspot_contacts_raw set archived = true where hubspot_id = '3'")
    later = NOW + timedelta(days=1)
    assert lead_scores.of_portal(context, filled, later) == 11
    with context.database.transaction() as conn:
        assert _count(conn, "lead_scores") == 11 and _count(conn, "models") == 1
    _must_go_back(context)
    variants = lead_experiments.assign(context, 1, "calls first", ["1", "2", "3"])
    assert lead_experiments.assign(context, 1, "calls first", ["2"])["2"] == variants["2"]
    assert len(set(variants.values())) == 1 or lead_experiments.outcome(context, 1, "calls first")


def _must_be_read(context: Context) -> None:
    """Read what API and page read."""
    with context.reading([1]) as conn:
        best = score_reads.leads(conn, LeadQuestion(1, limit=2))
        assert [each["score"] for each in best] == sorted(
            (each["score"] for each in best), reverse=True
        )
        assert score_reads.models(conn, 1)[0]["kind"] == "rules"
        assert {each["level"] for each in score_reads.drift(conn, 1)} == {"steady"}
        assert sum(each["leads"] for each in score_reads.ideal_customers(conn, 1)) == 12


def _must_go_back(context: Context) -> None:
    """Put two models to use in turn; the first is one call from being back."""
    made = model_store.NewModel("rules", NOW, None, "", {"closed_lately": [0, 0]}, b"")
    with context.database.transaction() as conn:
        first, second = (model_store.put(conn, 1, made, model_store.CURRENT) for _ in range(2))
    assert scoring_models.back(context, 1) == first
    scoring_models.shadow(context, 1, second)
    states = {each["model_id"]: each["state"] for each in scoring_models.listed(context, 1)}
    assert (states[first], states[second]) == ("current", "shadow")
    with pytest.raises(scoring_models.NoModel):
        scoring_models.use(context, 1, 999)


def _count(conn: Connection, table: str) -> int:
    row = conn.execute(f"select count(*) as n from {table}".encode()).fetchone()
    assert row is not None and json.dumps(row)
    return int(row["n"])
