"""GET /health, /health/live, /health/ready: is the process up, and are the servers it needs?"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, Response, jsonify

Check = Callable[[], None]  # returns when all is well, raises otherwise


def blueprint(checks: Mapping[str, Check]) -> Blueprint:
    """`checks` maps a server's name to a function that raises when it cannot be used."""
    routes = Blueprint("health", __name__)

    @routes.get("/health/live")
    def live() -> Response:
        return jsonify(status="ok")

    @routes.get("/health")
    @routes.get("/health/ready")
    def ready() -> tuple[Response, int]:
        results = {name: _result(check) for name, check in checks.items()}
        healthy = all(result == "ok" for result in results.values())
        return jsonify(status="ok" if healthy else "unavailable", checks=results), 200 if healthy else 503

    return routes


def _result(check: Check) -> str:
    """The class of what went wrong, never its text: messages of database drivers hold addresses and user names."""
    try:
        check()
    except Exception as error:  # the outermost frame of a check: whatever it raises is its answer
        return type(error).__name__
    return "ok"
