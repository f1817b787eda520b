"""Turn contacts of high value that nobody has touched for some time into HubSpot tasks, on request.

HubSpot itself keeps doubles out: each task has a key in a property that HubSpot holds unique. An
attempt that is made twice writes the same task again. The key names the contact and its last touch,
so a contact gets no second task until a person has touched it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from db.connect import Connection
from db.queries import QUERIES
from db.row_shapes import records
from outgoing import outbox, write_back
from outgoing.outbox import Draft, Message, Unsent
from outgoing.outlet import Outlet
from outgoing.write_backs import GROUP

CHANNEL = "task"
KEY = "spoke_follow_up"
TASKS, CONTACTS = "tasks", "contacts"
DEFINITION = {
    "name": KEY,
    "label": "Follow-up (Spoke)",
    "description": "Which follow-up this is; Spoke makes each of them once",
    "groupName": GROUP,
    "type": "string",
    "fieldType": "text",
    "hasUniqueValue": True,
}


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Hold a contact that is to be touched again."""

    contact_id: str
    score: float
    touched_at: str | None  # as HubSpot writes it
    owner_id: str | None

    @property
    def key(self) -> str:
        return f"{self.contact_id}/{(self.touched_at or 'never')[:10]}"


def plan(conn: Connection, portal_id: int, least_score: float, days: int) -> list[FollowUp]:
    """List contacts of at least this score without a touch for so many days, and without a task of
    ours for that; the highest score first."""
    asked = {"portal_id": portal_id, "least_score": least_score, "days": timedelta(days=days)}
    return records(conn, FollowUp, QUERIES["due_follow_ups"], asked)


def order(conn: Connection, portal_id: int, found: Sequence[FollowUp]) -> int:
    """Put a message for each hundred tasks; answer how many messages."""
    due = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    drafts = []
    for place in range(0, len(found), write_back.BATCH):
        batch = found[place : place + write_back.BATCH]
        payload = {"due": due, "follow_ups": [asdict(each) | {"key": each.key} for each in batch]}
        drafts.append(Draft(TASKS, f"{batch[0].key}/{len(batch)}/{due}", payload))
    conn.execute(
        QUERIES["ask_values"], _columns(portal_id, [(each.contact_id, each.key) for each in found])
    )
    return outbox.put_all(conn, portal_id, CHANNEL, drafts)


def _columns(portal_id: int, keys: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Answer the parameters that note the last follow-up of each contact."""
    return {
        "portal_id": portal_id,
        "object_type": TASKS,
        "hubspot_ids": [contact_id for contact_id, _ in keys],
        "properties": [KEY] * len(keys),
        "values": [key for _, key in keys],
    }


def send(outlet: Outlet, message: Message) -> None:
    """Make the tasks of one message and link them to their contacts; twice changes nothing."""
    with write_back.told_rights():
        client, wanted = outlet.client(message.portal_id), message.payload["follow_ups"]
        write_back.define(outlet, client, message.portal_id, TASKS, {KEY: DEFINITION})
        contacts = {each["key"]: each["contact_id"] for each in wanted}
        inputs = [_task(each, message.payload["due"]) for each in wanted]
        answer = client.batch_upsert(TASKS, KEY, inputs)
        made = {each["properties"].get(KEY): each["id"] for each in answer.records}
        pairs = [(made[key], contact_id) for key, contact_id in contacts.items() if key in made]
        if pairs:
            client.associate(TASKS, CONTACTS, pairs)
        if len(pairs) < len(wanted):
            raise Unsent(f"HubSpot made {len(pairs)} of {len(wanted)} tasks", retry_in=0)
    with outlet.database.transaction() as conn:
        told = [(contact_id, key) for key, contact_id in contacts.items()]
        conn.execute(QUERIES["confirm_values"], _columns(message.portal_id, told))


def _task(wanted: dict[str, Any], due: str) -> dict[str, Any]:
    touched = (
        f"last touched {wanted['touched_at'][:10]}" if wanted["touched_at"] else "never touched"
    )
    properties = {
        KEY: wanted["key"],
        "hs_task_subject": f"Follow up: score {wanted['score']:.0f}, {touched}",
        "hs_task_status": "NOT_STARTED",
        "hs_timestamp": due,
    }
    if wanted["owner_id"]:
        properties["hubspot_owner_id"] = wanted["owner_id"]
    return {"id": wanted["key"], "properties": properties}
