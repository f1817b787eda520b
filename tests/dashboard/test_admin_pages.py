"""Portals, Tokens and Audit: what an administrator sees and orders, and what they cannot."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from operations import access_tokens, audit
from operations.servers import Servers
from tests.api.conftest import OTHERS, OURS
from tests.dashboard.conftest import Visit

HERE = {"Origin": "http://localhost"}


def send(client: FlaskClient, path: str, **fields: Any) -> Any:
    """Send a form as its page does."""
    page = client.get("/portals").text
    token = page.split('name="form_token" value="')[1].split('"')[0]
    return client.post(path, data={"form_token": token} | fields, headers=HERE)


def actions(served: Servers) -> list[str]:
    with served.database.transaction() as conn:
        rows = conn.execute("select action from audit_entries order by entry_id").fetchall()
    return [row["action"] for row in rows]


def test_a_portal_is_paused_limited_and_resumed(visit: Visit, served: Servers) -> None:
    client = visit()
    assert send(client, "/portals/pause", portal=OURS, reason="a <b>move</b>").status_code == 302
    assert "a &lt;b&gt;move&lt;/b&gt;" in client.get("/portals").text
    assert send(client, "/portals/limit", portal=OURS, requests="77").status_code == 302
    portal = served.portal(OURS)
    assert portal and (portal.paused, portal.held, portal.rate_limit) == (True, True, 77)
    send(client, "/portals/resume", portal=OURS)
    send(client, "/portals/limit", portal=OURS, requests="")
    portal = served.portal(OURS)
    assert portal and (portal.paused, portal.rate_limit) == (False, None)
    assert [each for each in actions(served) if each.startswith("portal ")] == [
        "portal paused",
        "portal limited",
        "portal resumed",
        "portal limited",
    ]


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("/portals/pause", {"portal": OURS, "reason": " "}, 400),
        ("/portals/limit", {"portal": OURS, "requests": "0"}, 400),
        ("/portals/limit", {"portal": OURS, "requests": "1e3"}, 400),
        ("/portals/limit", {"portal": OURS, "requests": "1000000000"}, 400),
        ("/portals/pause", {"portal": OTHERS, "reason": "x"}, 404),
        ("/tokens/revoke", {"token_id": "0" * 12}, 404),
        ("/tokens/new", {"name": "x", "days": "90", "of_portal": OURS}, 422),
        ("/tokens/new", {"name": "x", "days": "366", "of_portal": OURS}, 422),
    ],
)
def test_what_cannot_be_done_changes_nothing(
    visit: Visit, served: Servers, path: str, fields: dict[str, Any], status: int
) -> None:
    assert send(visit(), path, **fields).status_code == status
    assert [portal.paused for portal in served.portals()] == [False, False]


def test_a_token_is_shown_once_and_revoked(visit: Visit, served: Servers) -> None:
    client = visit()
    asked = {"name": "reports", "days": "30", "scope": ["metrics:read"], "of_portal": [OURS]}
    made = send(client, "/tokens/new", **asked)
    assert (made.status_code, made.headers["Cache-Control"]) == (201, "no-store")
    [token] = re.findall(r"spk_[0-9a-f]{12}_[A-Za-z0-9_-]{43}", made.text)
    caller = access_tokens.caller_of(served, token)
    assert caller and (caller.portals, caller.scopes) == ((OURS,), frozenset({"metrics:read"}))
    listed = client.get("/tokens").text
    assert "reports" in listed and token not in listed
    rotated = send(client, "/tokens/rotate", token_id=token.split("_")[1])
    [other] = re.findall(r"spk_[0-9a-f]{12}_[A-Za-z0-9_-]{43}", rotated.text)
    found = access_tokens.caller_of(served, other)
    assert found and (found.portals, found.scopes) == (caller.portals, caller.scopes)
    assert access_tokens.caller_of(served, token) is None
    again = send(client, "/tokens/rotate", token_id=token.split("_")[1])
    assert again.status_code == 422, "what was revoked stays so"
    assert "Rotate reports" in client.get("/tokens").text
    less = visit("portals:admin")  # the same person, who lost rights
    assert "Rotate reports" not in less.get("/tokens").text
    assert send(less, "/tokens/rotate", token_id=other.split("_")[1]).status_code == 404
    send(less, "/tokens/revoke", token_id=other.split("_")[1])
    assert access_tokens.caller_of(served, other) is None
    assert [each for each in actions(served) if each.startswith("token")] == [
        "token made",
        "token rotated",
        "token revoked",
    ]


def test_nobody_gives_a_token_more_than_they_have(visit: Visit, served: Servers) -> None:
    client = visit("portals:admin", "metrics:read")
    asked = {"name": "more", "days": "30", "scope": ["metrics:read", "records:read"]}
    made = send(client, "/tokens/new", **asked, of_portal=[OURS, OTHERS])
    [token] = re.findall(r"spk_[0-9a-f]{12}_[A-Za-z0-9_-]{43}", made.text)
    caller = access_tokens.caller_of(served, token)
    assert caller and (caller.portals, caller.scopes) == ((OURS,), frozenset({"metrics:read"}))
    assert send(client, "/tokens/new", name="x", days="1", scope="records:read",
                of_portal=OURS).status_code == 422  # fmt: skip


def test_another_portals_tokens_and_entries_are_not_seen(visit: Visit, served: Servers) -> None:
    token = access_tokens.make(served, "canary-token", ["metrics:read"], [OURS, OTHERS])
    audit.note(served, audit.AuditEntry("canary-person", "export", OTHERS))
    audit.note(served, audit.AuditEntry("canary-stranger", "sign-in refused"))
    client = visit()
    for path in ("/tokens", "/audit", "/portals"):
        page = client.get(path).text
        assert "canary" not in page and str(OTHERS) not in page
    assert send(client, "/tokens/revoke", token_id=token.split("_")[1]).status_code == 404
    every = visit(portals=(OURS, OTHERS))
    assert "canary-token" in every.get("/tokens").text
    page = every.get("/audit").text
    assert "canary-person" in page and "canary-stranger" in page


def test_the_audit_is_read_page_by_page(visit: Visit, served: Servers) -> None:
    client = visit()
    with served.database.transaction() as conn:
        conn.execute(
            "insert into audit_entries (actor, action, about_portal)"
            " select 'actor-' || n, 'export', %s from generate_series(1, 150) as n",
            [OURS],
        )
    first = client.get("/audit").text
    assert "actor-150<" in first and "actor-50<" not in first
    [older] = re.findall(r'href="(/audit\?[^"]*before=\d+[^"]*)"', first)
    second = client.get(older.replace("&amp;", "&")).text
    assert "actor-50<" in second and "actor-51<" not in second and "Older" not in second


@pytest.mark.parametrize("path", ["/portals", "/tokens", "/audit"])
def test_they_are_for_administrators(visit: Visit, path: str) -> None:
    assert visit("status:read", "metrics:read").get(path).status_code == 404
