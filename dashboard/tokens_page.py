"""Tokens of programs: list, make, rotate, revoke.

A person sees the tokens of portals that are all theirs, and gives no right that they lack.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import make_response, render_template, request
from werkzeug.exceptions import NotFound, UnprocessableEntity
from werkzeug.wrappers import Response

from dashboard import record_audit
from dashboard.admin_forms import SAID
from dashboard.asked import Asked
from operations import access_tokens
from operations.access_tokens import DEFAULT_DAYS, MOST_DAYS, TokenError
from operations.callers import SCOPES, Caller
from operations.servers import Servers


def fill(servers: Servers, caller: Caller, asked: Asked) -> dict[str, Any]:
    """Find the tokens, the ones that work first."""
    now = datetime.now(UTC)
    rows = [
        row | {"state": _state(row, now), "may_rotate": set(row["scopes"]) <= caller.scopes}
        for row in access_tokens.seen_by(servers, caller)
    ]
    return {
        "rows": sorted(rows, key=lambda row: row["state"] != "works"),
        "scopes": {name: SCOPES[name] for name in SCOPES if name in caller.scopes},
        "days": (DEFAULT_DAYS, MOST_DAYS),
        "said": SAID.get(request.args.get("did", "")),
    }


def _state(row: dict[str, Any], now: datetime) -> str:
    if row["revoked_at"]:
        return "revoked"
    if row["expires_at"] > now:
        return "works"
    return "over"


def make(servers: Servers, caller: Caller, asked: Asked) -> Response:
    """Make a token and show it, this once."""
    form = request.form
    scopes = [each for each in form.getlist("scope") if each in caller.scopes]
    portals = [each for each in caller.portals if str(each) in form.getlist("of_portal")]
    name, days = form.get("name", "").strip()[:100], form.get("days", "")
    try:
        number = 0
        if days.isascii() and days.isdigit() and len(days) < 5:
            number = int(days)
        token = access_tokens.make(servers, name, scopes, portals, number)
    except TokenError as error:
        raise UnprocessableEntity(str(error)) from error
    details = {"scopes": scopes, "portals": portals, "days": number}
    record_audit.note(
        servers, caller, "token made", asked.portal_id, details | {"token_id": _id_of(token)}
    )
    return _shown(token, name, asked)


def rotate(servers: Servers, caller: Caller, asked: Asked) -> Response:
    """Make a token in the place of another, which ends, and show it, this once. A person holds
    the rights of a token that they rotate, so they must have them all."""
    token_id = request.form.get("token_id", "")
    known = {row["token_id"]: row for row in access_tokens.seen_by(servers, caller)}
    if token_id not in known or not set(known[token_id]["scopes"]) <= caller.scopes:
        raise NotFound
    try:
        token = access_tokens.rotate(servers, token_id)
    except TokenError as error:
        raise UnprocessableEntity(str(error)) from error
    details = {"token_id": token_id, "made": _id_of(token)}
    record_audit.note(servers, caller, "token rotated", asked.portal_id, details)
    return _shown(token, known[token_id]["name"], asked)


def _id_of(token: str) -> str:
    return token.split("_")[1]


def _shown(token: str, name: str, asked: Asked) -> Response:
    shown = render_template("token_made.html", token=token, name=name, back=asked.url("/tokens"))
    return make_response(shown, 201)
