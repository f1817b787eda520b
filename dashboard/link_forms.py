"""What people decide on the page of links, as data: one more is one entry here.

See sync_forms.py for how an order is checked, done and entered in the audit.
"""

from __future__ import annotations

from werkzeug.exceptions import BadRequest

from analytics.link_reads import KINDS
from dashboard.sync_forms import Form, Outcome, WebForm
from operations import link_decisions
from operations.callers import Caller
from operations.link_decisions import LinkError, LinkKey
from operations.servers import Servers

SAID = {
    "linked": "Linked by hand. No rule changes it from now on.",
    "unlinked": "Linked to nothing, whatever the rules say.",
    "taken-back": "Taken back: the rules decide again. The list follows within ten minutes.",
    "not-taken-back": "Nothing was taken back: it was no longer set by hand.",
    "not-linked": "Nothing was changed: one of the two records is not here any more.",
}


def _key(portal_id: int, form: Form) -> LinkKey:
    kind, from_id = form.get("kind", ""), form.get("from_id", "")
    if kind not in KINDS or not from_id:
        raise BadRequest("Say which link.")
    return LinkKey(portal_id, kind, from_id)


def _decide(servers: Servers, caller: Caller, portal_id: int, form: Form) -> Outcome:
    key, to_id = _key(portal_id, form), form.get("to_id") or None
    if to_id is None and "none" not in form:
        raise BadRequest("Say what the link leads to, or that it leads to nothing.")
    details = {"kind": key.kind, "from_id": key.from_id, "to_id": to_id}
    try:
        link_decisions.decide(servers, key, to_id)
    except LinkError as error:
        return Outcome("not-linked", details | {"why": str(error)})
    return Outcome("linked" if to_id else "unlinked", details)


def _take_back(servers: Servers, caller: Caller, portal_id: int, form: Form) -> Outcome:
    key = _key(portal_id, form)
    was = link_decisions.take_back(servers, key)
    details = {"kind": key.kind, "from_id": key.from_id}
    return Outcome("taken-back" if was else "not-taken-back", details)


LINK_FORMS = (
    WebForm("/links/decide", "scans:write", "link decided", "/links", _decide),
    WebForm("/links/take-back", "scans:write", "link taken back", "/links", _take_back),
)
