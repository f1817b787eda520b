"""The Sync page and the list of events: what they say, and what may be ordered there."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import redis
from flask.testing import FlaskClient

import jobs
from api import rest
from dashboard import site
from hubspot.polled import FAMILIES
from hubspot.streams import STREAMS
from operations import access_tokens, quick_redis, sync_state
from operations.callers import SCOPES
from operations.servers import Servers
from tests.api.conftest import OTHERS, OURS
from tests.dashboard.conftest import Visit
from webhooks.refusals import Refusals

FILL = """
    insert into hubspot_deals_raw (portal_id, hubspot_id, raw_json, updated_at, fetched_at)
    values (%(portal)s, '1', '{}', now(), now());
    insert into verify_runs (portal_id, run_id, object_type, sampled, started_at, compared, unequal,
        differences, healed)
    values (%(portal)s, gen_random_uuid(), 'deals', false, now(), 4711, 0, '{}', false);
    insert into dead_letters (portal_id, kind, object_type, hubspot_id, reason)
    values (%(portal)s, 'record', 'deals', '1', %(canary)s);
    insert into webhook_events (portal_id, event_key, subscription_type, object_type, hubspot_id,
        received_at, event)
    values (%(portal)s, gen_random_uuid(), 'deal.propertyChange', 'deals', '1', now(),
        jsonb_build_object('propertyName', 'amount', 'propertyValue', %(canary)s::text));
    insert into sync_latency values (%(portal)s, 'deals', date_trunc('hour', now()), 150, 3);
    insert into scans (portal_id, kind, object_type, state, started_at, heartbeat_at, records,
        error)
    values (%(portal)s, 'backfill', 'deals', 'running', now(), now(), 5, %(canary)s);
    insert into schema_findings (portal_id, kind, object_type, name, was, needed_by)
    values (%(portal)s, 'property', 'deals', 'amount', 'number', '{metric totalSales}');
    insert into polled_walks (portal_id, family, entries, completed_at, error)
    values (%(portal)s, 'forms', 5, now(), %(canary)s);
"""


@pytest.fixture(autouse=True)
def filled(served: Servers) -> None:
    """Fill both portals with one of everything."""
    for portal in (OURS, OTHERS):
        with served.database.transaction() as conn:
            words = {"portal": portal, "canary": f"CANARY-{portal}"}
            for statement in FILL.strip().split(";\n"):
                conn.execute(statement.rstrip(";").encode(), words)


def forms(client: FlaskClient, page: str, path: str) -> list[dict[str, str]]:
    """Answer the fields of every form of a page that is sent to this path."""
    found = re.findall(rf'action="{path}"(.*?)</form>', client.get(page).text, re.DOTALL)
    field = re.compile(r'name="(\w+)" value="([^"]*)"')
    return [dict(field.findall(each)) for each in found]


def send(client: FlaskClient, path: str, fields: dict[str, str]) -> Any:
    return client.post(path, data=fields, headers={"Origin": "http://localhost"})


def test_the_first_screen_has_the_proof(visit: Visit) -> None:
    page = visit().get("/sync").text
    assert "Equal to HubSpot" in page and "4\u202f711 records compared" in page
    assert "property amount of deals is gone from HubSpot" in page and "metric totalSales" in page
    assert re.findall(r">([1-8]) · ", page) == list("12345678")


def test_polled_families_say_how_fresh_and_why_not(visit: Visit) -> None:
    rows = visit().get("/sync").text.split('id="polled"')[1].split("</section>")[0].split("<tr>")
    lists, [forms] = rows[2], [row for row in rows if "<td>forms" in row]
    assert "not yet" in lists and "waits for its first look" in lists
    assert f"CANARY-{OURS}" in forms and re.search(r"<td>0 s ago|<td>\d s ago", forms)
    assert re.search(r"<td>(now|in \d+ (s|min|h))</td>", forms), "the next look"
    assert len(rows) == 2 + len(FAMILIES) + len(STREAMS)


@pytest.mark.parametrize("page", ["/sync", "/events"])
def test_a_page_shows_one_portal_only(visit: Visit, page: str) -> None:
    client = visit(portals=(OURS, OTHERS))
    for portal, other in ((OURS, OTHERS), (OTHERS, OURS)):
        shown = client.get(f"{page}?portal={portal}").text
        assert f"CANARY-{portal}" in shown and f"CANARY-{other}" not in shown


def test_a_difference_is_no_proof(visit: Visit, served: Servers) -> None:
    with served.database.transaction() as conn:
        conn.execute("update verify_runs set unequal = 2")
    page = visit().get("/sync").text
    assert "2 of 4\u202f711 differed" in page and "Equal to HubSpot" not in page


@pytest.mark.parametrize(
    ("page", "path", "scope", "action"),
    [
        ("/sync", "/sync/replay", "replay:write", "replayed"),
        ("/sync", "/sync/scans/move", "scans:write", "scan moved"),
        ("/events", "/events/replay", "replay:write", "event replayed"),
    ],
)
def test_an_order_is_done_audited_and_needs_its_scope(
    visit: Visit, served: Servers, page: str, path: str, scope: str, action: str
) -> None:
    client = visit()
    fields = forms(client, page, path)[0]
    answer = send(client, path, fields)
    assert (answer.status_code, "did=" in answer.location) == (302, True)
    assert 'role="status"' in client.get(answer.location).text
    with served.database.transaction() as conn:
        [entry] = conn.execute(
            "select * from audit_entries where about_portal is not null"
        ).fetchall()
    assert (entry["action"], entry["about_portal"]) == (action, OURS)
    assert send(client, path, fields | {"form_token": "x"}).status_code == 403
    poor = visit(*(SCOPES.keys() - {scope}))
    assert forms(poor, page, path) == []
    token = forms(poor, "/sync", "/sign-out")[0]["form_token"]
    assert send(poor, path, fields | {"form_token": token}).status_code == 404


def test_a_scan_is_launched_paused_and_resumed(visit: Visit, served: Servers) -> None:
    client = visit()
    [fields] = forms(client, "/sync", "/sync/scans")
    send(client, "/sync/scans", fields | {"object_type": "contacts", "mode": "full"})
    assert jobs.queued(served.server, jobs.BACKFILL) == {(OURS,)}
    busy = send(client, "/sync/scans", fields | {"object_type": "deals", "mode": "full"})
    assert "did=not-begun" in busy.location
    moves = [
        each for each in forms(client, "/sync", "/sync/scans/move") if each["action"] == "pause"
    ]
    for each in moves:
        send(client, "/sync/scans/move", each)
    with served.database.transaction() as conn:
        rows = conn.execute("select state from scans where portal_id = %s", [OURS]).fetchall()
    assert [row["state"] for row in rows] == ["paused", "paused"]


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/sync/replay", {"letter_id": "all"}),
        ("/sync/scans", {"object_type": "contacts", "mode": "full"}),
    ],
)
def test_another_portal_is_out_of_reach(visit: Visit, path: str, fields: dict[str, str]) -> None:
    client = visit()
    token = forms(client, "/sync", "/sign-out")[0]["form_token"]
    sent = fields | {"form_token": token, "portal": str(OTHERS)}
    assert send(client, path, sent).status_code == 404


def test_another_portals_scan_and_letter_are_left_alone(visit: Visit, served: Servers) -> None:
    client = visit()
    token = forms(client, "/sync", "/sign-out")[0]["form_token"]
    with served.database.transaction() as conn:
        [scan] = conn.execute("select scan_id from scans where portal_id = %s", [OTHERS])
        [letter] = conn.execute("select letter_id from dead_letters where portal_id = %s", [OTHERS])
    move = {"scan_id": str(scan["scan_id"]), "action": "cancel", "form_token": token}
    assert "did=not-moved" in send(client, "/sync/scans/move", move).location
    replay = {"letter_id": str(letter["letter_id"]), "form_token": token}
    assert "did=not-replayed" in send(client, "/sync/replay", replay).location


def test_refusals_are_shown_with_reason_and_cure(visit: Visit, served: Servers) -> None:
    refusals, now = Refusals(served.server, every_seconds=0), datetime.now(UTC)
    for _ in range(3):
        refusals.note("unauthorized", "/webhooks/hubspot", "the CAUSE")
    page = visit().get("/sync").text
    assert "Accepted: 1, with events: 1" in page and ">Refused: unauthorized</li>" in page
    assert re.search(r"<title>\d\d:\d\d: Accepted 1</title>", page), "this minute's bar"
    assert "3 unauthorized" in page and "HUBSPOT_CLIENT_SECRET" in page and "the CAUSE" in page
    assert {"unauthorized": 3} in sync_state.refusals_by_minute(served, now)[-2:]


def test_latencies_are_summed_into_few_bars() -> None:
    rows = [{"ms": 100.0, "changes": 2}, {"ms": 900.0, "changes": 3}, {"ms": 1e7, "changes": 1}]
    found = dict(sync_state.histogram(rows))
    assert (found[250], found[1_000], found[None], sum(found.values())) == (2, 3, 1, 6)


@pytest.mark.parametrize(
    ("query", "count"),
    [("type=deals", 1), ("type=contacts", 0), ("id=1", 1), ("id=2", 0), ("kind=merge", 0)],
)
def test_events_are_searched(visit: Visit, query: str, count: int) -> None:
    assert visit().get(f"/events?{query}").text.count(">CANARY-62515<") == count


def test_older_events_are_on_the_next_page(visit: Visit, served: Servers) -> None:
    with served.database.transaction() as conn:
        conn.execute(
            "insert into webhook_events (portal_id, event_key, subscription_type, object_type,"
            " hubspot_id, received_at, event) select %s, gen_random_uuid(), 'deal.creation',"
            " 'deals', n::text, now() + n * interval '1 s', '{}' from generate_series(100, 159) n",
            [OURS],
        )
    client = visit()
    first = client.get("/events").text
    older = re.search(r'href="(/events[^"]*before=[^"]*)"', first)
    assert older and "CANARY" not in first
    second = client.get(older[1].replace("&amp;", "&")).text
    assert "CANARY-62515" in second and "deals 159" in first and "deals 159" not in second


def test_values_are_for_people_who_may_read_records(visit: Visit) -> None:
    assert "CANARY" not in visit("status:read").get("/events").text


@pytest.fixture(params=["gone", "frozen"])
def no_redis(request: pytest.FixtureRequest) -> Iterator[redis.Redis]:
    """Give a client of a Redis that is not there, or that takes questions and never answers."""
    if request.param == "gone":
        yield quick_redis.connect("redis://127.0.0.1:1")
        return
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"redis://127.0.0.1:{mute.getsockname()[1]}"
        with quick_redis.connect(url, answer_seconds=0.3) as client:
            yield client


def test_a_page_says_within_a_second_that_redis_is_away(
    visit: Visit, served: Servers, no_redis: redis.Redis
) -> None:
    cookie = visit().get_cookie("spoke")
    token = access_tokens.make(served, "a test", tuple(SCOPES), [OURS])
    away = replace(served, server=no_redis)
    app = rest.create(away)
    site.register(app, away)
    client = app.test_client()
    assert cookie is not None
    client.set_cookie("spoke", cookie.value)
    began = time.monotonic()
    answer = client.get("/sync")
    asked = client.get("/api/v1/sync", headers={"Authorization": f"Bearer {token}"})
    assert time.monotonic() - began < 1, "one patience for all questions of both"
    assert (answer.status_code, answer.mimetype, answer.headers["Retry-After"]) == (
        503,
        "text/html",
        "5",
    )
    assert "Redis is away" in answer.text
    assert (asked.status_code, asked.json["detail"]) == (503, "Redis is out of reach just now.")
    assert client.get("/").status_code == 200, "Sales needs no Redis"


def test_redis_is_asked_again_after_a_rest(redis_url: str) -> None:
    patience = quick_redis.SharedPatience(rest_seconds=0)
    with pytest.raises(redis.TimeoutError):
        patience.call_with_retry(_raise, print)
    assert patience.call_with_retry(lambda: "answered", print) == "answered"
    with quick_redis.connect(redis_url) as server:
        assert server.ping()


def _raise() -> None:
    raise redis.TimeoutError
