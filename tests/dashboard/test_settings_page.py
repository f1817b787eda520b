"""Settings as a page: set, audited, refused with a reason, and kept from who may not."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

import jobs
from operations.servers import Servers
from tests.api.conftest import OTHERS, OURS
from tests.dashboard.conftest import Visit

METRICS = {
    "sale_property": "worth",
    "upfront_property": "",
    "connected_dispositions": "",
    "customer_stages": "customer, Client",
    "yes_words": " Ja, oui ",
}


def test_reports_of_the_portal_are_shown_without_their_folder(visit: Visit) -> None:
    page = visit().get("/settings").text
    assert "leaderboard" in page and "csv, every week" in page and "Slack is off" in page
    assert "/srv/secret" not in page and "supabase://theirs" not in page


@pytest.fixture(autouse=True)
def property_of_deals(served: Servers) -> None:
    with served.database.transaction() as conn:
        conn.execute(
            "insert into hubspot_properties (portal_id, object_type, name, raw_json)"
            " values (%s, 'deals', 'worth', '{}')",
            [OURS],
        )
        for portal_id, folder in ((OURS, "/srv/secret"), (OTHERS, "supabase://theirs/x")):
            conn.execute(
                "insert into report_schedules (portal_id, report, form, destination, every,"
                " next_at) values (%s, 'leaderboard', 'csv', %s, 'week', now())",
                [portal_id, folder],
            )


def send(client: FlaskClient, path: str, **fields: Any) -> Any:
    token = client.get("/settings").text.split('name="form_token" value="')[1].split('"')[0]
    sent = {"form_token": token, "portal": OURS} | fields
    headers = {"Origin": "http://localhost"}
    return client.post(path, data=sent, headers=headers, follow_redirects=True)


def kept(served: Servers, table: str) -> list[dict[str, Any]]:
    with served.database.transaction() as conn:
        return conn.execute(f"select * from {table}".encode()).fetchall()


def test_metric_settings_are_set_shown_and_audited(visit: Visit, served: Servers) -> None:
    client = visit()
    page = send(client, "/settings/metrics", **METRICS).text
    assert "added up again" in page and 'value="ja, oui"' in page and 'value="worth"' in page
    assert kept(served, "metric_settings") == [
        {
            "portal_id": OURS,
            "sale_property": "worth",
            "upfront_property": None,
            "connected_dispositions": None,
            "yes_words": ["ja", "oui"],
            "customer_stages": ["customer", "client"],
        }
    ]
    assert kept(served, "audit_entries")[-1]["action"] == "metric settings set"
    page = send(client, "/settings/country", country="il").text
    assert "being read again" in page and 'value="IL"' in page
    assert jobs.queued(served.server, jobs.PHONE_NUMBERS) == {()}
    assert kept(served, "audit_entries")[-1]["details"]["country"] == "IL"
    empty = dict.fromkeys(METRICS, "")
    send(client, "/settings/metrics", **empty)
    assert kept(served, "metric_settings")[0]["yes_words"] == ["yes", "y", "true", "1", "on"]


@pytest.mark.parametrize(
    ("path", "fields", "status", "said"),
    [
        ("metrics", METRICS | {"sale_property": "moon"}, 400, "no property"),
        ("metrics", METRICS | {"yes_words": "x" * 101}, 400, "at most 100 characters"),
        ("metrics", METRICS | {"yes_words": ",".join("a" * n for n in range(1, 60))}, 400, "50"),
        ("metrics", METRICS | {"portal": OTHERS}, 404, "not yours"),
        ("domains", {"domain": "no domain"}, 404, "not yours"),
        ("country", {"country": "QQ"}, 400, "as in US"),
        ("country", {"country": "DE", "portal": OTHERS}, 404, "not yours"),
    ],
)
def test_what_cannot_hold_is_refused(
    visit: Visit, served: Servers, path: str, fields: dict[str, Any], status: int, said: str
) -> None:
    answer = send(visit(), f"/settings/{path}", **fields)
    assert answer.status_code == status and said in answer.text
    assert kept(served, "metric_settings") == kept(served, "own_domains") == []
    assert [row["country"] for row in kept(served, "portals")] == [None, None]


def test_own_domains_are_for_who_sees_every_portal(visit: Visit, served: Servers) -> None:
    assert "Only who sees every portal" in visit().get("/settings").text
    every = visit(portals=(OURS, OTHERS))
    refused = send(every, "/settings/domains", domain="example")
    assert refused.status_code == 400 and 'href="/settings"' in refused.text
    assert "Added." in send(every, "/settings/domains", domain=" Example.COM ", note="us").text
    assert kept(served, "own_domains") == [{"domain": "example.com", "note": "us"}]
    send(every, "/settings/domains/drop", domain="example.com")
    assert kept(served, "own_domains") == []
    assert visit("metrics:read").get("/settings").status_code == 404
