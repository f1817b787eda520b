"""Tell what waits to be sent, what could not be and why, where it goes; and order what people may
order of it. Payloads and secrets are not told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, cast
from uuid import UUID

import jobs
from db.queries import QUERIES, QueryRow
from db.row_shapes import values
from operations.servers import Servers

CHANNELS = {  # as outgoing/channels.py names them → what people call them
    "write_back": "HubSpot",
    "task": "HubSpot tasks",
    "slack": "Slack",
    "webhook": "Webhooks",
    "report": "Reports",
}
WRITE_BACK = "write_back"


@dataclass(frozen=True, slots=True)
class OutgoingState:
    """Hold what a portal sends: a line for each channel, each hold, dead message, endpoint and
    written property, and the last dry run."""

    channels: Sequence[QueryRow]
    holds: Sequence[QueryRow]
    dead: Sequence[QueryRow]
    endpoints: Sequence[QueryRow]
    written: Sequence[QueryRow]
    plan: dict[str, Any] | None


def read(servers: Servers, portal_id: int, dead: int = 50) -> OutgoingState:
    """Read everything of one portal."""
    asked = {"portals": [portal_id], "portal_id": portal_id, "at_most": dead}
    with servers.database.transaction() as conn:
        rows = {
            name: conn.execute(QUERIES[query], asked).fetchall()
            for name, query in (
                ("channels", "outgoing_counts"),
                ("holds", "outgoing_holds_of"),
                ("dead", "dead_outgoing"),
                ("endpoints", "endpoint_states"),
                ("written", "write_back_state"),
            )
        }
    return OutgoingState(**rows, plan=plan_of(servers, portal_id))


def told(state: OutgoingState) -> dict[str, Any]:
    return asdict(state)


def replay(
    servers: Servers, portal_id: int, channel: str | None = None, message_id: UUID | None = None
) -> int:
    """Make dead messages due again; answer how many."""
    asked = {
        "portal_id": portal_id,
        "channel": channel,
        "destination": None,
        "message_ids": [message_id] if message_id else None,
        "sent_since": None,
    }
    with servers.database.transaction() as conn:
        count = len(values(conn, QUERIES["replay_outgoing"], asked))
    if count:
        jobs.wake(servers.server, jobs.OUTGOING)
    return count


def hold(servers: Servers, portal_id: int, channel: str, reason: str) -> None:
    """Send nothing of a channel until it is resumed."""
    asked = {"portal_id": portal_id, "channel": channel, "destination": ""}
    with servers.database.transaction() as conn:
        conn.execute(QUERIES["hold_outgoing"], asked | {"reason": reason, "wait": None})


def resume(servers: Servers, portal_id: int, channel: str) -> None:
    """Send a channel's messages again."""
    asked = {"portal_id": portal_id, "channel": channel, "destination": ""}
    with servers.database.transaction() as conn:
        conn.execute(QUERIES["resume_outgoing"], asked)
    jobs.wake(servers.server, jobs.OUTGOING)


def ask_plan(servers: Servers, portal_id: int) -> None:
    """Have a worker compare what is wanted with what HubSpot holds; nothing is written."""
    jobs.wake(servers.server, jobs.WRITE_BACK, portal_id, False)


def ask_write(servers: Servers, portal_id: int) -> None:
    """Have a worker order what differs."""
    jobs.wake(servers.server, jobs.WRITE_BACK, portal_id, True)


def plan_key(portal_id: int) -> str:
    return f"spoke:write_back:plan:{portal_id}"


def plan_of(servers: Servers, portal_id: int) -> dict[str, Any] | None:
    """Answer the last dry run, which is kept for a day."""
    found = cast(bytes | None, servers.server.get(plan_key(portal_id)))
    return json.loads(found) if found else None
