"""What an administrator may order on the pages, as data: one more is one entry here.

See sync_forms.py for how an order is checked, done and entered in the audit.
"""

from __future__ import annotations

from werkzeug.exceptions import BadRequest, NotFound

from dashboard.sync_forms import Form, Outcome, WebForm
from operations import access_tokens, portal_moves
from operations.callers import Caller
from operations.servers import Servers

MOST_REQUESTS = 10_000  # per 10 seconds
SAID = {
    "paused": "Paused. Its events are kept and wait.",
    "resumed": "It goes on; what waits is fetched within seconds.",
    "limited": "Changed. Workers obey from their next job on.",
    "revoked": "Revoked. The token opens nothing from now on.",
}


def _pause(servers: Servers, caller: Caller, portal_id: int, form: Form) -> Outcome:
    reason = form.get("reason", "").strip()
    if not 1 <= len(reason) <= 500:
        raise BadRequest("Say why, in at most 500 characters: it is shown wherever people wonder.")
    portal_moves.pause(servers, portal_id, reason)
    return Outcome("paused")


def _resume(servers: Servers, caller: Caller, portal_id: int, form: Form) -> Outcome:
    portal_moves.resume(servers, portal_id)
    return Outcome("resumed")


def _limit(servers: Servers, caller: Caller, portal_id: int, form: Form) -> Outcome:
    """Take an empty field as the default."""
    text = form.get("requests", "").strip()
    if text and not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= MOST_REQUESTS):
        raise BadRequest(f"A whole number from 1 to {MOST_REQUESTS} is needed, or nothing.")
    requests = int(text[:6]) if text else None
    portal_moves.limit(servers, portal_id, requests)
    return Outcome("limited", {"requests": requests})


def _revoke(servers: Servers, caller: Caller, portal_id: int, form: Form) -> Outcome:
    token_id = form.get("token_id", "")
    if token_id not in {row["token_id"] for row in access_tokens.seen_by(servers, caller)}:
        raise NotFound
    access_tokens.revoke(servers, token_id)
    return Outcome("revoked", {"token_id": token_id})


ADMIN = "portals:admin"
ADMIN_FORMS = (
    WebForm("/portals/pause", ADMIN, "portal paused", "/portals", _pause),
    WebForm("/portals/resume", ADMIN, "portal resumed", "/portals", _resume),
    WebForm("/portals/limit", ADMIN, "portal limited", "/portals", _limit),
    WebForm("/tokens/revoke", ADMIN, "token revoked", "/tokens", _revoke),
)
