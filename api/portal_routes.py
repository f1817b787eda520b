"""/portals: which HubSpot accounts are mirrored, and how each of them is."""

from __future__ import annotations

from datetime import datetime

from apiflask import APIBlueprint
from pydantic import BaseModel, Field

from api.guard import caller, needs, servers_of_app
from operations import portal_list

routes = APIBlueprint("portals", __name__, tag="portals")


class PortalOut(BaseModel):
    """A HubSpot account and its state."""

    portal_id: int
    name: str | None
    time_zone: str
    currency: str | None
    paused: bool
    paused_until: datetime | None
    paused_reason: str | None
    rate_limit: int | None = Field(description="Requests per 10 seconds; null: the default")


class PortalsOut(BaseModel):
    """The portals that a caller may see."""

    portals: list[PortalOut]


@routes.get("")
@needs("status:read")
@routes.output(PortalsOut)
def portals() -> PortalsOut:
    """List the portals that this token may see."""
    found = portal_list.seen_by(servers_of_app(), caller().portals)
    return PortalsOut(portals=[PortalOut(**row) for row in found])
