"""/metrics: who may ask, what it says, and that charts and alerts ask for what it says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families as parsed

import deliveries
import jobs
from api import scrape
from operations import access_tokens
from operations.servers import Servers
from tests.api.conftest import OTHERS, OURS
from tests.dashboard.test_sync_page import filled

__all__ = ["filled"]
DOCS = Path(__file__).parents[2] / "docs"
SECRET = "a secret of thirty-two characters or more"
WORDS = {
    "by",
    "on",
    "and",
    "or",
    "unless",
    "sum",
    "max",
    "min",
    "rate",
    "increase",
    "le",
    "ignoring",
}
WORDS |= {"min", "state", "histogram_quantile", "clamp_min", "group_left", "without", "absent"}


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
    assert found["spoke_deliveries_total", None] == found["spoke_deliveries_waiting", None] == 1
    assert found["spoke_requests_refused_total", None] == 2


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


def test_latencies_are_a_histogram(scraped: Callable[[str], Any]) -> None:
    found = {
        each.labels["le"]: each.value
        for each in samples(scraped(SECRET).text)
        if each.name == "spoke_change_latency_seconds_bucket" and each.labels["portal"] == str(OURS)
    }
    assert found["+Inf"] == 3 and found["1"] == 0 and found["2"] == 3


def expressions() -> Iterator[str]:
    """Yield every expression of the alert rules and of the charts."""
    for line in (DOCS / "alerts.yml").read_text().splitlines():
        if expression := re.fullmatch(r"\s*expr: (.*)", line):
            yield expression[1]
    for panel in json.loads((DOCS / "grafana.json").read_text())["panels"]:
        yield from (target["expr"] for target in panel["targets"])


EXPRESSIONS = list(expressions())


@pytest.mark.usefixtures("busy")
def test_alerts_and_charts_ask_for_what_there_is(scraped: Callable[[str], Any]) -> None:
    told: dict[str, set[str]] = {}
    for each in samples(scraped(SECRET).text):
        told.setdefault(each.name, set()).update(each.labels)
    assert len(EXPRESSIONS) > 20
    for expression in EXPRESSIONS:
        plain = re.sub(r'"[^"]*"', "", expression)
        names = set(re.findall(r"\bspoke_\w+", plain))
        assert names and names <= told.keys(), expression
        labels = set(re.findall(r"[a-z_]+", re.sub(r"\[\w+\]|\bspoke_\w+", " ", plain)))
        known = set().union(*(told[name] for name in names))
        assert labels - WORDS <= known, expression
