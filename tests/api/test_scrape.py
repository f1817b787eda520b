"""/metrics: who may ask, what it says, and that charts and alerts ask for what it says."""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families as parsed

import deliveries
import jobs
from api import scrape
from db import upsert_counts
from hubspot.mirrored import Mirrored
from hubspot.objects import OBJECT_TYPES
from operations import access_tokens, job_counts
from operations.servers import Servers
from settings import WEBHOOK_PATH
from tests.api.conftest import OTHERS, OURS
from tests.api.promql import evaluate
from tests.dashboard.test_sync_page import filled
from tests.processes import Web, wait_for

__all__ = ["filled"]
DOCS = Path(__file__).parents[2] / "docs"
SECRET = "a secret of thirty-two characters or more"
CALM = """
delete from dead_letters; delete from scans; delete from pending_changes;
update verify_runs set unequal = 0, finished_at = now(); update portals set paused_at = null;
select settle_rollup(portal_id, entity) from portals, rollup_entries()
"""
A_LATE_CHANGE = f"""
insert into pending_changes (portal_id, object_type, hubspot_id, marked_at)
values ({OURS}, 'deals', '1', now() - interval '6 minutes')
"""
A_LETTER = f"""
insert into dead_letters (portal_id, kind, object_type, hubspot_id, reason)
values ({OURS}, 'record', 'deals', '1', 'a reason')
"""
A_COMPARISON = f"""
insert into verify_runs (portal_id, run_id, object_type, sampled, started_at, finished_at, compared,
    unequal, differences, healed)
values ({OURS}, gen_random_uuid(), 'deals', false, now(), now() - interval '{{days}} days', 1,
    {{unequal}}, '{{{{}}}}', false)
"""
NO_RECENT_COMPARISON = f"delete from verify_runs; {A_COMPARISON.format(unequal=0, days=8)}"
NO_RECENT_LOOK = f"""
insert into polled_walks (portal_id, family, completed_at)
values ({OURS}, 'workflows', now() - interval '3 days')
"""
A_FAILED_SCAN = f"""
insert into scans (portal_id, kind, object_type, state) values ({OURS}, 'backfill', 'deals',
    'failed')
"""


@pytest.fixture
def scraped(served: Servers) -> Callable[[str], Any]:
    """Ask /metrics with a header."""
    settings = replace(served.settings, metrics_token=SECRET)
    app = Flask("monitored")
    app.register_blueprint(scrape.blueprint(replace(served, settings=settings)))
    client: FlaskClient = app.test_client()
    return lambda token: client.get("/metrics", headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def busy(served: Servers) -> None:
    """Something to tell of everything."""
    server = served.server
    with server.pipeline() as pipeline:
        deliveries.append(pipeline, b"[]")
        pipeline.execute()
    jobs.enqueue(server, jobs.INGEST)
    server.hset("spoke:received", "unauthorized", 2)
    job_counts.note(server, "fetch", "done")
    for portal in (OURS, OTHERS):
        server.hset(f"spoke:limit:{portal}:answers", mapping={"200": 7, "429": 1})
        told = {"limit": 1000, "remaining": 900, "at": "2026-01-01T00:00:00+00:00"}
        server.hset(f"spoke:limit:{portal}:daily", mapping=told)
    with served.database.transaction() as conn:
        for portal in (OURS, OTHERS):
            conn.execute(
                "insert into sales_sums (portal_id, built_at) values (%s, now())", [portal]
            )
            conn.execute(
                "insert into fetches (portal_id, object_type, fetched_at, hubspot_ids)"
                " values (%s, 'deals', now(), '{1,2}')",
                [portal],
            )
            deals = Mirrored(portal, OBJECT_TYPES["deals"])
            for count in (3, 4):
                upsert_counts.note(conn, deals, "scan", count)


def samples(text: str) -> list[Any]:
    return [sample for family in parsed(text) for sample in family.samples]


@pytest.mark.usefixtures("busy")
def test_a_token_sees_its_portals_and_the_secret_all(
    served: Servers, scraped: Callable[[str], Any]
) -> None:
    token = access_tokens.make(served, "prometheus", ["status:read"], [OURS])
    assert str(OTHERS) not in scraped(token).text
    found = {
        (each.name, each.labels.get("portal")): each.value for each in samples(scraped(SECRET).text)
    }
    for portal in (OURS, OTHERS):
        assert found["spoke_records", str(portal)] == 1
        assert found["spoke_dead_letters", str(portal)] == 1
        assert found["spoke_fetched_records", str(portal)] == 2
        assert found["spoke_daily_remaining", str(portal)] >= 900
        assert found["spoke_upserts_total", str(portal)] == 7
        assert found["spoke_polled_entries", str(portal)] == 5
        assert 0 <= found["spoke_polled_age_seconds", str(portal)] < 600
    assert found["spoke_deliveries_total", None] == found["spoke_deliveries_waiting", None] == 1
    assert found["spoke_requests_refused_total", None] == 2
    assert found["spoke_jobs_ended_total", None] == 1


@pytest.mark.parametrize("token", ["", "wrong", f"spk_{'0' * 12}_{'a' * 43}"])
def test_a_stranger_learns_nothing(scraped: Callable[[str], Any], token: str) -> None:
    assert (scraped(token).status_code, "spoke_" in scraped(token).text) == (401, False)


def test_a_token_without_the_scope_learns_nothing(
    served: Servers, scraped: Callable[[str], Any]
) -> None:
    token = access_tokens.make(served, "other", ["metrics:read"], [OURS])
    assert scraped(token).status_code == 401


def test_a_short_secret_opens_nothing(served: Servers) -> None:
    app = Flask("weak")
    settings = replace(served.settings, metrics_token="short")
    app.register_blueprint(scrape.blueprint(replace(served, settings=settings)))
    answer = app.test_client().get("/metrics", headers={"Authorization": "Bearer short"})
    assert answer.status_code == 401


def test_what_two_receivers_refuse_is_one_sum(web: Web, scraped: Callable[[str], Any]) -> None:
    """Each connection goes to either process; each process writes what it counted."""
    with ThreadPoolExecutor(20) as threads:
        forged = [threads.submit(requests.post, web.url + WEBHOOK_PATH, b"[]") for _ in range(60)]
    assert {each.result().status_code for each in forged} == {401}
    counted = "spoke_requests_refused_total"

    def told() -> list[float]:
        return [each.value for each in samples(scraped(SECRET).text) if each.name == counted]

    wait_for(lambda: sum(told()) == 60)


@pytest.mark.usefixtures("busy")
def test_latencies_and_batch_sizes_are_histograms(scraped: Callable[[str], Any]) -> None:
    found = {
        (each.name, each.labels.get("le")): each.value
        for each in samples(scraped(SECRET).text)
        if each.labels.get("portal") == str(OURS)
    }
    late, sizes = "spoke_change_latency_seconds_bucket", "spoke_fetch_batch_size_bucket"
    assert [found[late, le] for le in ("1", "2", "+Inf")] == [0, 3, 3]
    assert [found[sizes, le] for le in ("1", "2", "+Inf")] == [0, 1, 1]
    assert found["spoke_fetch_batch_size_gsum", None] == 2


def alerts() -> Iterator[tuple[str, str]]:
    """Yield every alert rule's name and expression."""
    name = ""
    for line in (DOCS / "alerts.yml").read_text().splitlines():
        if found := re.fullmatch(r"\s*- alert: (.*)", line):
            name = found[1]
        elif found := re.fullmatch(r"\s*expr: (.*)", line):
            yield name, found[1]


def charts() -> Iterator[str]:
    """Yield every expression of the charts."""
    for panel in json.loads((DOCS / "grafana.json").read_text())["panels"]:
        yield from (target["expr"] for target in panel["targets"])


ALERTS, CHARTS = dict(alerts()), list(charts())


@pytest.mark.usefixtures("busy")
def test_every_chart_has_something_to_draw(served: Servers, scraped: Callable[[str], Any]) -> None:
    before = samples(scraped(SECRET).text)
    _grow(served)
    after = samples(scraped(SECRET).text)
    assert len(CHARTS) > 16
    for expression in CHARTS:
        found = evaluate(expression, before, after)
        assert found and all(math.isfinite(each) for each in found.values()), expression
        assert "rate(" not in expression or max(found.values()) > 0, expression


def _grow(served: Servers) -> None:
    """Let every counter grow by one."""
    _deliver(served, 1)
    _refuse(served, 1)
    job_counts.note(served.server, "fetch", "done")
    served.server.hincrby(f"spoke:limit:{OURS}:answers", "200", 1)
    _do(served, "update upsert_counts set upserts = upserts + 1")


# What happens, as SQL or as a change in Redis, and the alerts that it brings.
HAPPENINGS: dict[str, Callable[[Servers], None]] = {
    "SpokeIsLate": lambda served: _do(served, A_LATE_CHANGE),
    "SpokeDeliveriesPileUp": lambda served: _deliver(served, 101),
    "SpokeRefusesDeliveries": lambda served: _refuse(served, 21),
    "SpokePortalIsPaused": lambda served: _do(served, "update portals set paused_at = now()"),
    "SpokeHasDeadLetters": lambda served: _do(served, A_LETTER),
    "SpokeIsUnequal": lambda served: _do(served, A_COMPARISON.format(unequal=1, days=0)),
    "SpokeIsUnproved": lambda served: _do(served, NO_RECENT_COMPARISON),
    "SpokePollsNoMore": lambda served: _do(served, NO_RECENT_LOOK),
    "SpokeSumsAreNotBuilt": lambda served: _do(served, f"select give_up_rollups({OURS}, 'deals')"),
    "SpokeSpendsTheDay": lambda served: _spend(served, 50),
    "SpokeScanFailed": lambda served: _do(served, A_FAILED_SCAN),
    "SpokeJobsFail": lambda served: _fail(served),
}
NOBODY_RUNS = {"SpokeHasNoWorker", "SpokeHasNoClock"}  # in a test


@pytest.mark.parametrize("alert", [*HAPPENINGS, "nothing"])
def test_an_alert_fires_when_its_cause_is_there_and_no_other_does(
    served: Servers, scraped: Callable[[str], Any], alert: str
) -> None:
    assert {*HAPPENINGS, *NOBODY_RUNS} == set(ALERTS), "every alert has its cause here"
    _do(served, CALM)
    _refuse(served, 1)
    _spend(served, 900)
    before = samples(scraped(SECRET).text)
    HAPPENINGS.get(alert, lambda served: None)(served)
    after = samples(scraped(SECRET).text)
    firing = {name for name, each in ALERTS.items() if evaluate(each, before, after)}
    assert firing - NOBODY_RUNS == {alert} - {"nothing"}
    assert firing >= NOBODY_RUNS


def test_a_paused_portal_is_not_late(served: Servers, scraped: Callable[[str], Any]) -> None:
    _do(served, f"{CALM}; {A_LATE_CHANGE}; update portals set paused_at = now()")
    found = samples(scraped(SECRET).text)
    assert evaluate(ALERTS["SpokeIsLate"], found, found) == {}


def _do(served: Servers, statement: str) -> None:
    with served.database.transaction() as conn:
        conn.execute(statement.encode())


def _deliver(served: Servers, count: int) -> None:
    with served.server.pipeline() as pipeline:
        for _ in range(count):
            deliveries.append(pipeline, b"[]")
        pipeline.execute()


def _refuse(served: Servers, count: int) -> None:
    served.server.hincrby("spoke:received", "unauthorized", count)


def _spend(served: Servers, remaining: int) -> None:
    told = {"limit": 1000, "remaining": remaining, "at": datetime.now(UTC).isoformat()}
    served.server.hset(f"spoke:limit:{OURS}:daily", mapping=told)


def _fail(served: Servers) -> None:
    registry = jobs.queue(served.server, "fetch").failed_job_registry
    served.server.zadd(registry.key, {"a job": time.time() + 60})
