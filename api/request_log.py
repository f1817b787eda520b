"""One line in the log for each request: what was asked, by whom, what came of it, after how long.

Plain logging does. A line has the route and not the path: no id, no query, no key of a
sign-in link.
"""

from __future__ import annotations

import logging
import time

from flask import Flask, Response, g, request

log = logging.getLogger("requests")
QUIET = ("pages.static", "health.live", "health.ready")


def register(app: Flask) -> None:
    """Let every request leave its line."""

    @app.before_request
    def begin() -> None:
        g.began = time.monotonic()

    @app.after_request
    def say(response: Response) -> Response:
        if request.endpoint not in QUIET:
            caller = g.get("caller")
            log.info(
                "%s %s → %d in %.0f ms, by %s, request %s",
                request.method,
                request.url_rule or "(no route)",
                response.status_code,
                (time.monotonic() - g.get("began", time.monotonic())) * 1000,
                caller.name if caller else "nobody",
                g.get("request_id") or "-",
            )
        return response
