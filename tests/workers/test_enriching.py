"""Enrichment: whom it asks about, what it costs, where it stops, and what it never asks."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from workers import enriching
from workers.context import Context

Rows = Callable[..., list[dict[str, Any]]]
COMPANIES = """
    insert into hubspot_companies_raw (portal_id, hubspot_id, domain, raw_json, updated_at,
        fetched_at)
    select %(portal)s, id, domain, '{}', now(), now()
      from (values ('1', 'a.example'), ('2', 'b.example'), ('3', 'unknown.example'),
                   ('4', 'broken.example'), ('5', 'e.example'), ('6', null)) as c (id, domain)
"""
DEAL = """
    insert into hubspot_deals_raw (portal_id, hubspot_id, amount, company_ids, raw_json,
        updated_at, fetched_at)
    values (%(portal)s, '1', 5, '{5}', '{}', now(), now())
"""


class ProviderStandIn(BaseHTTPRequestHandler):
    """Know companies by their domain; note what was asked."""

    asked: list[tuple[str | None, dict[str, str]]]

    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append((self.headers["Authorization"], said))
        status = {"unknown.example": 404, "broken.example": 302}.get(said["domain"], 200)
        body = json.dumps({"found": {"employees": 7, "tags": ["x"]}, "cost": 2}).encode()
        self.send_response(status)
        self.send_header("Location", "http://169.254.169.254/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the test reads what was asked."""


@contextmanager
def provider() -> Iterator[tuple[str, list[tuple[str | None, dict[str, str]]]]]:
    asked: list[tuple[str | None, dict[str, str]]] = []
    handler = type("Handler", (ProviderStandIn,), {"asked": asked})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", asked
    finally:
        server.shutdown()
        server.server_close()


def test_companies_are_looked_up_within_the_cap(context: Context, rows: Rows) -> None:
    portal_id = context.portals()[0].portal_id
    with context.database.transaction() as conn:
        conn.execute("delete from hubspot_companies_raw")
        for statement in (COMPANIES, DEAL):
            conn.execute(statement.encode(), {"portal": portal_id})
    enriching.run(context)  # off
    log = "select hubspot_id as id, outcome, cost from enrichment_costs order by cost_id"
    with provider() as (url, asked):
        settings = replace(
            context.settings,
            enrichment_url=url,
            enrichment_token="provider-secret",
            enrichment_monthly_cap=10,
            slack_webhook_url="https://hooks.slack.com/services/x",
        )
        enriching.run(replace(context, settings=settings))  # not public, and not named
        assert asked == []
        assert rows(log) == [{"id": "5", "outcome": "Forbidden", "cost": 0}]
        with context.database.transaction() as conn:
            conn.execute("delete from enrichment_costs")
        settings = replace(settings, outgoing_private_hosts=("127.0.0.1",))
        named = replace(context, settings=settings)
        for _ in range(3):  # a redirect ends the first run; then none is due
            enriching.run(named)
    assert [said["domain"] for _, said in asked] == [
        *("e.example", "a.example", "b.example", "unknown.example", "broken.example")
    ]
    assert asked[0] == (
        "Bearer provider-secret",
        {"object_type": "companies", "domain": "e.example"},
    )
    assert [tuple(row.values()) for row in rows(log)] == [
        ("5", "found", 2),
        ("1", "found", 2),
        ("2", "found", 2),
        ("3", "nothing", 1),
        ("4", "Unsent", 1),
    ]
    found = rows("select hubspot_id as id, found from enriched_records order by hubspot_id")
    assert [each["found"] for each in found] == [{"employees": 7}] * 2 + [None, {"employees": 7}]
    keys = "select idempotency_key as key from outgoing_messages order by made_at"
    assert [row["key"].rpartition(":")[2] for row in rows(keys)] == ["50", "80"]


def test_the_cap_holds_and_a_month_ago_is_due_again(context: Context, rows: Rows) -> None:
    portal_id = context.portals()[0].portal_id
    with context.database.transaction() as conn:
        conn.execute("delete from hubspot_companies_raw")
        conn.execute(COMPANIES.encode(), {"portal": portal_id})
    with provider() as (url, asked):
        settings = replace(
            context.settings,
            enrichment_url=url,
            enrichment_monthly_cap=3,
            outgoing_private_hosts=("127.0.0.1",),
        )
        named = replace(context, settings=settings)
        enriching.run(named)
        assert len(asked) == 2  # for 2 each: the third would not be allowed
        with context.database.transaction() as conn:
            conn.execute("update enrichments set looked_at = now() - interval '31 days'")
            conn.execute("update enrichment_costs set asked_at = now() - interval '32 days'")
            conn.execute("delete from hubspot_companies_raw where hubspot_id <> '1'")
        enriching.run(named)
        enriching.run(named)
    assert [said["domain"] for _, said in asked][2:] == ["a.example"]
    spent = rows("select sum(cost) as cost from enrichment_costs")
    assert spent == [{"cost": Decimal(6)}]
