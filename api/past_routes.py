"""/past: the pipeline as it was at the end of a day beside today's, and what moved since."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel, Field

from analytics import past_reads
from analytics.past_reads import Move, PastQuestion, StageSums
from api.guard import needs, portal_of, servers_of_app

routes = APIBlueprint("past", __name__, tag="past")


class PastIn(BaseModel):
    """Which day, and which deals."""

    portal: int | None = Field(None, description="The portal; may be left out by a token of one")
    day: date = Field(description="The day at whose end (in the portal's time zone) it is told")
    owner: str | None = Field(None, max_length=200, description="HubSpot's id; none: everybody")
    pipeline: str | None = Field(None, max_length=200, description="HubSpot's id; none: all")


class StageOut(BaseModel):
    """A stage then and now."""

    pipeline: str
    label: str
    is_won: bool
    is_lost: bool
    deals_then: int
    amount_then: float
    deals_now: int
    amount_now: float
    came: int = Field(description="Deals that were elsewhere then")
    went: int = Field(description="Deals that are elsewhere now")


class PlaceOut(BaseModel):
    """A stage by its names."""

    pipeline: str
    label: str


class MoveOut(BaseModel):
    """Deals that were in one stage and are in another."""

    source: PlaceOut | None = Field(description="null: created since")
    target: PlaceOut | None = Field(description="null: archived or merged since")
    deals: int
    amount: float | None
    largest: list[dict[str, Any]] = Field(description="Ten at most: deal_id, name and amounts")


class PastOut(BaseModel):
    """A pipeline on two days."""

    portal_id: int
    day: date
    stages: list[StageOut]
    moves: list[MoveOut]
    unknown: int = Field(description="Deals shown as now: their history is still to be read")


@routes.get("/past")
@needs("metrics:read")
@routes.input(PastIn, location="query")
@routes.output(PastOut)
def past(query_data: PastIn) -> PastOut:
    """Answer the pipeline at the end of a day and now. A day to come is today."""
    asked = query_data
    day = min(asked.day, datetime.now(UTC).date())
    question = PastQuestion(portal_of(asked.portal), day, asked.owner, asked.pipeline)
    with servers_of_app().reading([question.portal_id]) as conn:
        found = past_reads.then_and_now(conn, question)
    return PastOut(
        portal_id=question.portal_id,
        day=day,
        stages=[StageOut.model_validate(each, from_attributes=True) for each in found.stages],
        moves=[_move(each) for each in found.moves],
        unknown=found.unknown,
    )


def _move(move: Move) -> MoveOut:
    ends = {"source": _place(move.source), "target": _place(move.target)}
    sums = {"deals": move.deals, "amount": move.amount, "largest": move.largest}
    return MoveOut.model_validate(ends | sums)


def _place(stage: StageSums | None) -> PlaceOut | None:
    return PlaceOut(pipeline=stage.pipeline, label=stage.label) if stage else None
