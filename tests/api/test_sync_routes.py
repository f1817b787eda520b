"""Sync, scans, comparisons, dead letters, events and portals over HTTP: portals apart, audited."""

from __future__ import annotations

from typing import Any

import pytest

import jobs
from hubspot.polled import FAMILIES
from hubspot.streams import STREAMS
from operations.servers import Servers
from tests.api.conftest import OTHERS, OURS, Client
from tests.dashboard.test_sync_page import filled

__all__ = ["filled"]
V1 = "/api/v1"
READS = ("sync", "scans", "verify-runs", "dead-letters", "events")


@pytest.mark.parametrize("name", READS)
def test_each_portal_is_told_of_itself(asking: Client, name: str) -> None:
    client = asking(portals=(OURS, OTHERS))
    ours = client.get(f"{V1}/{name}?portal={OURS}")
    assert ours.status_code == 200 and str(OTHERS) not in ours.text
    assert client.get(f"{V1}/{name}?portal=1").status_code == 404
    assert asking().get(f"{V1}/{name}?portal={OTHERS}").status_code == 404
    assert asking("metrics:read").get(f"{V1}/{name}").status_code == 403


def test_what_is_filled_is_told(asking: Client) -> None:
    client = asking()
    sync = client.get(f"{V1}/sync").json
    assert (sync["proof"]["is_equal"], sync["proof"]["compared"]) == (True, 4711)
    assert [each["object_type"] for each in sync["types"]] == ["deals"]
    [forms] = [each for each in sync["polled"] if each["looked_at"]]
    assert (forms["family"], forms["entries"], forms["note"]) == ("forms", 5, f"CANARY-{OURS}")
    assert forms["next_at"] > forms["looked_at"] and len(sync["polled"]) == len(FAMILIES) + len(
        STREAMS
    )
    assert client.get(f"{V1}/scans").json["scans"][0]["records"] == 5
    assert client.get(f"{V1}/verify-runs").json["verify_runs"][0]["compared"] == 4711
    [letter] = client.get(f"{V1}/dead-letters").json["dead_letters"]
    assert letter["reason"] == f"CANARY-{OURS}"
    [event] = client.get(f"{V1}/events?object_type=deals&kind=propertyChange").json["events"]
    assert event["property"] == "amount" and "CANARY" not in str(event)


def test_a_dead_letter_is_replayed_once_by_its_own_portal(asking: Client, served: Servers) -> None:
    client = asking()
    [letter] = client.get(f"{V1}/dead-letters").json["dead_letters"]
    path = f"{V1}/dead-letters/{letter['letter_id']}/replay"
    assert asking(portals=(OTHERS,)).post(path).status_code == 404
    assert asking("status:read").post(path).status_code == 403
    assert client.post(path).json == {"replayed": 1}
    assert client.post(path).status_code == 404
    assert client.get(f"{V1}/dead-letters").json["dead_letters"] == []
    assert jobs.queued(served.server, jobs.FETCH) == {(OURS, "deals")}
    assert client.post(f"{V1}/dead-letters/replay").json == {"replayed": 0}
    assert len(asking(portals=(OTHERS,)).get(f"{V1}/dead-letters").json["dead_letters"]) == 1


def test_the_record_of_an_event_is_fetched_again(asking: Client, served: Servers) -> None:
    client = asking()
    [event] = client.get(f"{V1}/events").json["events"]
    path = f"{V1}/events/{event['event_key']}/replay"
    assert asking(portals=(OTHERS,)).post(path).status_code == 404
    assert client.post(path).json == {"object_type": "deals", "hubspot_id": "1"}
    with served.database.transaction() as conn:
        marks = conn.execute("select portal_id, hubspot_id from pending_changes").fetchall()
        actions = conn.execute("select action from audit_entries").fetchall()
    assert marks == [{"portal_id": OURS, "hubspot_id": "1"}]
    assert actions == [{"action": "event replayed"}]


@pytest.mark.parametrize(
    ("action", "body", "field", "value"),
    [
        ("pause", {"reason": "audit"}, "paused_reason", "audit"),
        ("resume", None, "paused", False),
        ("limit", {"requests": 100}, "rate_limit", 100),
        ("country", {"country": "il"}, "country", "IL"),
    ],
)
def test_a_portal_is_paused_resumed_and_limited(
    asking: Client, served: Servers, action: str, body: Any, field: str, value: Any
) -> None:
    path = f"{V1}/portals/{OURS}/{action}"
    assert asking("status:read", "scans:write").post(path, json=body).status_code == 403
    assert asking(portals=(OTHERS,)).post(path, json=body).status_code == 404
    assert asking().post(path, json=body).json[field] == value
    with served.database.transaction() as conn:
        rows = conn.execute("select action, about_portal from audit_entries").fetchall()
    assert action in rows[-1]["action"] and rows[-1]["about_portal"] == OURS
    assert asking().get(f"{V1}/portals").json["portals"][0]["numbers_wait"] == (field == "country")
    [entry] = asking().get(f"{V1}/audit?limit=1").json["entries"]
    assert (entry["portal_id"], action in entry["action"]) == (OURS, True)


def test_metric_settings_and_own_domains_are_set(asking: Client, served: Servers) -> None:
    client, body = asking(), {"yes_words": ["ja"]}
    assert asking("status:read").put(f"{V1}/settings", json=body).status_code == 403
    assert client.put(f"{V1}/settings?portal={OTHERS}", json=body).status_code == 404
    assert client.put(f"{V1}/settings", json=body).json["yes_words"] == ["ja"]
    assert client.get(f"{V1}/settings").json["sale_property"] is None
    assert client.put(f"{V1}/settings", json={"sale_property": "moon"}).status_code == 422
    domains = f"{V1}/own-domains"
    assert client.post(domains, json={"domain": "example.com"}).status_code == 403
    every = asking(portals=(OURS, OTHERS))
    assert every.post(domains, json={"domain": "example"}).status_code == 422
    added = [{"domain": "example.com", "note": None}]
    assert every.post(domains, json={"domain": " Example.COM"}).json == {"domains": added}
    assert client.get(domains).json == {"domains": added}
    assert every.delete(f"{domains}/example.com").json == {"domains": []}
    assert every.delete(f"{domains}/example.com").status_code == 404
    about = [row["action"] for row in every.get(f"{V1}/audit").json["entries"]]
    assert about[:2] == ["own domain dropped", "own domain added"]
    assert "own domain added" not in client.get(f"{V1}/audit").text
