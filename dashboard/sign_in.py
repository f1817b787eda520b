"""Signing in and out: the form, its limits, the demo's link.

Wrong passwords are counted per address. While Redis is away no sign-in works: without the count a
stranger could try as many as they like.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import partial

import redis
from flask import Blueprint, Response, abort, g, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from dashboard import gate
from operations import audit, dashboard_users, limits, sessions
from operations.callers import Caller
from operations.limits import SIGN_INS
from operations.servers import Servers
from operations.supabase_auth import AuthAway, SupabaseAuth

Check = Callable[[str, str], Caller | None]
WRONG = "That e-mail address and password do not belong together."
MANY = "Too many wrong passwords came from here. Try again in {} s."
AWAY = "Nobody can sign in just now: a server that is needed is away. Try again in a few seconds."
RETRY_SECONDS = 5


def checker(servers: Servers) -> Check:
    """Answer what tells whose password it is: Supabase Auth where it is set up, else our own."""
    settings = servers.settings
    if not (settings.supabase_url and settings.supabase_publishable_key):
        return partial(dashboard_users.checked, servers)
    auth = SupabaseAuth(settings.supabase_url, settings.supabase_publishable_key)
    return partial(auth.checked, servers)


def add(site: Blueprint, servers: Servers) -> None:
    """Add the routes of signing in and out to the pages."""
    check = checker(servers)

    @site.get("/sign-in")
    def sign_in() -> str:
        return _form(servers, request.args.get("next", "/"))

    @site.post("/sign-in")
    def enter() -> AnyResponse:
        try:
            return _enter(servers, check)
        except (redis.RedisError, AuthAway):
            return _refused(servers, 503, AWAY, RETRY_SECONDS)

    @site.get("/sign-in/<key>")
    def enter_by_link(key: str) -> AnyResponse:
        found = sessions.person_of_link(servers, key)
        if request.remote_addr not in gate.LOOPBACK or found is None:
            abort(404)
        _note(servers, found[0], True)
        return gate.let_in(servers, *found)

    @site.post("/sign-out")
    def sign_out() -> AnyResponse:
        return gate.let_out(servers)


def _enter(servers: Servers, check: Check) -> AnyResponse:
    """Count the attempt, check the password, and take the count back when it was right."""
    whose = limits.network_of(request.remote_addr)
    if wait := limits.take(servers.server, SIGN_INS, whose):
        return _refused(servers, 429, MANY.format(wait), wait)
    person = check(request.form.get("email", ""), request.form.get("password", ""))
    _note(servers, "a stranger" if person is None else person.name, person is not None)
    if person is None:
        return _refused(servers, 403, WRONG)
    limits.give_back(servers.server, SIGN_INS, whose)
    return gate.let_in(servers, person.name, request.form.get("next", "/"))


def _note(servers: Servers, actor: str, is_right: bool) -> None:
    """Enter an attempt into the audit; never the address that was typed: it may be a password."""
    action = "signed in" if is_right else "sign-in refused"
    address, request_id = request.remote_addr, g.setdefault("request_id", secrets.token_hex(8))
    audit.note(servers, audit.AuditEntry(actor, action, address=address, request_id=request_id))


def _form(servers: Servers, leads_to: str, said: str | None = None) -> str:
    settings = servers.settings
    return render_template(
        "sign_in.html",
        next=leads_to,
        said=said,
        by_supabase=bool(settings.supabase_url and settings.supabase_publishable_key),
    )


def _refused(servers: Servers, status: int, said: str, wait: int = 0) -> Response:
    page = _form(servers, request.form.get("next", "/"), said)
    headers = {"Retry-After": str(wait)} if wait else {}
    return Response(page, status, headers, mimetype="text/html")
