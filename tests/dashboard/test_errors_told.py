"""Every refusal and failure: its form, its headers, its request id, and nothing of what is inside.

Programs get problem details, people a page, whichever layer refuses.
"""

from __future__ import annotations

from typing import Any

import psycopg
import redis
from flask import Flask

from api.guard import needs
from operations import safe_headers
from operations.servers import Unready
from tests.api.conftest import Client
from tests.dashboard.conftest import Visit

SECRET = "select hidden from a_table"  # as an error of a driver says it
HERE = {"Origin": "http://localhost"}
LONG = "a" * 70_000
Asked = tuple[int, str, str, dict[str, Any]]
OF_PROGRAMS: list[Asked] = [
    (404, "GET", "/api/v1/nothing", {}),
    (404, "GET", "/api/v1/records/contacts/%00", {}),
    (404, "GET", "/metrics/nothing", {}),
    (405, "DELETE", "/api/v1/portals", {}),
    (405, "BREW", "/api/v1/portals", {}),
    (413, "POST", "/api/v1/credentials/validate", {"json": {"access_token": LONG}}),
    (415, "POST", "/api/v1/credentials/validate", {"data": SECRET, "content_type": "text/plain"}),
    (
        400,
        "POST",
        "/api/v1/credentials/validate",
        {"data": f'{{"{SECRET}', **{"content_type": "application/json"}},
    ),
    (422, "POST", "/api/v1/credentials/validate", {"json": {"access_token": SECRET * 99}}),
    (422, "GET", f"/api/v1/records/contacts?limit={SECRET}", {}),
]
OF_PEOPLE: list[Asked] = [
    (404, "GET", "/nothing", {}),
    (404, "GET", "/%ff%fe", {}),
    (404, "GET", "/static/nothing.js", {}),
    (404, "GET", "/static/..%2f..%2fsettings.py", {}),
    (405, "DELETE", "/sync", {}),
    (405, "POST", "/sync", {}),
    (413, "POST", "/sign-in", {"data": {"email": LONG}, "headers": HERE}),
    (
        403,
        "POST",
        "/sign-in",
        {"data": {"email": "a"}, "headers": {"Origin": "http://evil.example"}},
    ),
]
FAILURES: list[tuple[type[Exception], int]] = [
    (ValueError, 500),
    (psycopg.errors.UndefinedTable, 500),
    (psycopg.DataError, 422),
    (psycopg.errors.QueryCanceled, 503),
    (psycopg.OperationalError, 503),
    (redis.RedisError, 503),
    (Unready, 503),
]


def failing(app: Flask, prefix: str, endpoint: str) -> list[Asked]:
    """Add a route that fails in each of these ways, and answer how to ask for it."""

    @needs("metrics:read")
    def fail(place: int) -> None:
        raise FAILURES[place][0](SECRET)

    app.add_url_rule(f"{prefix}/failing/<int:place>", endpoint, fail)
    return [
        (status, "GET", f"{prefix}/failing/{place}", {})
        for place, (_, status) in enumerate(FAILURES)
    ]


def test_programs_are_told_in_problem_details(asking: Client) -> None:
    client = asking()
    for asked in OF_PROGRAMS + failing(client.application, "/api/v1", "metrics.failing"):
        status, method, path, given = asked
        answer = client.open(path, method=method, **given)
        assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
        assert (answer.json["status"], answer.json["request_id"]) == (
            status,
            answer.headers["X-Request-Id"],
        )
        _tells_nothing(asked, answer, safe_headers.OF_A_PROGRAM)


def test_people_are_told_on_a_page(visit: Visit) -> None:
    failures = failing(visit(signed_in=False).application, "", "pages.failing")
    client = visit()
    for asked in OF_PEOPLE + failures:
        status, method, path, given = asked
        answer = client.open(path, method=method, **given)
        assert (answer.status_code, answer.mimetype) == (status, "text/html"), asked[:3]
        assert answer.headers["X-Request-Id"] in answer.text
        _tells_nothing(asked, answer, safe_headers.OF_A_PAGE)


def _tells_nothing(asked: Asked, answer: Any, policy: str) -> None:
    inside = ("select", "Traceback", "psycopg", "site-packages", ".py", LONG[:99])
    assert [each for each in inside if each in answer.text] == [], asked[:3]
    for name, value in safe_headers.beside(policy).items():
        assert answer.headers[name] == value, (asked[:3], name)
    if answer.status_code == 503:
        assert int(answer.headers["Retry-After"]) > 0
    if answer.status_code == 405:
        assert "GET" in answer.headers["Allow"] or "POST" in answer.headers["Allow"]
