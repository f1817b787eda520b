"""Tell people of errors on a page that needs nothing of the session: what happened, and the id that
the log has for the request. Never an error's own text: it may name a server or hold a value."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import redis
from flask import Blueprint, Flask, g, render_template, request
from psycopg import DataError, OperationalError
from psycopg.errors import NoDataFound, QueryCanceled
from werkzeug.exceptions import (
    HTTPException,
    InternalServerError,
    NotFound,
    ServiceUnavailable,
    TooManyRequests,
    UnprocessableEntity,
)

from dashboard import gate
from dashboard.gate import Forged, NotTheirs
from operations.servers import Servers, Unready

RETRY_SECONDS = 5
# Programs ask under these, and are answered by the API, also where no route is.
OF_PROGRAMS = ("/api/", "/openapi.json", "/metrics", "/health", "/webhooks/", "/cron/")
AWAY: Mapping[type[Exception], str] = {
    redis.RedisError: "Redis is away. HubSpot sends what is refused meanwhile again.",
    QueryCanceled: "This took longer than 5 s. Choose a shorter period, or one owner.",
    OperationalError: "The database is out of reach just now. What arrives waits in Redis.",
    Unready: "The database is not ready for readers. `spoke doctor` says what to do.",
}
UNSENDABLE = "The address holds a character that no text of PostgreSQL may have, as NUL."
FAILED = "Something went wrong here; the log has it under this request id."
Page = tuple[str, int, list[tuple[str, str]]]
log = logging.getLogger(__name__)


def register(app: Flask, site: Blueprint, servers: Servers) -> None:
    """Let every error of a page, and every address where nothing is, become a page."""
    site.register_error_handler(HTTPException, _told)
    for refusal in (NotTheirs, Forged, TooManyRequests):
        site.register_error_handler(refusal, _refused(servers))
    for error, says in AWAY.items():
        site.register_error_handler(error, _away(says))
    site.register_error_handler(NoDataFound, _unknown)
    site.register_error_handler(DataError, _unsendable)
    site.register_error_handler(Exception, _unexpected)
    app.register_error_handler(HTTPException, _lost(app))


def _page(code: int, said: str | None) -> str:
    about = {"said": said, "request_id": g.get("request_id"), "back": _back(code)}
    return render_template("error.html", code=code, **about)


def _back(code: int) -> str:
    """Answer the page whose form could not be taken, so that people can mend it; else the start."""
    return f"/{request.path.split('/')[1]}" if code == 400 else "/"


def _told(error: HTTPException) -> Page:
    kept = [pair for pair in error.get_headers() if pair[0] in ("Retry-After", "Allow")]
    code = error.code or 500
    return _page(code, None if isinstance(error, NotFound) else error.description), code, kept


def _refused(servers: Servers) -> Any:
    def tell(error: HTTPException) -> Page:
        gate.note_refusal(servers, error.code or 500)
        return _told(error)

    return tell


def _away(says: str) -> Any:
    """Answer what tells people of a server that is needed and away."""

    def tell(error: Exception) -> Page:
        log.warning("A page could not be shown: %s", error)
        return _told(ServiceUnavailable(says, retry_after=RETRY_SECONDS))

    return tell


def _unknown(error: NoDataFound) -> tuple[str, int]:
    """Say which owner of the filters nobody knows: figures of nothing would look like an answer."""
    return _page(404, error.diag.message_primary), 404


def _unsendable(error: DataError) -> Page:
    """Refuse text that psycopg cannot send, as NUL; what Postgres itself refuses is ours."""
    if error.sqlstate is not None:
        return _unexpected(error)
    return _told(UnprocessableEntity(UNSENDABLE))


def _unexpected(error: Exception) -> Page:
    log.exception("Request %s failed", g.get("request_id", "?"))
    return _told(InternalServerError(FAILED))


def _lost(app: Flask) -> Any:
    """Answer what tells of an address or method that no route has: a page for people. Programs get
    what the app told them before there were pages."""
    before = app.error_handler_spec[None][None].get(HTTPException)

    def tell(error: HTTPException) -> Any:
        if request.endpoint is None and not request.path.startswith(OF_PROGRAMS):
            return _told(error)
        return before(error) if before else error

    return tell
