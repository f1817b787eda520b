"""/scores: the best leads and why, ideal customers, how good the models are, and drift."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel, Field

from analytics import score_reads
from analytics.score_reads import LeadQuestion
from api.guard import needs, portal_of, servers_of_app

routes = APIBlueprint("scores", __name__, tag="scores")
REASONS = "[feature, value, points]; the points add up to the score"


class ScorePortalIn(BaseModel):
    """Whose scores."""

    portal: int | None = Field(None, description="The portal; may be left out by a token of one")


class LeadsIn(ScorePortalIn):
    """Which leads."""

    owner: str | None = Field(None, description="HubSpot's id of an owner; none: everybody")
    with_deal: bool | None = Field(None, description="true: only those with an open deal")
    limit: int = Field(50, ge=1, le=1000)


class LeadOut(BaseModel):
    """A contact and its score."""

    contact_id: str
    name: str
    email: str | None
    owner_id: str | None
    deal_id: str | None = Field(description="null: scored as if a deal began now")
    score: float = Field(description="0 to 100: the chance in percent that the deal is won")
    reasons: list[list[Any]] = Field(description=REASONS)
    as_of: datetime
    model_id: int
    model_kind: str
    is_by_rules: bool


class LeadsOut(BaseModel):
    """The best leads first."""

    leads: list[LeadOut]


class SegmentOut(BaseModel):
    """The companies of one size and industry. tier is null where too little is known."""

    size_band: str
    industry: str
    leads: int
    customers: int
    conversion: float | None
    least: float | None
    most: float | None
    lift: float | None
    tier: str | None
    as_of: datetime


class SegmentsOut(BaseModel):
    """All segments, the best tier first."""

    segments: list[SegmentOut]


class ModelOut(BaseModel):
    """A model, and how good it was on later deals that it was not taught with."""

    model_id: int
    kind: str
    state: str
    made_at: datetime
    refused: str | None = Field(description="Why rules score instead")
    deals: int
    winner: str | None
    auc: float | None
    rules_auc: float | None
    logistic_auc: float | None
    boosting_auc: float | None
    calibration_error: float | None
    top_lift: float | None
    base_rate: float | None
    months: list[dict[str, Any]] | None
    bands: list[dict[str, Any]] | None


class DriftOut(BaseModel):
    """How far a feature of the leads moved. level: steady, warn or alert."""

    feature: str
    psi: float
    chance: float
    rows: int
    level: str
    checked_at: datetime


class ModelsOut(BaseModel):
    """The models, the newest first, and the last look for drift."""

    models: list[ModelOut]
    drift: list[DriftOut]


@routes.get("/leads")
@needs("metrics:read")
@routes.input(LeadsIn, location="query")
@routes.output(LeadsOut)
def leads(query_data: LeadsIn) -> LeadsOut:
    """List the best leads, each with the reasons of its score."""
    portal_id = portal_of(query_data.portal)
    question = LeadQuestion(portal_id, query_data.owner, query_data.with_deal, query_data.limit)
    with servers_of_app().reading([portal_id]) as conn:
        return LeadsOut(leads=[LeadOut(**row) for row in score_reads.leads(conn, question)])


@routes.get("/ideal-customers")
@needs("metrics:read")
@routes.input(ScorePortalIn, location="query")
@routes.output(SegmentsOut)
def ideal_customers(query_data: ScorePortalIn) -> SegmentsOut:
    """List which companies become customers, by size and industry."""
    portal_id = portal_of(query_data.portal)
    with servers_of_app().reading([portal_id]) as conn:
        rows = score_reads.ideal_customers(conn, portal_id)
    return SegmentsOut(segments=[SegmentOut(**row) for row in rows])


@routes.get("/models")
@needs("metrics:read")
@routes.input(ScorePortalIn, location="query")
@routes.output(ModelsOut)
def models(query_data: ScorePortalIn) -> ModelsOut:
    """List the models with how good each is, and how far the leads drifted."""
    portal_id = portal_of(query_data.portal)
    with servers_of_app().reading([portal_id]) as conn:
        found, moved = score_reads.models(conn, portal_id), score_reads.drift(conn, portal_id)
    return ModelsOut(
        models=[ModelOut(**row) for row in found], drift=[DriftOut(**row) for row in moved]
    )
