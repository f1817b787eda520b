"""Links to review as a page: worst first, why, its buttons, and another one found by name."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from operations.servers import Servers
from tests.api.conftest import OTHERS, OURS
from tests.dashboard.conftest import Visit
from tests.uncertain import doubt_a_call, doubt_teams

HERE = {"Origin": "http://localhost"}
LOW = {"kind": "team_company", "from_id": "t-low"}


@pytest.fixture(autouse=True)
def teams(served: Servers) -> None:
    doubt_teams(served.database)


def send(client: FlaskClient, path: str, **fields: Any) -> Any:
    """Send a form of the page, and answer the page that it leads to."""
    token = client.get("/links").text.split('name="form_token" value="')[1].split('"')[0]
    sent = {"form_token": token, "portal": OURS} | fields
    return client.post(path, data=sent, headers=HERE, follow_redirects=True)


def names(page: str) -> list[str]:
    return re.findall(r">Accept ([^<]+)<", page)


def test_the_worst_comes_first_with_both_names_and_why(visit: Visit) -> None:
    page = visit().get("/links").text
    first = page.split("<article")[1]
    assert "Acme support" in first and f"Acme of {OURS}" in first and f"Akme of {OURS}" in first
    assert "0.55" in first and "The names are alike, but not enough to be sure." in first
    assert "acme.example" in first and "Not linked." in first
    assert page.index("t-low") < page.index("t-near") < page.index("t-alike")
    assert str(OTHERS) not in page


@pytest.mark.parametrize(
    ("fields", "to_id", "said"),
    [
        ({"to_id": "1"}, "1", "Linked by hand"),
        ({"to_id": "2"}, "2", "Linked by hand"),
        ({"none": "1"}, None, "Linked to nothing"),
    ],
)
def test_a_link_is_decided_and_taken_back(
    visit: Visit, served: Servers, fields: dict[str, str], to_id: str | None, said: str
) -> None:
    client = visit()
    page = send(client, "/links/decide", **LOW, **fields).text
    assert said in page and len(names(page)) == 2
    with served.database.transaction() as conn:
        rows = conn.execute("select portal_id, from_id, to_id from manual_links").fetchall()
        audit = conn.execute("select action, details->>'to_id' as to_id from audit_entries")
        noted = audit.fetchall()[-1]
    assert rows == [{"portal_id": OURS, "from_id": "t-low", "to_id": to_id}]
    assert noted == {"action": "link decided", "to_id": to_id}
    page = send(client, "/links/take-back", **LOW).text
    assert "the rules decide again" in page and len(names(page)) == 3


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        (LOW | {"to_id": "404"}, 200, "one of the two records is not here"),
        (LOW, 400, "Say what the link leads to"),
        ({"kind": "deal_moon", "from_id": "1", "none": "1"}, 400, "Say which link"),
        (LOW | {"none": "1", "portal": OTHERS}, 404, "not yours to see"),
    ],
)
def test_what_cannot_be_decided_changes_nothing(
    visit: Visit, served: Servers, fields: dict[str, Any], status: int, said: str
) -> None:
    answer = send(visit(), "/links/decide", **fields)
    assert answer.status_code == status and said in answer.text
    with served.database.transaction() as conn:
        assert conn.execute("select from manual_links").fetchall() == []


def test_another_one_is_found_by_a_part_of_its_name(visit: Visit) -> None:
    asked = {"for": "team_company:t-low", "text": "akme"}
    page = visit().get("/links", query_string=asked).text
    first, second = page.split("<article")[1:3]
    assert (
        re.search(r'name="to_id" value="2">Akme of \d+ <span', first)
        and "<details open" not in second
    )
    asked["text"] = "nobody"
    assert "Nothing is called “nobody”" in visit().get("/links", query_string=asked).text


def test_looking_is_not_deciding(visit: Visit, served: Servers) -> None:
    client = visit("metrics:read")
    page = client.get("/links").text
    assert "Acme support" in page and "/links/decide" not in page
    sent = client.post("/links/decide", data={"form_token": "x"} | LOW, headers=HERE)
    assert sent.status_code in (403, 404)
    assert visit("status:read").get("/links").status_code == 404


def test_an_empty_list_says_why(visit: Visit, served: Servers) -> None:
    with served.database.transaction() as conn:
        conn.execute("delete from link_doubts")
    assert "every one is sure or settled by hand" in visit().get("/links").text


def test_a_call_was_when_the_portals_clock_said(visit: Visit, served: Servers) -> None:
    doubt_a_call(served.database, OURS, "America/New_York")
    assert "inbound, 27 Nov 2026, 21:30" in visit().get("/links?kind=call_contact").text
