"""What people may order on the pages of the copy's state, as data: one more is one entry here.

Each order is a form of its own, checked by gate.py, done for one portal and entered in the audit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from werkzeug.exceptions import BadRequest, NotFound

from operations import event_list, extractions, scan_list
from operations.callers import Caller
from operations.extractions import ExtractionError, Order
from operations.replay import replay
from operations.servers import Servers

Form = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an order: the name of its sentence in SAID, and what the audit notes."""

    said: str
    details: Mapping[str, Any] = field(default_factory=dict)
    back: str = ""  # the page that the order came from, where the form may be on several


Act = Callable[[Servers, Caller, int, Form], Outcome]


@dataclass(frozen=True, slots=True)
class WebForm:
    """An order: where it is sent, who may give it, and to which page it leads back."""

    path: str
    scope: str
    action: str  # as the audit calls it
    back: str
    act: Act
    keeps: tuple[str, ...] = ()  # the filters of that page, which the form carries


SAID = {
    "begun": "The scan waits for a worker and begins within seconds.",
    "not-begun": "Nothing was begun: a scan of this type is under way, or as many as may be.",
    "moved": "Done. A scan acts on it where its page ends.",
    "not-moved": "Nothing was changed: the scan is in another state by now.",
    "replayed": "On its way again. What fails once more comes back here.",
    "not-replayed": "Nothing was replayed: none of it waits any more.",
    "fetched": "The record is fetched again within seconds.",
}


def _launch(servers: Servers, caller: Caller, portal_id: int, form: Form) -> Outcome:
    order = Order(portal_id, (form.get("object_type", ""),), mode=form.get("mode", ""))
    if order.mode not in extractions.KINDS:
        raise BadRequest("There is no such kind of scan.")
    try:
        begun = extractions.start(servers, order, caller.name)
    except ExtractionError as error:
        return Outcome("not-begun", {"why": str(error)})
    return Outcome("begun", {"scan_id": str(begun), "object_types": list(order.object_types)})


def _move(servers: Servers, caller: Caller, portal_id: int, form: Form) -> Outcome:
    action, scan_id = form.get("action", ""), _uuid(form.get("scan_id", ""))
    if action not in ("pause", "resume", "cancel"):
        raise BadRequest("A scan can be paused, resumed or cancelled.")
    moved = scan_list.move(servers, portal_id, scan_id, action)
    details = {"scan_id": str(scan_id), "move": action}
    back = f"/runs/{scan_id}" if form.get("page") == "run" else ""
    return Outcome("moved" if moved else "not-moved", details, back)


def _replay(servers: Servers, caller: Caller, portal_id: int, form: Form) -> Outcome:
    text = form.get("letter_id", "")
    if text != "all" and not (text.isascii() and text.isdigit() and len(text) < 19):
        raise BadRequest("Say which dead letter.")
    letter_id = None if text == "all" else int(text)
    count = replay(servers, letter_id=letter_id, portal_id=portal_id)
    return Outcome("replayed" if count else "not-replayed", {"letter_id": text, "letters": count})


def _fetch(servers: Servers, caller: Caller, portal_id: int, form: Form) -> Outcome:
    event_key = _uuid(form.get("event_key", ""))
    if event_list.replay(servers, portal_id, event_key) is None:
        raise NotFound
    return Outcome("fetched", {"event_key": str(event_key)})


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise BadRequest("That is no id.") from error


FORMS = (
    WebForm("/sync/scans", "scans:write", "scan launched", "/sync", _launch),
    WebForm("/sync/scans/move", "scans:write", "scan moved", "/sync", _move),
    WebForm("/sync/replay", "replay:write", "replayed", "/sync", _replay),
    WebForm(
        "/events/replay",
        "replay:write",
        "event replayed",
        "/events",
        _fetch,
        ("type", "id", "kind"),
    ),
)
