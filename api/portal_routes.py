"""/portals: which HubSpot accounts are mirrored, and how each of them is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel, Field

from api.guard import caller, needs, note, portal_of, servers_of_app
from api.problems import Refusal
from operations import country, portal_list, portal_moves

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
    country: str | None = Field(description="Of phone numbers without a prefix; null: not set")
    numbers_wait: bool = Field(description="Phone numbers are being read again for the country")


class PortalsOut(BaseModel):
    """The portals that a caller may see."""

    portals: list[PortalOut]


class PauseIn(BaseModel):
    """Why a portal is paused."""

    reason: str = Field(min_length=1, max_length=500)


class CountryIn(BaseModel):
    """Of which country phone numbers without a prefix are."""

    country: str = Field(min_length=2, max_length=2, description="ISO 3166, as in US or IL")


class LimitIn(BaseModel):
    """How fast a portal may be asked."""

    requests: int | None = Field(
        ge=1, le=10_000, description="Per 10 seconds; null: as HUBSPOT_RATE_LIMIT says"
    )


@routes.get("")
@needs("status:read")
@routes.output(PortalsOut)
def portals() -> PortalsOut:
    """List the portals that this token may see."""
    found = portal_list.seen_by(servers_of_app(), caller().portals)
    return PortalsOut(portals=[PortalOut(**row) for row in found])


@routes.post("/<int:portal_id>/pause")
@needs("portals:admin")
@routes.input(PauseIn)
@routes.output(PortalOut)
def pause(portal_id: int, json_data: PauseIn) -> PortalOut:
    """Ask nothing of HubSpot for a portal until it is resumed. Its events are kept and wait."""
    portal_moves.pause(servers_of_app(), portal_of(portal_id), json_data.reason)
    return _noted(portal_id, "portal paused", {})


@routes.post("/<int:portal_id>/resume")
@needs("portals:admin")
@routes.output(PortalOut)
def resume(portal_id: int) -> PortalOut:
    """Let a portal go on."""
    portal_moves.resume(servers_of_app(), portal_of(portal_id))
    return _noted(portal_id, "portal resumed", {})


@routes.post("/<int:portal_id>/limit")
@needs("portals:admin")
@routes.input(LimitIn)
@routes.output(PortalOut)
def limit(portal_id: int, json_data: LimitIn) -> PortalOut:
    """Set how many requests per 10 seconds HubSpot allows this portal's app."""
    portal_moves.limit(servers_of_app(), portal_of(portal_id), json_data.requests)
    return _noted(portal_id, "portal limited", {"requests": json_data.requests})


@routes.post("/<int:portal_id>/country")
@needs("portals:admin")
@routes.input(CountryIn)
@routes.output(PortalOut)
def set_country(portal_id: int, json_data: CountryIn) -> PortalOut:
    """Set the country of phone numbers without a prefix. A job reads all numbers again."""
    try:
        code = country.order(servers_of_app(), portal_of(portal_id), json_data.country)
    except country.NoCountryError as error:
        raise Refusal(422, str(error)) from error
    return _noted(portal_id, "country set", {"country": code})


def _noted(portal_id: int, action: str, details: dict[str, Any]) -> PortalOut:
    note(servers_of_app(), action, portal_id, details)
    [row] = portal_list.seen_by(servers_of_app(), [portal_id])
    return PortalOut(**row)
