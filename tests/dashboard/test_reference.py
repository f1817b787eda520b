"""/docs: every route of the document is on the page, and the page asks no other server."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from dashboard import reference
from tests.dashboard.conftest import Visit


def _anchors(client: FlaskClient) -> set[str]:
    document = client.get("/openapi.json").json
    return {
        operation["operationId"]
        for operations in document["paths"].values()
        for operation in operations.values()
    }


def test_every_route_and_shape_is_on_the_page(visit: Visit) -> None:
    client = visit(signed_in=False)
    page = client.get("/docs")
    assert page.status_code == 200
    ids = set(re.findall(r'id="([^"]+)"', page.text))
    assert _anchors(client) <= ids
    wanted = set(re.findall(r'href="#([^"]+)"', page.text))
    assert {each for each in wanted if not each.startswith("shape-list of")} <= ids
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert re.findall(r'(?:src|href)="(?:https?:)?//', page.text) == []


def test_a_schema_is_said_in_words() -> None:
    assert reference.shape_of({"anyOf": [{"type": "integer"}, {"type": "null"}]}) == (
        "integer or null"
    )
    listed = {"type": "array", "items": {"$ref": "#/components/schemas/StepOut"}}
    assert reference.shape_of(listed) == "list of StepOut"
    assert reference.shape_of({"enum": ["a", "b"]}) == "a | b"
