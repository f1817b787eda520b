"""/outgoing: what leaves Spoke, what could not and why, and sending it again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from apiflask import APIBlueprint
from pydantic import BaseModel, Field

from api.guard import needs, note, portal_of, servers_of_app
from api.problems import not_found
from operations import outgoing_state

routes = APIBlueprint("outgoing", __name__, tag="outgoing")


class OutgoingPortalIn(BaseModel):
    """Whose messages."""

    portal: int | None = Field(None, description="The portal; may be left out by a token of one")


class ChannelOut(BaseModel):
    """A way out, and how many messages it has."""

    channel: str = Field(description="write_back, slack, webhook or report")
    waiting: int
    sent: int = Field(description="Within the last 14 days")
    dead: int
    oldest_seconds: float | None = Field(description="Age of the oldest that waits")


class HoldOut(BaseModel):
    """What is not sent for now."""

    channel: str
    destination: str = Field(description="Empty: every destination of the channel")
    held_at: datetime
    until: datetime | None = Field(description="null: until people resume it")
    reason: str


class DeadMessageOut(BaseModel):
    """A message that is sent again only when people say so."""

    message_id: UUID
    channel: str
    destination: str
    made_at: datetime
    failed_at: datetime
    attempts: int
    error: str | None


class EndpointOut(BaseModel):
    """Where webhooks of ours go; an empty filter lets everything pass."""

    endpoint_id: str
    url: str
    events: list[str]
    object_types: list[str]
    properties: list[str]
    created_at: datetime
    waiting: int
    sent: int
    dead: int
    last_sent_at: datetime | None


class WrittenOut(BaseModel):
    """A property that Spoke keeps in HubSpot, and how many of its values HubSpot has."""

    object_type: str
    property: str
    written: int
    asked: int = Field(description="Ordered and not written yet")
    refused: int
    last_written_at: datetime | None
    error: str | None


class OutgoingOut(BaseModel):
    """What a portal sends."""

    channels: list[ChannelOut]
    holds: list[HoldOut]
    dead: list[DeadMessageOut]
    endpoints: list[EndpointOut]
    written: list[WrittenOut]


class SentAgainOut(BaseModel):
    """How many messages are on their way again."""

    replayed: int


@routes.get("")
@needs("status:read")
@routes.input(OutgoingPortalIn, location="query")
@routes.output(OutgoingOut)
def outgoing(query_data: OutgoingPortalIn) -> OutgoingOut:
    """Read what waits, was sent and is dead, who hears of changes, and what HubSpot was written."""
    found = outgoing_state.read(servers_of_app(), portal_of(query_data.portal))
    return OutgoingOut.model_validate(outgoing_state.told(found))


@routes.post("/<uuid:message_id>/replay")
@needs("replay:write")
@routes.input(OutgoingPortalIn, location="query")
@routes.output(SentAgainOut)
def replay_message(message_id: UUID, query_data: OutgoingPortalIn) -> SentAgainOut:
    """Send a dead message again. 404 where none of this id is dead."""
    portal_id = portal_of(query_data.portal)
    count = outgoing_state.replay(servers_of_app(), portal_id, message_id=message_id)
    if not count:
        raise not_found(f"dead message {message_id}")
    note(servers_of_app(), "message sent again", portal_id, {"message_id": str(message_id)})
    return SentAgainOut(replayed=count)


@routes.post("/replay")
@needs("replay:write")
@routes.input(OutgoingPortalIn, location="query")
@routes.output(SentAgainOut)
def replay_messages(query_data: OutgoingPortalIn) -> SentAgainOut:
    """Send every dead message of a portal again."""
    portal_id = portal_of(query_data.portal)
    count = outgoing_state.replay(servers_of_app(), portal_id)
    note(servers_of_app(), "message sent again", portal_id, {"messages": count})
    return SentAgainOut(replayed=count)
