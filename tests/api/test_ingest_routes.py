"""Events of the company's own systems: once each, a batch whole or not, erased people never."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from db import purges
from hubspot.mirrored import Mirrored
from hubspot.objects import OBJECT_TYPES
from operations import event_intake
from operations.event_intake import WrongEvents
from operations.servers import Servers
from tests.api.conftest import OTHERS, OURS, Client

WEB = "/api/v1/ingest/web"


def visit(event_id: str, **fields: Any) -> dict[str, Any]:
    of_all = {"event_id": event_id, "event": "page_view", "occurred_at": "2026-11-01T10:00:00Z"}
    return of_all | {"email": "Ann@Example.com"} | fields


def body(*events: dict[str, Any], schema: str = "website.v1") -> dict[str, Any]:
    return {"schema": schema, "events": list(events)}


def test_events_come_once_and_count_for_their_contact(
    asking: Client, served: Servers, tmp_path: Path
) -> None:
    with served.database.transaction() as conn:
        conn.execute(
            "insert into hubspot_contacts_raw (portal_id, hubspot_id, email, raw_json, updated_at,"
            " fetched_at) values (%s, '1', 'ann@example.com', '{\"properties\": {\"email\":"
            ' "ann@example.com"}}\', now(), now())',
            [OURS],
        )
    client = asking("events:write")
    batch = body(visit("a", url="https://x.example/"), visit("b", email=None, contact_id="1"))
    for new in (2, 0):
        answer = client.post(WEB, json=batch)
        assert (answer.status_code, answer.json) == (200, {"received": 2, "new": new})
    mixed = client.post(WEB, json=body(visit("c"), visit("d", occurred_at="yesterday", colour=1)))
    assert mixed.status_code == 422
    assert mixed.json["detail"] == (
        "event 1: colour is no field of website.v1; occurred_at must be a time in ISO 8601"
    )
    file = tmp_path / "events.csv"
    heads = "event_id,event,occurred_at,contact_id,email,quantity,feature\n"
    file.write_text(heads + "p1,report,2026-11-02T00:00:00Z,1,,3,charts\n")
    found = event_intake.take_file(served, OURS, "app", "product.v1", file)
    assert (found.received, found.new) == (1, 1)
    file.write_text(file.read_text() + "p2,report,2026-11-02,1,,x,charts\n")
    with pytest.raises(WrongEvents, match="line 3: occurred_at must name its time zone"):
        event_intake.take_file(served, OURS, "app", "product.v1", file)
    usage = "select source, contact_id, events, quantity from contact_usage order by source"
    with served.database.transaction() as conn:
        counted = [tuple(row.values()) for row in conn.execute(usage).fetchall()]
        assert counted == [("app", "1", 1, 3), ("web", "1", 2, None)]
        contacts = Mirrored(OURS, OBJECT_TYPES["contacts"])
        purges.erase(conn, contacts, set(), {"1"})
        assert conn.execute("select from ingested_events").fetchall() == []
    answer = client.post(WEB, json=batch)
    assert answer.json == {"received": 2, "new": 0}


REFUSED: list[tuple[str, dict[str, Any], int]] = [
    (WEB, body(visit("a"), schema="website.v9"), 422),
    ("/api/v1/ingest/WEB SITE", body(visit("a")), 422),
    (WEB, body(*[visit(str(n)) for n in range(501)]), 422),
    (WEB, body(visit("a", email=None)), 422),
    (WEB, body(visit("a", occurred_at="2999-01-01T00:00:00Z")), 422),
    (WEB, body(visit("x" * 201)), 422),
    (WEB, body(visit("a", quantity="many")), 422),
    (WEB, body(visit("a", url="x" * 70_000)), 413),
    (f"{WEB}?portal={OTHERS}", body(visit("a")), 404),
]


def test_what_is_wrong_is_refused(asking: Client) -> None:
    client = asking("events:write")
    found = [client.post(path, json=sent).status_code for path, sent, _ in REFUSED]
    assert found == [status for _, _, status in REFUSED]
    assert asking("metrics:read").post(WEB, json=body(visit("a"))).status_code == 403
