"""Give each request its id, and the log one line for each: what was asked, by whom, what came of
it, after how long.

A line has the route and not the path: no id of a record, no query, no key of a sign-in link.
"""

from __future__ import annotations

import re
import secrets
import time

from flask import Flask, Response, g, request

import log_lines

log = log_lines.lines("requests")
# The receiver has lines of its own, and none for strangers, who may ask a thousand times a second.
QUIET = ("pages.static", "health.live", "health.ready", "receiver.receive")
_GIVEN = re.compile(r"[A-Za-z0-9_-]{8,64}")
_PORTAL = re.compile(r"\d{1,18}", re.ASCII)


def register(app: Flask) -> None:
    """Let every request have an id and leave its line. Comes before what may refuse a request."""

    @app.before_request
    def begin() -> None:
        g.began = time.monotonic()
        given = request.headers.get("X-Request-Id", "")
        g.request_id = given if _GIVEN.fullmatch(given) else secrets.token_hex(8)
        log_lines.clear_contextvars()
        log_lines.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def say(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.request_id
        if request.endpoint not in QUIET:
            caller = g.get("caller")
            log.info(
                "request",
                method=request.method,
                route=str(request.url_rule or "none"),
                status=response.status_code,
                ms=log_lines.milliseconds_since(g.began),
                by=caller.name if caller else "nobody",
                portal_id=_portal(),
            )
        return response

    @app.teardown_request
    def forget(error: BaseException | None) -> None:
        log_lines.clear_contextvars()


def _portal() -> int | None:
    """Answer the portal that was asked about, where the request names one."""
    if "portal_id" in g:
        found: int = g.portal_id
        return found
    named = request.args.get("portal", "")
    return int(named) if _PORTAL.fullmatch(named) else None
