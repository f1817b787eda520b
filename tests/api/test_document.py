"""The served document is true: odd requests to every route are answered as it says.

Schemathesis makes them from the document itself, some that it allows and some that it does not.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from api import guard, rest
from operations import access_tokens
from operations.callers import SCOPES
from operations.servers import Servers
from tests.api.conftest import OURS

ASKS_HUBSPOT = "/api/v1/credentials/validate"  # has tests of its own, against the simulator
# One answer for all of them: its model holds each of theirs.
OF_DASHBOARD = ("/api/dashboard", "/api/kpis", "/api/revenue-trend", "/api/deals/region")
EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", 2))  # of each route and mode; 50 by night
Checks = list[Callable[..., Any]]

if TYPE_CHECKING:
    from schemathesis import Case, GenerationMode


@pytest.fixture
def checks() -> Checks:
    """Give what is compared. The library is loaded here: it takes a second, which no other test
    process is to spend."""
    from schemathesis.checks import load_all_checks, not_a_server_error
    from schemathesis.specs.openapi import checks as of_document

    load_all_checks()
    return [
        not_a_server_error,
        of_document.status_code_conformance,
        of_document.content_type_conformance,
        of_document.response_headers_conformance,
        of_document.response_schema_conformance,
        of_document.unsupported_method,
    ]


def test_every_answer_is_as_the_document_says(served: Servers, checks: Checks) -> None:
    import schemathesis
    from schemathesis import GenerationMode

    token = access_tokens.make(served, "a test", tuple(SCOPES), [OURS])
    headers = {"Authorization": f"Bearer {token}"}
    schema = schemathesis.openapi.from_wsgi("/openapi.json", rest.create(served))
    operations = [result.ok() for result in schema.get_all_operations()]
    assert operations and all(each.path.startswith(guard.PREFIX) for each in operations)
    for operation in operations:
        if (
            operation.path.startswith(("/api/v1/", *OF_DASHBOARD))
            and operation.path != ASKS_HUBSPOT
        ):
            for mode in GenerationMode:
                ask(served, operation, mode, headers, checks)


def ask(
    served: Servers, operation: Any, mode: GenerationMode, headers: dict[str, str], checks: Checks
) -> None:
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
    def once(case: Case) -> None:
        for key in served.server.scan_iter("spoke:limit:*"):
            served.server.delete(key)
        case.call_and_validate(headers=headers, checks=checks)

    once()


def test_a_route_says_its_scope_its_choices_and_every_refusal(served: Servers) -> None:
    document = rest.create(served).spec
    each = document["paths"]["/api/v1/tables/{name}"]["get"]
    assert each["x-scope"] == "metrics:read" and each["security"] == [{"token": []}]
    assert "funnel" in each["parameters"][0]["schema"]["enum"]
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    for status in ("401", "403", "404", "409", "422", "429", "503"):
        assert each["responses"][status]["content"] == {"application/problem+json": problem}
    assert "Retry-After" in each["responses"]["429"]["headers"]
