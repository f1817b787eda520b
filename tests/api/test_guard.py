"""Who may ask the API what: tokens, scopes, portals, and how refusals look."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest

from api import guard, rest
from operations import access_tokens
from operations.servers import Servers
from tests.api.conftest import OTHERS, OURS, Client

PORTALS = "/api/v1/portals"


def test_every_route_names_its_scope(served: Servers) -> None:
    app = rest.create(served)
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith(guard.PREFIX)]
    assert rules
    assert [each.rule for each in rules if guard.scope_of(app, each.endpoint) is None] == []


def test_a_token_sees_its_portals_and_no_other(asking: Client) -> None:
    answer = asking(portals=(OURS,)).get(PORTALS)
    assert [each["portal_id"] for each in answer.json["portals"]] == [OURS]
    both = asking(portals=(OURS, OTHERS)).get(PORTALS)
    assert [each["portal_id"] for each in both.json["portals"]] == [OURS, OTHERS]


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer x", f"Bearer spk_{'0' * 12}_{'a' * 43}", "Basic YTpi"],
)
def test_without_a_valid_token_nothing_is_answered(asking: Client, header: str | None) -> None:
    client = asking()
    client.environ_base.pop("HTTP_AUTHORIZATION")
    answer = client.get(PORTALS, headers={"Authorization": header} if header is not None else {})
    assert answer.status_code == 401 and answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.content_type == "application/problem+json"
    assert answer.json["request_id"] == answer.headers["X-Request-Id"]


def test_a_token_ends_when_it_expires_and_when_it_is_revoked(served: Servers) -> None:
    began = datetime(2026, 1, 1, tzinfo=UTC)
    token = access_tokens.make(served, "short", ["metrics:read"], [OURS], days=1, now=began)
    last = began + timedelta(days=1, seconds=-1)
    assert access_tokens.caller_of(served, token, last) is not None
    assert access_tokens.caller_of(served, token, began + timedelta(days=1)) is None
    access_tokens.revoke(served, token.split("_")[1])
    assert access_tokens.caller_of(served, token, last) is None


def test_a_token_of_another_secret_with_a_known_id_opens_nothing(served: Servers) -> None:
    token = access_tokens.make(served, "one", ["metrics:read"], [OURS])
    assert access_tokens.caller_of(served, token) is not None
    assert access_tokens.caller_of(served, f"{token[:-43]}{'A' * 43}") is None


def test_a_token_without_the_scope_is_refused_and_the_audit_says_so(
    asking: Client, served: Servers, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "requests"):
        answer = asking("metrics:read").get(f"{PORTALS}?portal={OURS}&secret=hidden")
    [line] = [each.msg for each in caplog.records if each.name == "requests"]
    assert isinstance(line, dict) and line.pop("ms") > 0
    assert line == {
        "event": "request",
        "method": "GET",
        "route": PORTALS,
        "status": 403,
        "by": "token a test",
        "portal_id": OURS,
        "request_id": answer.json["request_id"],
    }
    assert (answer.status_code, "status:read" in answer.json["detail"]) == (403, True)
    with served.database.transaction() as conn:
        [entry] = conn.execute("select * from audit_entries").fetchall()
    assert (entry["actor"], entry["action"]) == ("token a test", "refused")
    assert entry["request_id"] == answer.json["request_id"]
    assert entry["details"] == {"route": PORTALS, "scope": "status:read"}


def test_asking_for_another_portal_stands_in_the_audit(asking: Client, served: Servers) -> None:
    answers = [asking().get(f"/api/v1/sync?portal={each}") for each in (OTHERS, 1)]
    assert [each.status_code for each in answers] == [404, 404]
    with served.database.transaction() as conn:
        rows = conn.execute("select action, details from audit_entries").fetchall()
    assert [(row["action"], row["details"]["asked_portal"]) for row in rows] == [
        ("refused", OTHERS),
        ("refused", 1),
    ]


@pytest.mark.parametrize(
    ("sent", "status"),
    [("text/xml", 415), ("application/x-www-form-urlencoded", 415), ("application/json", 422),
     ("application/vnd.api+json", 422), (None, 422)],
)  # fmt: skip
def test_a_body_is_json(asking: Client, sent: str | None, status: int) -> None:
    answer = asking("scans:write").post("/api/v1/extractions", data=b"{}", content_type=sent)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert (answer.headers.get("Accept") == "application/json") == (status == 415)


def test_the_audit_cannot_be_edited(served: Servers, asking: Client) -> None:
    asking("metrics:read").get(PORTALS)
    for statement in ("delete from audit_entries", "update audit_entries set actor = 'x'"):
        with pytest.raises(Exception, match="append-only"), served.database.transaction() as conn:
            conn.execute(statement)


def test_the_document_describes_what_is_served(asking: Client) -> None:
    document = asking().get("/openapi.json").json
    assert document["openapi"] == "3.1.0"
    assert PORTALS in document["paths"]
