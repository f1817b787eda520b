"""Who may ask what: every route names its scope, every request its caller, and portals stay apart.

A route without a scope answers no caller. What a caller may not see does not exist for it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

import redis
from flask import Flask, Response, current_app, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from api.problems import Refusal, not_found
from operations import access_tokens, audit, limits, safe_headers
from operations.callers import SCOPES, Caller
from operations.servers import Servers

MOST_BODY_BYTES = 64 * 1024
PREFIX = "/api/"
View = TypeVar("View", bound=Callable[..., Any])
log = logging.getLogger("api")


def needs(scope: str) -> Callable[[View], View]:
    """Name the scope that a route needs. Stands above all other decorators of the route."""
    if scope not in SCOPES:
        raise ValueError(f"There is no scope {scope}")

    def mark(view: View) -> View:
        view.__dict__["scope"] = scope
        return view

    return mark


def scope_of(app: Flask, endpoint: str) -> str | None:
    """Answer the scope that a route names; None where it names none."""
    found: str | None = getattr(app.view_functions[endpoint], "scope", None)
    return found


def register(app: Flask, servers: Servers) -> None:
    """Let every request be checked before its route is asked."""
    app.config["MAX_CONTENT_LENGTH"] = MOST_BODY_BYTES
    trust_proxies(app, servers.settings.trusted_proxies)

    @app.after_request
    def close(response: Response) -> Response:
        """Let no browser or cache misuse an answer. Pages have put on a policy of theirs before."""
        for name, value in safe_headers.beside(safe_headers.OF_A_PROGRAM).items():
            response.headers.setdefault(name, value)
        return response

    @app.before_request
    def check() -> None:
        if request.endpoint and request.path.startswith(PREFIX):
            g.caller = _caller(servers)
            _must_be_few(servers, g.caller)
            _must_have(servers, g.caller, scope_of(app, request.endpoint))
            _must_be_json()


def trust_proxies(app: Flask, count: int) -> None:
    """Believe the last `count` entries of X-Forwarded-For and -Proto: so many proxies are ours.

    What stands before them a client may have written; with 0 none is looked at.
    """
    if count:
        app.wsgi_app = ProxyFix(app.wsgi_app, count, count)  # type: ignore[method-assign]


def _must_be_few(servers: Servers, caller: Caller) -> None:
    """Refuse a token that asks too often. While Redis is away no caller is refused."""
    try:
        wait = limits.take(servers.server, limits.REQUESTS, caller.token_id or caller.name)
    except redis.RedisError as error:
        log.warning("Requests are not counted, Redis is away: %s", type(error).__name__)
        return
    if wait:
        said = f"{limits.REQUESTS.most} requests a minute are allowed. Ask again in {wait} s."
        raise Refusal(429, said, {"Retry-After": str(wait)})


def _caller(servers: Servers) -> Caller:
    """Answer who asks, by the token in the Authorization header; nowhere else is one looked for."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    caller = None
    if kind.lower() == "bearer":
        caller = access_tokens.caller_of(servers, token.strip())
    if caller is None:
        wanted = {"WWW-Authenticate": "Bearer"}
        raise Refusal(401, "A valid token is needed: Authorization: Bearer spk_…", wanted)
    return caller


def _must_have(servers: Servers, caller: Caller, scope: str | None) -> None:
    if scope in caller.scopes:
        return
    note(servers, "refused", details={"route": request.path, "scope": scope})
    raise Refusal(403, f"This needs the scope {scope}, which {caller.name} lacks.")


def _must_be_json() -> None:
    """Refuse a body of another type; one that does not name its type is tried as JSON."""
    has_body = request.content_length or "Transfer-Encoding" in request.headers
    if has_body and request.mimetype and not request.is_json:
        said = "A body must be JSON: send it with Content-Type: application/json."
        raise Refusal(415, said, {"Accept": "application/json"})


def note(servers: Servers, action: str, portal_id: int | None = None, details: Any = None) -> None:
    """Enter into the audit what the caller does with this request."""
    who, address = caller().name, request.remote_addr
    entry = audit.AuditEntry(who, action, portal_id, details, address, g.request_id)
    audit.note(servers, entry)


def caller() -> Caller:
    """Answer who makes this request."""
    found: Caller = g.caller
    return found


def portal_of(asked: int | None) -> int:
    """Answer the portal that a request is about; with one portal it need not be named.

    A portal that does not exist and one that the caller may not see are refused alike.
    """
    allowed = caller().portals
    if asked is None and len(allowed) != 1:
        raise Refusal(422, "This token sees several portals: name one, as ?portal=N.")
    found = allowed[0] if asked is None else asked
    if found not in allowed:
        about = {"route": str(request.url_rule), "asked_portal": found}
        note(servers_of_app(), "refused", details=about)
        raise not_found(f"portal {found}")
    g.portal_id = found
    return found


def servers_of_app() -> Servers:
    """Answer the servers that this app was made with."""
    found: Servers = current_app.extensions["servers"]
    return found
