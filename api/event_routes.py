"""/events: what HubSpot sent, searched; and the record of an event fetched again."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from apiflask import APIBlueprint
from pydantic import AwareDatetime, BaseModel, Field

from api.guard import needs, note, portal_of, servers_of_app
from api.problems import not_found
from operations import event_list
from operations.event_list import EventQuery

routes = APIBlueprint("events", __name__, tag="events")
EventKind = Literal[
    "creation", "propertyChange", "associationChange", "deletion", "restore", "merge"
]


class EventsIn(BaseModel):
    """Which events."""

    portal: int | None = Field(None, description="The portal; may be left out by a token of one")
    object_type: str | None = Field(None, max_length=200)
    hubspot_id: str | None = Field(None, max_length=64)
    kind: EventKind | None = None
    since: AwareDatetime | None = None
    before: AwareDatetime | None = Field(None, description="received_at of the last one before")
    before_key: UUID | None = Field(None, description="event_key of the last one before")
    limit: int = Field(50, ge=1, le=200)


class EventOut(BaseModel):
    """One event as it was received. It is a hint: the record itself is asked of HubSpot."""

    event_key: UUID
    subscription_type: str
    object_type: str
    hubspot_id: str | None
    occurred_at: datetime | None
    received_at: datetime
    ignored: str | None = Field(description="Why it was of no use")
    property: str | None
    source: str | None


class EventsOut(BaseModel):
    """A page of events, newest first."""

    events: list[EventOut]
    has_more: bool


class AskedAgainOut(BaseModel):
    """The record that is fetched again."""

    object_type: str
    hubspot_id: str


class OneOfIn(BaseModel):
    """Whose event."""

    portal: int | None = Field(None, description="The portal; may be left out by a token of one")


@routes.get("")
@needs("status:read")
@routes.input(EventsIn, location="query")
@routes.output(EventsOut)
def events(query_data: EventsIn) -> EventsOut:
    """Search events. Values of properties are not shown: records have them."""
    asked = query_data
    query = EventQuery(
        portal_of(asked.portal),
        asked.object_type,
        asked.hubspot_id,
        asked.kind,
        asked.since,
        asked.before,
        asked.before_key or (UUID(int=0) if asked.before else None),
        asked.limit + 1,
    )
    found = event_list.found(servers_of_app(), query)
    shown = [EventOut(**row) for row in found[: asked.limit]]
    return EventsOut(events=shown, has_more=len(found) > asked.limit)


@routes.post("/<uuid:event_key>/replay")
@needs("replay:write")
@routes.input(OneOfIn, location="query")
@routes.output(AskedAgainOut, status_code=202)
def replay(event_key: UUID, query_data: OneOfIn) -> AskedAgainOut:
    """Have the record of an event fetched again."""
    portal_id = portal_of(query_data.portal)
    found = event_list.replay(servers_of_app(), portal_id, event_key)
    if found is None:
        raise not_found(f"event {event_key} of a mirrored record")
    note(servers_of_app(), "event replayed", portal_id, {"event_key": str(event_key)})
    return AskedAgainOut(**found)
