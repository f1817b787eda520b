"""Say what /extractions takes and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

State = Literal["pending", "running", "paused", "completed", "failed", "cancelled", "crashed"]


class ExtractionIn(BaseModel):
    """What to extract."""

    portal_id: int | None = Field(None, description="May be left out by a token of one portal")
    object_types: list[str] = Field(min_length=1, max_length=50)
    properties: list[str] = Field(
        [], max_length=1_000, description="What results show; none: all. The copy has all of them"
    )
    mode: Literal["full", "incremental"] = Field(
        "full", description="incremental: what changed since the type was last compared"
    )
    page_size: int = Field(100, ge=1, le=100, description="Records on a page of HubSpot's list")
    checkpoint_interval: int = Field(10, ge=1, le=10, description="Pages between two checkpoints")


class BegunOut(BaseModel):
    """An extraction that was taken on."""

    scan_id: UUID
    status: State


class RunOut(BaseModel):
    """How far an extraction is with one type."""

    scan_id: UUID
    object_type: str
    state: State
    records: int
    total: int | None
    share: float | None = Field(description="Of 1; null: HubSpot has not said how many there are")
    requests: int
    checkpoint: str | None = Field(description="The id up to which everything is stored")
    heartbeat_at: datetime | None
    error: str | None


class ExtractionOut(BaseModel):
    """An extraction and how far it is."""

    scan_id: UUID
    portal_id: int
    object_types: list[str]
    properties: list[str]
    mode: str
    page_size: int
    checkpoint_interval: int
    asked_by: str
    state: State
    records: int
    total: int | None
    requests: int
    created_at: datetime
    started_at: datetime | None
    heartbeat_at: datetime | None
    finished_at: datetime | None
    error: str | None
    types: list[RunOut]


class ExtractionsIn(BaseModel):
    """Which extractions to list."""

    portal: int | None = Field(None, description="None: all portals that the token sees")
    state: State | None = None
    object_type: str | None = Field(None, max_length=200)
    page: int = Field(1, ge=1, le=1_000)
    per_page: int = Field(50, ge=1, le=100)


class ExtractionsOut(BaseModel):
    """A page of extractions, newest first."""

    extractions: list[ExtractionOut]
    page: int
    has_more: bool


class StatisticsOut(BaseModel):
    """How extractions went, of the ones that are kept."""

    total: int
    by_state: dict[str, int]
    records: int
    requests: int
    average_seconds: float | None = Field(description="Of completed ones; null: there is none")
    records_per_second: float | None


class ResultsIn(BaseModel):
    """Which page of the results."""

    cursor: str | None = Field(None, max_length=1_000, description="next_cursor of the page before")
    limit: int = Field(100, ge=1, le=500)


class ExtractedOut(BaseModel):
    """A record as the copy has it."""

    object_type: str
    id: str
    properties: dict[str, Any]
    updated_at: datetime = Field(description="When it last changed in HubSpot")
    synced_at: datetime = Field(description="When this row was written")


class ResultsOut(BaseModel):
    """A page of records, type after type, in the order of their ids."""

    results: list[ExtractedOut]
    next_cursor: str | None = Field(description="null: this is the last page")
