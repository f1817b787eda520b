"""Errors as problem details, with the id that the log has for the request.

https://www.rfc-editor.org/rfc/rfc9457
"""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any, cast

import redis
from apiflask import APIFlask, HTTPError
from flask import Response, g, json
from psycopg import DataError, OperationalError
from psycopg.errors import NoDataFound, QueryCanceled
from pydantic import BaseModel, Field

from operations.servers import Unready

MEDIA_TYPE = "application/problem+json"
WAIT = {"Retry-After": "2"}
UNREADY = "The database is not ready for readers. `spoke doctor` says what to do."
log = logging.getLogger("api")


class Problem(BaseModel):
    """What went wrong, in the form of RFC 9457."""

    type: str = Field(
        default="about:blank", description="A kind of problem; about:blank: see status"
    )
    title: str = Field(description="The status in words")
    status: int
    detail: str | None = Field(None, description="What happened and what to do")
    request_id: str = Field(description="The log has it, too")
    errors: dict[str, Any] | None = Field(None, description="Which parts of the request are wrong")


class Refusal(Exception):
    """Raised where a request cannot be served; becomes the answer."""

    def __init__(self, status: int, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, headers or {}


def not_found(what: str) -> Refusal:
    """Refuse what does not exist, and what this caller may not know to exist."""
    return Refusal(404, f"There is no {what} here.")


def answer(
    status: int,
    detail: str | None = None,
    errors: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """Make a problem the response."""
    body = Problem(
        type="about:blank",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        request_id=g.get("request_id", ""),
        errors=errors,
    )
    text = json.dumps(body.model_dump(exclude_none=True))
    return Response(text, status, headers, content_type=MEDIA_TYPE)


def register(app: APIFlask) -> None:
    """Let every error that leaves a route become a problem."""

    @app.error_processor
    def of_framework(error: HTTPError) -> Response:
        errors = dict(error.detail) if error.detail else None
        headers = cast(dict[str, str], dict(error.headers))
        return answer(error.status_code, error.message, errors, headers)

    @app.errorhandler(Refusal)
    def refused(error: Refusal) -> Response:
        return answer(error.status, error.detail, headers=error.headers)

    @app.errorhandler(QueryCanceled)
    def too_long(error: QueryCanceled) -> Response:
        return answer(503, "This took longer than 5 s. Ask for less, or filter more.", headers=WAIT)

    @app.errorhandler(NoDataFound)
    def unknown(error: NoDataFound) -> Response:
        """Refuse an owner that nobody knows: figures of nothing would look like an answer."""
        return answer(404, error.diag.message_primary)

    @app.errorhandler(OperationalError)
    def unreachable(error: OperationalError) -> Response:
        log.warning("Postgres is out of reach: %s", error)
        return answer(503, "The database is out of reach just now.", headers=WAIT)

    @app.errorhandler(redis.RedisError)
    def silent(error: redis.RedisError) -> Response:
        log.warning("Redis is out of reach: %s", type(error).__name__)
        return answer(503, "Redis is out of reach just now.", headers=WAIT)

    @app.errorhandler(Unready)
    def unready(error: Unready) -> Response:
        log.error("The reader role cannot be used: %s", error)
        return answer(503, UNREADY, headers=WAIT)

    @app.errorhandler(DataError)
    def unsendable(error: DataError) -> Response:
        """Refuse text that psycopg cannot send, as NUL; what Postgres itself refuses is ours."""
        if error.sqlstate is not None:
            return unexpected(error)
        said = "The request holds a character that no text of PostgreSQL may have, as NUL."
        return answer(422, said)

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        log.exception("Request %s failed", g.get("request_id", "?"))
        return answer(500, "Something went wrong here; the log has it under this request id.")
