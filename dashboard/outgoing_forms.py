"""What people may order of what goes out, as data: one more is one entry here."""

from __future__ import annotations

from uuid import UUID

from werkzeug.exceptions import BadRequest

from dashboard.sync_forms import Form, Outcome, WebForm
from operations import outgoing_state
from operations.callers import Caller
from operations.servers import Servers

LONGEST_REASON = 500
OUTGOING_SAID = {
    "sent-again": "On its way again. What fails once more comes back here.",
    "not-sent-again": "Nothing was sent again: none of it is dead any more.",
    "held": "Paused: what is put from now on waits.",
    "goes-on": "Goes on: what waited is sent within seconds.",
    "planned": "A worker compares; the difference is here within seconds.",
    "ordered": "A worker orders what differs and sends it, after live changes.",
}


def _replay(servers: Servers, caller: Caller, portal_id: int, form: Form) -> Outcome:
    text = form.get("message_id", "")
    try:
        message_id = None if text == "all" else UUID(text)
    except ValueError as error:
        raise BadRequest("That is no message.") from error
    count = outgoing_state.replay(servers, portal_id, message_id=message_id)
    said = "sent-again" if count else "not-sent-again"
    return Outcome(said, {"message_id": text, "messages": count})


def _channel(form: Form) -> str:
    channel = form.get("channel", "")
    if channel not in outgoing_state.CHANNELS:
        raise BadRequest("There is no such channel.")
    return channel


def _hold(servers: Servers, caller: Caller, portal_id: int, form: Form) -> Outcome:
    channel, reason = _channel(form), form.get("reason", "").strip()[:LONGEST_REASON]
    outgoing_state.hold(servers, portal_id, channel, reason or f"paused by {caller.name}")
    return Outcome("held", {"channel": channel, "reason": reason})


def _resume(servers: Servers, caller: Caller, portal_id: int, form: Form) -> Outcome:
    channel = _channel(form)
    outgoing_state.resume(servers, portal_id, channel)
    return Outcome("goes-on", {"channel": channel})


def _plan(servers: Servers, caller: Caller, portal_id: int, form: Form) -> Outcome:
    outgoing_state.ask_plan(servers, portal_id)
    return Outcome("planned")


def _write(servers: Servers, caller: Caller, portal_id: int, form: Form) -> Outcome:
    outgoing_state.ask_write(servers, portal_id)
    return Outcome("ordered")


OUTGOING_FORMS = (
    WebForm("/outgoing/replay", "replay:write", "message sent again", "/outgoing", _replay),
    WebForm("/outgoing/pause", "portals:admin", "channel paused", "/outgoing", _hold),
    WebForm("/outgoing/resume", "portals:admin", "channel resumed", "/outgoing", _resume),
    WebForm("/outgoing/plan", "portals:admin", "write-back planned", "/outgoing", _plan),
    WebForm("/outgoing/write", "portals:admin", "write-back ordered", "/outgoing", _write),
)
