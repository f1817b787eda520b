"""Break it: a page of the demo alone, with buttons that break what runs.

The product knows neither this page nor the control that it asks (demo_control.py).
"""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any

import requests
from flask import Blueprint, request
from werkzeug.exceptions import BadRequest

from dashboard.asked import Asked
from dashboard.pages import WebPage
from dashboard.sync_forms import Form, Outcome, WebForm
from lab.demo_control import ADDRESS, BREAKS
from operations import portal_state, sync_state
from operations.callers import Caller
from operations.servers import Servers

SAID = {
    "broken": "It is broken. Watch the diary.",
    "busy": "Something is broken already. Let it heal first.",
}
PATIENCE_SECONDS = 2


def fill(servers: Servers, caller: Caller, asked: Asked) -> dict[str, Any]:
    """Find what is broken and how far it has healed; asks Postgres and the control, never Redis."""
    answer = requests.get(f"{os.environ[ADDRESS]}/state", timeout=PATIENCE_SECONDS)
    types = portal_state.types(servers, asked.portal_id)
    return {
        "state": answer.json() | {"diary": [_told(line, asked) for line in answer.json()["diary"]]},
        "breaks": BREAKS,
        "proof": sync_state.proof(servers, asked.portal_id),
        "waiting": sum(row["pending"] for row in types),
        "records": sum(row["rows"] for row in types),
        "heading": "Break it, and watch it heal",
        "said": SAID.get(request.args.get("did", "")),
    }


def _told(line: dict[str, str], asked: Asked) -> dict[str, Any]:
    """Show a line of the diary at its time in the portal's zone."""
    return line | {"at": datetime.fromisoformat(line["at"]).astimezone(asked.zone)}


def _break(servers: Servers, caller: Caller, portal_id: int, form: Form) -> Outcome:
    name = form.get("name", "")
    if name not in BREAKS:
        raise BadRequest("There is no such thing to break.")
    answer = requests.post(f"{os.environ[ADDRESS]}/break/{name}", timeout=PATIENCE_SECONDS)
    return Outcome("broken" if answer.status_code == 202 else "busy", {"name": name})


PAGE = WebPage("break", "/break", "Break it", "spark", "status:read", fill, live_seconds=1)
FORM = WebForm("/break/do", "status:read", "broken in the demo", "/break", _break)


def templates() -> Blueprint:
    """Answer where the page's template is, for an app that has the page."""
    return Blueprint("demo", __name__, template_folder="templates")
