"""The served document is true: odd requests to every route are answered as it says.

Schemathesis makes them from the document itself, some that it allows and some that it does not.
"""

from __future__ import annotations

import importlib
import json
import os
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from openapi_python_client import Config, MetaType, generate
from openapi_python_client.config import ConfigFile
from schemathesis import Case, GenerationMode
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.specs.openapi import checks as of_document

from api import guard, problems, rest
from operations import access_tokens
from operations.callers import SCOPES
from operations.servers import Servers
from tests.api.conftest import OURS

ASKS_HUBSPOT = "/api/v1/credentials/validate"  # has tests of its own, against the simulator
EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", 3))  # of each route and mode
CHECKS = [
    not_a_server_error,
    of_document.status_code_conformance,
    of_document.content_type_conformance,
    of_document.response_headers_conformance,
    of_document.response_schema_conformance,
    of_document.unsupported_method,
]


def test_every_answer_is_as_the_document_says(served: Servers) -> None:
    load_all_checks()
    token = access_tokens.make(served, "a test", tuple(SCOPES), [OURS])
    headers = {"Authorization": f"Bearer {token}"}
    schema = schemathesis.openapi.from_wsgi("/openapi.json", rest.create(served))
    operations = [result.ok() for result in schema.get_all_operations()]
    assert operations and all(each.path.startswith(guard.PREFIX) for each in operations)
    for operation in operations:
        if operation.path != ASKS_HUBSPOT:
            for mode in GenerationMode:
                _try(served, operation, mode, headers)


def _try(served: Servers, operation: Any, mode: GenerationMode, headers: dict[str, str]) -> None:
    """Ask one route in one mode, and compare each answer with the document."""

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Case) -> None:
        for key in served.server.scan_iter("spoke:limit:*"):
            served.server.delete(key)
        case.call_and_validate(headers=headers, checks=CHECKS)

    ask()


def test_a_route_says_its_scope_its_choices_and_every_refusal(served: Servers) -> None:
    document = rest.create(served).spec
    each = document["paths"]["/api/v1/tables/{name}"]["get"]
    assert each["x-scope"] == "metrics:read" and each["security"] == [{"token": []}]
    assert "funnel" in each["parameters"][0]["schema"]["enum"]
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    for status in ("401", "403", "404", "409", "422", "429", "503"):
        assert each["responses"][status]["content"] == {"application/problem+json": problem}
    assert "Retry-After" in each["responses"]["429"]["headers"]


def test_a_client_that_is_generated_from_the_document_asks_for_us(
    served: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = rest.create(served)
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps(app.spec))
    shape = ConfigFile(
        package_name_override="asks_spoke",
        content_type_overrides={problems.MEDIA_TYPE: "application/json"},
        post_hooks=[],
    )
    place = tmp_path / "generated"
    config = Config.from_sources(shape, MetaType.NONE, document, "utf-8", True, place)
    assert list(generate(config=config)) == []  # no part of the document was left out
    place.rename(tmp_path / "asks_spoke")
    monkeypatch.syspath_prepend(tmp_path)
    portals = importlib.import_module("asks_spoke.api.portals.portals_portals")
    metrics = importlib.import_module("asks_spoke.api.metrics.metrics_metrics")
    client = _generated_client(app, access_tokens.make(served, "a test", tuple(SCOPES), [OURS]))
    assert [each.portal_id for each in portals.sync(client=client).portals] == [OURS]
    answer = metrics.sync(client=client, portal=OURS)
    assert "totalSales" in [each.key for each in answer.metrics]
    refused = metrics.sync_detailed(client=client, portal=OURS + 1)
    assert (refused.status_code, refused.parsed.status) == (404, 404)


def _generated_client(app: Flask, token: str) -> Any:
    """Answer a client as its users make it, which asks the app without a socket."""
    made = importlib.import_module("asks_spoke").AuthenticatedClient("http://spoke", token)
    headers = {"Authorization": f"Bearer {token}"}
    through = httpx.WSGITransport(app=app)
    return made.set_httpx_client(
        httpx.Client(transport=through, base_url="http://spoke", headers=headers)
    )
