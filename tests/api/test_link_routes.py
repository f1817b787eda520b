"""Uncertain links over HTTP: worst first, page by page, and decided by hand."""

from __future__ import annotations

from typing import Any

import pytest

from operations.servers import Servers
from tests.api.conftest import OTHERS, OURS, Client
from tests.uncertain import doubt_teams

REVIEW = "/api/v1/links/review"
HAND = "/api/v1/links/by-hand"


@pytest.fixture(autouse=True)
def teams(served: Servers) -> None:
    """Three teams of each portal whose company nobody can tell for sure."""
    doubt_teams(served.database)


def stored(served: Servers) -> list[tuple[Any, ...]]:
    with served.database.transaction() as conn:
        rows = conn.execute("select portal_id, from_id, to_id from manual_links order by from_id")
        return [tuple(row.values()) for row in rows.fetchall()]


def test_the_worst_comes_first_and_pages_lose_none(asking: Client) -> None:
    client, found, cursor = asking(), [], ""
    whole = client.get(REVIEW).json["links"]
    while cursor is not None:
        page = client.get(REVIEW, query_string={"limit": 1, "cursor": cursor}).json
        found += page["links"]
        cursor = page["next_cursor"]
    assert found == whole and len(whole) == 3
    assert [each["from_id"] for each in whole] == ["t-low", "t-near", "t-alike"]
    worst = whole[0]
    assert (worst["linked"], worst["why"], worst["link_score"]) == (False, "low score", 0.55)
    assert (worst["from_name"], worst["to_name"], worst["to_about"]) == (
        "Acme support",
        f"Acme of {OURS}",
        "acme.example",
    )
    assert worst["runner_up_name"] == f"Akme of {OURS}"


def test_a_cursor_of_another_question_is_refused(asking: Client) -> None:
    cursor = asking().get(f"{REVIEW}?limit=1").json["next_cursor"]
    assert asking().get(f"{REVIEW}?kind=team_company&cursor={cursor}").status_code == 422


def test_a_link_is_accepted_rejected_set_and_taken_back(asking: Client, served: Servers) -> None:
    client, named = asking(), {"kind": "team_company", "from_id": "t-low"}
    moved = client.post(f"{REVIEW}/accept", json=named | {"to_id": "2"})
    assert moved.status_code == 409 and stored(served) == []
    assert client.post(f"{REVIEW}/accept", json=named | {"to_id": "1"}).json["to_id"] == "1"
    assert stored(served) == [(OURS, "t-low", "1")]
    assert client.post(f"{REVIEW}/accept", json=named).status_code == 404  # decided by now
    assert client.post(f"{REVIEW}/reject", json=named).json["by_hand"] is True
    assert stored(served) == [(OURS, "t-low", None)]
    assert client.post(HAND, json=named | {"to_id": "2", "note": "x"}).json["to_id"] == "2"
    [hand] = client.get(HAND).json["links"]
    assert (hand["from_name"], hand["to_name"], hand["note"]) == (
        "Acme support",
        f"Akme of {OURS}",
        "x",
    )
    assert client.post(f"{HAND}/take-back", json=named).json["by_hand"] is False
    assert client.post(f"{HAND}/take-back", json=named).status_code == 404
    assert stored(served) == []
    with served.database.transaction() as conn:
        rows = conn.execute("select action from audit_entries order by entry_id").fetchall()
    assert [row["action"] for row in rows] == [
        "link accepted",
        "link rejected",
        "link set by hand",
        "link taken back",
    ]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"kind": "team_company", "from_id": "t-low", "to_id": "404"}, 404),
        ({"kind": "team_company", "from_id": "nobody", "to_id": "1"}, 404),
        ({"kind": "call_contact", "from_id": "1", "to_id": "1"}, 404),
        ({"kind": "contact_user", "from_id": "1", "to_id": "1"}, 404),
        ({"kind": "deal_user", "from_id": "1", "to_id": "1"}, 422),
        ({"kind": "team_company", "from_id": "t-low"}, 422),
    ],
)
def test_what_is_not_here_is_not_linked(
    asking: Client, served: Servers, body: dict[str, Any], status: int
) -> None:
    assert asking().post(HAND, json=body).status_code == status
    assert stored(served) == []


def test_deciding_needs_its_scope_and_the_portal(asking: Client, served: Servers) -> None:
    named = {"kind": "team_company", "from_id": "t-low"}
    assert asking("metrics:read").post(f"{REVIEW}/reject", json=named).status_code == 403
    foreign = asking().post(f"{REVIEW}/reject?portal={OTHERS}", json=named)
    assert foreign.status_code == 404 and stored(served) == []
    assert str(OTHERS) not in asking().get(REVIEW).text
