"""ETags: a client that has an answer already is told that it stands, and is sent nothing.

No cache on the way may keep an answer (`no-store`); a client that does so itself may ask.
"""

from __future__ import annotations

from flask import Flask, Response, request

PREFIX = "/api/"


def register(app: Flask) -> None:
    """Let every read carry a hash of its answer, and 304 answer who already has it."""

    @app.after_request
    def tag(response: Response) -> Response:
        is_read = request.method in ("GET", "HEAD") and request.path.startswith(PREFIX)
        if not is_read or response.status_code != 200 or response.is_streamed:
            return response
        response.add_etag()
        response.make_conditional(request)  # changes it in place
        return response
